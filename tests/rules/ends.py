"""How deliveries wait and end, in the words of the oracle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Due:
    """A delivery whose time has come."""

    day: date
    at: datetime
    extra: bool = False


@dataclass(frozen=True)
class Overdue:
    what: Due
    why: str
    tries: list[datetime]
    hard: bool = False

    @property
    def next(self) -> datetime:
        return self.tries[-1] if self.hard else self.tries[0]


@dataclass(frozen=True)
class End:
    key: str
    outcome: str
    at: datetime


@dataclass
class World:
    """Whether goods are in stock, and what the bank says: ok, declined, or declined_for_good."""

    stock: bool = True
    bank: str = "ok"
