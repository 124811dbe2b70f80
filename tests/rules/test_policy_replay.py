from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.models.order import Order, OrderStatus
from care.models.policy import BlockList, FinalSale, RefundPolicy
from care.models.refund import Band, Judgement, Refund, RefundReason, RefundStatus, Remedy, TimelineEntry, Verdict
from care.policy import load_policy
from care.rules.policy_replay import Case, Kind, Replayed, Spent, replay
from care.rules.refund_decision import decide, doubted
from tests.stores.make import AT, eur, order, refund

POLICY = load_policy(None)
SURE = Judgement(decision="valid", confidence=0.95, model="m")
DAY = timedelta(days=1)


def bought(**given: Any) -> Order:
    fields: dict[str, Any] = {"items": {"MILK": 1, "WHEY": 1}, "status": OrderStatus.DELIVERED, "delivered_at": AT}
    return order(**fields | given)


def closed(
    judgement: Judgement = SURE, *, files: int = 1, policy: RefundPolicy = POLICY, doubts: Any = (), **given: Any
) -> Refund:
    """A case as it ends under `policy`: paid by the machine if it may, else by a person, unless a status is given."""
    fields: dict[str, Any] = {"price": 1500, "created_at": AT + 10 * DAY}
    case = refund(**fields | given)
    verdict = decide(
        *(policy, case.amount, case.reason, judgement, [], files, case.remedy), refund=case, order=bought()
    )
    verdict = doubted(verdict, doubts)
    who = "machine" if verdict.band is Band.PAY else "amy"
    paid: dict[str, Any] = {"verdict": verdict, "verdicts": [verdict]}
    if "status" not in given:
        paid["status"] = RefundStatus.PAID
        paid["timeline"] = [TimelineEntry(at=AT, actor=who, event="approved")]
    return case.model_copy(update=paid)


def again(case: Refund, spent: Spent | None = None, **changed: Any) -> Replayed:
    """Replayed under the bundled policy with some lines `changed`."""
    candidate = POLICY.model_copy(update=changed)
    return replay(Case(refund=case, order=bought()), candidate, Spent() if spent is None else spent)


def told(replayed: Replayed) -> list[tuple[str, str, Kind, int]]:
    return [(each.was, each.would_be, each.kind, each.amount.amount) for each in replayed.changes]


def test_a_lower_limit_sends_a_case_to_a_person() -> None:
    assert told(again(closed(), automatic_limit={"EUR": 1499})) == [
        ("paid by the machine", "ruled on by a person", Kind.PERSON, 1500)
    ]


@pytest.mark.parametrize(
    ("changed", "would_be"),
    [
        ({"evidence_required": {**POLICY.evidence_required, RefundReason.DAMAGED: 2}}, "asked for evidence"),
        ({"return_first": {RefundReason.DAMAGED: {"EUR": 1000}}}, "paid when the goods are back"),
        ({"block": BlockList(categories=["general"])}, "ruled on by a person"),
        ({"customer_month_limit": {"EUR": 1499}}, "ruled on by a person"),
        ({"automatic_remedies": [Remedy.STORE_CREDIT]}, "ruled on by a person"),
    ],
)
def test_a_stricter_policy_says_where_a_case_would_have_gone(changed: dict[str, Any], would_be: str) -> None:
    assert told(again(closed(), **changed)) == [("paid by the machine", would_be, Kind.PERSON, 1500)]


@pytest.mark.parametrize(
    ("status", "was"),
    [
        (None, "paid by a person"),
        (RefundStatus.REJECTED, "rejected"),
        (RefundStatus.EXPIRED, "expired"),
        (RefundStatus.WITHDRAWN, "withdrawn"),
    ],
)
def test_a_higher_limit_gives_a_case_to_the_machine_whatever_became_of_it(
    status: RefundStatus | None, was: str
) -> None:
    ended: dict[str, Any] = {"status": status} if status else {}
    case = closed(price=5000, **ended)
    assert told(again(case)) == []
    assert told(again(case, automatic_limit={"EUR": 5000})) == [(was, "paid by the machine", Kind.AUTOMATIC, 5000)]


def test_a_shorter_window_makes_a_case_not_eligible() -> None:
    short = {**POLICY.windows, RefundReason.DAMAGED: 9}
    assert told(again(closed(), windows=short)) == [("paid by the machine", "not eligible", Kind.NOT_ELIGIBLE, 1500)]


def test_what_a_person_paid_in_part_is_what_would_not_have_been_paid() -> None:
    case = closed(price=5000).model_copy(update={"amount": eur(3000)})
    (change,) = again(case, remedies=[Remedy.STORE_CREDIT]).changes
    assert (change.kind, change.amount) == (Kind.NOT_ELIGIBLE, eur(3000))


