from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.models.money import Money
from care.models.order import OrderStatus, Payment, PaymentStatus
from care.models.refund import Judgement, RefundReason, Remedy, Signal, Verdict
from care.policy import load_policy
from care.rules.refund_policy import decide, doubted, needs_two, order_doubts
from tests.stores.make import eur, order, refund

POLICY = load_policy(None)
SURE = Judgement(decision="valid", confidence=0.97, model="gemini")


def judge(**given: Any) -> Verdict:
    """A claim on which policy, evidence and signals agree, but for what is given."""
    facts: dict[str, Any] = {
        "amount": eur(1500),
        "reason": RefundReason.DAMAGED,
        "judgement": SURE,
        "signals": [],
        "evidence_count": 1,
        "remedy": Remedy.REFUND,
    }
    return decide(POLICY, **facts | given)


def suspicious(*weights: int) -> list[Signal]:
    return [Signal(name=f"signal_{n}", weight=weight, sentence="Something.") for n, weight in enumerate(weights)]


def test_the_machine_approves_when_policy_evidence_and_signals_agree() -> None:
    verdict = judge()
    assert (verdict.decision, verdict.reasons, verdict.policy_version) == ("approve", [], POLICY.version)


@pytest.mark.parametrize(
    "doubt",
    [
        {"amount": eur(2001)},
        {"amount": Money(amount=1, currency="CHF")},
        {"amount": eur(0)},
        {"evidence_count": 0},
        {"remedy": Remedy.REPLACEMENT},
        {"signals": suspicious(31)},
        {"signals": suspicious(20, 20)},
        {"signals": suspicious(40, -40)},
        {"judgement": SURE.model_copy(update={"decision": "unclear"})},
        {"judgement": SURE.model_copy(update={"decision": "invalid"})},
        {"judgement": SURE.model_copy(update={"confidence": 0.89})},
        {"judgement": SURE.model_copy(update={"problem": "the model did not answer"})},
    ],
)
def test_any_one_doubt_sends_the_claim_to_a_person_and_says_why(doubt: dict[str, Any]) -> None:
    verdict = judge(**doubt)
    assert verdict.decision == "uncertain"
    assert len(verdict.reasons) == 1


claims = st.fixed_dictionaries(
    {
        "amount": st.builds(Money, amount=st.integers(-10, 4000), currency=st.sampled_from(["EUR", "CHF"])),
        "reason": st.sampled_from(RefundReason),
        "judgement": st.builds(
            Judgement,
            decision=st.sampled_from(["valid", "unclear", "invalid"]),
            confidence=st.floats(0, 1),
            problem=st.sampled_from([None, "no answer"]),
            model=st.just("m"),
        ),
        "signals": st.lists(st.integers(-50, 50), max_size=3).map(lambda weights: suspicious(*weights)),
        "evidence_count": st.integers(0, 3),
        "remedy": st.sampled_from(Remedy),
    }
)


@settings(deadline=None)
@given(claims)
def test_the_machine_never_approves_above_the_automatic_limit(claim: dict[str, Any]) -> None:
    verdict = judge(**claim)
    assert verdict.decision == "uncertain" or POLICY.may_approve(claim["amount"])


@settings(deadline=None)
@given(claims, st.integers(-100, 100))
def test_more_suspicion_never_turns_a_no_into_a_yes(claim: dict[str, Any], weight: int) -> None:
    before = judge(**claim)
    after = judge(**claim | {"signals": [*claim["signals"], *suspicious(weight)]})
    assert before.decision == "approve" or after.decision == "uncertain"


@settings(deadline=None)
@given(claims)
def test_an_uncertain_verdict_always_says_why(claim: dict[str, Any]) -> None:
    verdict = judge(**claim)
    assert (verdict.decision == "uncertain") == bool(verdict.reasons)


def test_a_doubt_from_elsewhere_makes_a_verdict_uncertain() -> None:
    assert doubted(judge(), []).decision == "approve"
    assert doubted(judge(), ["The order has been cancelled."]).decision == "uncertain"


def test_an_order_that_changed_since_the_claim_raises_doubts() -> None:
    claim = refund()
    assert order_doubts(order(reserved=claim.amount), claim) == []
    cancelled = order(status=OrderStatus.CANCELLED, payment=Payment(status=PaymentStatus.FAILED))
    assert len(order_doubts(cancelled, claim)) == 3


@pytest.mark.parametrize(
    ("amount", "two"), [(eur(20_000), False), (eur(20_001), True), (Money(amount=1, currency="CHF"), True)]
)
def test_above_the_four_eyes_limit_two_people_must_approve(amount: Money, two: bool) -> None:
    assert needs_two(POLICY, amount) is two
