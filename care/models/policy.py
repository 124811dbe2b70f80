"""The refund policy: what a person wrote down, and all that the machine may do by itself.

Defaults are for recorded workflow histories, whose policies may be older than a field; a file has every line
(care/policy.py).
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BeforeValidator,
    Field,
    Strict,
    StrictInt,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from care.models.common import Body, CustomerId, Model, Sku, Utc
from care.models.money import Money
from care.models.refund import RefundReason, Remedy, Wanted

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Days = Annotated[StrictInt, Field(ge=0, le=3650)]
Hours = Annotated[StrictInt, Field(ge=1, le=8760)]
Count = Annotated[StrictInt, Field(ge=0, le=10)]
Share = Annotated[float, Strict()]
Name = Annotated[str, Field(min_length=1, max_length=64)]
# Minor units, by ISO 4217 currency.
Limits = dict[Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")], Annotated[StrictInt, Field(ge=0, le=10**15)]]
_TIME = re.compile(r"^\d\d:\d\d(:00)?$")


def _wall_time(value: Any) -> Any:
    if not isinstance(value, time) and not (isinstance(value, str) and _TIME.match(value)):
        raise ValueError("write a time of the day like 09:00")
    return value


def _day(value: Any) -> Any:
    if isinstance(value, datetime) or not isinstance(value, (date, str)):
        raise ValueError("write a day like 2026-12-25")  # noqa: TRY004  a TypeError would not name the line
    return value


# ISO 3166-1 alpha-2.
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
WallTime = Annotated[time, BeforeValidator(_wall_time)]
Day = Annotated[date, BeforeValidator(_day)]


class Bands(Body):
    """How sure a judge must be, from 0 to 1: at or above `approve_at` the machine may approve, from `ask_at` on it
    may ask the customer for what is missing, below that a person looks at once."""

    approve_at: Annotated[Share, Field(gt=0.5, le=1)]
    ask_at: Annotated[Share, Field(ge=0, le=1)] = 0.3

    @field_validator("ask_at")
    @classmethod
    def _below(cls, ask_at: float, info: ValidationInfo) -> float:
        if ask_at > info.data.get("approve_at", 1):
            raise ValueError("must not be above approve_at")
        return ask_at


class WindowException(Body):
    """Other days than the reason's, for the orders that match all that is named; at least one thing is."""

    category: Name | None = None
    zone: Name | None = None
    reason: RefundReason | None = None
    days: Days

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.category or self.zone or self.reason):
            raise ValueError("name a category, a zone or a reason")
        return self


class FinalSale(Body):
    """What cannot be given back because of a change of mind."""

    skus: list[Sku] = []
    categories: list[Name] = []


class AllowList(Body):
    """For these no window closes and no sale is final, as with an allow list of a returns portal. Limits of money and
    what evidence must show stay as they are. Customers by id: a policy file names nobody."""

    customers: list[CustomerId] = []
    orders: list[Name] = []


class BlockList(Body):
    """For these a person always decides. Nobody is refused for being here."""

    customers: list[CustomerId] = []
    orders: list[Name] = []
    skus: list[Sku] = []
    categories: list[Name] = []


class BusinessHours(Body):
    """When the desk is staffed. Deadlines in business hours run only then. Local wall times of `timezone` (IANA)."""

    timezone: str = "UTC"
    days: Annotated[list[Weekday], Field(min_length=1)] = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    opens: WallTime = time(9)
    closes: WallTime = time(18)
    holidays: list[Day] = []

    @field_validator("timezone")
    @classmethod
    def _known(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (KeyError, OSError, ValueError):  # what the library raises for a name that is not there, or no name
            raise ValueError('is no time zone: write one like "Europe/Berlin"') from None
        return timezone

    @field_validator("closes")
    @classmethod
    def _after(cls, closes: time, info: ValidationInfo) -> time:
        # Midnight ends the day: a desk that never sleeps is staffed from 00:00 to 00:00.
        if closes != time.min and closes <= info.data.get("opens", time.min):
            raise ValueError("must be later than opens")
        return closes


class RefundPolicy(Body):
    """One version of `policy.yaml`. An unknown or missing line is an error: a slip must not change what is paid.

    `windows`: days after delivery, per reason; `window_exceptions` where category, zone or reason ask for others.
    `evidence_required`: files without which nothing is approved by the machine, per reason.
    `suspicion_limit`: the sum of signal weights (hundredths) above which a person decides.
    """

    version: Annotated[str, Field(min_length=1, max_length=64)]
    windows: dict[RefundReason, Days]
    # Countries by the name of their zone, as in the address of an order.
    zones: dict[Name, list[Country]] = {}
    window_exceptions: list[WindowException] = []
    final_sale: FinalSale = FinalSale()
    allow: AllowList = AllowList()
    block: BlockList = BlockList()
    evidence_required: dict[RefundReason, Count]
    # What the customer is asked for when there are too few files; for "nothing" a person decides without asking.
    evidence_wanted: dict[RefundReason, Wanted | Literal["nothing"]] = {}
    # Reasons for which the goods come back before anything is paid: where the amount is above this many minor units.
    return_first: dict[RefundReason, Limits] = {}
    automatic_limit: Limits
    # What the machine approves by itself for one customer in one calendar month of the business time zone.
    customer_month_limit: Limits = {}
    four_eyes_limit: Limits
    confidence: Bands
    suspicion_limit: Annotated[StrictInt, Field(ge=0, le=1000)]
    automatic_remedies: list[Remedy]
    remedies: Annotated[list[Remedy], Field(min_length=1)]
    # Times the machine looks at one case before only a person can approve it: more photos are not more tries.
    assessments: Annotated[StrictInt, Field(ge=1, le=10)]
    # The desk's deadlines, in business hours: the first ruling, then the supervisor's after an escalation.
    business_hours: BusinessHours = BusinessHours()
    review_hours: Hours
    escalation_hours: Hours = 45
    # The customer's, in hours of the clock: for what is asked for, when it is asked for again, to take what is offered.
    evidence_hours: Hours
    evidence_reminder_hours: Hours = 72
    return_hours: Hours = 336
    offer_hours: Hours = 72
    # After how many hours a declined payout is tried again; then store credit is offered.
    payout_retries: Annotated[list[Hours], Field(max_length=5)] = [1, 24]

    def may_approve(self, amount: Money) -> bool:
        """Whether the machine may approve this much. A currency without a limit is always a person's."""
        return 0 < amount.amount <= self.automatic_limit.get(amount.currency, 0)

    def month_limit(self, currency: str) -> int:
        """Minor units that the machine approves for one customer in a month; nothing in a currency without a limit."""
        return self.customer_month_limit.get(currency, 0)


class PolicyUse(Model):
    """From `since` on, workers worked under this version."""

    version: str
    since: Utc


class InForce(PolicyUse):
    """`until` is None for the one that still is."""

    until: Utc | None
