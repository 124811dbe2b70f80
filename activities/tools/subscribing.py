"""A new subscription in the chat: gathered question by question, shown, and started on a yes."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from activities.tools.pricing import agreed_items, price_each
from activities.tools.scene import Scene, done
from activities.tools.subscription_scene import Wanted, pace, propose
from activities.tools.wording import day, local_day, rhythm, things
from care.errors import Conflict
from care.gateways.cases import Cases
from care.models.dialogue import NamedSku, Outcome
from care.models.memory import Choice, SubscriptionDraft
from care.models.money import Money
from care.models.order import Product
from care.models.subscription import Frequency, Item, NamedItem, Subscription, SubscriptionRequest
from care.rules.address import address_in
from care.rules.item_wishes import ItemsNamed, items_named, items_wanted
from care.rules.prepaid import cost
from care.rules.recurrence import next_occurrence, schedule_for
from care.rules.references import choice_in
from care.rules.renewal import renewed
from care.rules.spoken_dates import dates_in, resolve
from care.rules.words import points_back
from care.stores import Stores

_MOST_OFFERED = 6
_START = re.compile(
    r"\b(?:start\w*|beginning|begin\w*|from|first (?:one|delivery)|as of)\b(?P<when>.{0,40})", re.I | re.S
)
_RHYTHMS = ["Every week on Friday", "Every two weeks on Friday", "Every month on the 1st", "Every day"]


class Subscribing:
    def __init__(self, stores: Stores, cases: Cases) -> None:
        self._stores = stores
        self._cases = cases

    async def gather(self, scene: Scene) -> Outcome:
        """Ask for the first thing that is missing, or show the subscription."""
        products = await self._stores.products.all()
        named = _named(scene, products)
        draft = _merged(scene, named, products)
        if named.unclear or not draft.items:
            return _ask_product(scene, draft, [p for p in products if p.sku in named.unclear] or products)
        what = things([NamedSku(sku=p.sku, name=p.name) for p in products if p.sku in {i.sku for i in draft.items}])
        if draft.frequency is None:
            return _ask(scene, draft, f"How often would you like {what}?", _RHYTHMS, "frequency")
        if draft.frequency is not Frequency.DAILY and draft.delivery_day is None and draft.start_date is None:
            monthly = draft.frequency is Frequency.MONTHLY
            question = f"On which day {'of the month' if monthly else 'of the week'} shall {what} come?"
            days = ["On the 1st", "On the 15th"] if monthly else ["On Monday", "On Friday", "On Saturday"]
            return _ask(scene, draft, question, days, "day")
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
        return scene.propose("subscribe", payload, shown, target=sku, draft=draft, **scene.slots(sku=sku))

    async def again(self, scene: Scene, wanted: Wanted, old: Subscription) -> Outcome:
        """Show one like `old`, which was cancelled, at today's prices. Raises Invalid for what is no longer sold."""
        request = renewed(old)
        items = await agreed_items(self._stores, request.items)
        first, key = _first(scene, request)
        starting = f", first on {first}" if first else ""
        shown = (
            f"Start {old.subscription_id} again: {things(items)}, {pace(old)}{starting}, for {cost(items)} each time?"
        )
        payload = {"first": key, "each": cost(items).model_dump(mode="json")}
        details = "It gets a number of its own."
        return propose(scene, wanted, old, "resubscribe", payload, shown, details=details)

    async def start(self, scene: Scene) -> Outcome:
        """Raises Conflict where the first date or the price is no longer what was shown."""
        payload = scene.agreed.payload
        request = SubscriptionRequest.model_validate(payload.get("request", payload))
        if "first" in payload:
            _, first = _first(scene, request)
            each = await price_each(self._stores, request.items)
            if first != payload["first"] or each != Money.model_validate(payload["each"]):
                raise Conflict("The first date or the price has changed since I showed you this. Please ask me again.")
        subscription = await self._cases.subscribe(request, once=scene.once)
        coming = subscription.next_delivery
        first_day = f" The first delivery is on {local_day(coming)}." if coming else ""
        return scene.reply(
            f"Your subscription {subscription.subscription_id} for {things(subscription.items)} is set up.{first_day}",
            actions=[done("subscription_created", subscription.subscription_id)],
            draft=None,
            **scene.slots(subscription_id=subscription.subscription_id),
        )


