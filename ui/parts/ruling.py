"""What a person can decide: a bar of buttons, each with its key, a note and a confirmation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from care.errors import Invalid
from care.models.money import Money
from care.models.refund import Refund, Ruling
from ui.parts.approving import approve_dialog, second_dialog
from ui.parts.asking import answers, sheet
from ui.parts.deciding import first_approval, may_second
from ui.parts.elements import Action, box, button
from ui.parts.noting import ASKING, REJECTING, note_field, written
from ui.visit import Visit

# Goes on once the ruling is made.
Onward = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class _Choice:
    decision: Literal["reject", "request_evidence", "escalate"]
    key: str
    label: str
    symbol: str
    title: str
    detail: str
    done: str
    note_needed: bool
    sentences: list[str]


_CHOICES = [
    _Choice(
        *("reject", "r", "Reject", "close", "Reject this refund?"),
        *("Your note stays in the case file; the customer does not read it.", "Rejected.", True, REJECTING),
    ),
    _Choice(
        *("request_evidence", "m", "Ask for more", "add_a_photo", "Ask for more evidence?"),
        *("The customer reads your note.", "Asked.", True, ASKING),
    ),
    _Choice(
        *("escalate", "e", "Escalate", "arrow_upward", "Pass it on to a supervisor?"),
        *("Supervisors see it among the escalated cases.", "Passed on.", False, []),
    ),
]


def ruling_bar(visit: Visit, refund: Refund, before: Money | None, onward: Onward) -> None:
    """`before` is what people have approved already on the same order, in other cases."""
    with box("rule-bar", name="Decide").props("role=group"):
        if first_approval(refund) is None:
            _keyed("Approve", "a", "check", lambda: approve_dialog(visit, refund, before, onward), "unelevated")
        elif may_second(refund, visit.principal):
            second = partial(second_dialog, visit, refund, before, onward)
            _keyed("Give the second approval", "a", "how_to_reg", second, "unelevated color=accent")
        for choice in _CHOICES:
            if choice.decision == "escalate" and refund.escalated:
                continue
            if choice.decision != "escalate" and refund.sent_as:
                continue  # its new items are gone: all that is left is to pay the difference
            _keyed(choice.label, choice.key, choice.symbol, partial(_ask, visit, refund, choice, onward))


def _keyed(label: str, key: str, symbol: str, action: Action, look: str = "outline") -> None:
    button(label, action, symbol=symbol, look=look).props["aria-keyshortcuts"] = key


def _ask(visit: Visit, refund: Refund, choice: _Choice, onward: Onward) -> None:
    with sheet(choice.title, choice.detail) as asked:
        note = note_field("Note" if choice.note_needed else "Note (you need not write one)", choice.sentences)

        async def decide() -> str:
            if choice.note_needed and not written(note):
                raise Invalid("Please write a note.")
            ruling = Ruling(decision=choice.decision, note=written(note), reviewer=visit.principal.email)
            await visit.services.client.rule(refund.refund_id, ruling)
            await onward()
            return choice.done

        answers(asked, choice.label, decide, back="Back")
