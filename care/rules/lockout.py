"""How long somebody waits who has failed again and again. Pure.

A try counts before it is made, so that many at once are no way around it, and is forgotten once it succeeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from care.models.session import Tries

FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Patience:
    """So many tries are `free`; then the next one waits `first`, and each after it twice as long, up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta

    def pause_after(self, failed: int) -> timedelta:
        if failed < self.free:
            return timedelta(0)
        return min(self.first * (1 << min(failed - self.free, 20)), self.longest)


SIGN_IN = Patience(free=5, first=timedelta(minutes=1), longest=timedelta(hours=1))
# Mails that anybody can have sent to anybody.
RESET_MAIL = Patience(free=2, first=timedelta(minutes=15), longest=timedelta(hours=12))


def wait_of(tries: Tries | None, patience: Patience, now: datetime) -> timedelta:
    """How long until the next try is let through; zero if it is now."""
    if tries is None or now >= tries.forgotten_at:
        return timedelta(0)
    pause = patience.pause_after(tries.failed)
    # Of two at once, the other's try may be a moment later than `now`: that alone is nothing to wait for.
    return max(tries.last_at + pause - now, timedelta(0)) if pause else timedelta(0)


def with_one_more(tries: Tries | None, who: str, now: datetime) -> Tries:
    before = tries.failed if tries and now < tries.forgotten_at else 0
    return Tries(who=who, failed=before + 1, last_at=now, forgotten_at=now + FORGOTTEN_AFTER)
