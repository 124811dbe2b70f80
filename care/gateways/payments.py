"""Payments: the protocol. Every call carries an idempotency key: the same key moves money once."""

from __future__ import annotations

from typing import Literal, Protocol

from care.models.common import Model
from care.models.money import Money


class PaymentResult(Model):
    """`status` is what the gateway knows; `reference` is the gateway's own id of the movement."""

    status: Literal["succeeded", "declined", "pending"]
    reference: str
    decline_reason: str | None = None


class PaymentGateway(Protocol):
    async def charge(self, customer_id: str, amount: Money, key: str) -> PaymentResult: ...

    async def refund(
        self, customer_id: str, payment_reference: str | None, amount: Money, key: str
    ) -> PaymentResult: ...

    async def credit_wallet(self, customer_id: str, amount: Money, key: str) -> PaymentResult: ...

    async def find(self, key_or_reference: str) -> PaymentResult | None:
        """What became of a movement, by its idempotency key or reference; None if the gateway never saw it."""
        ...
