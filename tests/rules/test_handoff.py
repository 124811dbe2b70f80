"""A conversation in the hands of people: who may do what, and what the customer is told of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from care.errors import ClaimedByOther, Conflict
from care.models.conversation import Handoff
from care.models.handoff import DeskStep, Moved
from care.models.memory import Choice, ConversationState, Open, Proposal, Slots
from care.models.understanding import Intent
from care.rules.handoff import answered, handed_back, released, taken, waits

AT = datetime(2026, 3, 6, 9, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
AMY, BOB, SUE = (DeskStep(by=f"{name}@care.test", text="Hello") for name in ("amy", "bob", "sue"))
SUE = SUE.model_copy(update={"leads": True})
STEPS = [taken, released, answered, handed_back]
Step = Callable[[ConversationState, DeskStep, datetime], Moved]


def held(by: DeskStep | None = None, **given: object) -> ConversationState:
    handoff = Handoff(reason="asked", at=AT, taken_by=by and by.by, waiting_since=AT)
    fields = {"conversation_id": "CNV1", "customer_id": "CUST001", "turn": 4, "handed_off": True, "handoff": handoff}
    return ConversationState.model_validate(fields | given)


def owner(moved: Moved) -> str | None:
    assert moved.state.handoff
    return moved.state.handoff.taken_by


@pytest.mark.parametrize("step", STEPS)
def test_what_is_with_the_assistant_is_no_business_of_colleagues(step: Step) -> None:
    with pytest.raises(Conflict, match="with the assistant"):
        step(held(handed_off=False, handoff=None), AMY, LATER)


@pytest.mark.parametrize("step", STEPS)
def test_a_second_agent_is_told_who_has_it(step: Step) -> None:
    with pytest.raises(ClaimedByOther, match=r"amy@care\.test has conversation CNV1"):
        step(held(AMY), BOB, LATER)


@pytest.mark.parametrize(
    ("step", "who", "before", "after", "said"),
    [
        (taken, AMY, None, AMY, ["A colleague is with you now."]),
        (taken, AMY, AMY, AMY, []),
        (taken, SUE, AMY, SUE, ["Another colleague is with you now."]),
        (released, AMY, AMY, None, ["Our colleague had to leave. Another one will answer you here."]),
        (released, SUE, AMY, None, ["Our colleague had to leave. Another one will answer you here."]),
        (released, BOB, None, None, []),
        (answered, AMY, AMY, AMY, ["Hello"]),
        (answered, AMY, None, AMY, ["A colleague is with you now.", "Hello"]),
    ],
)
def test_a_step_says_who_has_it_and_tells_the_customer(
    step: Step, who: DeskStep, before: DeskStep | None, after: DeskStep | None, said: list[str]
) -> None:
    moved = step(held(before), who, LATER)
    assert owner(moved) == (after and after.by)
    assert [message.text for message in moved.said] == said
    assert {message.by for message in moved.said} <= {who.by}
    assert moved.state.turn == (5 if said else 4)


def test_a_supervisor_does_not_speak_in_a_colleagues_name_without_taking_it() -> None:
    with pytest.raises(ClaimedByOther):
        answered(held(AMY), SUE, LATER)


def test_handing_back_keeps_what_was_talked_about_and_drops_what_was_open() -> None:
    proposal = Proposal(kind="skip", payload={}, shown="Skip it?", turn=3)
    state = held(
        AMY,
        topic=Intent.SUBSCRIPTION_MANAGE,
        slots=Slots(subscription_id="SUB001"),
        pending=proposal,
        choices=[Choice(kind="order", id="ORD1", label="Milk")],
        parked=[Open()],
        failures=1,
    )
    moved = handed_back(state, AMY, LATER)
    after = moved.state
    assert [(m.role, m.text) for m in moved.said] == [
        ("agent", "Hello"),
        ("system", "You are back with the assistant. What else can I do for you?"),
    ]
    assert (after.handed_off, after.handoff, after.failures) == (False, None, 0)
    assert (after.pending, after.choices, after.parked) == (None, [], [])
    assert (after.topic, after.slots.subscription_id) == (Intent.SUBSCRIPTION_MANAGE, "SUB001")
    assert after.history[-2:] == ["agent: Hello", f"system: {moved.said[1].text}"]


def test_the_customer_hears_it_in_their_language() -> None:
    assert "persona" in taken(held(language="es"), AMY, LATER).said[0].text
    assert "सहायक" in handed_back(held(language="hi"), AMY, LATER).said[-1].text
    assert "assistant" in handed_back(held(language="fr"), AMY, LATER).said[-1].text


def test_a_customer_who_waits_is_notified_once_and_waits_from_their_first_word() -> None:
    first = answered(held(AMY), AMY, LATER)
    assert first.notice
    assert (first.notice.notification_id, first.notice.kind) == ("CNV1-5-answered", "conversation_answered")
    assert answered(first.state, AMY, LATER).notice is None
    assert handed_back(first.state, AMY, LATER).notice is None
    again = waits(waits(first.state, LATER), LATER + timedelta(hours=1))
    assert again.handoff
    assert again.handoff.waiting_since == LATER
    silently = AMY.model_copy(update={"text": " "})
    notice = handed_back(again, silently, LATER).notice
    assert notice
    assert notice.kind == "conversation_handed_back"


def test_a_conversation_that_was_handed_over_before_there_was_a_record_of_it_can_be_taken() -> None:
    assert owner(taken(held(handoff=None), AMY, LATER)) == AMY.by
