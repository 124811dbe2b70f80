"""Single deliveries of a subscription, shown before anything is done: move one, order an extra one.

Each proposal names its date, so that a yes on another day cannot mean another delivery.
"""

from __future__ import annotations

from activities.tools.scene import Scene
from activities.tools.subscription_asking import ask_date
from activities.tools.subscription_scene import Wanted, ask, propose, spoken_of
from activities.tools.subscription_wording import name, next_of, no_delivery_on, plain
from activities.tools.wording import day
from care.errors import Conflict
from care.models.dialogue import Outcome
from care.models.subscription import RescheduleDelivery, Subscription
from care.rules.delivery_dates import apart, deliveries_named, planned_dates, target_named
from care.rules.entities import find_entities
from care.rules.prepaid import Paying, cost, paying
from care.rules.spoken_dates import resolve, unread_date
from care.rules.subscription_changes import ordered_now
from care.rules.subscription_checks import by_date, local_date
from care.rules.subscription_dates import rescheduled


def reschedule(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    by_date(subscription)
    planned, today = planned_dates(subscription), local_date(subscription, scene.now)
    what, target = apart(wanted.text)
    if wanted.amends and not target:  # the answer to "To which day?", or another day than was shown
        what, target = "", wanted.text
    if unread := unread_date(what):
        return ask_date(scene, wanted, subscription, unread)
    before = spoken_of(wanted, planned)
    named = deliveries_named(what, find_entities(what), planned, today, before)
    moved = next(iter(named or ([before] if before else planned[:1])), None)
    if moved is None:
        return plain(scene, subscription, next_of(subscription))
    if moved not in planned:
        return ask(scene, wanted, subscription, no_delivery_on(subscription, moved, today), awaiting="date")
    to = target_named(target, wanted.found, moved, today) if target else None
    if to is None:
        question = f"To which day shall I move the delivery of {day(moved)} of {subscription.subscription_id}?"
        return ask(scene, wanted, subscription, question, awaiting="date", dates=[moved])
    try:
        after = rescheduled(subscription, RescheduleDelivery(date=moved, to=to), scene.now)
    except Conflict as refused:  # there is a way round most of these
        suggestions = [f"Skip {moved.day} {moved:%B}", f"Move {moved.day} {moved:%B} to another day"]
        return plain(scene, subscription, refused.detail, suggestions=suggestions)
    if after == subscription:
        return plain(scene, subscription, f"That delivery of {subscription.subscription_id} is on {day(to)} already.")
    payload = {"date": moved.isoformat(), "to": to.isoformat()}
    shown = f"Move the delivery of {name(subscription)} from {day(moved)} to {day(to)}?"
    details = "All other dates stay."
    return propose(scene, wanted, subscription, "reschedule_delivery", payload, shown, details=details, dates=[moved])


def order_now(scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
    today = local_date(subscription, scene.now)
    if any(d not in (None, today) for d in (resolve(each, today) for each in wanted.found.dates)):
        text = "An extra delivery can only be ordered for today. I can move a planned one to another day instead."
        return plain(scene, subscription, f"{text} {next_of(subscription)}")
    ordered_now(subscription, scene.now)
    paid = paying(subscription, beside=True) is Paying.BY_TERM
    price = "one of those that are paid already" if paid else f"for {cost(subscription.items)}"
    shown = f"Order one extra delivery of {name(subscription)} today, {day(today)}, {price}?"
    payload = {"date": today.isoformat(), "each": cost(subscription.items).model_dump(mode="json")}
    return propose(
        scene, wanted, subscription, "order_now", payload, shown, details="Your planned dates stay as they are."
    )
