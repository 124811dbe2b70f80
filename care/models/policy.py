"""The refund policy: what a person wrote down, and all that the machine may do by itself."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field, StrictInt, StringConstraints

from care.models.common import Body
from care.models.money import Money
from care.models.refund import RefundReason, Remedy

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Days = Annotated[StrictInt, Field(ge=0, le=3650)]
Hours = Annotated[StrictInt, Field(ge=1, le=8760)]
Count = Annotated[StrictInt, Field(ge=0, le=10)]
# Minor units, by ISO 4217 currency.
Limits = dict[Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")], Annotated[StrictInt, Field(ge=0, le=10**15)]]


class Bands(Body):
    """How sure a judge must be, from 0 to 1: at or above `approve_at` the machine may approve, from `ask_at` on it
    may ask the customer for what is missing, below that a person looks at once."""

    approve_at: Annotated[float, Field(gt=0.5, le=1)]
    ask_at: Annotated[float, Field(ge=0, le=1)] = 0.3


class BusinessHours(Body):
    """When the desk is staffed. Deadlines in business hours run only then. Local wall times of `timezone` (IANA)."""

    timezone: str = "UTC"
    days: Annotated[list[Weekday], Field(min_length=1)] = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    opens: time = time(9)
    closes: time = time(18)
    holidays: list[date] = []


class RefundPolicy(Body):
    """One version of `policy.yaml`. An unknown or missing line is an error: a slip must not change what is paid.

    `windows`: days after delivery, per reason. `evidence_required`: files without which a person decides, per reason.
    `suspicion_limit`: the sum of signal weights (hundredths) above which a person decides.
    """

    version: Annotated[str, Field(min_length=1, max_length=64)]
    windows: dict[RefundReason, Days]
    evidence_required: dict[RefundReason, Count]
    automatic_limit: Limits
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
