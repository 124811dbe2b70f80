"""Subscriptions in the chat: gathering one, starting it on a yes, listing them, cancelling one on a yes."""

from __future__ import annotations

import re

from activities.tools.owned import subscription_of
from activities.tools.scene import PERSON, Scene, done
from activities.tools.wording import day, local_day, rhythm, subscription_choices, things
from care.gateways.cases import Cases
from care.models.dialogue import NamedSku, Outcome
from care.models.memory import Choice, SubscriptionDraft
from care.models.order import Product
from care.models.subscription import (
    CancelSubscription,
    Frequency,
    Item,
    Subscription,
    SubscriptionRequest,
    SubscriptionStatus,
)
from care.models.understanding import Intent
from care.rules.prepaid_words import going_back
from care.rules.recurrence import next_occurrence, schedule_for
from care.rules.references import choice_in, named_products
from care.rules.words import points_back
from care.stores import Stores

_MOST_OFFERED = 6
_CANCEL = re.compile(r"\b(cancel|stop|end|terminate|unsubscribe|quit)\b", re.IGNORECASE)
_OTHER_CHANGE = re.compile(
    r"\b(pause|skip|resume|change|move|reschedul\w*|swap|switch|postpone|delay|increase|reduce|add|hold)\b",
    re.IGNORECASE,
)


class SubscriptionTools:
    def __init__(self, stores: Stores, cases: Cases) -> None:
        self._stores = stores
        self._cases = cases

    async def serve(self, scene: Scene) -> Outcome:
        """Raises NotFound for what is not the customer's, Invalid for a calendar that cannot be."""
        if scene.reading.act == "confirm":
            subscribing = scene.agreed.kind == "subscribe"
            return await (self._subscribe(scene) if subscribing else self._cancel(scene))
        if scene.reading.intent is Intent.SUBSCRIPTION_REQUEST:
            return await self._gather(scene)
        proposed = scene.state.pending is not None and scene.state.pending.kind == "cancel_subscription"
        if _CANCEL.search(scene.text) or scene.state.awaiting == "subscription" or proposed:
            return await self._propose_cancel(scene)
        return await self._list(scene)

    async def _gather(self, scene: Scene) -> Outcome:
        """Ask for the first thing that is missing, or show the subscription."""
        products = await self._stores.products.all()
        named = _named(scene, products)
        draft = _merged(scene, named)
        product = next((p for p in products if p.sku == draft.sku), None)
        if product is None:
            return _ask_product(scene, draft, [p for p in products if p.sku in named] or products)
        if draft.frequency is None:
            return scene.reply(
                f"How often would you like {product.name}?",
                suggestions=[
                    "Every week on Friday",
                    "Every two weeks on Friday",
                    "Every month on the 1st",
                    "Every day",
                ],
                awaiting="frequency",
                draft=draft,
                **scene.slots(sku=product.sku),
            )
        if draft.frequency is not Frequency.DAILY and draft.delivery_day is None:
            monthly = draft.frequency is Frequency.MONTHLY
            return scene.reply(
                f"On which day {'of the month' if monthly else 'of the week'} shall {product.name} come?",
                suggestions=["On the 1st", "On the 15th"] if monthly else ["On Monday", "On Friday", "On Saturday"],
                awaiting="day",
                draft=draft,
                **scene.slots(sku=product.sku),
            )
        return _show(scene, product, draft)

    async def _subscribe(self, scene: Scene) -> Outcome:
        request = SubscriptionRequest.model_validate(scene.agreed.payload)
        subscription = await self._cases.subscribe(request, once=scene.once)
        first = (
            f" The first delivery is on {local_day(subscription.next_delivery)}." if subscription.next_delivery else ""
        )
        return scene.reply(
            f"Your subscription {subscription.subscription_id} for {things(subscription.items)} is set up.{first}",
            actions=[done("subscription_created", subscription.subscription_id)],
            draft=None,
            **scene.slots(subscription_id=subscription.subscription_id),
        )

    async def _propose_cancel(self, scene: Scene) -> Outcome:
        ids = scene.reading.subscription_ids
        if not ids:
            return scene.reply("You have no subscription that could be cancelled.", suggestions=[PERSON])
        if len(ids) > 1:
            briefs = [s for s in scene.context.subscriptions if s.subscription_id in ids]
            return scene.ask_which(
                "Which subscription shall I cancel?", subscription_choices(briefs), awaiting="subscription"
            )
        subscription = await subscription_of(self._stores, scene.customer_id, ids[0])
        if subscription.status is SubscriptionStatus.CANCELLED:
            return scene.reply(f"{subscription.subscription_id} is cancelled already.")
        payload = {"subscription_id": subscription.subscription_id, "when": "now"}
        shown = f"Cancel {subscription.subscription_id} ({things(subscription.items)}, {_when(subscription)}) now?"
        return scene.propose(
            "cancel_subscription",
            payload,
            shown,
            target=subscription.subscription_id,
            # "No, the other one" is understood even where no list was shown.
            choices=subscription_choices(
                [s for s in scene.context.subscriptions if s.status is not SubscriptionStatus.CANCELLED]
            ),
            **scene.slots(subscription_id=subscription.subscription_id),
        )

    async def _cancel(self, scene: Scene) -> Outcome:
        subscription_id = scene.agreed.payload["subscription_id"]
        subscription = await subscription_of(self._stores, scene.customer_id, subscription_id)
        # A repeated node finds it cancelled by itself.
        if subscription.status is not SubscriptionStatus.CANCELLED:
            request = CancelSubscription(when=scene.agreed.payload["when"], reason="asked for in the chat")
            subscription = await self._cases.cancel_subscription(subscription_id, request)
        text = f"{subscription_id} is cancelled; nothing more will be delivered. {going_back(subscription)}"
        return scene.reply(
            text.strip(),
            actions=[done("subscription_cancelled", subscription_id)],
        )

    async def _list(self, scene: Scene) -> Outcome:
        ids = scene.reading.subscription_ids
        if not ids:
            return scene.reply("You have no subscription at the moment.", suggestions=["I want to subscribe"])
        found = [await subscription_of(self._stores, scene.customer_id, each) for each in ids[:_MOST_OFFERED]]
        text = "\n".join(_line(s) for s in found)
        if _OTHER_CHANGE.search(scene.text):
            text = f"I can cancel a subscription here; for other changes a colleague will help you.\n{text}"
        suggestions = [f"Cancel {s.subscription_id}" for s in found if s.status is not SubscriptionStatus.CANCELLED]
        slots = scene.slots(subscription_id=ids[0] if len(ids) == 1 else None)
        return scene.reply(text, suggestions=[*suggestions[:3], PERSON], choices=_choices(found), **slots)


