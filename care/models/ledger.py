"""The embedded ledger: entries, movements of money, and how a test customer's payment method behaves."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from care.models.common import CustomerId, Model, Utc
from care.models.money import Money


class EntryLine(Model):
    """`amount` in minor units, signed: what the account gains."""

    account: str
    amount: int


class Entry(Model):
    """One double entry: its lines sum to zero. `key` is the idempotency key of what it records."""

    key: str
    kind: str
    lines: list[EntryLine]
    currency: str
    reference: str | None = None
    at: Utc


class MovementKind(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    WALLET_CREDIT = "wallet_credit"


class Movement(Model):
    """What a gateway knows of one call. `reference` is its own id, `key` the caller's idempotency key.

    `payment_reference` is of the payment that a refund gives back, `method` the stored one that a charge is taken from.
    """

    key: str
    reference: str
    kind: MovementKind
    customer_id: CustomerId
    amount: Money
    status: Literal["succeeded", "declined", "pending"]
    decline_reason: str | None = None
    final: bool = False
    payment_reference: str | None = None
    method: str | None = None
    at: Utc


class PaymentMethod(Model):
    """How the embedded gateway answers for a customer, so that a demonstration can show failures.

    "declines" declines charges, "declines_for_good" says that trying again is of no use, "waits" leaves them pending;
    "refuses_refunds" declines refunds to the card.
    """

    customer_id: CustomerId
    behaviour: Literal["works", "declines", "declines_for_good", "refuses_refunds", "waits"] = "works"
