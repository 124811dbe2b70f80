from __future__ import annotations

from typing import Any

import pytest

from care.errors import AlreadySettled, CareError, Conflict, Forbidden, Invalid
from care.models.customer import Role
from care.models.money import Money
from care.models.refund import Assignment, Judgement, Refund, RefundReason, RefundStatus, Remedy, Ruling, Wanted
from care.models.subscription import Item
from care.policy import load_policy
from care.rules import refund_case as steps
from care.rules.refund_amount import taken
from care.rules.refund_items import decided
from care.rules.refund_judging import judged
from care.rules.refund_notices import asked_for, notice_for
from care.rules.refund_payout import offer_taken, paid, payment_failed, payout_key
from care.rules.refund_policy import decide
from care.rules.refund_waiting import desk_due, overdue, to_a_person
from care.rules.review import check_reviewer, check_ruling, ruled
from care.rules.reviewers import Reviewer
from tests.stores.make import AT, eur, order, refund

POLICY = load_policy(None)
LARGE = 25_000
SURE = Judgement(decision="valid", confidence=0.97, model="gemini")


def waiting(**given: Any) -> Refund:
    fields: dict[str, Any] = {"status": RefundStatus.IN_REVIEW, "price": 1000}
    return refund(**fields | given)


def approve(reviewer: str = "amy", **given: Any) -> Ruling:
    fields: dict[str, Any] = {"decision": "approve", "reviewer": reviewer}
    return Ruling(**fields | given)


def after(case: Refund, *rulings: Ruling) -> Refund:
    for ruling in rulings:
        check_ruling(case, ruling, POLICY)
        case = ruled(case, ruling, POLICY, AT, Reviewer())
    return case


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (RefundStatus.PAID, AlreadySettled),
        (RefundStatus.REJECTED, AlreadySettled),
        (RefundStatus.WITHDRAWN, AlreadySettled),
        (RefundStatus.EXPIRED, AlreadySettled),
        (RefundStatus.APPROVED, Conflict),
        (RefundStatus.ASSESSING, Conflict),
    ],
)
def test_only_a_case_that_waits_for_a_person_can_be_ruled_on(status: RefundStatus, error: type[CareError]) -> None:
    with pytest.raises(error):
        check_ruling(waiting(status=status), approve(), POLICY)


@pytest.mark.parametrize("decision", ["reject", "request_evidence"])
def test_a_no_and_a_question_need_a_note(decision: str) -> None:
    with pytest.raises(Invalid) as error:
        check_ruling(waiting(), approve(decision=decision, note="  "), POLICY)
    assert "note" in error.value.fields


@pytest.mark.parametrize(
    "amount", [0, -1, 1001, 10**30, Money(amount=5, currency="USD"), Money(amount=1001, currency="EUR")]
)
def test_an_approval_pays_more_than_nothing_and_at_most_what_was_asked_for(amount: Any) -> None:
    with pytest.raises(Invalid) as error:
        check_ruling(waiting(), approve(amount=amount), POLICY)
    assert "amount" in error.value.fields


def test_a_replacement_has_no_part_amount() -> None:
    with pytest.raises(Invalid):
        check_ruling(waiting(remedy=Remedy.REPLACEMENT), approve(amount=500), POLICY)


@pytest.mark.parametrize("reviewer", ["CUST001", " cust001 ", "\uff23UST001"])
def test_nobody_rules_on_a_case_of_their_own(reviewer: str) -> None:
    with pytest.raises(Forbidden):
        check_ruling(waiting(), approve(reviewer, decision="reject", note="no"), POLICY)


def test_a_reviewer_has_a_name() -> None:
    with pytest.raises(Invalid):
        check_ruling(waiting(), approve("  "), POLICY)


def test_an_approval_pays_all_or_the_amount_that_it_names() -> None:
    assert after(waiting(), approve()).approved == eur(1000)
    partly = after(waiting(), approve(amount=400))
    assert (partly.status, partly.approved, partly.amount) == (RefundStatus.APPROVED, eur(400), eur(1000))


def test_above_the_limit_two_different_people_approve() -> None:
    first = after(waiting(price=LARGE), approve("amy"))
    assert (first.status, first.approved) == (RefundStatus.IN_REVIEW, None)
    for same in ("amy", " Amy ", "\u200bamy", "a\u00admy\ufeff", "\uff21my"):
        with pytest.raises(Forbidden):
            check_ruling(first, approve(same), POLICY)
    assert after(first, approve("bob")).status is RefundStatus.APPROVED


def test_whoever_escalated_a_case_is_not_its_second_approver() -> None:
    case = after(waiting(price=LARGE), approve("sue@shop.test", decision="escalate"), approve("amy"))
    leads = {"role": Role.SUPERVISOR, "apart": True}
    for same in ("sue@shop.test", "Sue@shop.test", "sue"):
        with pytest.raises(Forbidden, match="somebody else"):
            check_reviewer(case, approve(same), POLICY, Reviewer(**leads))
    check_reviewer(case, approve("tom"), POLICY, Reviewer(**leads))
    # A history in which it was allowed replays as it went.
    check_reviewer(case, approve("sue@shop.test"), POLICY, Reviewer(role=Role.SUPERVISOR))


