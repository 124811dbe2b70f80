"""What a customer is told about a subscription: plain sentences, and ids that make telling twice tell once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from care.models.money import Money
from care.models.notification import Notification
from care.models.refund import Refund
from care.models.subscription import Delivery, NamedItem, Step, Subscription, SubscriptionStatus
from care.rules import prepaid_words as prepaid
from care.rules.occurrences import Passed
from care.rules.subscription import items_of


def reminder(subscription: Subscription, step: Step, at: datetime, prices: Mapping[str, Money]) -> Notification:
    """`prices`: what one piece of an item costs from this delivery on, by sku, where that is new."""
    when, items = spoken(step.occurrence.key), items_of(subscription, step.occurrence.key)
    text = f"Reminder: Your subscription {subscription.subscription_id} will restock {goods(items)} on {when}."
    for item in items:
        if item.sku in prices:
            text += f" New price: {item.name} costs {prices[item.sku]} instead of {item.price}."
    text += prepaid.on_reminder(subscription, step, prices)
    days, seconds = step.lead.days, step.lead.seconds
    lead = f"{days}d" + (f"{seconds}s" if seconds else "")
    return _notice(subscription, step, "reminder", text, at, detail=f"-{lead}")


def after_try(before: Subscription, after: Subscription, step: Step, attempt: Delivery) -> Notification | None:
    """What the customer is told of a try that did not simply succeed. `after` is the state that it led to."""
    key = step.occurrence.key
    what, when = goods(items_of(before, key)), spoken(key)
    match attempt.outcome:
        case "awaiting_stock" | "out_of_stock":
            kind, text = "out_of_stock", _on_stock(before, after, what, when)
        case "declined" | "declined_for_good" | "payment_failed":
            kind, text = "payment_failed", _on_payment(after, what, when)
        case "delivered" if before.overdue and before.overdue.why == "payment":
            kind = "payment_recovered"
            text = f"Your payment for {what} on {when} went through, and your delivery is on its way."
        case "delivered" if before.overdue:
            kind, text = "in_stock_again", f"Your delivery of {what} on {when} is in stock again and on its way."
        case _:
            return None
    tries = f"-{before.overdue.tries + 1}" if before.overdue else ""
    return _notice(before, step, kind, text + _next_date(after), attempt.at, detail=tries)


def _on_stock(before: Subscription, after: Subscription, what: str, when: str) -> str:
    if after.overdue is None:
        return f"Your delivery of {what} on {when} could not go out, because it is out of stock. You were not charged."
    until = _local(after, after.overdue.until)
    still = " still" if before.overdue else ""
    waits = f"Your delivery of {what} on {when} has to wait: it is{still} out of stock."
    return f"{waits} We try again every day until {until}."


def _on_payment(after: Subscription, what: str, when: str) -> str:
    declined = f"Your payment for {what} on {when} was declined, so nothing was sent."
    if after.overdue is None:
        paused = after.status is SubscriptionStatus.PAUSED
        end = "Your subscription is paused: choose another payment method, then resume it." if paused else ""
        return f"{declined} We have stopped trying. {end}".strip()
    if after.overdue.next_try is None:
        until = _local(after, after.overdue.until)
        return f"{declined} Your bank will not accept it: please choose another payment method by {until}."
    again = _local(after, after.overdue.next_try)
    return f"{declined} We try again on {again}. You can choose another payment method, or skip this delivery."


def _local(subscription: Subscription, at: datetime) -> str:
    return at.astimezone(ZoneInfo(subscription.timezone)).date().isoformat()


def missed(subscription: Subscription, step: Step, lost: Passed, at: datetime) -> Notification:
    if lost.count == 1:
        key = step.occurrence.key
        what = f"your delivery of {goods(items_of(subscription, key))} on {spoken(key)}"
        end = "It was skipped, and you were not charged."
    else:
        first, last = (spoken(each) for each in (lost.first.key, step.occurrence.key))
        what = f"{lost.count:,} deliveries of {goods(subscription.items)} planned from {first} to {last}"
        end = "They were skipped, and you were not charged."
    text = f"We are sorry: we could not make {what}."
    return _notice(subscription, step, "missed", f"{text} {end}{_next_date(subscription)}", at)


def offer_to_skip(refund: Refund, subscription: Subscription, key: str, link: str | None) -> Notification:
    """After a delivery that arrived damaged: about the next one, `key`. One offer a refund."""
    text = (
        f"We are sorry that your delivery arrived damaged. Your next delivery of "
        f"{goods(items_of(subscription, key))} is planned on {spoken(key)}: "
        "if you would rather wait, you can skip it, or have it come on another day."
    )
    return Notification(
        notification_id=f"{refund.refund_id}-next",
        customer_id=subscription.customer_id,
        kind="skip_offer",
        message=text,
        created_at=refund.updated_at,
        subscription_id=subscription.subscription_id,
        occurrence=key,
        link=link,
    )


def goods(items: list[NamedItem]) -> str:
    """The items by name: "A", "A and B", "A, B and C"."""
    *first, last = [item.name for item in items]
    return f"{', '.join(first)} and {last}" if first else last


def spoken(key: str) -> str:
    """An occurrence in a sentence, behind "on": "2026-11-27", "2026-11-27 at 10:00:10"."""
    day, _, clock = key.partition("T")
    offset = f" (UTC{clock[8:]})" if clock[8:] else ""
    return f"{day} at {clock[:8]}{offset}" if clock else day


def compact(key: str) -> str:
    """An occurrence inside an id: "20261127", "20261127T100010"."""
    return "".join(c for c in key if c.isalnum())


def order_id(subscription: Subscription, step: Step) -> str:
    """One order an occurrence, however often its delivery is tried."""
    return f"ORD-{subscription.subscription_id}-{compact(step.occurrence.key)}"


def _next_date(subscription: Subscription) -> str:
    """Said of the state after the step."""
    return f" Your next delivery is on {spoken(subscription.next_delivery)}." if subscription.next_delivery else ""


def _notice(
    subscription: Subscription, step: Step, kind: str, message: str, at: datetime, *, detail: str = ""
) -> Notification:
    key = step.occurrence.key
    return Notification(
        notification_id=f"{subscription.subscription_id}-{compact(key)}-{kind}{detail}",
        customer_id=subscription.customer_id,
        kind=kind,
        message=message,
        created_at=at,
        subscription_id=subscription.subscription_id,
        occurrence=key,
    )
