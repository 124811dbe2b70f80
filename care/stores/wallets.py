"""Wallets: the balances that customers see. The ledger is the truth behind them."""

from __future__ import annotations

from care.errors import Conflict
from care.models.customer import Wallet
from care.models.money import Money
from care.rules.books import wallet_account
from care.stores.documents import Documents
from care.stores.ledger import sum_lines
from care.stores.mongo import Database, Session, in_transaction


class WalletStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries = database["ledger"]
        self._wallets = Documents(database, "wallets", Wallet, key="customer_id", noun="wallet")

    async def ensure_indexes(self) -> None:
        """Read by `_id` only."""

    async def get(self, customer_id: str) -> Wallet | None:
        return await self._wallets.find(customer_id)

    async def set(self, wallet: Wallet) -> None:
        await self._wallets.put(wallet)

    async def resync(self, customer_id: str, *, agreed: Money | None = None) -> Wallet:
        """Make the wallet show what the ledger holds, in its own currency.

        Raises NotFound if there is no wallet, and Conflict where the ledger holds something else than what was
        `agreed`: then nothing changes.
        """

        async def body(session: Session) -> Wallet:
            # Written first: a credit at the same time writes it too, so one of the two runs again.
            document = await self._wallets.collection.find_one_and_update(
                {"_id": customer_id}, {"$inc": {"resyncs": 1}}, session=session
            )
            if document is None:
                raise self._wallets.missing(customer_id)
            shown = self._wallets.decode(document).balance
            booked = await sum_lines(self._entries, {"lines.account": wallet_account(customer_id)}, session)
            right = Money(amount=booked.get(shown.currency, 0), currency=shown.currency)
            if agreed is not None and right != agreed:
                raise Conflict(f"Your wallet has moved since: our books say {right} now. Please ask once more.")
            change = {"$set": {"balance": right.model_dump()}}
            await self._wallets.collection.update_one({"_id": customer_id}, change, session=session)
            return Wallet(customer_id=customer_id, balance=right)

        return await in_transaction(self._database, body)

    async def add(self, wallet: Wallet) -> bool:
        """Store once; False if the customer has one, which changes nothing."""
        return await self._wallets.add(wallet)
