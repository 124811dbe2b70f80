"""Payments: the protocol. Every call carries an idempotency key: the same key moves money once."""

from __future__ import annotations

from typing import Literal, Protocol

from care.models.common import Model
from care.models.customer import StoredMethod
from care.models.money import Money


class PaymentResult(Model):
    """`status` is what the gateway knows; `reference` is the gateway's own id of the movement.

    `final`: declined for good (a lost card, a closed account), so that trying again is of no use.
    """

    status: Literal["succeeded", "declined", "pending"]
    reference: str
    decline_reason: str | None = None
    final: bool = False


class PaymentGateway(Protocol):
    @property
    def outside(self) -> bool:
        """Whether a call leaves our own database, and may take its time."""
        ...

    async def methods(self, customer_id: str) -> list[StoredMethod]:
        """What the customer can pay with, the usual one first."""
        ...

    async def charge(self, customer_id: str, amount: Money, key: str, *, method: str | None = None) -> PaymentResult:
        """Takes `amount` from the stored method, by default the customer's usual one."""
        ...

    async def refund(
        self, customer_id: str, payment_reference: str | None, amount: Money, key: str
    ) -> PaymentResult: ...

    async def credit_wallet(self, customer_id: str, amount: Money, key: str) -> PaymentResult: ...

    async def find(self, key_or_reference: str) -> PaymentResult | None:
        """What became of a movement, by its idempotency key or reference; None if the gateway never saw it."""
        ...
