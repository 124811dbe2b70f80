"""Which order, subscription or product a message is about: "ORD004", "the second one", "my milk", "it"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from care.models.dialogue import Context, NamedSku, OrderBrief
from care.models.memory import Choice, ConversationState, Open
from care.models.order import OrderStatus, PaymentStatus
from care.models.subscription import SubscriptionStatus
from care.models.understanding import Entities, Intent
from care.rules import words
from care.rules.entities import find_entities, only_names_days
from care.rules.product_names import products_in
from care.rules.spoken_dates import dates_in

_BRIEF = 6  # words: "the one that comes on Fridays"
_RHYTHMS = {"daily": "every day", "weekly": "every week", "biweekly": "every two weeks", "monthly": "every month"}
_AMOUNT = re.compile(r"\d+[.,]\d{2}\b")
# Three digits at least: fewer count something. No amount, no part of an id, a date or a postal address.
_BARE_NUMBER = re.compile(r"(?<![\w€$£₹.,:/-])#?(\d{3,12})(?![\w€$£₹%]|[.,:/-]\d| [A-ZÄÖÜ]\w)")
_ONLY_ID = re.compile(r"(?:(?:it'?s|it is|the|my|from|order|number|#) ?)*(?:ord)?[-_ #]?[\w-]*\d[\w-]*", re.I)
_ORDER_NOUN = re.compile(r"\b(orders?|parcels?|packages?|deliver(?:y|ies)|shipments?)\b")


def choice_in(text: str, state: Open) -> Choice | None:
    """The offered answer that a message picks: by number, by "the other one" or "the older one", by its id or label,
    by the day or the amount that its label alone tells."""
    if aged := _by_age(text, state.choices):
        return aged
    index = words.picked(text, len(state.choices))
    if index is not None:
        return state.choices[index]
    others = others_than_current(state)
    if words.means_other_one(text) and len(others) == 1:
        return others[0]
    said = text.casefold()
    named = [c for c in state.choices if c.id.casefold() in said or c.label.casefold() in said]
    named = named or _by_rhythm(text, state.choices)
    told = named or [c for c in state.choices if _told(text) & _told(c.label)]
    return told[0] if len(told) == 1 else None


def others_than_current(state: Open) -> list[Choice]:
    """What was offered beside what is being talked about."""
    slots = state.slots
    current = {slots.order_id, slots.subscription_id, slots.refund_id, slots.sku}
    return [c for c in state.choices if c.id not in current]


def _by_rhythm(text: str, choices: Sequence[Choice]) -> list[Choice]:
    """ "The monthly one", "the one on Fridays": said of subscriptions that are told apart by when they come."""
    if len(words.words_of(text)) > _BRIEF:
        return []
    found = find_entities(text)
    said = [_RHYTHMS[found.frequency]] if found.frequency and not only_names_days(text) else []
    if isinstance(found.delivery_day, str):
        said.append(f"on {found.delivery_day.title()}")
    offered = [c for c in choices if c.kind == "subscription"]
    return [c for c in offered if said and all(each in c.label for each in said)]


def _by_age(text: str, choices: Sequence[Choice]) -> Choice | None:
    """Orders are offered newest first. "Older" tells two apart, "oldest" any number."""
    if not choices or choices[0].kind != "order":
        return None
    if words.means_newest(text) or (words.means_newer(text) and len(choices) == 2):
        return choices[0]
    if words.means_oldest(text) or (words.means_older(text) and len(choices) == 2):
        return choices[-1]
    return None


def _told(text: str) -> set[str]:
    """Days and amounts: "3 mar", "12.99"."""
    days = {f"{on.day} {on:%b}".lower() for said in dates_in(text) if (on := _date_of(said))}
    return days | {said for said in dates_in(text) if said[0].isdigit()} | set(_AMOUNT.findall(text))


def _date_of(said: str) -> date | None:
    return date.fromisoformat(said) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", said) else None


def named_products(entities: Entities, text: str, products: Sequence[NamedSku]) -> list[str]:
    """SKUs of the products that a message means: by the names a model found, else by its own words."""
    skus = {p.name: p.sku for p in products}
    exact = [skus[name] for name in entities.products if name in skus]
    found = exact or [skus[name] for said in (*entities.products, text) for name in products_in(said, list(skus))]
    return list(dict.fromkeys(found))


def orders_meant(
    intent: Intent, text: str, entities: Entities, state: ConversationState, context: Context
) -> list[str]:
    """The orders that a message may be about, newest first: none, one, or several to choose from."""
    if entities.order_ids:
        known = [o.order_id for o in context.orders]
        return list(dict.fromkeys(_as_stored(each, known) for each in entities.order_ids))
    choice = choice_in(text, state)
    if choice is not None and choice.kind == "order":
        return [choice.id]
    pool = [o for o in context.orders if _concerns(intent, o)]
    skus = set(named_products(entities, text, [i for o in context.orders for i in o.items]))
    if words.means_other_one(text) and (others := {c.id for c in others_than_current(state) if c.kind == "order"}):
        left = [o for o in context.orders if o.order_id in others]
        return [o.order_id for o in _holding(skus, left) or left]
    if skus:
        pool = _holding(skus, pool) or _holding(skus, context.orders) or pool
    if status := words.status_named(text):
        return [o.order_id for o in context.orders if o.status == status and (not skus or _holding(skus, [o]))][:1]
    if words.means_newest(text):
        return [o.order_id for o in (pool or context.orders)[:1]]
    current = _current(intent, text, state, context)
    # A question which order is meant stays open until one is named.
    offered = {c.id for c in state.choices if c.kind == "order"} if state.awaiting == "order" else set()
    if still := [o.order_id for o in pool if o.order_id in offered and current not in offered]:
        return still
    if current and not _asks_afresh(intent, text) and (not skus or current in {o.order_id for o in pool}):
        return [current]
    if not pool and intent is Intent.ORDER_STATUS:
        pool = context.orders[:1]
    return [o.order_id for o in pool]


def claim_meant(intent: Intent, text: str, entities: Entities, state: ConversationState, context: Context) -> Intent:
    """ "Exchange the chips for coffee", said of what was delivered, changes no order: it is a claim."""
    if intent is not Intent.CHANGE_ORDER or entities.remedy != "replacement":
        return intent
    meant = set(orders_meant(intent, text, entities, state, context))
    known = [o for o in context.orders if o.order_id in meant]
    delivered = bool(known) and all(o.status is OrderStatus.DELIVERED for o in known)
    return Intent.REFUND_REQUEST if delivered else intent


def subscriptions_meant(text: str, entities: Entities, state: ConversationState, context: Context) -> list[str]:
    """The subscriptions that a message may be about, newest first; those that ended only when they are named."""
    if entities.subscription_ids:
        known = [s.subscription_id for s in context.subscriptions]
        return list(dict.fromkeys(_as_stored(each, known) for each in entities.subscription_ids))
    choice = choice_in(text, state)
    if choice is not None and choice.kind == "subscription":
        return [choice.id]
    pool = [s for s in context.subscriptions if s.status is not SubscriptionStatus.CANCELLED]
    skus = set(named_products(entities, text, [i for s in pool for i in s.items]))
    if skus:
        pool = [s for s in pool if skus & {i.sku for i in s.items}]
    elif state.slots.subscription_id in {s.subscription_id for s in pool} and words.points_back(text):
        return [state.slots.subscription_id or ""]
    return [s.subscription_id for s in pool]


def numbered(text: str, found: Entities, context: Context) -> Entities:
    """With the order whose bare number is said: "tracking for 4471" names ORD4471, if there is one."""
    if found.order_ids or found.subscription_ids or found.refund_ids:
        return found
    known = [o.order_id for o in context.orders]
    said = [_as_stored(number, known) for number in _BARE_NUMBER.findall(text)]
    return found.model_copy(update={"order_ids": [each for each in dict.fromkeys(said) if each in known]})


def is_only_ids(text: str) -> bool:
    """ "ORD004", "order 4471": an order is named, and nothing is said of it."""
    return bool(_ONLY_ID.fullmatch(text.strip(" .!")))


def _as_stored(id_: str, stored: Sequence[str]) -> str:
    """Ids are typed in any way: "ord 4" is ORD004 if nothing else is. One that is not the customer's stays as a name
    that nothing answers to."""
    wanted = id_.strip("#").casefold()
    exact = [each for each in stored if each.casefold() == wanted]
    alike = exact or [each for each in stored if _bare(wanted) in (_bare(each), _bare(each).removeprefix("ord"))]
    return alike[0] if len(alike) == 1 else wanted.upper()


def _bare(id_: str) -> str:
    """Letters and numbers alone: "ORD-004" as "ord4"."""
    return re.sub(r"[^a-z0-9]|(?<!\d)0+(?=\d)", "", id_.casefold())


def _concerns(intent: Intent, order: OrderBrief) -> bool:
    match intent:
        case Intent.REFUND_REQUEST:
            return order.status is OrderStatus.DELIVERED
        case Intent.CANCEL_ORDER | Intent.CHANGE_ORDER:
            return order.status is OrderStatus.PENDING
        case Intent.PAYMENT_ISSUE:
            return order.payment is not PaymentStatus.PAID and order.status is not OrderStatus.CANCELLED
        case _:
            return order.status in (OrderStatus.PENDING, OrderStatus.SHIPPED)


def _current(intent: Intent, text: str, state: ConversationState, context: Context) -> str | None:
    """The order that is being talked about, unless a refund is asked for and that order was never sent."""
    current = state.intake.order_id if state.intake and state.intake.order_id else state.slots.order_id
    # "It" is what was spoken of last, even where an open question is about another order.
    if state.pointed and intent is not state.topic and words.points_back(text):
        current = state.pointed.order_id or current
    unsent = {o.order_id for o in context.orders if o.status in (OrderStatus.PENDING, OrderStatus.CANCELLED)}
    return None if intent is Intent.REFUND_REQUEST and current in unsent else current


def _holding(skus: set[str], orders: Sequence[OrderBrief]) -> list[OrderBrief]:
    return [o for o in orders if skus & {i.sku for i in o.items}]


def names_an_order(text: str) -> bool:
    return bool(_ORDER_NOUN.search(text.casefold()))


def _asks_afresh(intent: Intent, text: str) -> bool:
    """ "Where is my order?" is about what is on its way, not about the order that was talked of before."""
    fresh = intent in (Intent.ORDER_STATUS, Intent.DELIVERY_ISSUE) and not words.points_back(text)
    return fresh and names_an_order(text)
