"""Payments on the embedded ledger: what runs where no payment provider is set up.

Each movement is stored under its idempotency key, in one transaction with its ledger entry (and the wallet, where it
credits one). A test customer's usual payment method can be made to decline or to wait: see
care.models.ledger.PaymentMethod. Beside it every customer has the test cards below.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from care.gateways.payments import PaymentResult
from care.models.customer import StoredMethod
from care.models.ledger import Movement, MovementKind
from care.models.money import Money
from care.stores.ledger import LedgerStore

_CARDS = {
    "pm_card": ("Test card that works", "works"),
    "pm_card_declined": ("Test card that is declined", "declines"),
    "pm_card_lost": ("Test card that was reported lost", "declines_for_good"),
}
_USUAL = StoredMethod(payment_method="pm_usual", label="Your usual payment method")


class LedgerGateway:
    """Implements care.gateways.payments.PaymentGateway."""

    outside = False

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger = ledger

    async def methods(self, customer_id: str) -> list[StoredMethod]:
        cards = [StoredMethod(payment_method=method, label=label) for method, (label, _) in _CARDS.items()]
        return [_USUAL, *cards]

    async def charge(self, customer_id: str, amount: Money, key: str, *, method: str | None = None) -> PaymentResult:
        """Raises Conflict if the key stands for another payment, as the other calls do."""
        card = _CARDS.get(method or "")
        behaviour = card[1] if card else (await self._ledger.payment_method(customer_id)).behaviour
        return await self._move(MovementKind.CHARGE, customer_id, amount, key, _charged(behaviour))

    async def refund(self, customer_id: str, payment_reference: str | None, amount: Money, key: str) -> PaymentResult:
        behaviour = (await self._ledger.payment_method(customer_id)).behaviour
        answer = _DECLINED | {"decline_reason": "card_closed"} if behaviour == "refuses_refunds" else {}
        return await self._move(
            MovementKind.REFUND, customer_id, amount, key, answer | {"payment_reference": payment_reference}
        )

    async def credit_wallet(self, customer_id: str, amount: Money, key: str) -> PaymentResult:
        return await self._move(MovementKind.WALLET_CREDIT, customer_id, amount, key, {})

    async def find(self, key_or_reference: str) -> PaymentResult | None:
        movement = await self._ledger.movement(key_or_reference)
        return result_of(movement) if movement else None

    async def confirm(self, key: str) -> PaymentResult:
        """A pending payment comes through. Raises NotFound for an unknown key."""
        return result_of(await self._ledger.confirm(key))

    async def _move(
        self, kind: MovementKind, customer_id: str, amount: Money, key: str, answer: dict[str, Any]
    ) -> PaymentResult:
        movement = new_movement(kind, customer_id, amount, key)
        return result_of(await self._ledger.move(movement.model_copy(update=answer)))


def new_movement(kind: MovementKind, customer_id: str, amount: Money, key: str) -> Movement:
    """One that succeeds now. Raises ValueError for nothing or less."""
    if amount.amount <= 0:
        raise ValueError("a payment needs an amount above zero")
    return Movement(
        key=key,
        reference=reference_for(kind, key),
        kind=kind,
        customer_id=customer_id,
        amount=amount,
        status="succeeded",
        at=datetime.now(UTC),
    )


def reference_for(kind: MovementKind, key: str) -> str:
    """The gateway's own id of a movement: `pay_`, `re_` or `credit_` and 24 hex digits, one for each key."""
    prefix = {MovementKind.CHARGE: "pay", MovementKind.REFUND: "re", MovementKind.WALLET_CREDIT: "credit"}[kind]
    return f"{prefix}_{hashlib.sha256(key.encode()).hexdigest()[:24]}"


_DECLINED = {"status": "declined"}


def _charged(behaviour: str) -> dict[str, Any]:
    match behaviour:
        case "declines":
            return _DECLINED | {"decline_reason": "card_declined"}
        case "declines_for_good":
            return _DECLINED | {"decline_reason": "lost_card", "final": True}
        case "waits":
            return {"status": "pending"}
        case _:
            return {}


def result_of(movement: Movement) -> PaymentResult:
    return PaymentResult.model_validate(movement.model_dump(include=set(PaymentResult.model_fields)))
