"""So that "Friday 09:00" is not one second for a whole shop: each subscription has its own moment after nine. Pure.

The moment is drawn from the subscription's id, once, when it begins, and is carried in its schedule: restarts, replays
and other machines find the same one, and a changed setting moves nobody who has one.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from care.models.subscription import Schedule
from care.rules.occurrences import stride

_SECOND = timedelta(seconds=1)


def offset_of(subscription_id: str, spread: timedelta) -> timedelta:
    """Whole seconds, from zero to less than `spread`, as even over many ids as a hash is.

    Ids count up, so their digits alone would put the newest, who are told the same offer on the same day, side by side.
    """
    seconds = spread // _SECOND
    drawn = int.from_bytes(sha256(subscription_id.encode()).digest()[:8])
    return _SECOND * (drawn % seconds if seconds else 0)


def spread_out(schedule: Schedule, subscription_id: str, spread: timedelta) -> Schedule:
    """The same dates, each at the subscription's own moment. Deliveries faster than daily keep their rhythm."""
    if stride(schedule):
        return schedule
    return schedule.model_copy(update={"offset": offset_of(subscription_id, spread)})
