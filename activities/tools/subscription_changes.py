"""Other terms of a subscription, shown before anything is done: items, rhythm, day, address, payment method."""

from __future__ import annotations

import re
from typing import Any

from activities.tools.pricing import agreed_items
from activities.tools.scene import Scene
from activities.tools.subscription_asking import ask_address, ask_count, ask_day, ask_method, ask_product, ask_what
from activities.tools.subscription_items import items_for, wished_of
from activities.tools.subscription_scene import Wanted, propose
from activities.tools.subscription_wording import days, name, pace, plain
from activities.tools.wording import rhythm, things
from care.gateways.payments import PaymentGateway
from care.models.customer import Address, StoredMethod
from care.models.dialogue import Outcome
from care.models.order import Product
from care.models.subscription import AgreedChange, ChangeSubscription, Frequency, Item, NamedItem, Subscription
from care.rules.address import address_in
from care.rules.delivery_dates import planned_dates
from care.rules.entities import only_names_days
from care.rules.order_changes import pieces_of
from care.rules.phrases import asks_for_address
from care.rules.prepaid import cost
from care.rules.strange_counts import strange_count
from care.rules.subscription_calendar import changed
from care.rules.subscription_checks import local_date
from care.rules.terms_wishes import is_about_paying, method_named, rhythm_wanted
from care.stores import Stores

_NEXT = 3
_OTHER_DAY = re.compile(r"\bday\b", re.I)


