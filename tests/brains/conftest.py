from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from care.brains.local import LocalUnderstanding
from care.brains.protocols import Claim, EvidenceFile
from care.models.analytics import Usage
from care.models.evidence import Evidence, Facts
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus
from care.models.refund import RefundReason
from tests.fakes.servers import fake_gemini, fake_groq

__all__ = ["fake_gemini", "fake_groq"]

PLACED = datetime(2026, 11, 10, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Tally:
    """Meters that remember in memory what was counted."""

    def __init__(self) -> None:
        self.counted: list[tuple[str, bool]] = []
        self.retries = 0
        self.usage: list[Usage] = []
        self.rested: list[tuple[str, float]] = []

    async def count(
        self, name: str, *, ok: bool, milliseconds: int, retry: bool = False, usage: Usage | None = None
    ) -> None:
        assert milliseconds >= 0
        self.counted.append((name, ok))
        self.retries += retry
        if usage:
            self.usage.append(usage)

    async def rests(self, name: str, seconds: float) -> None:
        self.rested.append((name, seconds))


@pytest.fixture
def meters() -> Tally:
    return Tally()


@pytest.fixture(scope="session")
def local() -> LocalUnderstanding:
    """The model of this machine's cache, as `make install` trained it."""
    return LocalUnderstanding()


def an_order() -> Order:
    def euros(cents: int) -> Money:
        return Money(amount=cents, currency="EUR")

    return Order(
        order_id="ORD004",
        customer_id="CUST001",
        status=OrderStatus.DELIVERED,
        items=[OrderLine(sku="WHEY-1KG", name="Whey Protein", quantity=1, price=euros(1499))],
        shipping=euros(300),
        total=euros(1799),
        payment=Payment(status=PaymentStatus.PAID),
        placed_at=PLACED,
        delivered_at=NOW,
        refunded=euros(0),
        reserved=euros(0),
    )


def a_file(
    data: bytes = b"\xff\xd8\xff", media_type: str = "image/jpeg", facts: Facts | None = None, *, named: str = "EV1"
) -> EvidenceFile:
    about = Evidence(
        evidence_id=named,
        media_type=media_type,
        bytes=len(data),
        sha256="0" * 64,
        customer_id="CUST001",
        original_sha256="1" * 64,
        file_name="tub.jpg",
        facts=facts or Facts(width=800, height=600, sharpness=90_000),
        created_at=NOW,
    )
    return EvidenceFile(about=about, data=data)


def a_claim(files: Sequence[EvidenceFile] = ()) -> Claim:
    return Claim(
        reason=RefundReason.DAMAGED,
        complaint="The tub arrived open and half of it had spilled.",
        order=an_order(),
        skus=["WHEY-1KG"],
        files=list(files),
        now=NOW,
    )
