"""The supervisor's figures."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from care.models.common import Model, Utc
from care.models.money import Money


class DayCount(Model):
    day: date
    count: int


class OutcomeCount(Model):
    """Refunds of one status and currency. `amount` in minor units of that currency."""

    status: str
    count: int
    amount: Money


class Resolutions(Model):
    """Conversations that began on one day. `contained`: no person was asked for; `verified`: of those, the ones that
    nobody came back to for a day; `assisted`: a person took over."""

    day: date
    contained: int
    assisted: int
    verified: int


class AgentFigures(Model):
    """One reviewer's part in the cases that were opened in the time.

    `met` and `missed` count the cases that they were the first to rule on, by whether that was in time; `decided` those
    that they approved or rejected, half of which took no longer than `median_seconds` from opening to decision.
    """

    reviewer: str
    met: int = 0
    missed: int = 0
    decided: int = 0
    median_seconds: int | None = None


class Agreement(Model):
    """Cases that a person approved (in whole or in part) or rejected, by how sure the machine was that the claim is
    valid: `above` to `below` in hundredths, the latter excluded but for 100.

    `agreed` and `differed`: the machine leaned to one side, and the person decided so or not; `undecided`: it leaned to
    none. `approved` is how many of all these the person approved.
    """

    above: int
    below: int
    agreed: int
    differed: int
    undecided: int
    approved: int

    @property
    def cases(self) -> int:
        return self.agreed + self.differed + self.undecided


class DeliveryDay(Model):
    """`delivered`: ordered for subscriptions; `skipped`: left out by their customers; `failed`: given up by the shop
    (out of stock, payment declined, or it was late)."""

    day: date
    delivered: int = 0
    skipped: int = 0
    failed: int = 0


class ChurnDay(Model):
    """Subscriptions that began, and that were cancelled or ended."""

    day: date
    started: int = 0
    cancelled: int = 0


class Usage(Model):
    """What one model call took. `cost` in millionths of a millionth of `currency`: exact for any price of a million
    tokens in millionths."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    currency: str = ""


class ModelDay(Model):
    """What one model was asked on one day. `cost_micros` in millionths of `currency`."""

    day: date
    name: str
    calls: int
    failures: int
    mean_milliseconds: int
    slowest_milliseconds: int
    tokens_in: int
    tokens_out: int
    cost_micros: int
    currency: str | None


class ModelFigures(Model):
    """What one model was asked over some days. `cost_micros` in millionths of `currency`; 0 without a price.

    `rests` counts how often it was left alone because it failed; it is now, until `rests_until`, if that lies ahead.
    """

    name: str
    calls: int
    failures: int
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    mean_milliseconds: int
    slowest_milliseconds: int = 0
    cost_micros: int = 0
    currency: str | None = None
    rests: int = 0
    rests_until: Utc | None = None


# What stands in a table's row.
Cell = str | int | float | bool | date | datetime | None


class Table(StrEnum):
    """What can be taken along as CSV."""

    DAYS = "days"
    REFUNDS = "refunds"
    AGENTS = "agents"
    DELIVERIES = "deliveries"
    CONVERSATIONS = "conversations"
    MODELS = "models"


class Summary(Model):
    """`GET /analytics/summary`: counts over so many `days` (UTC), from `first_day` to `last_day`.

    Lists by day name only days on which something happened. What is open or active is so now.
    """

    days: int
    first_day: date
    last_day: date
    conversations: int
    contained: int
    assisted: int
    verified: int
    resolutions_by_day: list[Resolutions]
    refunds: list[OutcomeCount]
    automatic_refunds: int
    reviews_open: int
    reviews_overdue: int
    oldest_review_seconds: int | None
    deadlines_met: int
    deadlines_missed: int
    agents: list[AgentFigures]
    agreement: list[Agreement]
    deliveries: int
    deliveries_by_day: list[DayCount]
    refunds_by_day: list[DayCount]
    missed_deliveries: int
    skipped_deliveries: int
    failed_deliveries: int
    delivery_days: list[DeliveryDay]
    subscriptions_active: int
    subscriptions_started: int
    subscriptions_cancelled: int
    subscriptions_by_day: list[ChurnDay]
    model_calls: dict[str, int]
    model_failures: dict[str, int]
    models: list[ModelFigures] = []
    models_by_day: list[ModelDay] = []
