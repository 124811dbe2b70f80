"""The life of a subscription, shown before anything is done: pause, resume, cancel, take that back, begin anew."""

from __future__ import annotations

import re
from datetime import date, timedelta

from activities.tools.scene import Scene
from activities.tools.subscription_asking import ask_end
from activities.tools.subscription_scene import Wanted, propose
from activities.tools.subscription_skips import skip_between
from activities.tools.subscription_wording import days, name, next_of, pace, plain
from activities.tools.wording import day, things
from care.models.dialogue import NamedSku, Outcome
from care.models.subscription import CancelSubscription, PauseSubscription, Subscription, SubscriptionStatus
from care.rules.delivery_dates import pause_end, planned_dates, range_named
from care.rules.prepaid import given_back
from care.rules.prepaid_words import going_back
from care.rules.references import named_products
from care.rules.spoken_dates import span_in
from care.rules.subscription import cancelled
from care.rules.subscription_changes import paused, resumed, uncancelled
from care.rules.subscription_checks import awake, local_date
from care.rules.subscription_questions import mended
from care.rules.subscription_wishes import ends_after_next

_BECAUSE = re.compile(r"\b(?:because|since|as|reason is|reason:)\s+(?P<why>.{3,200})", re.I | re.S)
_REASONS = {"changed_mind": "no longer wanted", "quality": "quality", "late": "late deliveries", "damaged": "damage"}
# "Until yesterday", "for 0 days": an end was said, and it is none.
_NO_END = re.compile(r"\b(?:until|till?|for)\s+(?:the\s+)?(?:-?\d|yesterday\b|last\b)", re.I)
_WHOLE = re.compile(r"\b(?:subscription|everything|all|it|plan|sub\d+)\b", re.I)


def pause(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    """Raises Conflict, Invalid, as the others do."""
    today = local_date(subscription, scene.now)
    between = range_named(wanted.text, today)
    if between and between[0] > today and (later := skip_between(scene, wanted, subscription, *between)):
        return later
    until = pause_end(wanted.text, wanted.found, today)
    if between and span_in(wanted.text):
        until = between[1] + timedelta(days=1)
    if until is None and _NO_END.search(wanted.text):
        return ask_end(scene, wanted, subscription)
    rests = subscription.status is SubscriptionStatus.PAUSED
    if rests and until in (None, subscription.paused_until):
        return plain(
            scene,
            subscription,
            f"{name(subscription)} is paused already{_until(subscription.paused_until)}.",
            suggestions=["Resume it"],
        )
    paused(subscription, PauseSubscription(until=until), scene.now)
    ahead = planned_dates(awake(subscription))
    out = [d for d in ahead if until is None or d < until]
    if until is None:
        shown, details = f"Pause {name(subscription)} until you resume it?", "Nothing is delivered until you tell me."
    else:
        shown = f"Pause {name(subscription)} until {day(until)}?"
        details = f"Left out: {days(out, today)}." if out else "No delivery falls into that time."
    payload = {"until": until.isoformat() if until else None}
    return propose(scene, wanted, subscription, "pause_subscription", payload, shown, details=details)


def resume(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    if subscription.status is not SubscriptionStatus.PAUSED:
        return plain(scene, subscription, f"{name(subscription)} is not paused. {next_of(subscription)}")
    # "Resume it on 15 December" ends the pause on that day.
    until = pause_end(wanted.text, wanted.found, local_date(subscription, scene.now))
    if until and until > local_date(subscription, scene.now):
        return pause(scene, wanted, subscription)
    after = resumed(subscription, scene.now)
    shown = f"Resume {name(subscription)} now?"
    return propose(scene, wanted, subscription, "resume_subscription", {}, shown, details=next_of(after))


def cancel(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    if subscription.status is SubscriptionStatus.CANCELLED:
        return plain(
            scene, subscription, f"{subscription.subscription_id} is cancelled already.", suggestions=["Start it again"]
        )
    reason = _reason(scene, wanted)
    later = ends_after_next(wanted.text)
    ahead = planned_dates(subscription, 1)
    if later and subscription.cancel_after_next and ahead:
        text = f"{subscription.subscription_id} ends with the delivery of {day(ahead[0])} already."
        return plain(scene, subscription, text, suggestions=["Keep it going"])
    when = "after_next_delivery" if later and ahead else "now"
    after = cancelled(subscription, CancelSubscription(when=when, reason=reason), scene.now)
    last = f"after its next delivery, on {day(ahead[0])}" if when != "now" else "now"
    payload = {"when": when, "reason": reason} | ({"date": ahead[0].isoformat()} if when != "now" else {})
    shown = f"Cancel {subscription.subscription_id} ({things(subscription.items)}, {pace(subscription)}) {last}?"
    instead = [] if wanted.amends else _rather(subscription, when)
    details = going_back(after if when == "now" else _after_one_more(subscription))
    if when == "now" and ahead:
        details = f"The delivery of {day(ahead[0])} will not come any more. {details}".strip()
    return propose(scene, wanted, subscription, "cancel_subscription", payload, shown, details=details, instead=instead)


def _after_one_more(subscription: Subscription) -> Subscription:
    """What will be left of a paid term when it ends with its next delivery."""
    paid = subscription.paid
    if paid is None or not paid.left:
        return subscription
    return subscription.model_copy(update={"paid": given_back(paid.model_copy(update={"left": paid.left - 1}))})


def names_only_some(scene: Scene, wanted: Wanted, subscription: Subscription) -> bool:
    """ "Stop the eggs" of milk and eggs is a change, no end."""
    items = [NamedSku(sku=i.sku, name=i.name) for i in subscription.items]
    named = set(named_products(wanted.found, wanted.text, items))
    return 0 < len(named) < len(items) and not _WHOLE.search(mended(wanted.text))


def uncancel(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    uncancelled(subscription)
    if not subscription.cancel_after_next:
        return plain(scene, subscription, f"{name(subscription)} is not cancelled. {next_of(subscription)}")
    shown = f"Keep {name(subscription)} and take back its end?"
    return propose(scene, wanted, subscription, "uncancel_subscription", {}, shown)


def _until(end: date | None) -> str:
    return f" until {day(end)}" if end else ""


def _reason(scene: Scene, wanted: Wanted) -> str | None:
    """In the customer's words where they are given, at most 200 characters."""
    if match := _BECAUSE.search(wanted.text):
        return " ".join(match["why"].split()).rstrip(" .!")
    return _REASONS.get(wanted.found.reason or "")


def _rather(subscription: Subscription, when: str) -> list[str]:
    """Offered once, and never asked."""
    later = [] if when != "now" or not subscription.next_delivery else ["After the next delivery"]
    return [*later, "Pause it instead"] if subscription.status is SubscriptionStatus.ACTIVE else later
