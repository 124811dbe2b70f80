"""How a subscription stands, in words. Pure."""

from __future__ import annotations

from datetime import date

from care.models.money import Money
from care.models.subscription import Subscription, SubscriptionStatus
from care.rules.prepaid import cost
from care.rules.prepaid_words import going_back
from ui.language import _, plural, retold
from ui.parts import words
from ui.parts.words import Tone
from ui.visit import Visit


def day(visit: Visit, key: str | date) -> str:
    """A date or an occurrence as the reader writes it."""
    named = key.isoformat() if isinstance(key, date) else key
    return words.occurrence(named, today=visit.today())


def status(subscription: Subscription) -> tuple[str, Tone]:
    if subscription.cancel_after_next and subscription.status is not SubscriptionStatus.CANCELLED:
        return _("Ending"), "warn"
    return words.subscription_state(subscription.status)


def standing(visit: Visit, subscription: Subscription) -> str:
    """What comes next, as told after each change."""
    if subscription.status is SubscriptionStatus.CANCELLED:
        return in_a_row(_("Nothing more is delivered."), retold(going_back(subscription)))
    if subscription.status is SubscriptionStatus.PAST_DUE:
        return _("Other deliveries wait until this one is paid or skipped.")
    if subscription.next_delivery is None:
        if subscription.status is SubscriptionStatus.PAUSED and subscription.paused_until is None:
            return _("Nothing is planned until you resume it.")
        return _("No more deliveries are planned.")
    soon = day(visit, subscription.next_delivery)
    if subscription.cancel_after_next:
        return _("The last delivery comes {day}.", day=soon)
    return _("The next delivery comes {day}.", day=soon)


def pause_words(visit: Visit, subscription: Subscription) -> str:
    if subscription.paused_until is None:
        return _("Paused until you resume it.")
    return _("Paused until {day}.", day=day(visit, subscription.paused_until))


def price(subscription: Subscription) -> str:
    """What is paid when, as last announced."""
    each, terms = cost(subscription.items), subscription.prepaid
    return at_once(each, terms.deliveries) if terms else _("{amount} each time", amount=words.money(each))


def at_once(each: Money, deliveries: int) -> str:
    """The price of a term: "€38.94 for 6 deliveries"."""
    total = words.money(each * deliveries)
    return plural("{amount} for {n} delivery", "{amount} for {n} deliveries", deliveries, amount=total)


def in_a_row(*sentences: str) -> str:
    """Whole sentences, one after the other; empty ones are left out."""
    return " ".join(filter(None, sentences))
