"""How a subscription stands, in words. Pure."""

from __future__ import annotations

from datetime import date

from care.models.subscription import Subscription, SubscriptionStatus
from care.rules.prepaid import cost
from care.rules.prepaid_words import going_back
from ui.parts import words
from ui.parts.words import Tone
from ui.visit import Visit


def day(visit: Visit, key: str | date) -> str:
    """A date or an occurrence as the reader writes it."""
    named = key.isoformat() if isinstance(key, date) else key
    return words.occurrence(named, today=visit.today())


def status(subscription: Subscription) -> tuple[str, Tone]:
    if subscription.cancel_after_next and subscription.status is not SubscriptionStatus.CANCELLED:
        return "Ending", "warn"
    return words.subscription_state(subscription.status)


def standing(visit: Visit, subscription: Subscription) -> str:
    """What comes next, as told after each change."""
    soon = day(visit, subscription.next_delivery) if subscription.next_delivery else None
    if subscription.status is SubscriptionStatus.CANCELLED:
        return f"Nothing more is delivered. {going_back(subscription)}".strip()
    if subscription.status is SubscriptionStatus.PAST_DUE:
        return "Other deliveries wait until this one is paid or skipped."
    if soon is None:
        return "Nothing is planned until you resume it." if _waits(subscription) else "No more deliveries are planned."
    if subscription.cancel_after_next:
        return f"The last delivery comes {soon}."
    return f"The next delivery comes {soon}."


def pause_words(visit: Visit, subscription: Subscription) -> str:
    if subscription.paused_until is None:
        return "Paused until you resume it."
    return f"Paused until {day(visit, subscription.paused_until)}."


def price(subscription: Subscription) -> str:
    """What is paid when, as last announced."""
    each, terms = cost(subscription.items), subscription.prepaid
    return f"{each * terms.deliveries} for {terms.deliveries} deliveries" if terms else f"{each} each time"


def _waits(subscription: Subscription) -> bool:
    return subscription.status is SubscriptionStatus.PAUSED and subscription.paused_until is None
