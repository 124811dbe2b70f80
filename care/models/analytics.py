"""The supervisor's summary."""

from __future__ import annotations

from datetime import date

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


class Usage(Model):
    """What one model call took. `cost` in millionths of a millionth of `currency`: exact for any price of a million
    tokens in millionths."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    currency: str = ""


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


class Summary(Model):
    """`GET /analytics/summary`: counts over the last `days` days (UTC)."""

    days: int
    conversations: int
    contained: int
    assisted: int
    verified: int
    refunds: list[OutcomeCount]
    automatic_refunds: int
    reviews_open: int
    reviews_overdue: int
    oldest_review_seconds: int | None
    deadlines_met: int
    deadlines_missed: int
    deliveries: int
    deliveries_by_day: list[DayCount]
    refunds_by_day: list[DayCount]
    missed_deliveries: int
    subscriptions_active: int
    subscriptions_started: int
    subscriptions_cancelled: int
    model_calls: dict[str, int]
    model_failures: dict[str, int]
    models: list[ModelFigures] = []
