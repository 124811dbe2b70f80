"""What is asked of subscriptions: which there are, when they come, what they cost, how they stand."""

from __future__ import annotations

from datetime import date

from activities.tools.scene import PERSON, Scene
from activities.tools.subscription_wording import days, name, pace
from activities.tools.wording import day, things
from care.models.dialogue import Outcome
from care.models.memory import Choice
from care.models.subscription import Delivery, Subscription, SubscriptionStatus
from care.rules.delivery_dates import planned_dates
from care.rules.prepaid import cost
from care.rules.prepaid_words import remaining
from care.rules.subscription_checks import local_date
from care.rules.subscription_questions import Question, questions_in

NONE = "You have no subscription at the moment."
_MOST = 6
_AHEAD = 5
_OUTCOMES = {
    "delivered": "was ordered for you",
    "out_of_stock": "did not come, because goods were out of stock",
    "payment_failed": "did not come, because its payment failed",
    "missed": "was missed by us",
    "skipped": "was skipped",
    "declined": "waits for its payment",
    "declined_for_good": "waits for another payment method",
    "awaiting_stock": "waits for goods that are out of stock",
}


def answer(scene: Scene, found: list[Subscription]) -> Outcome:
    if not found:
        return scene.reply(NONE, suggestions=["I want to subscribe"])
    kinds = questions_in(scene.text)
    text = "\n".join(_said(scene, kind, s) for s in found[:_MOST] for kind in kinds)
    choices = [Choice(kind="subscription", id=s.subscription_id, label=things(s.items)) for s in found[:_MOST]]
    slots = scene.slots(subscription_id=found[0].subscription_id) if len(found) == 1 else {}
    return scene.reply(text, suggestions=_suggested(found), choices=choices if len(found) > 1 else [], **slots)


def without(scene: Scene, products: list[str], found: list[Subscription]) -> Outcome:
    """What was named is in none of them."""
    today = scene.now.date()
    lines = "\n".join(_line(s, today) for s in found[:_MOST])
    text = f"You have no subscription with {' or '.join(products[:3])}. You have:\n{lines}"
    return scene.reply(text, suggestions=_suggested(found))


def _said(scene: Scene, kind: Question, subscription: Subscription) -> str:
    today = local_date(subscription, scene.now)
    match kind:
        case "price":
            left = f" ({remaining(subscription)})" if remaining(subscription) else ""
            return f"{name(subscription)} costs {cost(subscription.items)} each time, {pace(subscription)}.{left}"
        case "payment":
            return f"{name(subscription)} is paid with {_paid_with(subscription)}."
        case "address":
            goes = str(subscription.address) if subscription.address else "the address in your account"
            return f"{name(subscription)} goes to {goes}."
        case "last":
            return f"{name(subscription)}: {_last(subscription)}"
        case "upcoming":
            return f"{name(subscription)}: {_upcoming(subscription, today)}"
        case "next":
            return f"{name(subscription)}: {_next(subscription)}"
        case "standing":
            return _line(subscription, today)


def _line(subscription: Subscription, today: date) -> str:
    parts = [
        f"{subscription.subscription_id}: {things(subscription.items)}, {pace(subscription)}, {_status(subscription)}"
    ]
    if ahead := planned_dates(subscription, 1):
        parts.append(f", next delivery on {day(ahead[0])}")
    skipped = [date.fromisoformat(key) for key in subscription.skipped if key >= today.isoformat()]
    if skipped:
        parts.append(f", skipped: {days(skipped, today)}")
    if left := remaining(subscription):
        parts.append(f", {left}")
    return f"{''.join(parts)}."


def _status(subscription: Subscription) -> str:
    match subscription.status:
        case SubscriptionStatus.PAUSED:
            end = subscription.paused_until
            return f"paused until {day(end)}" if end else "paused until you resume it"
        case SubscriptionStatus.PAST_DUE:
            return "waiting for its payment, which was declined"
        case SubscriptionStatus.CANCELLED:
            return "cancelled"
        case SubscriptionStatus.ACTIVE:
            return "ending after its next delivery" if subscription.cancel_after_next else "active"


def _next(subscription: Subscription) -> str:
    ahead = planned_dates(subscription, 1)
    if subscription.overdue and ahead:
        return f"the delivery of {day(ahead[0])} is {_status_of_overdue(subscription)}."
    if ahead:
        return f"the next delivery is on {day(ahead[0])}."
    return f"no delivery is planned; it is {_status(subscription)}."


def _upcoming(subscription: Subscription, today: date) -> str:
    ahead = planned_dates(subscription, _AHEAD)
    skipped = [date.fromisoformat(key) for key in subscription.skipped if key >= today.isoformat()]
    text = f"planned are {days(ahead, today)}." if ahead else f"no delivery is planned; it is {_status(subscription)}."
    text += f" Skipped: {days(skipped, today)}." if skipped else ""
    return f"{text} {remaining(subscription)}." if remaining(subscription) else text


def _last(subscription: Subscription) -> str:
    if not subscription.recent:
        return "nothing has been delivered yet."
    last: Delivery = subscription.recent[-1]
    order = f" as {last.order_id}" if last.order_id and last.outcome == "delivered" else ""
    return f"the last delivery, of {day(date.fromisoformat(last.occurrence[:10]))}, {_OUTCOMES[last.outcome]}{order}."


def _status_of_overdue(subscription: Subscription) -> str:
    why = subscription.overdue.why if subscription.overdue else "payment"
    return (
        "overdue, because its payment was declined" if why == "payment" else "waiting for goods that are out of stock"
    )


def _paid_with(subscription: Subscription) -> str:
    return "the payment method you chose for it" if subscription.payment_method else "your usual payment method"


def _suggested(found: list[Subscription]) -> list[str]:
    alive = [s.subscription_id for s in found if s.status is not SubscriptionStatus.CANCELLED]
    if len(alive) == 1:
        paused = any(s.status is SubscriptionStatus.PAUSED for s in found)
        return ["Resume it" if paused else "Skip the next delivery", "Change it", f"Cancel {alive[0]}", PERSON]
    return [*(f"Cancel {each}" for each in alive[:3]), PERSON]
