"""Other terms of a subscription, shown before anything is done: items, rhythm, day, address, payment method."""

from __future__ import annotations

from typing import Any

from activities.tools.pricing import agreed_items
from activities.tools.scene import Scene
from activities.tools.subscription_scene import Wanted, ask, days, name, pace, plain, propose
from activities.tools.wording import rhythm, things
from care.gateways.payments import PaymentGateway
from care.models.customer import StoredMethod
from care.models.dialogue import NamedSku, Outcome
from care.models.memory import Choice
from care.models.order import Product
from care.models.subscription import AgreedChange, ChangeSubscription, Item, NamedItem, Subscription
from care.rules.address import address_in
from care.rules.delivery_dates import planned_dates
from care.rules.item_wishes import items_wanted
from care.rules.phrases import asks_for_address
from care.rules.prepaid import cost
from care.rules.references import choice_in
from care.rules.subscription_calendar import changed
from care.rules.subscription_checks import local_date
from care.rules.terms_wishes import is_about_paying, method_named, rhythm_wanted
from care.stores import Stores

_NEXT = 3
_WHAT = (
    "What shall I change in {}? I can change its products and quantities, how often and on which day it comes, where "
    "it goes and how it is paid."
)


class SubscriptionChanges:
    def __init__(self, stores: Stores, payments: PaymentGateway) -> None:
        self._stores = stores
        self._payments = payments

    async def propose(self, scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
        """Raises Conflict and Invalid as the API does for the same change."""
        methods = await self._payments.methods(scene.customer_id)
        products = await self._stores.products.all()
        paying = method_named(wanted.text, methods, offered=scene.state.awaiting == "payment_method")
        if paying is None and _asks_to_pay_otherwise(scene, wanted):
            return _ask_method(scene, wanted, subscription, methods)
        customer = await self._stores.customers.get(scene.customer_id)
        home = subscription.address or customer.address
        address = address_in(wanted.text, home.country if home else None)
        if address is None and _asks_for_other_address(scene, wanted):
            return _ask_address(scene, wanted, subscription)
        terms: dict[str, Any] = {} if address or paying else rhythm_wanted(wanted.text, wanted.found)
        if not (address or paying):
            items, unclear = _items(scene, wanted, subscription, products)
            if unclear and items is None:
                return _ask_product(scene, wanted, subscription, [p for p in products if p.sku in unclear])
            if items == []:
                return _nothing_left(scene, subscription)
            terms |= {"items": items} if items is not None else {}
        terms |= {"address": address} if address else {}
        terms |= {"payment_method": paying.payment_method} if paying else {}
        if wanted.amends and wanted.task.change and wanted.task.subscription_id == subscription.subscription_id:
            terms = {n: getattr(wanted.task.change, n) for n in wanted.task.change.model_fields_set} | terms
        if not terms:
            return ask(
                scene, wanted, subscription, _WHAT.format(name(subscription)), awaiting="change", suggestions=_SUGGESTED
            )
        return await self._show(
            scene, wanted, subscription, ChangeSubscription(**terms), paying or _method_of(terms, methods)
        )

    async def _show(
        self,
        scene: Scene,
        wanted: Wanted,
        subscription: Subscription,
        change: ChangeSubscription,
        paying: StoredMethod | None,
    ) -> Outcome:
        items = await agreed_items(self._stores, change.items) if change.items else None
        after = changed(subscription, AgreedChange(wish=change, items=items), scene.now)
        if after == subscription:
            return plain(scene, subscription, f"{name(subscription)} is like that already: {pace(subscription)}.")
        payload: dict[str, Any] = {"change": change.model_dump(mode="json", exclude_none=True)}
        if items:
            payload["instead_of"] = {item.sku: item.quantity for item in subscription.items}
            payload["each"] = cost(items).model_dump(mode="json")
        if paying:
            payload["method"] = paying.label
        shown = f"Change {subscription.subscription_id} to {' and to '.join(_parts(after, change, items, paying))}?"
        return propose(
            scene,
            wanted,
            subscription,
            "change_subscription",
            payload,
            shown,
            details=_details(scene, subscription, after, change),
            change=change,
        )


_SUGGESTED = ["Every two weeks instead", "Another delivery day", "Another address", "Another payment method"]


def _parts(
    after: Subscription, change: ChangeSubscription, items: list[NamedItem] | None, paying: StoredMethod | None
) -> list[str]:
    parts = []
    if items:
        parts.append(f"{things(items)}, for {cost(items)} each time")
    if change.frequency or change.delivery_day is not None:
        parts.append(f"{rhythm(after.frequency, after.delivery_day)}")
    if change.address:
        parts.append(f"be sent to {change.address}")
    if paying:
        parts.append(f'be paid with "{paying.label}"')
    return parts


def _details(scene: Scene, before: Subscription, after: Subscription, change: ChangeSubscription) -> str:
    was = []
    if change.items:
        was.append(f"Now it brings {things(before.items)}.")
    if change.frequency or change.delivery_day is not None:
        dates = days(planned_dates(after, _NEXT), local_date(after, scene.now))
        was.append(f"Now it comes {pace(before)}. Next deliveries then: {dates}.")
    return " ".join(was)


def _items(
    scene: Scene, wanted: Wanted, subscription: Subscription, products: list[Product]
) -> tuple[list[Item] | None, list[str]]:
    catalogue = [NamedSku(sku=p.sku, name=p.name) for p in products]
    chosen = choice_in(scene.text, scene.state)
    prefer = [chosen.id] if chosen and chosen.kind == "product" else []
    current: list[NamedItem] = list(subscription.items)
    # A number that belongs to a date or a rhythm is none of pieces; those are left out by the reading of entities.
    wish = items_wanted(wanted.text, wanted.found, current, catalogue, prefer)
    return wish.items, wish.unclear


def _asks_to_pay_otherwise(scene: Scene, wanted: Wanted) -> bool:
    return scene.state.awaiting == "payment_method" or is_about_paying(wanted.text)


def _asks_for_other_address(scene: Scene, wanted: Wanted) -> bool:
    return scene.state.awaiting == "address" or asks_for_address(wanted.text)


def _ask_method(scene: Scene, wanted: Wanted, subscription: Subscription, methods: list[StoredMethod]) -> Outcome:
    listed = "\n".join(f"{n}. {m.label}" for n, m in enumerate(methods, 1))
    question = f"With which of these shall {subscription.subscription_id} be paid?\n{listed}"
    suggestions = [m.label for m in methods]
    return ask(scene, wanted, subscription, question, awaiting="payment_method", suggestions=suggestions)


def _ask_address(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    question = (
        f"Where shall {subscription.subscription_id} go? Please write: street and number, postcode city, country."
    )
    return ask(scene, wanted, subscription, question, awaiting="address")


def _ask_product(scene: Scene, wanted: Wanted, subscription: Subscription, products: list[Product]) -> Outcome:
    listed = "\n".join(f"{n}. {p.name}, {p.price}" for n, p in enumerate(products, 1))
    choices = [Choice(kind="product", id=p.sku, label=p.name) for p in products]
    suggestions = [p.name for p in products]
    question = f"Which of these do you mean?\n{listed}"
    return ask(scene, wanted, subscription, question, awaiting="items", choices=choices, suggestions=suggestions)


def _nothing_left(scene: Scene, subscription: Subscription) -> Outcome:
    end = f"Cancel {subscription.subscription_id}"
    text = f"Then nothing would be left of {name(subscription)}. To end it, please say: {end}."
    return plain(scene, subscription, text, suggestions=[end])


def _method_of(terms: dict[str, Any], methods: list[StoredMethod]) -> StoredMethod | None:
    return next((m for m in methods if m.payment_method == terms.get("payment_method")), None)
