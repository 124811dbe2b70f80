"""Dates, ages, statuses and rhythms in plain words. Pure: no clock, no I/O."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from care.models.order import OrderStatus, PaymentStatus
from care.models.refund import RefundReason, RefundStatus
from care.models.subscription import Frequency, Subscription, SubscriptionStatus

Tone = Literal["good", "warn", "bad", "info", "plain"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Locales that write the month first.
_MONTH_FIRST = {"en-US", "en_US"}

ORDER_WORDS: dict[OrderStatus, tuple[str, Tone]] = {
    OrderStatus.PENDING: ("Being prepared", "info"),
    OrderStatus.SHIPPED: ("On its way", "info"),
    OrderStatus.DELIVERED: ("Delivered", "good"),
    OrderStatus.CANCELLED: ("Cancelled", "plain"),
}
PAYMENT_WORDS: dict[PaymentStatus, str] = {
    PaymentStatus.PENDING: "Payment not confirmed yet",
    PaymentStatus.PAID: "Paid",
    PaymentStatus.FAILED: "Payment failed",
    PaymentStatus.REFUNDED: "Paid back",
}
REFUND_WORDS: dict[RefundStatus, tuple[str, Tone]] = {
    RefundStatus.ASSESSING: ("Being checked", "info"),
    RefundStatus.NEEDS_EVIDENCE: ("Needs a photo", "warn"),
    RefundStatus.IN_REVIEW: ("In review", "info"),
    RefundStatus.APPROVED: ("Approved", "good"),
    RefundStatus.PAID: ("Paid", "good"),
    RefundStatus.REJECTED: ("Not approved", "bad"),
    RefundStatus.WITHDRAWN: ("Withdrawn", "plain"),
    RefundStatus.EXPIRED: ("Closed", "plain"),
    RefundStatus.PAYMENT_FAILED: ("Payment failed", "bad"),
}
SUBSCRIPTION_WORDS: dict[SubscriptionStatus, tuple[str, Tone]] = {
    SubscriptionStatus.ACTIVE: ("Active", "good"),
    SubscriptionStatus.PAUSED: ("Paused", "warn"),
    SubscriptionStatus.PAST_DUE: ("Payment due", "bad"),
    SubscriptionStatus.CANCELLED: ("Cancelled", "plain"),
}
REASON_WORDS: dict[RefundReason, str] = {
    RefundReason.DAMAGED: "It arrived damaged",
    RefundReason.WRONG_ITEM: "It is the wrong item",
    RefundReason.MISSING: "Something is missing",
    RefundReason.LATE: "It came too late",
    RefundReason.QUALITY: "The quality is poor",
    RefundReason.CHANGED_MIND: "I changed my mind",
    RefundReason.OTHER: "Something else",
}
_EVERY: dict[Frequency, str] = {
    Frequency.DAILY: "Every day",
    Frequency.WEEKLY: "Every week",
    Frequency.BIWEEKLY: "Every 2 weeks",
    Frequency.MONTHLY: "Every month",
}
_OUTCOMES: dict[str, tuple[str, Tone]] = {
    "delivered": ("Ordered", "good"),
    "out_of_stock": ("Skipped: out of stock", "warn"),
    "payment_failed": ("Skipped: payment failed", "bad"),
    "skipped": ("Skipped", "plain"),
    "missed": ("Skipped: we were late", "warn"),
}


def day(value: date, *, today: date | None = None, locale: str = "en") -> str:
    """ "Fri 27 Nov"; the year is added when it is not this one."""
    name, month = _DAYS[value.weekday()], _MONTHS[value.month - 1]
    text = f"{name}, {month} {value.day}" if locale in _MONTH_FIRST else f"{name} {value.day} {month}"
    return text if today is None or today.year == value.year else f"{text} {value.year}"


def moment(at: datetime, zone: str, *, locale: str = "en") -> str:
    """ "Fri 27 Nov, 14:05" in that IANA zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), locale=locale)}, {local:%H:%M}"


def clock(at: datetime, zone: str) -> str:
    """ "14:05" in that IANA zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def occurrence(key: str, *, today: date | None = None, locale: str = "en") -> str:
    """An occurrence's key, "2026-11-27" or "2026-11-27T09:00:10", as a day (and time)."""
    if "T" not in key:
        return day(date.fromisoformat(key), today=today, locale=locale)
    at = datetime.fromisoformat(key)
    return f"{day(at.date(), today=today, locale=locale)}, {at:%H:%M:%S}"


def span(seconds: float) -> str:
    """A length of time in its largest fitting unit: "under a minute", "5 min", "3 h", "2 days"."""
    whole = int(abs(seconds))
    if whole < 60:
        return "under a minute"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 48 * 3600:
        return f"{whole // 3600} h"
    return f"{whole // 86400} days"


def due(at: datetime | None, now: datetime) -> tuple[str, Tone]:
    """ "due in 2 h" or "overdue by 1 h", with how urgent it is."""
    if at is None:
        return "no deadline", "plain"
    left = at - now
    if left < timedelta(0):
        return f"overdue by {span(left.total_seconds())}", "bad"
    return f"due in {span(left.total_seconds())}", "warn" if left < timedelta(hours=4) else "plain"


def count(number: int, one: str, many: str | None = None) -> str:
    """ "1 delivery", "3 deliveries"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def greeting(hour: int) -> str:
    if hour < 12:
        return "Good morning"
    return "Good afternoon" if hour < 18 else "Good evening"


def ordinal(number: int) -> str:
    """ "1st", "2nd", "11th"."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def rhythm(subscription: Subscription) -> str:
    """How often it comes: "Every 2 weeks on Friday"."""
    on = subscription.delivery_day
    if subscription.frequency is None:
        return "On a rhythm of its own"
    every = _EVERY[subscription.frequency]
    if on is None or subscription.frequency is Frequency.DAILY:
        return every
    return f"{every} on the {ordinal(int(on))}" if str(on).isdigit() else f"{every} on {str(on).capitalize()}"


def what(subscription: Subscription) -> str:
    """Its items in one line."""
    return ", ".join(i.name if i.quantity == 1 else pieces(i.quantity, i.name) for i in subscription.items)


def pieces(quantity: int, name: str) -> str:
    """Two of a thing, with the multiplication sign between."""
    return f"{quantity} \N{MULTIPLICATION SIGN} {name}"


def outcome(name: str) -> tuple[str, Tone]:
    return _OUTCOMES.get(name, (sentence(name), "plain"))


def actor(name: str) -> str:
    """Who did it, as the customer reads it: reviewers are not named to customers."""
    return {"customer": "You", "machine": "Our system"}.get(name, "Our team")


def sentence(name: str) -> str:
    """A machine's word as a phrase: "in_review" -> "In review"."""
    return name.replace("_", " ").strip().capitalize()


def size(number: int) -> str:
    """Bytes for people: "640 kB", "2.3 MB"."""
    return f"{max(1, round(number / 1000))} kB" if number < 1_000_000 else f"{number / 1_000_000:.1f} MB"
