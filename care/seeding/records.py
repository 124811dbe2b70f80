"""What a seed file may say: the models' fields with defaults where a shop's export may have none.

An unknown field is refused: a slip of the pen must not become a default.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from care.models.common import Body, CustomerId, Quantity, Sku, Utc
from care.models.customer import Address, Customer
from care.models.ledger import PaymentMethod
from care.models.money import Money
from care.models.order import OrderStatus, Payment, Product, Window

_FORBID = ConfigDict(frozen=True, extra="forbid")


def _now() -> datetime:
    return datetime.now(UTC)


class ProductRecord(Product):
    model_config = _FORBID

    @field_validator("price")
    @classmethod
    def _not_negative(cls, price: Money) -> Money:
        if price.amount < 0:
            raise ValueError("a price is zero or more")
        return price


class CustomerRecord(Customer):
    model_config = _FORBID
    created_at: Utc = Field(default_factory=_now)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("not an IANA time zone such as Europe/Berlin") from None
        return timezone


class LineRecord(Body):
    """Name and price (of one piece) come from the catalogue where they are left out."""

    sku: Sku
    quantity: Quantity
    name: str | None = None
    price: Money | None = None
    category: str | None = None


class OrderRecord(Body):
    """`total` defaults to the lines plus shipping; it may be less (a voucher), never more."""

    order_id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    customer_id: CustomerId
    status: OrderStatus
    items: list[LineRecord] = Field(min_length=1, max_length=100)
    shipping: Money | None = None
    total: Money | None = None
    payment: Payment
    placed_at: Utc
    shipped_at: Utc | None = None
    expected: Window | None = None
    delivered_at: Utc | None = None
    address: Address | None = None


class PaymentRecord(Body):
    """What the gateway knows of an order's payment; `amount` defaults to the order's total."""

    order_id: str = Field(min_length=1, max_length=64)
    amount: Money | None = None
    status: Literal["succeeded", "declined", "pending"] = "succeeded"
    decline_reason: str | None = None
    at: Utc | None = None


class WalletRecord(Body):
    """`balance` is what the wallet shows, `booked` what the ledger holds: the same, unless a fault is to be shown."""

    customer_id: CustomerId
    balance: Money
    booked: Money | None = None


class PaymentMethodRecord(PaymentMethod):
    model_config = _FORBID


RECORDS: dict[str, type[BaseModel]] = {
    "products": ProductRecord,
    "customers": CustomerRecord,
    "orders": OrderRecord,
    "payments": PaymentRecord,
    "wallets": WalletRecord,
    "payment_methods": PaymentMethodRecord,
}