def _named(scene: Scene, products: list[Product]) -> list[str]:
    choice = choice_in(scene.text, scene.state)
    if choice is not None and choice.kind == "product":
        return [choice.id]
    catalogue = [NamedSku(sku=p.sku, name=p.name) for p in products]
    return named_products(scene.entities, scene.text, catalogue)


def _merged(scene: Scene, named: list[str]) -> SubscriptionDraft:
    """What is known of the wish after this message."""
    found, before = scene.entities, scene.state.draft or SubscriptionDraft()
    pointed = scene.state.slots.sku if points_back(scene.text) else None
    sku = named[0] if len(named) == 1 else (before.sku or pointed if not named else None)
    delivery_day = found.delivery_day if found.delivery_day is not None else before.delivery_day
    frequency = Frequency(found.frequency) if found.frequency else before.frequency
    if frequency is None and delivery_day is not None:
        frequency = Frequency.MONTHLY if isinstance(delivery_day, int) else Frequency.WEEKLY
    if frequency and isinstance(delivery_day, int) is not (frequency is Frequency.MONTHLY):
        delivery_day = None  # "every month on Friday": which day it is has to be asked
    quantity = found.quantity or before.quantity
    return SubscriptionDraft(sku=sku, quantity=quantity, frequency=frequency, delivery_day=delivery_day)


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


def _show(scene: Scene, product: Product, draft: SubscriptionDraft) -> Outcome:
    request = SubscriptionRequest(
        customer_id=scene.customer_id,
        items=[Item(sku=product.sku, quantity=draft.quantity)],
        frequency=draft.frequency,
        delivery_day=draft.delivery_day,
    )
    schedule = schedule_for(request, customer_timezone=scene.context.timezone, now=scene.now, allow_subdaily=False)
    first = next_occurrence(schedule, scene.now)
    starting = f", first on {day(first.due, schedule.timezone)}" if first else ""
    shown = (
        f"Deliver {draft.quantity} x {product.name} {rhythm(draft.frequency, draft.delivery_day)}{starting}, "
        f"for {product.price * draft.quantity} each time?"
    )
    payload = request.model_dump(mode="json", exclude_none=True)
    return scene.propose("subscribe", payload, shown, target=product.sku, draft=draft, **scene.slots(sku=product.sku))


def _when(subscription: Subscription) -> str:
    return rhythm(subscription.frequency, subscription.delivery_day)


def _line(subscription: Subscription) -> str:
    ahead = f", next delivery on {local_day(subscription.next_delivery)}" if subscription.next_delivery else ""
    what = f"{subscription.subscription_id}: {things(subscription.items)}, {_when(subscription)}"
    return f"{what}, {subscription.status.value.replace('_', ' ')}{ahead}."


def _choices(subscriptions: list[Subscription]) -> list[Choice]:
    return [Choice(kind="subscription", id=s.subscription_id, label=things(s.items)) for s in subscriptions]
