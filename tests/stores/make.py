"""Small complete examples to store; each takes what the test is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from care.models.customer import Customer
from care.models.evidence import Evidence, Facts
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus, Product
from care.models.refund import Refund, RefundLine, RefundReason, RefundStatus, Remedy
from care.models.subscription import NamedItem, Schedule, Subscription

AT = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)


def eur(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


def customer(customer_id: str = "CUST001", **given: Any) -> Customer:
    return Customer(**{"customer_id": customer_id, "name": "Ada", "email": "ada@shop.test", "created_at": AT} | given)


def product(sku: str = "MILK", *, stock: int = 100, price: int = 200) -> Product:
    return Product(sku=sku, name=sku.title(), price=eur(price), stock=stock)


def order(order_id: str = "ORD1", *, items: dict[str, int] | None = None, price: int = 200, **given: Any) -> Order:
    """`items` is pieces by sku (default: 2 of MILK), each piece at `price`."""
    pieces = items or {"MILK": 2}
    lines = [OrderLine(sku=s, name=s.title(), quantity=q, price=eur(price)) for s, q in pieces.items()]
    fields = {
        "order_id": order_id,
        "customer_id": "CUST001",
        "status": OrderStatus.PENDING,
        "items": lines,
        "shipping": eur(0),
        "total": eur(price * sum(pieces.values())),
        "payment": Payment(status=PaymentStatus.PAID),
        "placed_at": AT,
        "refunded": eur(0),
        "reserved": eur(0),
    }
    return Order(**fields | given)


def refund(refund_id: str = "REF001", *, items: dict[str, int] | None = None, price: int = 200, **given: Any) -> Refund:
    """`items` is pieces by sku (default: 1 of MILK), each piece worth `price`."""
    pieces = items or {"MILK": 1}
    fields = {
        "refund_id": refund_id,
        "order_id": "ORD1",
        "customer_id": "CUST001",
        "status": RefundStatus.ASSESSING,
        "items": [RefundLine(sku=s, name=s.title(), quantity=q, amount=eur(price * q)) for s, q in pieces.items()],
        "amount": eur(price * sum(pieces.values())),
        "reason": RefundReason.DAMAGED,
        "complaint": "It arrived broken.",
        "evidence_ids": [],
        "remedy": Remedy.REFUND,
        "timeline": [],
        "policy_version": "1",
        "created_at": AT,
        "updated_at": AT,
    }
    return Refund(**fields | given)


def subscription(subscription_id: str = "SUB001", **given: Any) -> Subscription:
    fields = {
        "subscription_id": subscription_id,
        "customer_id": "CUST001",
        "items": [NamedItem(sku="MILK", name="Milk", quantity=1, price=eur(200))],
        "recurrence": "FREQ=WEEKLY;BYDAY=FR",
        "timezone": "Europe/Berlin",
        "schedule": Schedule(recurrence="FREQ=WEEKLY;BYDAY=FR", timezone="Europe/Berlin", start="2026-03-06"),
        "created_at": AT,
        "version": 1,
    }
    return Subscription(**fields | given)


def evidence(evidence_id: str = "EV001", *, hashes: list[str] | None = None, **given: Any) -> Evidence:
    fields = {
        "evidence_id": evidence_id,
        "media_type": "image/jpeg",
        "bytes": 3,
        "sha256": "a" * 64,
        "customer_id": "CUST001",
        "original_sha256": evidence_id.ljust(64, "0"),
        "file_name": "photo.jpg",
        "facts": Facts(perceptual_hashes=hashes or []),
        "created_at": AT,
    }
    return Evidence(**fields | given)
