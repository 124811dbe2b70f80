"""Payments as they move, in traces and logs: under which key, how much, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable

import structlog
from opentelemetry.trace import SpanKind

from care import tracing
from care.gateways.payments import PaymentGateway, PaymentResult
from care.models.customer import StoredMethod
from care.models.money import Money

log = structlog.get_logger("payments")


class Watched:
    """Implements care.gateways.payments.PaymentGateway, by another one. Keys are made of ids of ours."""

    def __init__(self, payments: PaymentGateway) -> None:
        self._payments = payments
        self._name = type(payments).__name__

    @property
    def outside(self) -> bool:
        return self._payments.outside

    async def methods(self, customer_id: str) -> list[StoredMethod]:
        with tracing.span("payment methods", {"care.gateway": self._name}, kind=SpanKind.CLIENT):
            return await self._payments.methods(customer_id)

    async def charge(self, customer_id: str, amount: Money, key: str, *, method: str | None = None) -> PaymentResult:
        return await self._moved("charge", amount, key, self._payments.charge(customer_id, amount, key, method=method))

    async def refund(self, customer_id: str, payment_reference: str | None, amount: Money, key: str) -> PaymentResult:
        asked = self._payments.refund(customer_id, payment_reference, amount, key)
        return await self._moved("refund", amount, key, asked)

    async def credit_wallet(self, customer_id: str, amount: Money, key: str) -> PaymentResult:
        return await self._moved("credit", amount, key, self._payments.credit_wallet(customer_id, amount, key))

    async def find(self, key_or_reference: str) -> PaymentResult | None:
        with tracing.span("payment find", {"care.gateway": self._name}, kind=SpanKind.CLIENT):
            return await self._payments.find(key_or_reference)

    async def _moved(self, kind: str, amount: Money, key: str, asked: Awaitable[PaymentResult]) -> PaymentResult:
        about = {"care.gateway": self._name, "care.payment.key": key}
        told = {"kind": kind, "key": key, "amount": amount.amount, "currency": amount.currency}
        with tracing.span(f"payment {kind}", about, kind=SpanKind.CLIENT) as span:
            try:
                result = await asked
            except Exception as error:
                log.warning("payment", **told, outcome=tracing.kind_of(error))
                raise
            span.set_attribute("care.payment.outcome", result.status)
            log.info("payment", **told, outcome=result.status)
            return result
