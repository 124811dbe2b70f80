from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from care.models.evidence import Facts
from care.models.order import OrderStatus
from care.models.refund import RefundStatus
from care.rules.signals import Known, weigh
from tests.stores.make import AT, customer, eur, evidence, order, refund

NOW = AT + timedelta(days=400)


_LATELY: dict[str, Any] = {"created_at": NOW - timedelta(days=9)}


def names(**given: Any) -> list[str]:
    """The signals of an innocent claim, but for what is given."""
    facts: dict[str, Any] = {
        "refund": refund(evidence_ids=["EV001"]),
        "order": order(status=OrderStatus.DELIVERED, placed_at=NOW - timedelta(days=5)),
        "customer": customer(),
        "evidence": [evidence()],
        "twins": [],
        "history": [refund(evidence_ids=["EV001"])],
        "orders": [],
        "now": NOW,
    }
    return [signal.name for signal in weigh(Known(**facts | given))]


def earlier(count: int, **given: Any) -> list[Any]:
    return [refund(f"REF10{n}", **_LATELY | given) for n in range(count)]


def test_an_innocent_claim_raises_no_signal() -> None:
    assert names() == []


def test_the_same_file_from_another_customer_is_a_signal() -> None:
    assert names(twins=[evidence("EV9", customer_id="CUST002")]) == ["evidence_of_another"]


def test_a_file_that_was_sent_with_another_claim_is_a_signal() -> None:
    again = earlier(1, evidence_ids=["EV9"])
    assert names(twins=[evidence("EV9")], history=again) == ["evidence_reused"]


@pytest.mark.parametrize("history", [[], earlier(1, evidence_ids=["EV9"], status=RefundStatus.WITHDRAWN)])
def test_a_file_uploaded_twice_for_one_claim_is_no_signal(history: list[Any]) -> None:
    assert names(twins=[evidence("EV9")], history=history) == []


@pytest.mark.parametrize(("days", "found"), [(2, ["captured_before_order"]), (0, [])])
def test_a_picture_older_than_the_order_is_a_signal(days: int, found: list[str]) -> None:
    placed = NOW - timedelta(days=5)
    facts = Facts(captured_at=placed - timedelta(days=days))
    assert names(evidence=[evidence(facts=facts)]) == found


def test_a_parcel_that_has_not_arrived_is_a_signal() -> None:
    assert names(order=order(status=OrderStatus.SHIPPED, placed_at=NOW)) == ["not_delivered"]


def test_many_refunds_lately_are_a_signal() -> None:
    assert names(history=earlier(2)) == []
    assert names(history=earlier(3)) == ["refund_rate"]
    assert names(history=earlier(3, created_at=AT)) == []
    assert names(history=earlier(3, status=RefundStatus.REJECTED)) == []


def test_a_new_account_is_a_signal() -> None:
    assert names(customer=customer(created_at=NOW - timedelta(days=13))) == ["new_account"]


def test_an_amount_far_above_the_usual_is_a_signal() -> None:
    usual = [order(f"ORD{n}", total=eur(60)) for n in range(5, 8)]
    assert names(orders=usual) == ["over_usual"]
    assert names(orders=usual[:2]) == []