def test_whoever_escalated_a_case_may_give_the_first_approval() -> None:
    case = after(waiting(price=LARGE), approve("sue", decision="escalate"))
    check_reviewer(case, approve("sue"), POLICY, Reviewer(role=Role.SUPERVISOR, apart=True))
    check_reviewer(waiting(), approve("sue"), POLICY, Reviewer(role=Role.AGENT, apart=True))


def test_an_approval_of_another_amount_voids_the_first() -> None:
    changed = after(waiting(price=LARGE), approve("amy"), approve("bob", amount=LARGE - 1))
    assert changed.status is RefundStatus.IN_REVIEW
    assert [ruling.reviewer for ruling in changed.approvals] == ["bob"]
    assert after(changed, approve("amy", amount=LARGE - 1)).status is RefundStatus.APPROVED


def test_new_evidence_voids_the_first_approval() -> None:
    first = after(waiting(price=LARGE), approve("amy"))
    assert steps.with_evidence(first, ["EV9"], AT).approvals == []


def test_a_question_voids_the_first_approval() -> None:
    asked = after(waiting(price=LARGE), approve("amy"), approve("bob", decision="request_evidence", note="The label?"))
    assert (asked.status, asked.approvals) == (RefundStatus.NEEDS_EVIDENCE, [])


def test_escalating_leaves_the_case_where_it_is() -> None:
    escalated = after(waiting(), approve(decision="escalate"))
    assert (escalated.status, escalated.escalated) == (RefundStatus.IN_REVIEW, True)


def test_the_machine_stays_out_of_a_case_that_was_escalated_or_assessed_often() -> None:
    verdict = decide(POLICY, eur(1000), RefundReason.DAMAGED, SURE, [], 1, Remedy.REFUND)
    fresh = refund(price=1000)
    assert judged(fresh, verdict, POLICY, AT).status is RefundStatus.APPROVED
    for case in (
        fresh.model_copy(update={"escalated": True}),
        fresh.model_copy(update={"verdicts": [verdict] * POLICY.assessments}),
    ):
        assert judged(case, verdict, POLICY, AT).status is RefundStatus.IN_REVIEW


def test_silence_escalates_and_decides_nothing() -> None:
    silent = overdue(waiting(due_at=AT), POLICY, AT)
    assert (silent.status, silent.escalated) == (RefundStatus.IN_REVIEW, True)


def test_evidence_that_never_comes_leaves_the_case_to_a_person() -> None:
    silent = overdue(waiting(status=RefundStatus.NEEDS_EVIDENCE), POLICY, AT)
    assert (silent.status, silent.due_at) == (RefundStatus.IN_REVIEW, desk_due(silent, POLICY, AT))


def test_a_file_that_the_case_has_changes_nothing() -> None:
    case = waiting(evidence_ids=["EV1"])
    assert steps.with_evidence(case, ["EV1", "EV1"], AT) is case


def test_a_case_holds_ten_files_at_most() -> None:
    with pytest.raises(Invalid):
        steps.with_evidence(waiting(evidence_ids=["EV0"]), [f"EV{n}" for n in range(1, 11)], AT)


def test_a_case_that_is_being_paid_is_neither_withdrawn_nor_added_to() -> None:
    with pytest.raises(Conflict):
        steps.withdrawn(waiting(status=RefundStatus.APPROVED), AT)
    with pytest.raises(Conflict):
        steps.with_evidence(waiting(status=RefundStatus.APPROVED), ["EV1"], AT)


def test_only_a_definitive_decline_gives_the_payout_a_new_key() -> None:
    case = waiting()
    assert payout_key(case) == "refund:REF001"
    declined = payment_failed(case, POLICY, "card_closed", AT)
    assert payout_key(declined) == "refund:REF001:2"


def test_noise_from_outside_is_recorded_up_to_a_bound() -> None:
    case = waiting()
    for _ in range(100):
        case = steps.ignored(case, "amy", "too late", AT)
    assert len(case.timeline) == 20


def test_every_step_raises_the_version_and_adds_a_line() -> None:
    case = after(waiting(), approve(decision="escalate"), approve())
    assert case.version == 2
    assert [(line.actor, line.event) for line in case.timeline] == [("amy", "escalated"), ("amy", "approved")]


@pytest.mark.parametrize("status", RefundStatus)
def test_customers_are_told_of_every_status_that_matters_to_them_and_never_of_suspicion(status: RefundStatus) -> None:
    asked = approve(decision="request_evidence", note="Please show the label.")
    notice = notice_for(waiting(status=status, rulings=[asked], payment_reference="re_1"))
    assert (notice is None) == (status in (RefundStatus.ASSESSING, RefundStatus.APPROVED))
    if notice:
        assert "REF001" in notice.message
        assert not {"fraud", "suspicio", "signal"} & set(notice.message.lower().split())


