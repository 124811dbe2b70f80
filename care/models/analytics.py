"""The supervisor's summary."""

from __future__ import annotations

from datetime import date

from care.models.common import Model
from care.models.money import Money


class DayCount(Model):
    day: date
    count: int


class OutcomeCount(Model):
    """Refunds of one status and currency. `amount` in minor units of that currency."""

    status: str
    count: int
    amount: Money


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
