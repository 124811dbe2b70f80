"""How a subscription and its dates are said to a customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from activities.tools.scene import Scene
from activities.tools.wording import day, rhythm, things
from care.models.dialogue import Outcome
from care.models.subscription import Subscription
from care.rules.delivery_dates import planned_dates

_LISTED = 5


def plain(scene: Scene, subscription: Subscription, text: str, **more: Any) -> Outcome:
    return scene.reply(text, **scene.slots(subscription_id=subscription.subscription_id), **more)


def name(subscription: Subscription) -> str:
    """ "SUB002 (Amul Milk 1L)" """
    return f"{subscription.subscription_id} ({things(subscription.items)})"


def pace(subscription: Subscription) -> str:
    return rhythm(subscription.frequency, subscription.delivery_day)


def days(dates: Sequence[date], today: date) -> str:
    """ "27 November, 4 December", the first five; the year only where it is another one."""
    said = [f"{d.day} {d:%B}" if d.year == today.year else day(d) for d in dates[:_LISTED]]
    more = len(dates) - len(said)
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")


def each_day(dates: Sequence[date]) -> str:
    """ "27 November 2026 and 4 December 2026" """
    *first, last = [day(d) for d in dates]
    return f"{', '.join(first)} and {last}" if first else last


def next_of(subscription: Subscription) -> str:
    """ "The next delivery is on 4 December 2026." """
    ahead = planned_dates(subscription, 1)
    return f"The next delivery is on {day(ahead[0])}." if ahead else "No delivery is planned."


def no_delivery_on(subscription: Subscription, wrong: date, today: date) -> str:
    ahead = planned_dates(subscription, _LISTED)
    dates = days(ahead, today)
    first = f"{subscription.subscription_id} has no delivery on {day(wrong)}."
    return f"{first} Planned are: {dates}." if ahead else f"{first} No delivery is planned."
