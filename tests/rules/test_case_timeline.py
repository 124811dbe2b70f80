"""The timeline of a case only grows, whatever happens to the case."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.errors import CareError
from care.models.customer import Role
from care.models.refund import Assignment, Refund, RefundStatus, Ruling, TimelineEntry, Verdict, Wanted
from care.policy import load_policy
from care.rules import refund_case, refund_judging, refund_payout, refund_waiting, review
from care.rules.case_file import decisions
from care.rules.reviewers import Reviewer
from tests.stores.make import AT, eur, refund

POLICY = load_policy(None)
SOMEBODY = Reviewer(role=Role.SUPERVISOR)
CASE = refund(price=25_000, timeline=[TimelineEntry(at=AT, actor="customer", event="opened")])
VERDICT = Verdict(decision="approve", confidence=1, findings=[], signals=[], model="m", policy_version="1")
RULINGS = st.builds(
    Ruling,
    decision=st.sampled_from(["approve", "reject", "request_evidence", "escalate"]),
    amount=st.sampled_from([None, 100, eur(25_000)]),
    reviewer=st.sampled_from(["amy", "ben"]),
    note=st.just("Why."),
)
# What a step may ask for, by the parameter's name.
ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "now": st.integers(0, 99).map(lambda hours: AT + timedelta(hours=hours)),
    "policy": st.just(POLICY),
    "verdict": st.sampled_from([VERDICT, VERDICT.model_copy(update={"decision": "uncertain"})]),
    "evidence_ids": st.lists(st.sampled_from(["EV1", "EV2", "EV3"]), max_size=2),
    "ruling": RULINGS,
    "who": st.just(SOMEBODY),
    "assignment": st.just(Assignment(by="sofia", to="ben")),
    "wanted": st.sampled_from(Wanted),
    "final": st.booleans(),
    "expires": st.booleans(),
    **dict.fromkeys(
        ("actor", "event", "why", "detail", "note", "reference", "order_id"), st.sampled_from(["amy", "ben", "x"])
    ),
}
STEPS = {
    f"{module.__name__}.{name}": function
    for module in (refund_case, refund_judging, refund_payout, refund_waiting, review)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if not name.startswith("_") and function.__module__ == module.__name__
    if get_type_hints(function).get("return") is Refund
}


def _asked(step: Callable[..., Refund]) -> list[str]:
    named = [p.name for p in inspect.signature(step).parameters.values() if p.kind is not p.VAR_KEYWORD]
    return [name for name in named if name != "refund"]


@pytest.mark.parametrize("name", STEPS)
def test_every_step_can_be_taken_by_this_test(name: str) -> None:
    unknown = set(_asked(STEPS[name])) - set(ARGUMENTS)
    assert not unknown, f"name in ARGUMENTS what {name} is given for {unknown}"


@settings(max_examples=60)
@given(st.data())
def test_no_step_removes_or_changes_what_stands_in_the_timeline(data: st.DataObject) -> None:
    case = CASE
    for _ in range(12):
        step = STEPS[data.draw(st.sampled_from(sorted(STEPS)))]
        given_to_it = {name: data.draw(ARGUMENTS[name], name) for name in _asked(step)}
        try:
            after = step(case, **given_to_it)
        except CareError:
            continue
        assert after.timeline[: len(case.timeline)] == case.timeline
        assert len(after.timeline) - len(case.timeline) == after.version - case.version
        if after is not case:
            assert after.timeline[-1].status is after.status
        case = after


def test_the_case_file_tells_when_each_ruling_was_made_and_what_it_changed() -> None:
    case = CASE.model_copy(update={"status": RefundStatus.IN_REVIEW})
    case = refund_case.moved(case, AT, "machine", "in_review")
    hours = [AT + timedelta(hours=n) for n in range(4)]
    ask = Ruling(decision="request_evidence", reviewer="amy", note="Why?")
    case = review.ruled(case, ask, POLICY, hours[0], SOMEBODY)
    case = refund_case.ignored(case, "ben", "Too early.", hours[1])
    case = review.ruled(case, Ruling(decision="approve", reviewer="amy"), POLICY, hours[2], SOMEBODY)
    case = review.ruled(case, Ruling(decision="approve", reviewer="ben"), POLICY, hours[3], SOMEBODY)
    assert [(d.reviewer, d.decision, d.at, d.before, d.after) for d in decisions(case)] == [
        ("amy", "request_evidence", hours[0], RefundStatus.IN_REVIEW, RefundStatus.NEEDS_EVIDENCE),
        ("amy", "approve", hours[2], RefundStatus.NEEDS_EVIDENCE, RefundStatus.IN_REVIEW),
        ("ben", "approve", hours[3], RefundStatus.IN_REVIEW, RefundStatus.APPROVED),
    ]


def test_a_ruling_whose_line_is_not_in_the_timeline_is_told_without_a_time() -> None:
    ruling = Ruling(decision="approve", reviewer="amy")
    (told,) = decisions(CASE.model_copy(update={"rulings": [ruling]}))
    assert (told.reviewer, told.at, told.before, told.after) == ("amy", None, None, None)
