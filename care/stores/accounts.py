"""Who may sign in, and the record of who changed that.

Every act and its line in the record are one transaction, which counts the lines first. So two acts at once collide
there, and the later one looks again at what the first has left: two administrators cannot close each other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import uuid4

from pymongo.errors import DuplicateKeyError

from care.errors import Conflict, missing
from care.models.common import Page
from care.models.customer import Account, AccountEvent, Role
from care.stores.documents import NEWEST, OLDEST, Documents, now, plain
from care.stores.ids import next_number
from care.stores.mongo import Database, Document, Session, in_transaction

_RECORD = "account record"  # its counter
_NOBODYS = "@erased.invalid"  # RFC 2606: no mail goes there
# What an act makes of an account, given how many open accounts of administrators there are. May refuse.
Act = Callable[[Account, int], Account]


class AccountStore:
    """Accounts by e-mail address, whose case does not matter."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._accounts = Documents(database, "accounts", Account, key="email", noun="account")
        self._record = database["account_record"]

    async def ensure_indexes(self) -> None:
        """The record is read by `_id`, its number; the lines of a customer who is erased are looked for."""
        await self._accounts.collection.create_index("customer_id")
        await self._accounts.collection.create_index([("role", 1), ("closed_at", 1)])
        await self._accounts.collection.create_index([("created_at", NEWEST), ("_id", NEWEST)])
        await self._record.create_index("email")

    async def add(self, account: Account, *, by: str | None = None) -> None:
        """Raises Conflict if the address has an account. `by` None leaves no record: for sample data."""
        account = account.model_copy(update={"email": account.email.lower()})

        async def body(session: Session) -> None:
            number = await next_number(self._database, _RECORD, session)
            await self._write(number, account, None, "added", by or "", session)
            await self._accounts.add(account, session=session)

        try:
            if by is not None:
                await in_transaction(self._database, body)
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

    async def act(self, email: str, kind: str, act: Act, *, by: str) -> Account:
        """The account as `act` has left it, one generation on. Raises NotFound, and what `act` raises."""

        async def body(session: Session) -> Account:
            number = await next_number(self._database, _RECORD, session)
            before = await self._accounts.find(email.lower(), session=session)
            if before is None:
                raise missing("account", "of this address")
            after = act(before, await self._admins(session))
            after = after.model_copy(update={"generation": before.generation + 1})
            await self._accounts.change(before.email, after.model_dump(exclude={"email"}), session=session)
            await self._write(number, after, before, kind, by, session)
            return after

        return await in_transaction(self._database, body)

    async def erase(self, customer_id: str) -> None:
        """A customer's accounts, closed before, stand under an address that is nobody's, in the record as well."""
        async for document in self._accounts.collection.find({"customer_id": customer_id, "closed_at": {"$ne": None}}):
            account = self._accounts.decode(document)
            if not account.email.endswith(_NOBODYS):
                await in_transaction(self._database, partial(self._rename, account))

    async def all(self) -> list[Account]:
        return await self._accounts.many({}, by="_id", direction=OLDEST)

    async def page(self, *, limit: int = 50, cursor: str | None = None) -> Page[Account]:
        """Newest first, the closed ones among them."""
        return await self._accounts.page({}, by="created_at", limit=limit, cursor=cursor)

    async def record(self, limit: int) -> list[AccountEvent]:
        """The latest acts, newest first."""
        found = self._record.find().sort("_id", NEWEST).limit(limit)
        return [AccountEvent.model_validate({**each, "number": each["_id"]}) async for each in found]

    async def _rename(self, account: Account, session: Session) -> None:
        nobody = account.model_copy(update={"email": f"{uuid4().hex}{_NOBODYS}", "password_hash": ""})
        await self._accounts.add(nobody, session=session)
        await self._accounts.collection.delete_one({"_id": account.email}, session=session)
        theirs: Document = {"email": account.email}
        for lines, field in ((theirs | {"by": account.email}, "by"), (theirs, "email")):
            await self._record.update_many(lines, {"$set": {field: nobody.email}}, session=session)

    async def _admins(self, session: Session) -> int:
        admins: Document = {"role": Role.ADMIN.value, "closed_at": None}
        return int(await self._accounts.collection.count_documents(admins, session=session))

    async def _write(
        self, number: int, after: Account, before: Account | None, kind: str, by: str, session: Session
    ) -> None:
        was = before.role if before and before.role is not after.role else None
        event = {"by": by, "email": after.email, "kind": kind, "role": after.role, "before": was, "at": now()}
        await self._record.insert_one({"_id": number} | plain(event), session=session)


def _taken(account: Account) -> Conflict:
    return Conflict(f"There is an account for {account.email} already.")
