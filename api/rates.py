"""Rate limits: fixed windows of time that every web process counts in together.

While the database cannot be reached, each process counts by itself: a limiter must turn nobody away because of its own
trouble, and must not open the door wide either.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from limits import RateLimitItem, parse

from care.errors import TooMany
from care.rules.rates import Family, pause
from care.settings import Settings
from care.stores import CONNECTION_ERRORS
from care.stores.rates import RateStore

# On one machine, one person plays all customers at once.
_IN_DEVELOPMENT = 10
_AWAY: tuple[type[Exception], ...] = (TimeoutError, *CONNECTION_ERRORS)
_PATIENCE = 1.0  # seconds that a count may take
_SWEEP, _MOST_WINDOWS = 60.0, 100_000
_REST = 5.0  # seconds for which the database is not asked after it has failed
log = structlog.get_logger()


@dataclass(frozen=True)
class Taken:
    """How far a limit of `most` in each `window` seconds is used up; it starts anew in `resets` seconds."""

    family: Family
    most: int
    window: int
    used: int
    resets: int

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers names them."""
        return {
            "RateLimit-Policy": f'"{self.family}";q={self.most};w={self.window}',
            "RateLimit": f'"{self.family}";r={max(0, self.most - self.used)};t={self.resets}',
        }


class Rates:
    def __init__(self, store: RateStore, settings: Settings) -> None:
        self._store = store
        self._secret = settings.signing_key().encode()
        self._rates = _rates(settings)
        self._here = _Here()
        self._asked_again_at = 0.0

    async def take(self, family: Family, who: str, cost: int = 1) -> Taken:
        """Counts an act of `who` (an account, or an address). Raises TooMany once there were too many.

        One command to the database; none for the family ADDRESS, which guards each process by itself.
        """
        rate = self._rates[family]
        length = rate.get_expiry()
        number, into = divmod(time.time(), length)
        # Neither accounts nor addresses stand in the store.
        hidden = hashlib.blake2b(f"{family} {who}".encode(), key=self._secret[:64], digest_size=16).hexdigest()
        window, resets = f"{hidden} {int(number)}", max(1, round(length - into))
        used = await self._count(family, window, resets, cost)
        taken = Taken(family, rate.amount, length, used, resets)
        if used > rate.amount:
            raise TooMany(pause(resets), seconds=resets, headers=taken.headers)
        return taken

    async def _count(self, family: Family, window: str, resets: int, cost: int) -> int:
        if family is not Family.ADDRESS and time.monotonic() >= self._asked_again_at:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._store.add(window, datetime.fromtimestamp(time.time() + resets, UTC), cost)
            except _AWAY as error:
                self._asked_again_at = time.monotonic() + _REST
                log.warning("rates_counted_here_only", error=type(error).__name__)
        return self._here.add(window, resets, cost)


class _Here:
    """What this process counts by itself. Windows that have ended are forgotten once a minute, and all are when there
    are so many that somebody must be making addresses up."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = {}
        self._swept_at = 0.0

    def add(self, window: str, resets: int, cost: int) -> int:
        now = time.monotonic()
        if now >= self._swept_at + _SWEEP or len(self._windows) >= _MOST_WINDOWS:
            kept = {name: each for name, each in self._windows.items() if each[0] > now}
            self._windows = kept if len(kept) < _MOST_WINDOWS else {}
            self._swept_at = now
        ends, count = self._windows.get(window, (now + resets, 0))
        self._windows[window] = ends, count + cost
        return count + cost


def _rates(settings: Settings) -> Mapping[Family, RateLimitItem]:
    more = _IN_DEVELOPMENT if settings.env == "development" else 1
    written = {
        Family.SIGN_IN: settings.rate_sign_in,
        Family.LINKS: settings.rate_links,
        Family.CHAT: settings.rate_chat,
        Family.CREATE: settings.rate_create,
        Family.UPLOAD: settings.rate_upload,
        Family.UPLOAD_BYTES: settings.rate_upload_bytes,
        Family.CALLS: settings.rate_calls,
        Family.ADDRESS: settings.rate_address,
    }
    rates = {family: parse(text) for family, text in written.items()}
    return {family: type(rate)(rate.amount * more, rate.multiples) for family, rate in rates.items()}
