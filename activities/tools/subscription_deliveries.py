"""Single deliveries of a subscription, shown before anything is done: skip, take back, move, one extra.

Each proposal names its date, so that a yes on another day cannot mean another delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from activities.tools.scene import Scene
from activities.tools.subscription_scene import (
    Wanted,
    ask,
    days,
    name,
    next_of,
    no_delivery_on,
    plain,
    propose,
)
from activities.tools.wording import day
from care.models.dialogue import NamedSku, Outcome
from care.models.subscription import OneDelivery, RescheduleDelivery, Subscription
from care.rules.delivery_dates import apart, deliveries_named, planned_dates, target_named, with_skipped
from care.rules.entities import find_entities
from care.rules.prepaid import Paying, cost, paying
from care.rules.references import named_products
from care.rules.subscription_changes import ordered_now
from care.rules.subscription_checks import by_date, local_date
from care.rules.subscription_dates import rescheduled, skipped_one, unskipped
from care.rules.words import points_back

_OFFERED = 4


def skip(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    """Raises Conflict, Invalid, as the others do."""
    planned, ahead = planned_dates(subscription), with_skipped(subscription)
    today = local_date(subscription, scene.now)
    if not ahead:
        skipped_one(subscription, OneDelivery(), scene.now)  # refuses, and says why
    dates = deliveries_named(wanted.text, wanted.found, ahead, today, _before(wanted, ahead))
    if not dates and _leaves_date_open(wanted):
        return _ask_date(scene, wanted, subscription)
    dates = dates or ahead[:1]
    if wrong := [d for d in dates if d not in ahead]:
        by_date(subscription)
        return plain(scene, subscription, no_delivery_on(subscription, wrong[0], today))
    if not (left := [d for d in dates if d in planned]):
        return _skipped_already(scene, subscription, dates)
    sku = _one_item(wanted, subscription)
    after = subscription
    for each in left:
        after = skipped_one(after, OneDelivery(date=each, sku=sku), scene.now)
    if after == subscription:
        return plain(scene, subscription, f"That is left out of the delivery of {_and(left)} already.")
    payload = {"dates": [d.isoformat() for d in left], **({"sku": sku} if sku else {})}
    of = f"the {'delivery' if len(left) == 1 else 'deliveries'} of {_and(left)}"
    if sku and any(d.isoformat() in after.left_out for d in left):
        item = next(i.name for i in subscription.items if i.sku == sku)
        shown, details = f"Leave {item} out of {of} of {name(subscription)}?", "Everything else comes as planned."
    else:
        shown = f"Skip {of} of {name(subscription)}?"
        details = f"{next_of(after)} All other dates stay."
    return propose(scene, wanted, subscription, "skip_delivery", payload, shown, details=details, dates=left)


def unskip(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    by_date(subscription)
    today = local_date(subscription, scene.now)
    left_out = [date.fromisoformat(key) for key in sorted({*subscription.skipped, *subscription.left_out})]
    ahead = [d for d in left_out if d >= today]
    if not ahead:
        return plain(
            scene,
            subscription,
            f"No delivery of {subscription.subscription_id} is skipped. {next_of(subscription)}",
        )
    named = deliveries_named(wanted.text, wanted.found, ahead, today, _before(wanted, ahead))[:1]
    if not named and len(ahead) > 1:
        question = f"Skipped are {days(ahead, today)}. Which of them shall come after all?"
        return ask(
            scene, wanted, subscription, question, awaiting="date", suggestions=[day(d) for d in ahead[:_OFFERED]]
        )
    [wish] = named or ahead
    if wish not in ahead:
        text = f"The delivery of {day(wish)} is not skipped. Skipped are: {days(ahead, today)}."
        return plain(scene, subscription, text)
    unskipped(subscription, OneDelivery(date=wish), scene.now)
    shown = f"Deliver {name(subscription)} on {day(wish)} after all?"
    return propose(scene, wanted, subscription, "unskip_delivery", {"date": wish.isoformat()}, shown, dates=[wish])


def reschedule(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    by_date(subscription)
    planned, today = planned_dates(subscription), local_date(subscription, scene.now)
    what, target = apart(wanted.text)
    if wanted.amends and not target:  # the answer to "To which day?", or another day than was shown
        what, target = "", wanted.text
    before = _before(wanted, planned)
    named = deliveries_named(what, find_entities(what), planned, today, before)
    moved = next(iter(named or ([before] if before else planned[:1])), None)
    if moved is None:
        return plain(scene, subscription, next_of(subscription))
    if moved not in planned:
        return plain(scene, subscription, no_delivery_on(subscription, moved, today))
    to = target_named(target, wanted.found, moved, today) if target else None
    if to is None:
        question = f"To which day shall I move the delivery of {day(moved)} of {subscription.subscription_id}?"
        return ask(scene, wanted, subscription, question, awaiting="date", dates=[moved])
    after = rescheduled(subscription, RescheduleDelivery(date=moved, to=to), scene.now)
    if after == subscription:
        return plain(scene, subscription, f"That delivery of {subscription.subscription_id} is on {day(to)} already.")
    payload = {"date": moved.isoformat(), "to": to.isoformat()}
    shown = f"Move the delivery of {name(subscription)} from {day(moved)} to {day(to)}?"
    details = "All other dates stay."
    return propose(scene, wanted, subscription, "reschedule_delivery", payload, shown, details=details, dates=[moved])


def order_now(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    ordered_now(subscription, scene.now)
    today = local_date(subscription, scene.now)
    paid = paying(subscription, beside=True) is Paying.BY_TERM
    price = "one of those that are paid already" if paid else f"for {cost(subscription.items)}"
    shown = f"Order one extra delivery of {name(subscription)} today, {day(today)}, {price}?"
    payload = {"date": today.isoformat()}
    return propose(
        scene, wanted, subscription, "order_now", payload, shown, details="Your planned dates stay as they are."
    )


def _before(wanted: Wanted, planned: Sequence[date]) -> date | None:
    """The delivery that was spoken of before."""
    goes_on = wanted.amends or points_back(wanted.text)
    return next((d for d in reversed(wanted.task.dates) if goes_on and d in planned), None)


def _leaves_date_open(wanted: Wanted) -> bool:
    """ "I want to skip a delivery" """
    said = wanted.text.casefold()
    return not wanted.amends and any(f" {a} deliver" in said for a in ("a", "one", "some", "any"))


def _ask_date(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    ahead = planned_dates(subscription, _OFFERED)
    dates = days(ahead, local_date(subscription, scene.now))
    text = f"Which delivery of {subscription.subscription_id} shall I skip? Planned are: {dates}."
    return ask(scene, wanted, subscription, text, awaiting="date", suggestions=[day(d) for d in ahead])


def _skipped_already(scene: Scene, subscription: Subscription, dates: Sequence[date]) -> Outcome:
    """A second "skip the next one" skips no second one; the next is offered by its date."""
    ahead = planned_dates(subscription, 1)
    text = (
        f"The delivery of {_and(dates)} of {subscription.subscription_id} is skipped already. {next_of(subscription)}"
    )
    suggestions = [f"Skip {ahead[0].day} {ahead[0]:%B}"] if ahead else []
    return plain(scene, subscription, text, suggestions=suggestions)


def _one_item(wanted: Wanted, subscription: Subscription) -> str | None:
    """The item that is named, where others come with it."""
    items = [NamedSku(sku=i.sku, name=i.name) for i in subscription.items]
    named = named_products(wanted.found, wanted.text, items)
    return named[0] if len(named) == 1 and len(items) > 1 else None


def _and(dates: Sequence[date]) -> str:
    *first, last = [day(d) for d in dates]
    return f"{', '.join(first)} and {last}" if first else last
