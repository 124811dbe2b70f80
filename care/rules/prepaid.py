"""Prepaid terms: N deliveries are paid at once, with the first of them, and come one by one. Pure.

A delivery uses up one of its term when it is ordered: dates that are skipped, missed or out of stock use up none.
Inside a term items and prices are those that were paid. What is left when the subscription ends goes back.

| the delivery that is due | paid |
|---|---|
| while paid ones are left, also one ordered beside the calendar | by the term |
| beside the calendar, none left | singly |
| the last before a cancellation that waits for it, none left | singly |
| any other | with the whole next term |
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from care.errors import Conflict, Invalid
from care.models.money import Money
from care.models.order import Order
from care.models.subscription import Delivery, NamedItem, PaidTerm, Prepaid, Schedule, Subscription
from care.rules.occurrences import upcoming
from care.rules.rrule_text import parse

# Nobody pays ahead for longer.
LONGEST = timedelta(days=5 * 366)


class Paying(StrEnum):
    SINGLY = "singly"
    BY_TERM = "by_term"
    NEXT_TERM = "next_term"


def paying(subscription: Subscription, *, beside: bool) -> Paying:
    """How the delivery that is due is paid. `beside`: it was ordered beside the calendar."""
    overdue = subscription.overdue
    if subscription.prepaid is None:
        return Paying.SINGLY
    if overdue and overdue.why == "payment":  # each try asks for the same amount
        return Paying.NEXT_TERM if overdue.term else Paying.SINGLY
    if left(subscription):
        return Paying.BY_TERM
    return Paying.SINGLY if beside or subscription.cancel_after_next else Paying.NEXT_TERM


def left(subscription: Subscription) -> int:
    """Deliveries that are paid and not ordered yet."""
    return subscription.paid.left if subscription.paid else 0


def paying_later(subscription: Subscription, place: int) -> Paying:
    """How the delivery will be paid that has `place` others before it."""
    terms, ahead = subscription.prepaid, place - left(subscription)
    if terms is None or (ahead >= 0 and subscription.cancel_after_next):
        return Paying.SINGLY
    return Paying.BY_TERM if ahead < 0 or ahead % terms.deliveries else Paying.NEXT_TERM


def cost(items: Sequence[NamedItem]) -> Money:
    """Of one delivery of these; shipping is free for subscribers."""
    first, *rest = (item.price * item.quantity for item in items)
    return sum(rest, start=first)


def begun(order: Order, terms: Prepaid) -> PaidTerm:
    """The term whose first delivery is `order`, once it is paid."""
    items = [NamedItem(sku=i.sku, name=i.name, quantity=i.quantity, price=i.price) for i in order.items]
    return PaidTerm(items=items, reference=order.payment.reference or "", left=terms.deliveries - 1)


def used(subscription: Subscription, attempt: Delivery, way: Paying) -> Subscription:
    """With one paid delivery less, or with the next term, after a try that was paid in this way. No new version."""
    paid = attempt.term or subscription.paid
    if way is Paying.BY_TERM and paid and attempt.order_id:
        paid = paid.model_copy(update={"left": paid.left - 1})
    return subscription if paid == subscription.paid else subscription.model_copy(update={"paid": paid})


def is_used_up(subscription: Subscription) -> bool:
    """The last delivery is ordered that will be paid."""
    terms, paid = subscription.prepaid, subscription.paid
    return terms is not None and not terms.renew and paid is not None and paid.left == 0


def to_come(subscription: Subscription) -> int | None:
    """How many deliveries are still to be made; None where nothing but the calendar ends them."""
    terms = subscription.prepaid
    if terms is None or terms.renew:
        return None
    return terms.deliveries + len(subscription.extra) if subscription.paid is None else subscription.paid.left


def given_back(paid: PaidTerm | None) -> PaidTerm | None:
    """At the end: what was paid for deliveries that do not come any more goes back."""
    if paid is None or not paid.left:
        return paid
    rest = cost(paid.items) * paid.left
    return paid.model_copy(update={"left": 0, "returned": rest if rest.amount else None})


def owes_rest(subscription: Subscription) -> bool:
    """It has ended, and what was paid for deliveries that do not come has to go back."""
    return subscription.paid is not None and subscription.paid.returned is not None


def check_terms(terms: Prepaid, schedule: Schedule, needed: int, after: datetime) -> None:
    """Raises Invalid if the calendar cannot hold the `needed` deliveries that are paid, or the terms after them."""
    ends = parse(schedule.recurrence).until is not None
    if ends and terms.renew:
        raise _invalid("renew", "A recurrence that ends cannot be renewed: leave out its end, or do not renew.")
    found = upcoming(schedule, after, needed)
    if len(found) < needed:
        only = f"{len(found)} deliver{'y' if len(found) == 1 else 'ies'}"
        raise _invalid("deliveries", f"This recurrence ends after {only}: {needed} cannot be paid at once.")
    if found and found[-1].due > after + LONGEST:
        raise _invalid("deliveries", f"{needed} deliveries would take more than five years: pay for fewer at once.")


def still_needed(subscription: Subscription) -> int:
    """How many deliveries the calendar must still hold for what is, or will next be, paid at once."""
    return left(subscription) or (subscription.prepaid.deliveries if subscription.prepaid else 0)


def check_items_may_change(subscription: Subscription, last: str | None) -> None:
    """Raises Conflict while deliveries of the present items are paid; `last`: when the last of them comes, if known."""
    terms, overdue, paid = subscription.prepaid, subscription.overdue, left(subscription)
    if terms and paid:
        which = "delivery of the present items is" if paid == 1 else "deliveries of the present items are"
        many = f"{paid} {which} paid"
        if not terms.renew:
            raise Conflict(
                f"{many}. For other items, cancel this subscription (what is left is paid back) and start a new one."
            )
        when = f", planned on {last}" if last else ""
        raise Conflict(f"{many}: the items can be changed after the last of them{when}.")
    if terms and overdue and overdue.term:
        raise Conflict(
            f"The payment for {terms.deliveries} deliveries of the present items is overdue: "
            f"pay or skip the delivery of {overdue.occurrence.key}, then change the items."
        )


def check_whole(subscription: Subscription) -> None:
    """Raises Conflict where single items cannot be left out of a delivery, because it is paid as it is."""
    if subscription.prepaid:
        raise Conflict("A prepaid delivery comes whole: skip all of it, and it stays paid for a later date.")


def _invalid(field: str, detail: str) -> Invalid:
    return Invalid(detail, fields={f"prepaid.{field}": detail})
