"""Sets up what a dialogue begins with, in a shop that other dialogues use too: all that belongs to its customer."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from care.models.customer import Address, Wallet
from care.models.ledger import PaymentMethod
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus
from care.models.refund import RefundRequest, RefundStatus
from care.models.subscription import CancelSubscription, Item, OneDelivery, PauseSubscription, SubscriptionRequest
from tests.api.shop import STREET, Shop, Someone
from tests.dialogues.grammar import CATALOGUE, EUR, with_days
from tests.dialogues.names import Names
from tests.dialogues.script import Dialogue
from tests.dialogues.starting import Given

# Where somebody else lives.
ELSEWHERE = Address(street="Geheimweg 9", city="Bonn", postcode="53111", country="DE")
_AT_WORK = {RefundStatus.ASSESSING, RefundStatus.APPROVED}
_NUMBERS = itertools.count(10)  # real order ids: ORD10001 is ORD001 of the first dialogue


@dataclass
class Stage:
    """One customer who speaks, one who owns the things of somebody else, and what the dialogue calls things."""

    shop: Shop
    customer: Someone
    stranger: Someone
    zone: ZoneInfo
    names: Names = field(default_factory=Names)
    theirs: list[str] = field(default_factory=list)
    _number: int = field(default_factory=lambda: next(_NUMBERS))

    @property
    def today(self) -> date:
        return datetime.now(UTC).astimezone(self.zone).date()

    def as_written(self, text: str) -> str:
        """With real ids and days, as people write them."""
        return with_days(self.names.to_real(text), self.today, spoken=True)

    def as_stored(self, text: str) -> str:
        return with_days(self.names.to_real(text), self.today, spoken=False)

    async def add(self, given: Given) -> None:
        owner = self.customer if given.mine else self.stranger
        real = await getattr(self, f"_{given.kind}")(owner, given)
        if given.id:
            self.names.bind(given.id, real)
            if not given.mine:
                self.theirs.append(real)

    async def happens(self, given: Given) -> None:
        """A change between two messages."""
        stores, client, about = self.shop.services.stores, self.shop.services.client, given.about
        real = self.names.real(given.id)
        match given.kind, about.get("becomes"):
            case "order", "cancelled":
                await self.shop.services.cancel_order(real)
            case "order", str(status):
                at = datetime.now(UTC) if status == OrderStatus.DELIVERED else None
                await stores.orders.set_status(real, OrderStatus(status), at)
            case "subscription", "paused":
                await client.pause_subscription(real, PauseSubscription())
            case "subscription", _:
                await client.cancel_subscription(real, CancelSubscription())
            case "refund", _:
                await self.add(given)
            case "product", _:
                product = CATALOGUE[about["word"]]
                await stores.products.put(product.model_copy(update={"price": about["price"]}))

    async def settled(self) -> None:
        """Until every case has come to where it waits for somebody, and every extra delivery is ordered."""
        async with asyncio.timeout(30):
            while await self._at_work():  # noqa: ASYNC110 the database tells nobody
                await asyncio.sleep(0.05)

    async def _at_work(self) -> bool:
        stores = self.shop.services.stores
        owners = [self.customer.customer_id, self.stranger.customer_id]
        refunds = [r for each in owners for r in await stores.refunds.history(each)]
        kept = [s for each in owners for s in (await stores.subscriptions.page(each)).items]
        live = [await self.shop.services.client.subscription(each.subscription_id) for each in kept]
        return any(r.status in _AT_WORK for r in refunds) or live != kept or any(s.extra for s in live)

    async def _order(self, owner: Someone, given: Given) -> str:
        about = given.about
        order_id, status, now = f"ORD{self._number}{given.id[3:]}", OrderStatus(about["status"]), datetime.now(UTC)
        ago = now - timedelta(days=int(about.get("days", 1)))
        lines = [
            OrderLine(sku=p.sku, name=p.name, quantity=pieces, price=p.price, category=p.category)
            for p, pieces in ((CATALOGUE[word], pieces) for word, pieces in about["goods"].items())
        ]
        total = sum((line.price * line.quantity for line in lines), Money.zero(EUR))
        await self.shop.services.stores.orders.put(
            Order(
                order_id=order_id,
                customer_id=owner.customer_id,
                status=status,
                items=lines,
                shipping=Money.zero(EUR),
                total=total,
                payment=await self._paid(owner, order_id, total, about.get("paid", "")),
                placed_at=ago - timedelta(days=2) if status is OrderStatus.DELIVERED else ago,
                delivered_at=ago if status is OrderStatus.DELIVERED else None,
                address=STREET if given.mine else ELSEWHERE,
                refunded=Money.zero(EUR),
                reserved=Money.zero(EUR),
            )
        )
        return order_id

    async def _paid(self, owner: Someone, order_id: str, total: Money, paid: str) -> Payment:
        """As the order shows it; the gateway may know better."""
        if paid == "unpaid":
            return Payment(status=PaymentStatus.PENDING)
        charged = await self.shop.services.payments.charge(
            owner.customer_id, total, f"order:{order_id}", method="pm_card_declined" if paid == "declined" else None
        )
        if paid:
            return Payment(status=PaymentStatus.PENDING)
        return Payment(status=PaymentStatus.PAID, reference=charged.reference)

    async def _subscription(self, owner: Someone, given: Given) -> str:
        about, client = given.about, self.shop.services.client
        day = self.as_stored(about.get("day", ""))
        wish = SubscriptionRequest(
            customer_id=owner.customer_id,
            items=[Item(sku=CATALOGUE[word].sku, quantity=n) for word, n in about["goods"].items()],
            frequency=about["frequency"],
            delivery_day=int(day) if day.isdecimal() else day or None,
        )
        subscription_id = (await client.subscribe(wish)).subscription_id
        match about.get("state"):
            case "paused":
                await client.pause_subscription(subscription_id, PauseSubscription())
            case "cancelled":
                await client.cancel_subscription(subscription_id, CancelSubscription())
            case "ending":
                await client.cancel_subscription(subscription_id, CancelSubscription(when="after_next_delivery"))
            case str():
                skipped = date.fromisoformat(self.as_stored(about["skipped"]))
                await client.skip_delivery(subscription_id, OneDelivery(date=skipped))
        return subscription_id

    async def _refund(self, owner: Someone, given: Given) -> str:
        request = RefundRequest(
            order_id=self.names.real(given.about["order"]), reason=given.about["reason"], complaint="It arrived broken."
        )
        refund = await self.shop.services.client.open_refund(owner.customer_id, request)
        await self.settled()
        return refund.refund_id

    async def _photo(self, owner: Someone, given: Given) -> str:
        return await self.shop.shows_photo(owner, seed=next(_NUMBERS))

    async def _wallet(self, owner: Someone, given: Given) -> str:
        stores, who = self.shop.services.stores, owner.customer_id
        shown: Money = given.about["shown"]
        booked: Money = given.about.get("booked", shown)
        await stores.wallets.set(Wallet(customer_id=who, balance=shown))
        if booked.amount:
            lines = [(f"wallet:{who}", booked.amount), ("shop:cash", -booked.amount)]
            await stores.ledger.post(f"gift:{who}", "gift", lines, EUR)
        return ""

    async def _card(self, owner: Someone, given: Given) -> str:
        method = PaymentMethod(customer_id=owner.customer_id, behaviour=given.about["behaviour"])
        await self.shop.services.stores.ledger.set_payment_method(method)
        return ""

    async def _customer(self, owner: Someone, given: Given) -> str:
        """The zone was needed before: see `set_stage`."""
        return ""


async def set_stage(shop: Shop, dialogue: Dialogue) -> Stage:
    zone = next((g.about["zone"] for g in dialogue.given if g.kind == "customer"), "Europe/Berlin")
    customer, stranger = await shop.welcomes(timezone=zone), await shop.welcomes()
    stage = Stage(shop, customer, stranger, ZoneInfo(zone))
    stage.names.bind("customer", customer.customer_id)
    for word, product in CATALOGUE.items():
        stage.names.bind(word, product.sku)
    for given in dialogue.given:
        await stage.add(given)
    await stage.settled()
    return stage
