"""A new subscription in the chat: gathered question by question, shown, and started on a yes."""

from __future__ import annotations

import re

from activities.tools.pricing import agreed_items, price_each
from activities.tools.scene import Scene, done
from activities.tools.subscription_draft import drafted
from activities.tools.subscription_scene import Wanted, propose
from activities.tools.subscription_wording import pace
from activities.tools.wording import day, local_day, rhythm, things
from care.gateways.cases import Cases
from care.models.dialogue import Outcome
from care.models.memory import Choice, SubscriptionDraft
from care.models.money import Money
from care.models.order import Product
from care.models.subscription import Frequency, Subscription, SubscriptionRequest
from care.rules.prepaid import cost
from care.rules.recurrence import next_occurrence, schedule_for
from care.rules.renewal import renewed
from care.rules.strange_counts import asks_for_count, strange_count
from care.stores import Stores

_MOST_OFFERED = 6
_ASKS_PRICE = re.compile(r"\bhow much\b|\bprice\b|\bcosts?\b", re.I)
_RHYTHMS = ["Every week on Friday", "Every two weeks on Friday", "Every month on the 1st", "Every day"]


class Subscribing:
    def __init__(self, stores: Stores, cases: Cases) -> None:
        self._stores = stores
        self._cases = cases

    async def gather(self, scene: Scene) -> Outcome:
        """Ask for the first thing that is missing, or show the subscription."""
        products = await self._stores.products.all()
        home = (await self._stores.customers.get(scene.customer_id)).address
        draft, unclear = drafted(scene, products, home.country if home else None)
        before = scene.state.draft
        if before and before.items and _ASKS_PRICE.search(scene.text) and not _names_other(scene, before, products):
            draft, unclear = before, []  # "how much is that a month?" asks for no other rhythm
        if unclear or not draft.items:
            return _ask_product(scene, draft, [p for p in products if p.sku in unclear] or products)
        if strange := strange_count(scene.text, [p.name for p in products]):
            return _ask(scene, draft, asks_for_count(strange), [], "items")
        names = {p.sku: p.name for p in products}
        what = ", ".join(f"{i.quantity} x {names[i.sku]}" if i.quantity > 1 else names[i.sku] for i in draft.items)
        price = ""
        if _ASKS_PRICE.search(scene.text):
            price = f"{what}: {cost(await agreed_items(self._stores, draft.items))} each time. "
        if draft.frequency is None:
            return _ask(scene, draft, f"{price}How often would you like {what}?", _RHYTHMS, "frequency")
        if draft.frequency is not Frequency.DAILY and draft.delivery_day is None and draft.start_date is None:
            monthly = draft.frequency is Frequency.MONTHLY
            question = f"On which day {'of the month' if monthly else 'of the week'} shall {what} come?"
            days = ["On the 1st", "On the 15th"] if monthly else ["On Monday", "On Friday", "On Saturday"]
            return _ask(scene, draft, f"{price}{question}", days, "day")
        return await self._show(scene, draft)

    async def _show(self, scene: Scene, draft: SubscriptionDraft) -> Outcome:
        items = await agreed_items(self._stores, draft.items)
        request = SubscriptionRequest(
            customer_id=scene.customer_id,
            items=draft.items,
            frequency=draft.frequency,
            delivery_day=draft.delivery_day,
            start_date=draft.start_date,
            address=draft.address,
        )
        sold = await self._stores.products.find([i.sku for i in items])
        gone = [p.name for p in sold.values() if p.stock <= 0]
        details = (
            f"{' and '.join(gone)} {'is' if len(gone) == 1 else 'are'} out of stock at the moment." if gone else ""
        )
        first, key = _first(scene, request)
        starting = f", first on {first}" if first else ""
        what = ", ".join(f"{i.quantity} x {i.name}" for i in items)
        goes = f" to {draft.address}" if draft.address else ""
        each = cost(items)
        day_ = draft.delivery_day
        shown = f"Deliver {what}{goes} {rhythm(draft.frequency, day_)}{starting}, for {each} each time?"
        payload = {
            "request": request.model_dump(mode="json", exclude_none=True),
            "first": key,
            "each": each.model_dump(mode="json"),
        }
        sku = draft.items[0].sku
        return scene.propose(
            "subscribe", payload, shown, target=sku, details=details, draft=draft, **scene.slots(sku=sku)
        )

    async def again(self, scene: Scene, wanted: Wanted, old: Subscription) -> Outcome:
        """Show one like `old`, which was cancelled, at today's prices. Raises Invalid for what is no longer sold."""
        request = renewed(old)
        items = await agreed_items(self._stores, request.items)
        first, key = _first(scene, request)
        starting = f", first on {first}" if first else ""
        price = f"for {cost(items)} each time{_at_once(request)}"
        shown = f"Start {old.subscription_id} again: {things(items)}, {pace(old)}{starting}, {price}?"
        payload = {"first": key, "each": cost(items).model_dump(mode="json")}
        details = "It gets a number of its own."
        return propose(scene, wanted, old, "resubscribe", payload, shown, details=details)

    async def start(self, scene: Scene) -> Outcome:
        """Where the first date or the price is no longer what was shown, it is shown anew and not started."""
        payload = scene.agreed.payload
        # Proposals of earlier versions hold the request alone.
        request = SubscriptionRequest.model_validate(payload.get("request", payload))
        if "first" in payload and scene.state.draft:
            _, first = _first(scene, request)
            each = await price_each(self._stores, request.items)
            if first != payload["first"] or each != Money.model_validate(payload["each"]):
                return await self._show(scene, scene.state.draft)
        subscription = await self._cases.subscribe(request, once=scene.once)
        coming = subscription.next_delivery
        first_day = f" The first delivery is on {local_day(coming)}." if coming else ""
        return scene.reply(
            f"Your subscription {subscription.subscription_id} for {things(subscription.items)} is set up.{first_day}",
            actions=[done("subscription_created", subscription.subscription_id)],
            draft=None,
            **scene.slots(subscription_id=subscription.subscription_id),
        )


