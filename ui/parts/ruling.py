"""The four things that a person can decide, each with a note and a confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from nicegui import ui

from care.models.refund import Refund, Ruling
from ui.parts.elements import box, button, dialog, telling, thank, warn
from ui.visit import Visit

Decision = Literal["approve", "reject", "request_evidence", "escalate"]


@dataclass(frozen=True)
class _Choice:
    decision: Decision
    label: str
    symbol: str
    title: str
    detail: str
    done: str
    note_needed: bool
    look: str = "outline"


_CHOICES = [
    _Choice(
        "approve",
        "Approve",
        "check",
        "Approve {amount}?",
        "It is paid back to the customer.",
        "Approved.",
        False,
        "unelevated",
    ),
    _Choice(
        "reject",
        "Reject",
        "close",
        "Reject this refund?",
        "Your note stays in the case file.",
        "Rejected.",
        True,
    ),
    _Choice(
        "request_evidence",
        "Ask for more",
        "add_a_photo",
        "Ask for more evidence?",
        "The customer reads your note.",
        "Asked.",
        True,
    ),
    _Choice("escalate", "Escalate", "arrow_upward", "Pass it on to a supervisor?", "", "Passed on.", False),
]


def ruling_bar(visit: Visit, refund: Refund) -> None:
    with box("rule-bar", name="Decide").props("role=group"):
        for choice in _CHOICES:
            button(choice.label, partial(_ask, visit, refund, choice), symbol=choice.symbol, look=choice.look)


def _ask(visit: Visit, refund: Refund, choice: _Choice) -> None:
    with dialog(choice.title.format(amount=refund.amount), choice.detail) as asked:
        label = "Note" if choice.note_needed else "Note (you need not write one)"
        note = ui.textarea(label).props("outlined autogrow autofocus maxlength=2000")

        async def decide() -> None:
            said = (note.value or "").strip()
            if choice.note_needed and not said:
                warn("Please write a note.")
                return
            asked.close()
            with telling():
                # The amount on the screen is what is approved: a change in between voids the ruling.
                amount = refund.amount if choice.decision == "approve" else None
                ruling = Ruling(decision=choice.decision, amount=amount, note=said, reviewer=visit.principal.email)
                await visit.services.client.rule(refund.refund_id, ruling)
                thank(choice.done)

        with box("line end"):
            button("Back", asked.close, look="flat")
            button(choice.label, decide, symbol=choice.symbol)
    asked.open()
