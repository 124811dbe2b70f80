"""Skipping deliveries of a subscription and taking that back, shown before anything is done.

Each proposal names its date, so that a yes on another day cannot mean another delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from activities.tools.scene import Scene
from activities.tools.subscription_scene import Wanted, ask, propose, spoken_of
from activities.tools.subscription_wording import days, each_day, name, next_of, no_delivery_on, plain
from activities.tools.wording import day
from care.models.dialogue import NamedSku, Outcome
from care.models.subscription import Frequency, OneDelivery, Subscription
from care.rules.delivery_dates import deliveries_named, planned_dates, range_named, with_skipped
from care.rules.phrases import follows_up
from care.rules.references import named_products
from care.rules.subscription_checks import by_date, local_date
from care.rules.subscription_dates import skipped_one, unskipped
from care.rules.subscription_wishes import skips_every_other

_OFFERED = 4
_MOST_SKIPPED = 10


def skip(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    """Raises Conflict, Invalid, as the others do."""
    planned, ahead = planned_dates(subscription), with_skipped(subscription)
    today = local_date(subscription, scene.now)
    if not ahead:
        skipped_one(subscription, OneDelivery(), scene.now)  # refuses, and says why
    dates = _within(wanted, ahead, today) or deliveries_named(
        wanted.text, wanted.found, ahead, today, spoken_of(wanted, ahead)
    )
    if not dates and _leaves_date_open(wanted):
        return _ask_date(scene, wanted, subscription)
    dates = dates or ahead[:1]
    if wanted.amends and scene.state.pending and follows_up(wanted.text):  # "and the one after too"
        dates = sorted({*wanted.task.dates, *dates})
    if wrong := [d for d in dates if d not in ahead]:
        by_date(subscription)
        return ask(scene, wanted, subscription, no_delivery_on(subscription, wrong[0], today), awaiting="date")
    if not (left := [d for d in dates if d in planned]):
        return _skipped_already(scene, subscription, dates)
    sku = _one_item(wanted, subscription)
    after = subscription
    for each in left:
        after = skipped_one(after, OneDelivery(date=each, sku=sku), scene.now)
    if after == subscription:
        return plain(scene, subscription, f"That is left out of the delivery of {each_day(left)} already.")
    payload = {"dates": [d.isoformat() for d in left], **({"sku": sku} if sku else {})}
    of = f"the {'delivery' if len(left) == 1 else 'deliveries'} of {each_day(left)}"
    if sku and any(d.isoformat() in after.left_out for d in left):
        item = next(i.name for i in subscription.items if i.sku == sku)
        shown, details = f"Leave {item} out of {of} of {name(subscription)}?", "Everything else comes as planned."
    else:
        shown = f"Skip {of} of {name(subscription)}?"
        details = f"{next_of(after)} All other dates stay."
    return propose(scene, wanted, subscription, "skip_delivery", payload, shown, details=details, dates=left)


def every_other(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome | None:
    """What comes every week can come every two weeks instead; None where that is what is asked for."""
    if not skips_every_other(wanted.text) or subscription.frequency is Frequency.WEEKLY:
        return None
    ahead = planned_dates(subscription, 1)
    text = f"I skip single deliveries of {name(subscription)}, each by its date, or change how often it comes."
    suggestions = [*(f"Skip {d.day} {d:%B}" for d in ahead), "Change how often it comes"]
    return plain(scene, subscription, f"{text} {next_of(subscription)}", suggestions=suggestions)


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
    named = deliveries_named(wanted.text, wanted.found, ahead, today, spoken_of(wanted, ahead))[:1]
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


def skip_between(scene: Scene, wanted: Wanted, subscription: Subscription, first: date, last: date) -> Outcome | None:
    """The deliveries from `first` to `last`, both included: the pause of the API begins at once, and one that is to
    begin later is made of skips. None where there are too many for that."""
    planned = planned_dates(subscription)
    dates = [d for d in planned if first <= d <= last]
    if not dates or len(dates) > _MOST_SKIPPED or planned[0] >= first:
        return None
    return skip(scene, wanted, subscription)


def _within(wanted: Wanted, ahead: Sequence[date], today: date) -> list[date]:
    """ "From 1 to 15 December" """
    between = range_named(wanted.text, today)
    return [d for d in ahead if between[0] <= d <= between[1]][:_MOST_SKIPPED] if between else []


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
    text = f"The delivery of {each_day(dates)} of {subscription.subscription_id} is skipped already."
    suggestions = [f"Skip {ahead[0].day} {ahead[0]:%B}"] if ahead else []
    return plain(scene, subscription, f"{text} {next_of(subscription)}", suggestions=suggestions)


def _one_item(wanted: Wanted, subscription: Subscription) -> str | None:
    """The item that is named, where others come with it."""
    items = [NamedSku(sku=i.sku, name=i.name) for i in subscription.items]
    named = named_products(wanted.found, wanted.text, items)
    return named[0] if len(named) == 1 and len(items) > 1 else None