class SubscriptionChanges:
    def __init__(self, stores: Stores, payments: PaymentGateway) -> None:
        self._stores = stores
        self._payments = payments

    async def propose(self, scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
        """Raises Conflict and Invalid as the API does for the same change."""
        methods = await self._payments.methods(scene.customer_id)
        paying = _method(scene, wanted, methods)
        if paying is None and _is_about_paying(scene, wanted):
            return ask_method(scene, wanted, subscription, methods)
        address = await self._address(scene, wanted, subscription)
        if address is None and (scene.state.awaiting == "address" or asks_for_address(wanted.text)):
            return ask_address(scene, wanted, subscription)
        terms: dict[str, Any] = {}
        before = _before(wanted, subscription)
        if address:
            terms["address"] = address
        elif paying:
            terms["payment_method"] = paying.payment_method
        else:
            products = await self._stores.products.all()
            if strange := strange_count(scene.text, [p.name for p in products]):
                return ask_count(scene, wanted, subscription, strange)
            items, unclear = _items(scene, wanted, subscription, products, before.get("items"))
            if unclear and items is None:
                return ask_product(scene, wanted, subscription, [p for p in products if p.sku in unclear])
            if items == []:
                return _nothing_left(scene, subscription)
            terms = _rhythm(wanted, subscription) | ({"items": items} if items else {})
        terms = before | terms
        if not terms:
            ask = ask_day if _OTHER_DAY.search(wanted.text) else ask_what
            return ask(scene, wanted, subscription)
        return await self._show(scene, wanted, subscription, terms, methods)

    async def _address(self, scene: Scene, wanted: Wanted, subscription: Subscription) -> Address | None:
        home = subscription.address or (await self._stores.customers.get(scene.customer_id)).address
        return address_in(wanted.text, home.country if home else None)

    async def _show(
        self,
        scene: Scene,
        wanted: Wanted,
        subscription: Subscription,
        terms: dict[str, Any],
        methods: list[StoredMethod],
    ) -> Outcome:
        wish = ChangeSubscription(**terms)
        items = await agreed_items(self._stores, wish.items) if wish.items else None
        after = changed(subscription, AgreedChange(wish=wish, items=items), scene.now)
        change = ChangeSubscription(**{n: v for n, v in terms.items() if not _is_so(n, v, subscription, after)})
        if after == subscription or not change.model_fields_set:
            return plain(scene, subscription, f"{name(subscription)} is like that already: {pace(subscription)}.")
        payload: dict[str, Any] = {"change": change.model_dump(mode="json", exclude_none=True)}
        if change.items and items:
            payload["instead_of"] = dict(pieces_of(subscription.items))
            payload["each"] = cost(items).model_dump(mode="json")
        paying = next((m for m in methods if m.payment_method == change.payment_method), None)
        if paying:
            payload["method"] = paying.label
        shown = f"Change {subscription.subscription_id} to {' and to '.join(_parts(after, change, items, paying))}?"
        details = _details(scene, subscription, after, change)
        return propose(
            scene, wanted, subscription, "change_subscription", payload, shown, details=details, change=change
        )


def _before(wanted: Wanted, subscription: Subscription) -> dict[str, Any]:
    """What was shown already, where these words add to it."""
    change = wanted.task.change
    if change is None or not wanted.amends or wanted.task.subscription_id != subscription.subscription_id:
        return {}
    return {field: value for field in change.model_fields_set if (value := getattr(change, field)) is not None}


def _rhythm(wanted: Wanted, subscription: Subscription) -> dict[str, Any]:
    """ "On Mondays" changes the day of one that comes every two weeks, and nothing else of it."""
    terms = rhythm_wanted(wanted.text, wanted.found)
    if subscription.frequency is Frequency.BIWEEKLY and only_names_days(wanted.text):
        terms.pop("frequency", None)
    return terms


def _is_so(field: str, value: Any, before: Subscription, after: Subscription) -> bool:
    """Whether the customer has it like that already."""
    if field == "items":
        return pieces_of(value) == pieces_of(before.items)
    if field in ("frequency", "delivery_day"):
        return before.schedule == after.schedule
    return bool(getattr(before, field) == value)


def _parts(
    after: Subscription, change: ChangeSubscription, items: list[NamedItem] | None, paying: StoredMethod | None
) -> list[str]:
    parts = []
    if change.items and items:
        parts.append(f"{things(items)}, for {cost(items)} each time")
    if change.frequency or change.delivery_day is not None:
        parts.append(f"{rhythm(after.frequency, after.delivery_day)}")
    if change.address:
        parts.append(f"be sent to {change.address}")
    if paying:
        parts.append(f'be paid with "{paying.label}"')
    return parts


def _details(scene: Scene, before: Subscription, after: Subscription, change: ChangeSubscription) -> str:
    if change.payment_method and before.overdue and before.overdue.why == "payment":
        return "The delivery that is overdue is then tried again at once."
    if not (change.items or change.frequency or change.delivery_day is not None):
        return ""
    dates = days(planned_dates(after, _NEXT), local_date(after, scene.now))
    ahead = f" Next deliveries then: {dates}." if dates else ""
    return f"Now it brings {things(before.items)}, {pace(before)}.{ahead}"


def _items(
    scene: Scene, wanted: Wanted, subscription: Subscription, products: list[Product], shown: list[Item] | None
) -> tuple[list[Item] | None, list[str]]:
    """What it shall bring, None where nothing is said of it, and the products of which one has to be chosen."""
    wish = wished_of(scene, wanted.text, wanted.found.quantity, subscription.items, products, shown)
    items = None if wish.pieces is None else items_for(wish.pieces)
    return items, [p.sku for p in wish.between]


def _is_about_paying(scene: Scene, wanted: Wanted) -> bool:
    shown = wanted.task.change if wanted.amends else None
    about = scene.state.awaiting == "payment_method" or (shown is not None and shown.payment_method is not None)
    return about or is_about_paying(wanted.text)


def _method(scene: Scene, wanted: Wanted, methods: list[StoredMethod]) -> StoredMethod | None:
    if not _is_about_paying(scene, wanted):
        return None
    return method_named(wanted.text, methods, offered=scene.state.awaiting == "payment_method")


def _nothing_left(scene: Scene, subscription: Subscription) -> Outcome:
    end = f"Cancel {subscription.subscription_id}"
    text = f"Then nothing would be left of {name(subscription)}. To end it, please say: {end}."
    return plain(scene, subscription, text, suggestions=[end])