def _first(scene: Scene, request: SubscriptionRequest) -> tuple[str | None, str | None]:
    """The first delivery, in words and as its key. Raises Invalid for a calendar that cannot be."""
    schedule = schedule_for(request, customer_timezone=scene.context.timezone, now=scene.now, allow_subdaily=False)
    first = next_occurrence(schedule, scene.now)
    return (day(first.due, schedule.timezone), first.key) if first else (None, None)


def _named(scene: Scene, products: list[Product]) -> ItemsNamed:
    catalogue = [NamedSku(sku=p.sku, name=p.name) for p in products]
    choice = choice_in(scene.text, scene.state)
    chosen = [choice.id] if choice and choice.kind == "product" else []
    named = items_named(scene.text, catalogue, chosen)
    if chosen and not named.pieces:
        return ItemsNamed(dict.fromkeys(chosen))
    if not named.pieces and not named.unclear and len(scene.entities.products) == 1:
        # In another language only the model finds the product.
        return ItemsNamed({p.sku: scene.entities.quantity for p in products if p.name in scene.entities.products})
    return named


def _merged(scene: Scene, named: ItemsNamed, products: list[Product]) -> SubscriptionDraft:
    """What is known of the wish after this message."""
    found, before = scene.entities, scene.state.draft or SubscriptionDraft()
    delivery_day = found.delivery_day if found.delivery_day is not None else before.delivery_day
    frequency = Frequency(found.frequency) if found.frequency else before.frequency
    if frequency is None and delivery_day is not None:
        frequency = Frequency.MONTHLY if isinstance(delivery_day, int) else Frequency.WEEKLY
    if frequency is Frequency.DAILY or (
        frequency and isinstance(delivery_day, int) is not (frequency is Frequency.MONTHLY)
    ):
        delivery_day = None  # "every month on Friday": which day it is has to be asked
    home = next((a.country for a in (before.address,) if a), None)
    return SubscriptionDraft(
        quantity=found.quantity or before.quantity,
        items=_items(scene, before, named, products),
        frequency=frequency,
        delivery_day=delivery_day,
        start_date=_start(scene) or before.start_date,
        address=address_in(scene.text, home) or before.address,
    )


def _items(scene: Scene, before: SubscriptionDraft, named: ItemsNamed, products: list[Product]) -> list[Item]:
    known = before.items or ([Item(sku=before.sku, quantity=before.quantity)] if before.sku else [])
    if not known:
        pieces = named.pieces or (
            {scene.state.slots.sku: None}
            if scene.state.slots.sku and points_back(scene.text) and not named.unclear
            else {}
        )
        said = scene.entities.quantity if len(pieces) == 1 and not scene.entities.products else None
        return [Item(sku=sku, quantity=n or said or before.quantity) for sku, n in pieces.items() if sku]
    names = {p.sku: p for p in products}
    current = [i for i in known if i.sku in names]
    catalogue = [NamedSku(sku=p.sku, name=p.name) for p in products]
    agreed = [_as_named(i, names[i.sku]) for i in current]
    wish = items_wanted(scene.text, scene.entities, agreed, catalogue, list(named.pieces))
    return wish.items or current


def _as_named(item: Item, product: Product) -> NamedItem:
    return NamedItem(sku=item.sku, name=product.name, quantity=item.quantity, price=product.price)


def _start(scene: Scene) -> date | None:
    """ "Starting on 5 December" """
    match = _START.search(scene.text)
    spoken = dates_in(match["when"])[:1] if match else []
    today = scene.now.astimezone(ZoneInfo(scene.context.timezone)).date()
    return resolve(spoken[0], today) if spoken else None


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
