"""Holds the books against each other, and against the payment provider's: behind `care repair ledger`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, Protocol, TypeAlias

from pydantic import ValidationError

from care.gateways.payments import PaymentGateway, PaymentResult
from care.models.customer import Wallet
from care.models.ledger import Entry, Movement, MovementKind
from care.models.money import Money
from care.rules import books as rules
from care.rules.books import Flaw, Mend
from care.stores import Stores
from care.stores.books import BooksStore
from care.stores.documents import Documents
from care.stores.mongo import Document

AT_ONCE = 10
# A case under way writes its places one after the other: what looks wrong is looked at again.
PAUSE = 1.0  # seconds

# What was found, and what would mend it.
Found: TypeAlias = AsyncIterator[tuple[Flaw, Callable[[], Awaitable[object]] | None]]


class Provider(Protocol):
    """A payment gateway whose provider has books of its own. Both raise Unavailable while it does not answer."""

    async def asked(self, movement: Movement) -> PaymentResult | None:
        """What the provider knows of the movement's key; changes nothing."""
        ...

    async def differs(self, movement: Movement) -> str | None:
        """What the provider's books say else of a movement that succeeded; None if they agree."""
        ...


class Bookkeeper:
    """`looked_at` counts the documents compared so far. Without a `provider` our books are the only ones."""

    def __init__(self, stores: Stores, payments: PaymentGateway, provider: Provider | None = None) -> None:
        self._stores = stores
        self._books = BooksStore(stores.database)
        self._payments = payments
        self._provider = provider
        self._total: Counter[str] = Counter()
        self.looked_at = 0

    async def flaws(self, *, dry_run: bool) -> AsyncIterator[Flaw]:
        """What was wrong, as it is found and mended. Movements come first: what they lack is booked, then counted."""
        orders = (self._orders, self._changes, self._refunds)
        for check in (self._movements, self._provided, self._entries, self._wallets, *orders):
            async for flaw, mend in check():
                if mend is None or dry_run:
                    yield flaw
                else:
                    await mend()
                    yield flaw.model_copy(update={"done": True})

    async def _pages(self, documents: Documents[Any], noun: str) -> AsyncIterator[tuple[list[Any], list[Flaw]]]:
        """The models of each page; what cannot be read is a flaw."""
        async for page in self._books.pages(documents):
            self.looked_at += len(page)
            models, flaws = [], []
            for document in page:
                try:
                    models.append(documents.decode(document))
                except ValidationError:
                    flaws.append(Flaw(subject=f"{noun} {document['_id']}", found="it cannot be read"))
            yield models, flaws

    async def _movements(self) -> Found:
        async for movements, unread in self._pages(self._books.movements, "movement"):
            moved = [movement for movement in movements if movement.status == "succeeded"]
            booked = await self._books.known("ledger", [movement.key for movement in moved])
            refunds = {movement.key.split(":")[1] for movement in moved if movement.key.startswith("refund:")}
            lost = refunds - await self._books.known("refunds", refunds)
            lost_changes = (changes := rules.changes_in(moved)) - await self._books.known("order_changes", changes)
            for flaw in unread:
                yield flaw, None
            for movement in moved:
                if movement.key not in booked:
                    missing = Flaw(subject=f"movement {movement.key}", found="it has no entry", mend=Mend.ENTRY)
                    yield missing, partial(self._stores.ledger.book, movement)
            for refund_id in sorted(lost):
                yield Flaw(subject=f"refund {refund_id}", found="money moved for it, and there is no such case"), None
            for change_id in sorted(lost_changes):
                yield Flaw(subject=f"change {change_id}", found="money moved for it, and it is not on record"), None

    async def _provided(self) -> Found:
        if self._provider is None:
            return
        gate = asyncio.Semaphore(AT_ONCE)
        async for movements, _ in self._pages(self._books.movements, "movement"):
            theirs = [movement for movement in movements if movement.kind is not MovementKind.WALLET_CREDIT]
            for flaw in await asyncio.gather(*(self._compared(self._provider, each, gate) for each in theirs)):
                if flaw:
                    key = flaw.subject.removeprefix("movement ")
                    yield flaw, partial(self._payments.find, key) if flaw.mend is Mend.PAYMENT else None

    async def _compared(self, provider: Provider, movement: Movement, gate: asyncio.Semaphore) -> Flaw | None:
        subject = f"movement {movement.key}"
        async with gate:
            if movement.status == "succeeded":
                differs = await provider.differs(movement)
                return Flaw(subject=subject, found=differs) if differs else None
            answer = await provider.asked(movement) if movement.status == "pending" else None
        if answer is None or answer.status == "pending":
            return None
        return Flaw(subject=subject, found=f"its answer was lost: it has {answer.status}", mend=Mend.PAYMENT)

    async def _entries(self) -> Found:
        async for entries, unread in self._pages(self._books.entries, "entry"):
            movements = await self._books.movements_of([entry.key for entry in entries])
            for entry in entries:
                self._total[entry.currency] += sum(line.amount for line in entry.lines)
            for flaw in unread + [
                each for entry in entries for each in rules.of_entry(entry, movements.get(entry.key))
            ]:
                yield flaw, None
            async for found in self._lost_wallets(entries):
                yield found
        for currency, amount in self._total.items():
            if amount:
                yield Flaw(subject="ledger", found=f"all entries in {currency} sum to {amount}, and not to zero"), None

    async def _lost_wallets(self, entries: list[Entry]) -> Found:
        credited = rules.wallets_in(entries)
        for customer_id in sorted(set(credited) - await self._books.known("wallets", credited)):
            flaw = Flaw(subject=f"wallet {customer_id}", found="the ledger has one, and it is gone", mend=Mend.WALLET)
            yield flaw, partial(self._restored, customer_id, credited[customer_id])

    async def _restored(self, customer_id: str, currency: str) -> None:
        await self._stores.wallets.add(Wallet(customer_id=customer_id, balance=Money.zero(currency)))
        await self._stores.wallets.resync(customer_id)

    async def _wallets(self) -> Found:
        async for wallets, unread in self._pages(self._books.wallets, "wallet"):
            for flaw in unread:
                yield flaw, None
            for wallet in wallets:
                shown, booked = await self._books.balances(wallet.customer_id)
                if shown and (found := rules.of_wallet(wallet.customer_id, shown, booked)):
                    mend = partial(self._stores.wallets.resync, wallet.customer_id)
                    yield found, mend if found.mend is Mend.WALLET else None

    async def _orders(self) -> Found:
        async for orders, unread in self._pages(self._books.orders, "order"):
            for flaw in unread:
                yield flaw, None
            sums = await self._books.sums([order.order_id for order in orders])
            for order in orders:
                if rules.of_order(order, *sums.get(order.order_id, (0, 0))) is None:
                    continue
                if found := rules.of_order(*await self._books.counted(order.order_id)):
                    mend = partial(self._books.recount, order.order_id)
                    yield found, mend if found.mend is Mend.ORDER else None

    async def _changes(self) -> Found:
        async for changes, unread in self._pages(self._books.changes, "change"):
            for flaw in unread:
                yield flaw, None
            for change in changes:
                movements = await self._books.movements_of(rules.keys_of(change))
                for flaw in rules.of_change(change, movements):
                    yield flaw, None

    async def _refunds(self) -> Found:
        async for page in self._books.pages(self._books.refunds):
            self.looked_at += len(page)
            for document in page:
                flaws = await self._of_refund(document)
                if flaws:
                    await asyncio.sleep(PAUSE)
                    flaws = await self._of_refund(await self._books.raw_refund(document["_id"]) or document)
                for flaw in flaws:
                    yield flaw, None

    async def _of_refund(self, document: Document) -> list[Flaw]:
        try:
            refund = self._books.refunds.decode(document)
        except ValidationError:
            return [Flaw(subject=f"refund {document['_id']}", found="it cannot be read")]
        return rules.of_refund(refund, document.get("hold"), await self._books.payouts_of(refund.refund_id))
