"""What hosted models have spent for one conversation, case or customer: one document each, gone some time after the
last of it."""

from __future__ import annotations

from datetime import timedelta

from pymongo.write_concern import WriteConcern

from care.stores.documents import now
from care.stores.mongo import Database

_KEPT = timedelta(days=31)  # a conversation that rests for longer begins anew, as its workflow does


class BudgetStore:
    def __init__(self, database: Database) -> None:
        # Like the meters: what a crash may lose must not cost a customer the wait for a disk.
        self._budgets = database["budgets"].with_options(write_concern=WriteConcern(w=1))

    async def ensure_indexes(self) -> None:
        await self._budgets.create_index("spent_at", expireAfterSeconds=int(_KEPT.total_seconds()))

    async def spent(self, account: str) -> int:
        found = await self._budgets.find_one({"_id": account})
        return 0 if found is None else int(found["spent"])

    async def spend(self, account: str, amount: int) -> None:
        """`amount` in whatever the account counts: tokens, judgements."""
        change = {"$inc": {"spent": amount}, "$set": {"spent_at": now()}}
        await self._budgets.update_one({"_id": account}, change, upsert=True)
