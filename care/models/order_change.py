"""Changes of an order that touch its items or its payment: what is asked for, and the record of each."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from care.models.common import Body, CustomerId, Model, PaymentMethodId, Utc
from care.models.money import Money
from care.models.order import OrderLine, PartPayment
from care.models.subscription import Item


class ChangeItems(Body):
    """`items` is all that the order shall hold. Where `total` is given, nothing is done at any other new total.
    What is more is charged to `payment_method`, by default the usual one."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [{"sku": "AMUL-MILK-1L", "quantity": 3}], "payment_method": None}}
    )
    items: Annotated[list[Item], Field(max_length=50)]
    total: Money | None = None
    payment_method: PaymentMethodId | None = None


class ChangePayment(Body):
    """An order that is not paid is charged to this stored method now."""

    model_config = ConfigDict(json_schema_extra={"example": {"payment_method": "pm_card"}})
    payment_method: PaymentMethodId


class CloseTrace(Body):
    """What came of a trace, in words for the customer."""

    model_config = ConfigDict(json_schema_extra={"example": {"note": "The carrier has found it: it comes tomorrow."}})
    note: Annotated[str, Field(min_length=1, max_length=500)]


class ChangeStatus(StrEnum):
    """`charging`: the money comes first. `repaying`: made, and money goes back. `returning`: the money came too late
    for the order, and goes back; `returned`: it has. `declined`: nothing was changed."""

    CHARGING = "charging"
    REPAYING = "repaying"
    DONE = "done"
    DECLINED = "declined"
    RETURNING = "returning"
    RETURNED = "returned"


class OrderChange(Model):
    """One change and its money. `items` and `total` are the order's afterwards, `before` its items until then.

    `charge` is taken under the change's own `key`, `repay` goes back under keys derived from it.
    """

    change_id: str
    order_id: str
    customer_id: CustomerId
    kind: Literal["items", "payment"]
    status: ChangeStatus
    before: list[OrderLine]
    items: list[OrderLine]
    total: Money
    charge: Money | None = None
    payment_method: PaymentMethodId | None = None
    repay: list[PartPayment] = []
    decline_reason: str | None = None
    at: Utc

    @property
    def key(self) -> str:
        return f"change:{self.change_id}"

    def repay_key(self, number: int) -> str:
        """Of the `number`-th (from 1) part that goes back."""
        return f"change-back:{self.change_id}:{number}"
