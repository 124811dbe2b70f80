"""Subscriptions: what a caller sends, what the workflow carries, what everyone reads."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictBool
from pydantic.config import JsonDict

from care.models.common import Body, CustomerId, Model, PaymentMethodId, Quantity, Sku, Utc
from care.models.customer import Address
from care.models.money import Money

DEFAULT_REMINDERS = [timedelta(days=2), timedelta(days=1)]


# Named here, because a field called `date` hides the type inside its class.
NamedDay = date
Day = date | None


# A day of the month, or the name of a weekday.
DeliveryDay = Annotated[int, Field(ge=1, le=31)] | Annotated[str, Field(max_length=20)]


class Item(Body):
    sku: Sku
    quantity: Quantity


class NamedItem(Model):
    """An item as it was agreed: the name for messages, the price of one piece as last announced."""

    sku: Sku
    name: str
    quantity: Quantity
    price: Money


class Frequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"


class Prepaid(Body):
    """Terms: so many deliveries are paid at once, with the first of them. `renew`: after the last, the next as many."""

    deliveries: Annotated[int, Field(strict=True, ge=2, le=52)]
    renew: StrictBool = False


class PaidTerm(Model):
    """What was paid at once: deliveries of `items` at these prices, by the payment `reference`.

    `left` of them are not ordered yet. `returned`: what goes back for those that were left when it ended.
    """

    items: list[NamedItem]
    reference: str
    left: int
    returned: Money | None = None


class SubscriptionStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    PAST_DUE = "past_due"
    CANCELLED = "cancelled"


_EXAMPLE: JsonDict = {
    "customer_id": "CUST001",
    "items": [{"sku": "AMUL-MILK-1L", "quantity": 2}],
    "frequency": "weekly",
    "delivery_day": "friday",
}


class SubscriptionRequest(Body):
    """Body of `POST /subscription`. Either frequency (with delivery_day) or recurrence (RFC 5545 RRULE)."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})
    customer_id: CustomerId
    items: Annotated[list[Item], Field(min_length=1, max_length=50)]
    frequency: Frequency | None = None
    delivery_day: DeliveryDay | None = None
    timezone: Annotated[str, Field(max_length=64)] | None = None
    start_date: date | None = None
    recurrence: Annotated[str, Field(max_length=500)] | None = None
    remind_before: Annotated[list[timedelta], Field(max_length=5)] | None = None
    # A gift goes to somebody else's address.
    address: Address | None = None
    payment_method: PaymentMethodId | None = None
    prepaid: Prepaid | None = None


class CancelSubscription(Body):
    reason: Annotated[str, Field(max_length=500)] | None = None
    when: Literal["now", "after_next_delivery"] = "now"


class PauseSubscription(Body):
    """`until` is the local date on which deliveries go on; without it they wait for `resume`."""

    until: date | None = None


class OneDelivery(Body):
    """Body of skip and unskip: a planned local date, by default the next that the schedule has.

    The next stays the next when it is skipped already, so that a second click does not skip a second delivery.
    With a `sku`, only that item is left out of it.
    """

    date: Day = None
    sku: Sku | None = None


class RescheduleDelivery(Body):
    """Moves the delivery of the local date `date` to the local date `to`."""

    date: NamedDay
    to: NamedDay


class ChangeSubscription(Body):
    """Body of `change`. What is left out stays as it is."""

    items: Annotated[list[Item], Field(min_length=1, max_length=50)] | None = None
    frequency: Frequency | None = None
    delivery_day: DeliveryDay | None = None
    recurrence: Annotated[str, Field(max_length=500)] | None = None
    timezone: Annotated[str, Field(max_length=64)] | None = None
    address: Address | None = None
    payment_method: PaymentMethodId | None = None


class AgreedChange(Model):
    """A change as the workflow gets it: items with names and prices, and whether the shop admits sub-daily rules."""

    wish: ChangeSubscription
    items: list[NamedItem] | None = None
    allow_subdaily: bool = False