def test_every_wish_has_its_own_sentence_and_a_person_asks_in_their_own_words() -> None:
    machine = [waiting(status=RefundStatus.NEEDS_EVIDENCE, wanted=wanted) for wanted in Wanted]
    assert len({asked_for(case) for case in machine}) == len(Wanted)
    asked = after(waiting(), approve(decision="request_evidence", note="The label?"), approve(decision="escalate"))
    assert asked_for(asked) == "The label?"


def test_a_split_line_is_together_what_it_was() -> None:
    lines = decided(refund(items={"MILK": 3}, price=0).items, None)
    [odd] = [line.model_copy(update={"amount": eur(1000)}) for line in lines]
    for count, amount in ((1, 333), (2, 667)):
        approved, rest = decided([odd], [Item(sku="MILK", quantity=count)])
        assert (approved.amount, approved.amount + rest.amount) == (eur(amount), eur(1000))
        assert (approved.quantity, rest.quantity) == (count, 3 - count)


def test_an_approval_of_other_items_voids_the_first() -> None:
    case = waiting(items={"MILK": 2, "BREAD": 2}, price=LARGE)
    some = {"items": [Item(sku="MILK", quantity=2)], "amount": LARGE, "note": "The bread is whole."}
    others = some | {"items": [Item(sku="BREAD", quantity=2)]}
    changed = after(case, approve("amy", **some), approve("bob", **others))
    assert (changed.status, [each.reviewer for each in changed.approvals]) == (RefundStatus.IN_REVIEW, ["bob"])
    assert after(changed, approve("amy", **others)).status is RefundStatus.APPROVED


def test_some_items_rejected_beside_others_that_were_paid_are_free_again() -> None:
    case = after(waiting(items={"MILK": 3}), approve(items=[Item(sku="MILK", quantity=2)], note="One is whole."))
    bought = order(items={"MILK": 3})
    assert taken(bought, [case]).held == {"MILK": 3}
    assert taken(bought, [paid(case, "re_1", AT)]).paid == {"MILK": 2}


def test_what_was_approved_and_cannot_be_paid_may_be_taken_as_store_credit_until_somebody_rules_anew() -> None:
    failed = payment_failed(after(waiting(price=LARGE), approve("amy"), approve("bob")), POLICY, "closed", AT)
    credited = offer_taken(failed, AT)
    assert (credited.status, credited.remedy, credited.approved) == (
        *(RefundStatus.APPROVED, Remedy.STORE_CREDIT),
        eur(LARGE),
    )
    assert offer_taken(credited, AT) is credited
    anew = after(failed, approve("amy"))
    assert (anew.status, [each.reviewer for each in anew.approvals]) == (RefundStatus.IN_REVIEW, ["amy"])
    with pytest.raises(Conflict):
        offer_taken(anew, AT)


@pytest.mark.parametrize(
    ("label", "words"), [("no_ruling", "we did not decide it in time"), ("no_evidence", "did not reach us")]
)
def test_who_heard_nothing_is_told_that_nothing_was_decided_and_that_they_can_ask_again(label: str, words: str) -> None:
    notice = notice_for(waiting(status=RefundStatus.EXPIRED, label=label))
    assert notice
    assert words in notice.message
    assert "Nothing was decided against you" in notice.message


def test_a_first_ruling_is_remembered_with_the_time_that_the_desk_had() -> None:
    due = waiting(due_at=AT)
    case = after(due, approve(decision="escalate"), approve(decision="reject", note="no"))
    assert (case.first_ruling_at, case.first_ruling_due_at, case.due_at) == (AT, AT, None)


def test_a_first_ruling_that_had_to_be_escalated_for_was_late() -> None:
    desk = to_a_person(waiting(due_at=None), POLICY, AT, "in_review")
    late = desk.due_at
    assert late
    escalated = overdue(desk, POLICY, late)
    assert escalated.due_at
    assert escalated.due_at > late
    case = ruled(escalated, approve(decision="reject", note="no"), POLICY, escalated.due_at, Reviewer())
    assert (case.first_ruling_at, case.first_ruling_due_at) == (escalated.due_at, late)


def test_a_case_does_not_go_round_for_ever() -> None:
    often = waiting(rulings=[approve(decision="escalate")] * 50)
    with pytest.raises(Conflict):
        check_ruling(often, approve(decision="escalate"), POLICY)
    assert after(often, approve()).status is RefundStatus.APPROVED


def test_what_does_not_move_a_case_does_not_make_a_second_notice_of_the_same_step() -> None:
    case = waiting()
    noise = steps.assigned(steps.ignored(case, "amy", "too late", AT), Assignment(by="sue", to="amy"), AT)
    once, again = (notice_for(after(each, approve(decision="reject", note="no"))) for each in (case, noise))
    assert once
    assert again
    assert once.notification_id == again.notification_id
