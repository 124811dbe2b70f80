"""Dates, amounts, ages, statuses and rhythms in plain words of the reader's language. Pure: no clock, no I/O."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from care.models.money import Money
from care.models.order import OrderStatus, PaymentStatus
from care.models.refund import RefundReason, RefundStatus
from care.models.subscription import Frequency, Subscription, SubscriptionStatus
from ui.language import _, current, mark, plural

Tone = Literal["good", "warn", "bad", "info", "plain", "second"]

ORDER_WORDS: dict[OrderStatus, tuple[str, Tone]] = {
    OrderStatus.PENDING: (mark("Being prepared"), "info"),
    OrderStatus.SHIPPED: (mark("On its way"), "info"),
    OrderStatus.DELIVERED: (mark("Delivered"), "good"),
    OrderStatus.CANCELLED: (mark("Cancelled"), "plain"),
}
PAYMENT_WORDS: dict[PaymentStatus, str] = {
    PaymentStatus.PENDING: mark("Payment not confirmed yet"),
    PaymentStatus.PAID: mark("Paid"),
    PaymentStatus.FAILED: mark("Payment failed"),
    PaymentStatus.REFUNDED: mark("Paid back"),
}
REFUND_WORDS: dict[RefundStatus, tuple[str, Tone]] = {
    RefundStatus.ASSESSING: (mark("Being checked"), "info"),
    RefundStatus.NEEDS_EVIDENCE: (mark("Needs a photo"), "warn"),
    RefundStatus.IN_REVIEW: (mark("In review"), "info"),
    RefundStatus.APPROVED: (mark("Approved"), "good"),
    RefundStatus.PAID: (mark("Paid"), "good"),
    RefundStatus.REJECTED: (mark("Not approved"), "bad"),
    RefundStatus.WITHDRAWN: (mark("Withdrawn"), "plain"),
    RefundStatus.EXPIRED: (mark("Closed"), "plain"),
    RefundStatus.PAYMENT_FAILED: (mark("Payment failed"), "bad"),
}
SUBSCRIPTION_WORDS: dict[SubscriptionStatus, tuple[str, Tone]] = {
    SubscriptionStatus.ACTIVE: (mark("Active"), "good"),
    SubscriptionStatus.PAUSED: (mark("Paused"), "warn"),
    SubscriptionStatus.PAST_DUE: (mark("Payment due"), "bad"),
    SubscriptionStatus.CANCELLED: (mark("Cancelled"), "plain"),
}
REASON_WORDS: dict[RefundReason, str] = {
    RefundReason.DAMAGED: mark("It arrived damaged"),
    RefundReason.WRONG_ITEM: mark("It is the wrong item"),
    RefundReason.MISSING: mark("Something is missing"),
    RefundReason.LATE: mark("It came too late"),
    RefundReason.QUALITY: mark("The quality is poor"),
    RefundReason.CHANGED_MIND: mark("I changed my mind"),
    RefundReason.OTHER: mark("Something else"),
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY: dict[Frequency, str] = {
    Frequency.DAILY: mark("Every day"),
    Frequency.WEEKLY: mark("Every week"),
    Frequency.BIWEEKLY: mark("Every 2 weeks"),
    Frequency.MONTHLY: mark("Every month"),
}
_OUTCOMES: dict[str, tuple[str, Tone]] = {
    "delivered": (mark("Ordered"), "good"),
    "out_of_stock": (mark("Skipped: out of stock"), "warn"),
    "payment_failed": (mark("Skipped: payment failed"), "bad"),
    "skipped": (mark("Skipped"), "plain"),
    "missed": (mark("Skipped: we were late"), "warn"),
}


def order_state(status: OrderStatus) -> tuple[str, Tone]:
    return chip(ORDER_WORDS[status])


def payment_state(status: PaymentStatus) -> str:
    return _(PAYMENT_WORDS[status])


def refund_state(status: RefundStatus) -> tuple[str, Tone]:
    return chip(REFUND_WORDS[status])


def subscription_state(status: SubscriptionStatus) -> tuple[str, Tone]:
    return chip(SUBSCRIPTION_WORDS[status])


def reason(given: RefundReason) -> str:
    return _(REASON_WORDS[given])


def chip(said: tuple[str, Tone]) -> tuple[str, Tone]:
    """A marked label with its tone, for `elements.chip`."""
    return _(said[0]), said[1]


def day(value: date, *, today: date | None = None) -> str:
    """ "Fri 27 Nov"; the year is added when it is not this one."""
    return current().day(value, today=today)


def moment(at: datetime, zone: str) -> str:
    """ "Fri 27 Nov, 14:05" in that IANA zone."""
    return current().moment(at, zone)


def clock(at: datetime, zone: str) -> str:
    """ "14:05" in that IANA zone."""
    return current().clock(at, zone)


def money(value: Money) -> str:
    """ "€12.99", "12,99 €"."""
    return current().money(value)


def percent(share: float) -> str:
    """0.82 as "82%"."""
    return current().percent(share)


def occurrence(key: str, *, today: date | None = None) -> str:
    """An occurrence's key, "2026-11-27" or "2026-11-27T09:00:10", as a day (and time)."""
    if "T" not in key:
        return day(date.fromisoformat(key), today=today)
    at = datetime.fromisoformat(key)
    return f"{day(at.date(), today=today)}, {at:%H:%M:%S}"