class Schedule(Model):
    """When deliveries fall: an RRULE counted from `start`, in the customer's zone.

    `start` is a local date, "2026-11-27", for daily and slower rules (delivered at 09:00 local time, `offset` later),
    and a local date and time, "2026-11-27T09:00:10", for faster ones.
    """

    recurrence: str
    timezone: str
    start: str
    remind_before: list[timedelta] = DEFAULT_REMINDERS
    offset: timedelta = timedelta(0)


class Occurrence(Model):
    """One planned delivery: its key (local date, or date and time), and the instant it is due."""

    key: str
    due: Utc


Outcome = Literal["delivered", "out_of_stock", "payment_failed", "missed", "skipped"]
# A try that failed, and may be followed by another: a soft decline, a hard one, goods that are out of stock.
Setback = Literal["declined", "declined_for_good", "awaiting_stock"]


class Delivery(Model):
    """How one occurrence ended, or (a setback) how one try of it went. `term`: what was paid with it for others too."""

    occurrence: str
    outcome: Outcome | Setback
    order_id: str | None = None
    at: Utc
    term: PaidTerm | None = None


class Overdue(Model):
    """A delivery that could not be made when it was due, and is tried again.

    `next_try` is None after a hard decline: only another payment method helps. At `until` it is given up.
    """

    occurrence: Occurrence
    why: Literal["payment", "stock"]
    order_id: str | None = None
    tries: int = 1
    next_try: Utc | None
    until: Utc
    # Ordered beside the calendar.
    extra: bool = False
    # The payment that was declined is one for a whole prepaid term.
    term: bool = False


class StepKind(StrEnum):
    REMIND = "remind"
    DELIVER = "deliver"
    MISS = "miss"
    RESUME = "resume"
    RETRY = "retry"
    GIVE_UP = "give_up"


class Step(Model):
    """A thing that a subscription does, due at `at`. `lead`: how long before the delivery a reminder was asked for."""

    kind: StepKind
    occurrence: Occurrence
    at: Utc
    lead: timedelta = timedelta(0)


class Subscription(Model):
    """The state of one subscription: carried by its workflow, projected to MongoDB under a rising `version`."""

    subscription_id: str
    customer_id: CustomerId
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE
    items: list[NamedItem]
    frequency: Frequency | None = None
    delivery_day: int | str | None = None
    recurrence: str
    timezone: str
    schedule: Schedule
    next_delivery: str | None = None
    upcoming: list[str] = []
    deliveries: int = 0
    recent: list[Delivery] = []
    cancel_after_next: bool = False
    cancel_reason: str | None = None
    created_at: Utc
    cancelled_at: Utc | None = None
    # Where deliveries go, if not to the customer's own address, and what pays, if not the customer's usual method.
    address: Address | None = None
    payment_method: PaymentMethodId | None = None
    # Terms that are paid at once, and what of the newest is paid; without a term each delivery is paid by itself.
    prepaid: Prepaid | None = None
    paid: PaidTerm | None = None
    # What is tried again: with status past_due for its payment, with status active for goods out of stock.
    overdue: Overdue | None = None
    # Exceptions from the schedule, by occurrence key: skipped, without some items, moved (from -> to), and added.
    skipped: list[str] = []
    left_out: dict[str, list[Sku]] = {}
    moved: dict[str, str] = {}
    extra: list[Occurrence] = []
    # While paused: the local date on which it goes on by itself; None waits for the customer.
    paused_until: date | None = None
    # Nothing that the schedule plans before this is delivered: a pause or an older schedule covered it.
    not_before: Utc | None = None
    # How far its calendar has been played: everything up to this step is settled.
    last_step: Step | None = None
    version: int = 0


class SubscriptionView(Subscription):
    """What `GET /subscription/{id}` answers. `orders` are the newest order ids; `workflow_url` is for staff only."""

    orders: list[str] = []
    workflow_url: str | None = None
