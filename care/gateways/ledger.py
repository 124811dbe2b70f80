"""Payments on the embedded ledger: what runs where no payment provider is set up.

Each movement is stored under its idempotency key, in one transaction with its ledger entry (and the wallet, where it
credits one). A test customer's payment method can be made to decline or to wait: see care.models.ledger.PaymentMethod.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from care.gateways.payments import PaymentResult
from care.models.ledger import Movement, MovementKind, PaymentMethod
from care.models.money import Money
from care.stores.ledger import LedgerStore


class LedgerGateway:
    """Implements care.gateways.payments.PaymentGateway."""

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger = ledger

    async def charge(self, customer_id: str, amount: Money, key: str) -> PaymentResult:
        """Raises Conflict if the key stands for another payment, as the other calls do."""
        return await self._move(MovementKind.CHARGE, customer_id, amount, key)

    async def refund(self, customer_id: str, payment_reference: str | None, amount: Money, key: str) -> PaymentResult:
        return await self._move(MovementKind.REFUND, customer_id, amount, key, payment_reference)

    async def credit_wallet(self, customer_id: str, amount: Money, key: str) -> PaymentResult:
        return await self._move(MovementKind.WALLET_CREDIT, customer_id, amount, key)

    async def find(self, key_or_reference: str) -> PaymentResult | None:
        movement = await self._ledger.movement(key_or_reference)
        return _result(movement) if movement else None

    async def confirm(self, key: str) -> PaymentResult:
        """A pending payment comes through. Raises NotFound for an unknown key."""
        return _result(await self._ledger.confirm(key))

    async def _move(
        self, kind: MovementKind, customer_id: str, amount: Money, key: str, payment_reference: str | None = None
    ) -> PaymentResult:
        if amount.amount <= 0:
            raise ValueError("a payment needs an amount above zero")
        movement = Movement(
            key=key,
            reference=reference_for(kind, key),
            kind=kind,
            customer_id=customer_id,
            amount=amount,
            status="succeeded",
            payment_reference=payment_reference,
            at=datetime.now(UTC),
        )
        answer = _behave(await self._ledger.payment_method(customer_id), kind)
        return _result(await self._ledger.move(movement.model_copy(update=answer)))


def reference_for(kind: MovementKind, key: str) -> str:
    """The gateway's own id of a movement: `pay_`, `re_` or `credit_` and 24 hex digits, one for each key."""
    prefix = {MovementKind.CHARGE: "pay", MovementKind.REFUND: "re", MovementKind.WALLET_CREDIT: "credit"}[kind]
    return f"{prefix}_{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def _behave(method: PaymentMethod, kind: MovementKind) -> dict[str, str]:
    match method.behaviour, kind:
        case "declines", MovementKind.CHARGE:
            return {"status": "declined", "decline_reason": "card_declined"}
        case "refuses_refunds", MovementKind.REFUND:
            return {"status": "declined", "decline_reason": "card_closed"}
        case "waits", MovementKind.CHARGE:
            return {"status": "pending"}
        case _:
            return {}


def _result(movement: Movement) -> PaymentResult:
    return PaymentResult(status=movement.status, reference=movement.reference, decline_reason=movement.decline_reason)