def span(seconds: float) -> str:
    """A length of time in its largest fitting unit: "under a minute", "5 min", "3 h", "2 days"."""
    whole = int(abs(seconds))
    if whole < 60:
        return _("under a minute")
    if whole < 3600:
        return _("{n} min", n=whole // 60)
    if whole < 48 * 3600:
        return _("{n} h", n=whole // 3600)
    return plural("{n} day", "{n} days", whole // 86400)


def due(at: datetime | None, now: datetime) -> tuple[str, Tone]:
    """ "due in 2 h" or "overdue by 1 h", with how urgent it is."""
    if at is None:
        return _("no deadline"), "plain"
    left = at - now
    if left < timedelta(0):
        return _("overdue by {span}", span=span(left.total_seconds())), "bad"
    return _("due in {span}", span=span(left.total_seconds())), "warn" if left < timedelta(hours=4) else "plain"


def greeting(hour: int) -> str:
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")


def ordinal(number: int) -> str:
    """ "1st", "2nd", "11th"; the bare number in other languages."""
    if current().code != "en":
        return str(number)
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def rhythm(subscription: Subscription) -> str:
    """How often it comes: "Every 2 weeks on Friday"."""
    on = subscription.delivery_day
    if subscription.frequency is None:
        return _("On a rhythm of its own")
    every = _(_EVERY[subscription.frequency])
    if on is None or subscription.frequency is Frequency.DAILY:
        return every
    if str(on).isdigit():
        return _("{every} on the {nth}", every=every, nth=ordinal(int(on)))
    return _("{every} on {weekday}", every=every, weekday=weekday(str(on)))


def weekday(name: str) -> str:
    """A day of the week by its English name, as it stands within a sentence."""
    number = _WEEKDAYS.index(name.lower())
    return current().weekday(date(2024, 1, 1) + timedelta(days=number))  # a Monday


def what(subscription: Subscription) -> str:
    """Its items in one line."""
    return ", ".join(i.name if i.quantity == 1 else pieces(i.quantity, i.name) for i in subscription.items)


def pieces(quantity: int, name: str) -> str:
    """Two of a thing, with the multiplication sign between."""
    return f"{quantity} \N{MULTIPLICATION SIGN} {name}"


def outcome(name: str) -> tuple[str, Tone]:
    return chip(_OUTCOMES.get(name, (sentence(name), "plain")))


def by(name: str) -> str:
    """Who did it, as the desk reads it: people by their names."""
    return {"customer": _("Customer"), "machine": _("The machine")}.get(name, name)


def actor(name: str) -> str:
    """Who did it, as the customer reads it: reviewers are not named to customers."""
    return {"customer": _("You"), "machine": _("Our system")}.get(name, _("Our team"))


def sentence(name: str) -> str:
    """A machine's word as a phrase: "in_review" -> "In review"."""
    return name.replace("_", " ").strip().capitalize()


def size(number: int) -> str:
    """Bytes for people: "640 kB", "2.3 MB"."""
    return f"{max(1, round(number / 1000))} kB" if number < 1_000_000 else f"{number / 1_000_000:.1f} MB"
