"""What versions before the audit record wrote of accounts, in a collection of its own, becomes lines of the record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from care.models.audit import Act
from care.stores.documents import OLDEST
from care.stores.mongo import Database, Document, Session, in_transaction

_ACTS: dict[str, Act] = {
    "added": "account_added",
    "role_changed": "role_changed",
    "password_reset": "password_reset",
    "closed": "account_closed",
}


class Append(Protocol):
    def __call__(
        self, session: Session, act: Act, by: str, about: str, detail: dict[str, str], *, at: Any
    ) -> Awaitable[object]: ...


async def carry_over(database: Database, append: Append) -> None:
    """Each old line once, in its order and with its time; then there is none left."""
    old = database["account_record"]

    def moving(line: Document) -> Callable[[Session], Awaitable[None]]:
        async def move(session: Session) -> None:
            if (await old.delete_one({"_id": line["_id"]}, session=session)).deleted_count:
                detail = {name: line[name] for name in ("role", "before") if line.get(name)}
                await append(session, _ACTS[line["kind"]], line["by"], line["email"], detail, at=line["at"])

        return move

    async for line in old.find().sort("_id", OLDEST):
        await in_transaction(database, moving(line))