def test_items_that_would_not_be_eligible_leave_the_rest_to_be_ruled_on() -> None:
    both = closed(price=1200, items={"MILK": 1, "WHEY": 1}, reason=RefundReason.QUALITY)
    assert told(again(both)) == []
    mind = closed(items={"MILK": 1, "WHEY": 1}, price=1200, reason=RefundReason.CHANGED_MIND)
    assert told(again(mind, final_sale=FinalSale(skus=["WHEY"]), return_first={})) == [
        ("paid by a person", "not eligible", Kind.NOT_ELIGIBLE, 1200),
        ("paid by a person", "paid by the machine", Kind.AUTOMATIC, 1200),
    ]


def test_a_parcel_that_was_on_its_way_is_judged_by_the_day_it_was_ordered() -> None:
    late = closed(reason=RefundReason.LATE, created_at=AT + 10 * DAY)
    way = bought(delivered_at=AT + 20 * DAY)
    short = POLICY.model_copy(update={"windows": {**POLICY.windows, RefundReason.LATE: 9}})
    (change,) = replay(Case(refund=late, order=way), short, Spent()).changes
    assert change.kind is Kind.NOT_ELIGIBLE


def test_a_claim_that_was_made_again_after_it_expired_stays_eligible() -> None:
    second = closed(created_at=AT + 45 * DAY)
    first = closed(refund_id="REF000", status=RefundStatus.EXPIRED, created_at=AT + 29 * DAY)
    assert told(again(second)) == [("paid by the machine", "not eligible", Kind.NOT_ELIGIBLE, 1500)]
    assert replay(Case(refund=second, order=bought(), expired=[first]), POLICY, Spent()).changes == []


def test_the_limit_of_a_month_is_used_up_in_the_order_of_the_cases() -> None:
    spent = Spent()
    months = [AT + DAY, AT + DAY, AT + 2 * DAY, AT + 40 * DAY]
    cases = [closed(refund_id=f"REF{n}", created_at=at, policy=POLICY) for n, at in enumerate(months)]
    long = dict.fromkeys(RefundReason, 99)
    kinds = [
        [each.kind for each in again(case, spent, customer_month_limit={"EUR": 3000}, windows=long).changes]
        for case in cases
    ]
    assert kinds == [[], [], [Kind.PERSON], []]


def test_a_doubt_that_no_policy_can_lift_stays() -> None:
    case = closed(price=5000, doubts=["The order has been cancelled."])
    assert told(again(case, automatic_limit={"EUR": 5000})) == []


def test_the_machine_pays_if_any_of_its_looks_would_have_had_it_pay() -> None:
    first = closed(price=1500, files=0)
    second = closed(price=1500)
    case = second.model_copy(update={"verdicts": [*first.verdicts, *second.verdicts]})
    assert told(again(case)) == []
    assert told(again(case, assessments=1)) == [("paid by the machine", "asked for evidence", Kind.PERSON, 1500)]


def old(verdict: Verdict) -> Verdict:
    """As verdicts were before they kept what they were made of."""
    return verdict.model_copy(update={"judgement": None, "evidence_count": None, "band": Band.PERSON})


def test_an_old_case_that_the_machine_approved_can_be_replayed_and_another_cannot() -> None:
    case = closed(evidence_ids=["EV1"])
    approved = case.model_copy(update={"verdicts": [old(each) for each in case.verdicts]})
    assert told(again(approved)) == []
    assert [each.kind for each in again(approved, automatic_limit={"EUR": 1}).changes] == [Kind.PERSON]
    case = closed(price=5000)
    unclear = case.model_copy(update={"verdicts": [old(each) for each in case.verdicts]})
    assert again(unclear) == Replayed(gap="no judgement kept")
    never = closed(status=RefundStatus.WITHDRAWN).model_copy(update={"verdicts": []})
    assert again(never) == Replayed(gap="never assessed")
    # What needs no judgement is said all the same.
    assert [each.kind for each in again(unclear, remedies=[Remedy.REPLACEMENT]).changes] == [Kind.NOT_ELIGIBLE]


cases = st.builds(
    closed,
    st.builds(
        Judgement,
        decision=st.sampled_from(["valid", "unclear", "invalid"]),
        confidence=st.sampled_from([0.2, 0.5, 0.95]),
        model=st.just("m"),
    ),
    files=st.integers(0, 2),
    price=st.sampled_from([500, 1500, 2500, 12_000]),
    reason=st.sampled_from(RefundReason),
    remedy=st.sampled_from(Remedy),
)


@settings(deadline=None, max_examples=60)
@given(cases)
def test_under_the_policy_that_ruled_nothing_changes(case: Refund) -> None:
    assert again(case) == Replayed()


@settings(deadline=None, max_examples=60)
@given(cases, st.sampled_from(["automatic_limit", "customer_month_limit"]), st.integers(0, 2000))
def test_less_for_the_machine_never_gives_it_more(case: Refund, line: str, limit: int) -> None:
    less: dict[str, Any] = {line: {"EUR": limit}}
    assert all(change.kind is Kind.PERSON for change in again(case, **less).changes)
