"""Who may sign in."""

from __future__ import annotations

from care.errors import Conflict
from care.models.customer import Account
from care.stores.documents import OLDEST, Documents
from care.stores.mongo import Database


class AccountStore:
    """Accounts by e-mail address, whose case does not matter."""

    def __init__(self, database: Database) -> None:
        self._accounts = Documents(database, "accounts", Account, key="email", noun="account")

    async def ensure_indexes(self) -> None:
        await self._accounts.collection.create_index("customer_id")

    async def add(self, account: Account) -> None:
        """Raises Conflict if the address has an account."""
        if not await self._accounts.add(account.model_copy(update={"email": account.email.lower()})):
            raise Conflict(f"There is an account for {account.email} already.")

    async def find(self, email: str) -> Account | None:
        return await self._accounts.find(email.lower())

    async def set_password_hash(self, email: str, password_hash: str) -> None:
        """Raises NotFound."""
        if await self._accounts.change(email.lower(), {"password_hash": password_hash}) is None:
            raise self._accounts.missing(email)

    async def all(self) -> list[Account]:
        return await self._accounts.many({}, by="_id", direction=OLDEST)
