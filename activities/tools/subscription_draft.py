"""What is known of a subscription that a customer wishes for, after each message."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import ZoneInfo

from activities.tools.scene import Scene
from activities.tools.subscription_items import chosen_product, items_for, wished_of
from care.models.customer import Address
from care.models.dialogue import NamedSku
from care.models.memory import SubscriptionDraft
from care.models.order import Product
from care.models.subscription import Frequency, Item
from care.rules.address import address_in
from care.rules.entities import only_names_days
from care.rules.items_named import ItemsNamed, items_named
from care.rules.spoken_dates import dates_in, resolve
from care.rules.words import points_back

_START = re.compile(
    r"\b(?:start\w*|beginning|begin\w*|from|first (?:one|delivery)|as of)\b(?P<when>.{0,40})", re.I | re.S
)


def drafted(scene: Scene, products: list[Product], country: str | None) -> tuple[SubscriptionDraft, list[str]]:
    """The draft, and products that fit what was said, where one of them has to be chosen. `country`: the customer's."""
    address = address_in(scene.text, country)
    named = _named(scene, products, address)
    return _merged(scene, named, products, address), named.unclear


def _named(scene: Scene, products: list[Product], address: Address | None) -> ItemsNamed:
    catalogue = [NamedSku(sku=p.sku, name=p.name) for p in products]
    chosen = chosen_product(scene)
    # The numbers of a house and of a postcode are no pieces.
    text = scene.text.split(address.street)[0] if address else scene.text
    named = items_named(text, catalogue, chosen)
    if chosen and not named.pieces:
        return ItemsNamed({chosen: None})
    if not named.pieces and not named.unclear and len(scene.entities.products) == 1:
        # In another language only the model finds the product.
        return ItemsNamed({p.sku: scene.entities.quantity for p in products if p.name in scene.entities.products})
    return named


def _merged(scene: Scene, named: ItemsNamed, products: list[Product], address: Address | None) -> SubscriptionDraft:
    """What is known of the wish after this message."""
    found, before = scene.entities, scene.state.draft or SubscriptionDraft()
    delivery_day = found.delivery_day if found.delivery_day is not None else before.delivery_day
    if delivery_day is None and scene.state.awaiting == "day" and before.frequency is Frequency.MONTHLY:
        delivery_day = _day_of_month(scene.text)
    frequency = Frequency(found.frequency) if found.frequency else before.frequency
    if before.frequency is Frequency.BIWEEKLY and only_names_days(scene.text):
        frequency = before.frequency
    if frequency is None and delivery_day is not None:
        frequency = Frequency.MONTHLY if isinstance(delivery_day, int) else Frequency.WEEKLY
    if frequency is Frequency.DAILY or (
        frequency and isinstance(delivery_day, int) is not (frequency is Frequency.MONTHLY)
    ):
        delivery_day = None  # "every month on Friday": which day it is has to be asked
    return SubscriptionDraft(
        quantity=found.quantity or before.quantity,
        items=_items(scene, before, named, products),
        frequency=frequency,
        delivery_day=delivery_day,
        start_date=_start(scene) or before.start_date,
        address=address or before.address,
    )


def _day_of_month(text: str) -> int | None:
    """A bare "5", in answer to "On which day of the month?" """
    said = re.search(r"(?<!\d)([12]?\d|3[01])(?!\d)", text)
    return int(said[1]) or None if said else None


def _items(scene: Scene, before: SubscriptionDraft, named: ItemsNamed, products: list[Product]) -> list[Item]:
    asked_day = scene.state.awaiting == "day" and before.frequency is Frequency.MONTHLY
    if asked_day and before.items and not scene.entities.products:
        return before.items  # the number is a day
    known = before.items or ([Item(sku=before.sku, quantity=before.quantity)] if before.sku else [])
    if not known:
        pieces = named.pieces or (
            {scene.state.slots.sku: None}
            if scene.state.slots.sku and points_back(scene.text) and not named.unclear
            else {}
        )
        said = scene.entities.quantity if len(pieces) == 1 and not scene.entities.products else None
        return [Item(sku=sku, quantity=n or said or before.quantity) for sku, n in pieces.items() if sku]
    sold = {p.sku for p in products}
    current = [i for i in known if i.sku in sold]
    wish = wished_of(scene, scene.text, scene.entities.quantity, current, products)
    return items_for(wish.pieces) if wish.pieces else current


def _start(scene: Scene) -> date | None:
    """ "Starting on 5 December" """
    match = _START.search(scene.text)
    spoken = dates_in(match["when"])[:1] if match else []
    today = scene.now.astimezone(ZoneInfo(scene.context.timezone)).date()
    return resolve(spoken[0], today) if spoken else None
