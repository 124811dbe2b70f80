"""The embedded ledger: double entry, each entry once under its idempotency key.

Accounts: "customer:{id}:card", "wallet:{id}", "shop:sales", "shop:refunds", "shop:cash". A line's amount is what its
account gains, so the lines of an entry, and all entries together, sum to zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymongo.errors import DuplicateKeyError

from care.errors import Conflict
from care.models.ledger import Entry, EntryLine, Movement, MovementKind, PaymentMethod
from care.models.money import Money
from care.rules.books import lines_of
from care.stores.documents import NEWEST, Documents, now, plain
from care.stores.mongo import Collection, Database, Document, Session, Turns, in_transaction


class LedgerStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries = Documents(database, "ledger", Entry, key="key", noun="ledger entry")
        self._movements = Documents(database, "movements", Movement, key="key", noun="payment")
        self._methods = Documents(database, "payment_methods", PaymentMethod, key="customer_id", noun="payment method")
        self._wallets = database["wallets"]
        self._turns = Turns()

    async def ensure_indexes(self) -> None:
        await self._entries.collection.create_index([("lines.account", 1), ("at", NEWEST), ("_id", NEWEST)])
        await self._movements.collection.create_index("reference", unique=True)
        await self._movements.collection.create_index("customer_id")

    async def post(
        self, key: str, kind: str, lines: Sequence[tuple[str, int]], currency: str, *, reference: str | None = None
    ) -> Entry:
        """Store an entry; the same key again gives the stored one.

        `lines` are (account, minor units). Raises ValueError unless they sum to zero, Conflict if the key stands for
        another entry.
        """
        entry = _entry(key, kind, lines, currency, reference)
        if await self._entries.add(entry):
            return self._entries.as_stored(entry)
        stored = await self._entries.get(key)
        if (stored.kind, stored.lines, stored.currency) != (entry.kind, entry.lines, entry.currency):
            raise Conflict("This ledger key stands for another entry.")
        return stored

    async def find(self, key: str) -> Entry | None:
        return await self._entries.find(key)

    async def balance(self, account: str) -> dict[str, int]:
        """Minor units by currency; empty for an account without entries."""
        return await sum_lines(self._entries.collection, {"lines.account": account})

    async def latest(self, account: str, n: int = 5) -> list[Entry]:
        """The entries that moved an account, newest first."""
        return await self._entries.many({"lines.account": account}, by="at", limit=n)

    async def total(self) -> dict[str, int]:
        """The sum of everything, by currency: zero, or the books are broken."""
        return await sum_lines(self._entries.collection, {})

    async def payment_method(self, customer_id: str) -> PaymentMethod:
        return await self._methods.find(customer_id) or PaymentMethod(customer_id=customer_id)

    async def set_payment_method(self, method: PaymentMethod) -> None:
        await self._methods.put(method)

    async def movement(self, key_or_reference: str) -> Movement | None:
        either = {"$or": [{"_id": key_or_reference}, {"reference": key_or_reference}]}
        found = await self._movements.many(either, by="_id", limit=1)
        return found[0] if found else None

    async def move(self, movement: Movement) -> Movement:
        """Record a movement once per key; one that succeeded with its entry (and wallet), all in one transaction.

        Raises Conflict if the key stands for another movement.
        """

        async def body(session: Session) -> Movement:
            await self._movements.add(movement, session=session)
            if movement.status == "succeeded":
                await self._settle(movement, session)
            return self._movements.as_stored(movement)

        try:
            async with self._turns.on([movement.customer_id]):
                stored = await in_transaction(self._database, body)
        except DuplicateKeyError:  # moved before, which is rare: nobody looks for it first
            stored = await self._movements.get(movement.key)
        if (stored.kind, stored.customer_id, stored.amount) != (movement.kind, movement.customer_id, movement.amount):
            raise Conflict("This payment key stands for another payment.")
        return stored

    async def confirm(self, key: str) -> Movement:
        """A pending movement succeeds: its entry is posted with it. Any other stays as it is. Raises NotFound."""
        return await self.resolve(key, status="succeeded")

    async def resolve(self, key: str, **answer: Any) -> Movement:
        """A pending movement becomes what the gateway answered (fields of Movement), with its entry if it succeeded.

        One that is decided stays as it is. Raises NotFound.
        """

        async def body(session: Session) -> Movement:
            movement = await self._movements.get(key, session=session)
            if movement.status != "pending":
                return movement
            await self._movements.collection.update_one({"_id": key}, {"$set": plain(answer)}, session=session)
            movement = movement.model_copy(update=answer)
            if movement.status == "succeeded":
                await self._settle(movement, session)
            return movement

        return await in_transaction(self._database, body)

    async def _settle(self, movement: Movement, session: Session) -> None:
        await self._entries.add(_entry_of(movement), session=session)
        if movement.kind is MovementKind.WALLET_CREDIT:
            await self._credit(movement.customer_id, movement.amount, session)

    async def book(self, movement: Movement) -> None:
        """The entry of a movement that succeeded and has lost it; wallets stay as they are. Safe to repeat."""
        await self._entries.add(_entry_of(movement))

    async def _credit(self, customer_id: str, amount: Money, session: Session) -> None:
        wallet = await self._wallets.find_one({"_id": customer_id}, session=session)
        if wallet and wallet["balance"]["currency"] != amount.currency:
            raise Conflict(f"The wallet holds {wallet['balance']['currency']}, not {amount.currency}.")
        change = {"$inc": {"balance.amount": amount.amount}, "$set": {"balance.currency": amount.currency}}
        await self._wallets.update_one({"_id": customer_id}, change, upsert=True, session=session)


async def sum_lines(entries: Collection, match: Document, session: Session | None = None) -> dict[str, int]:
    """Minor units by currency of the entry lines that match."""
    pipeline: list[Document] = [
        {"$match": match},
        {"$unwind": "$lines"},
        {"$match": match},
        {"$group": {"_id": "$currency", "amount": {"$sum": "$lines.amount"}}},
    ]
    groups = entries.aggregate(pipeline, session=session)
    return {group["_id"]: int(group["amount"]) async for group in groups}


def _entry_of(movement: Movement) -> Entry:
    currency = movement.amount.currency
    entry = _entry(movement.key, movement.kind.value, lines_of(movement), currency, movement.reference)
    return entry.model_copy(update={"at": movement.at})


def _entry(key: str, kind: str, lines: Sequence[tuple[str, int]], currency: str, reference: str | None) -> Entry:
    if not lines or sum(amount for _, amount in lines) != 0:
        raise ValueError(f"the lines of ledger entry {kind} must sum to zero")
    named = [EntryLine(account=account, amount=amount) for account, amount in lines]
    return Entry(key=key, kind=kind, lines=named, currency=currency, reference=reference, at=now())
