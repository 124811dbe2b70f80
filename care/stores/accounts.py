"""Who may sign in.

Every act, its line in the audit record and the end of the account's sign-ins are one transaction. Two acts at once
collide at the record's head, and the later one looks again at what the first has left: two administrators cannot close
each other.
"""

from __future__ import annotations

from collections.abc import Callable

from pymongo.errors import DuplicateKeyError

from care.errors import Conflict, missing
from care.models.audit import Act
from care.models.common import Page
from care.models.customer import Account, Role
from care.stores.audit import AuditStore
from care.stores.documents import NEWEST, OLDEST, Documents
from care.stores.mongo import Database, Document, Session
from care.stores.sessions import COLLECTION as SESSIONS

# What an act makes of an account, given how many open accounts of administrators there are. May refuse.
Change = Callable[[Account, int], Account]


class AccountStore:
    """Accounts by e-mail address, whose case does not matter."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._audit = audit
        self._accounts = Documents(database, "accounts", Account, key="email", noun="account")
        self._sessions = database[SESSIONS]

    async def ensure_indexes(self) -> None:
        await self._accounts.collection.create_index("customer_id")
        await self._accounts.collection.create_index([("role", 1), ("closed_at", 1)])
        await self._accounts.collection.create_index([("created_at", NEWEST), ("_id", NEWEST)])

    async def add(self, account: Account, *, by: str | None = None) -> None:
        """Raises Conflict if the address has an account. `by` None leaves no record: for sample data."""
        account = account.model_copy(update={"email": account.email.lower()})

        async def body(session: Session) -> None:
            role = account.role.value
            await self._audit.append("account_added", by=by or "", about=account.recorded, session=session, role=role)
            await self._accounts.add(account, session=session)

        try:
            if by is not None:
                await self._audit.transaction(body)
            elif not await self._accounts.add(account):
                raise _taken(account)
        except DuplicateKeyError:
            raise _taken(account) from None

    async def find(self, email: str) -> Account | None:
        return await self._accounts.find(email.lower())

    async def set_password_hash(self, email: str, password_hash: str) -> None:
        """Raises NotFound."""
        if await self._accounts.change(email.lower(), {"password_hash": password_hash}) is None:
            raise self._accounts.missing(email)

    async def rehash(self, email: str, before: str, after: str) -> None:
        """The same password under today's parameters; unless it was changed meanwhile."""
        await self._accounts.change(email.lower(), {"password_hash": after}, only_if={"password_hash": before})

    async def act(self, email: str, act: Act, change: Change, *, by: str, keep: str = "") -> Account:
        """The account as `change` has left it, one generation on; of its sign-ins, `keep` alone goes on.

        Raises NotFound, and what `change` raises.
        """

        async def body(session: Session) -> Account:
            before = await self._accounts.find(email.lower(), session=session)
            if before is None:
                raise missing("account", "of this address")
            after = change(before, await self._admins(session))
            after = after.model_copy(update={"generation": before.generation + 1})
            roles = {"role": after.role.value} | ({"before": before.role.value} if after.role != before.role else {})
            await self._audit.append(act, by=by, about=after.recorded, session=session, **roles)
            await self._accounts.change(before.email, after.model_dump(exclude={"email"}), session=session)
            mine = {"email": before.email}
            await self._sessions.delete_many({**mine, "_id": {"$ne": keep}}, session=session)
            kept = {"generation": after.generation}
            await self._sessions.update_one({**mine, "_id": keep}, {"$set": kept}, session=session)
            return after

        return await self._audit.transaction(body)

    async def all(self) -> list[Account]:
        return await self._accounts.many({}, by="_id", direction=OLDEST)

    async def page(self, *, limit: int = 50, cursor: str | None = None) -> Page[Account]:
        """Newest first, the closed ones among them."""
        return await self._accounts.page({}, by="created_at", limit=limit, cursor=cursor)

    async def _admins(self, session: Session) -> int:
        admins: Document = {"role": Role.ADMIN.value, "closed_at": None}
        return int(await self._accounts.collection.count_documents(admins, session=session))


def _taken(account: Account) -> Conflict:
    return Conflict(f"There is an account for {account.email} already.")
