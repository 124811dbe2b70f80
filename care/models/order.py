"""Products and orders."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from care.models.common import CustomerId, Model, Quantity, Sku, Utc
from care.models.customer import Address
from care.models.money import Money


class Product(Model):
    sku: Sku
    name: str = Field(min_length=1, max_length=200)
    price: Money
    stock: int = Field(ge=0)
    category: str = "general"
    description: str = ""


class OrderStatus(StrEnum):
    PENDING = "pending"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class PaymentStatus(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"


class OrderLine(Model):
    """`price` is for one piece."""

    sku: Sku
    name: str
    quantity: Quantity
    price: Money
    category: str = "general"


class PartPayment(Model):
    """A part of what was paid, and the payment that it belongs to."""

    reference: str | None
    amount: Money


class Payment(Model):
    """`added` was charged later, for what was added to the order; the rest of the total was paid under `reference`."""

    status: PaymentStatus
    reference: str | None = None
    added: list[PartPayment] = []


class Window(Model):
    """When a parcel is expected, in days of the customer's calendar; both count."""

    earliest: date
    latest: date


class Trace(Model):
    """A search for a parcel with its carrier. `note` is what came of it, once it is closed."""

    trace_id: str
    opened_at: Utc
    status: Literal["open", "closed"] = "open"
    note: str = ""


class Order(Model):
    """`total` is what the customer pays: lines plus shipping.

    `refunded` is paid back already, `reserved` is held for open refunds; refunded + reserved never passes total.
    `occurrence` is the local date of the delivery (date and time where the recurrence is faster than daily).
    `shipped_at` and `expected` are None where nobody has said them.
    """

    order_id: str
    customer_id: CustomerId
    status: OrderStatus
    items: list[OrderLine]
    shipping: Money
    total: Money
    payment: Payment
    placed_at: Utc
    shipped_at: Utc | None = None
    expected: Window | None = None
    delivered_at: Utc | None = None
    trace: Trace | None = None
    subscription_id: str | None = None
    occurrence: str | None = None
    address: Address | None = None
    refunded: Money
    reserved: Money


class Bought(Model):
    """A customer's paid orders of some time in one currency, summed up. `refunded` is what went back of `total`."""

    orders: int
    total: Money
    refunded: Money