def _names_other(scene: Scene, draft: SubscriptionDraft, products: list[Product]) -> bool:
    known = {p.name for p in products if p.sku in {i.sku for i in draft.items}}
    return bool(set(scene.entities.products) - known)


def _at_once(request: SubscriptionRequest) -> str:
    return f", paid for {request.prepaid.deliveries} deliveries at once" if request.prepaid else ""


def _first(scene: Scene, request: SubscriptionRequest) -> tuple[str | None, str | None]:
    """The first delivery, in words and as its key. Raises Invalid for a calendar that cannot be."""
    schedule = schedule_for(request, customer_timezone=scene.context.timezone, now=scene.now, allow_subdaily=False)
    first = next_occurrence(schedule, scene.now)
    return (day(first.due, schedule.timezone), first.key) if first else (None, None)


def _ask(scene: Scene, draft: SubscriptionDraft, question: str, suggestions: list[str], awaiting: str) -> Outcome:
    slots = scene.slots(sku=draft.items[0].sku)
    return scene.reply(question, suggestions=suggestions, awaiting=awaiting, draft=draft, **slots)


def _ask_product(scene: Scene, draft: SubscriptionDraft, products: list[Product]) -> Outcome:
    bought = {i.sku for o in scene.context.orders for i in o.items}
    first = sorted(products, key=lambda p: (p.sku not in bought, p.name))[:_MOST_OFFERED]
    choices = [Choice(kind="product", id=p.sku, label=p.name) for p in first]
    listed = "\n".join(f"{n}. {p.name}, {p.price}" for n, p in enumerate(first, 1))
    return scene.reply(
        f"What would you like delivered regularly?\n{listed}",
        suggestions=[p.name for p in first],
        choices=choices,
        awaiting="product",
        draft=draft,
    )
