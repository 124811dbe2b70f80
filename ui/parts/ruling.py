"""What a person can decide: a bar of buttons, each with its key, a note and a confirmation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from care.errors import Invalid
from care.language import Language, language_of
from care.models.customer import CustomerView
from care.models.money import Money
from care.models.refund import Refund, RefundReason, Ruling
from care.rules.approvals import ruling_amount
from ui.language import _, mark
from ui.parts import words
from ui.parts.approving import approve_dialog, second_dialog
from ui.parts.asking import answers, sheet
from ui.parts.deciding import first_approval, may_second
from ui.parts.elements import Action, box, button, icon, text
from ui.parts.focus import keyed
from ui.parts.late import rule
from ui.parts.noting import ASKING, ESCALATING, REJECTING, note_field
from ui.visit import Visit

# Goes on once the ruling is made.
Onward = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class _Choice:
    """Its texts are marked. `told`: the customer reads the note."""

    decision: Literal["reject", "request_evidence", "escalate"]
    key: str
    label: str
    symbol: str
    title: str
    detail: str
    done: str
    note_needed: bool
    sentences: Mapping[RefundReason, Sequence[str]]
    told: bool = False


_CHOICES = [
    _Choice(
        *("reject", "r", mark("Reject"), "close", mark("Reject this refund?")),
        mark("Your note stays in the case file; the customer does not read it."),
        *(mark("Rejected."), True, REJECTING),
    ),
    _Choice(
        *("request_evidence", "m", mark("Ask for more"), "add_a_photo", mark("Ask for more evidence?")),
        *(mark("The customer reads your note."), mark("Asked."), True, ASKING, True),
    ),
    _Choice(
        *("escalate", "e", mark("Escalate"), "arrow_upward", mark("Pass it on to a supervisor?")),
        *(mark("Supervisors see it among the escalated cases."), mark("Passed on."), False),
        dict.fromkeys(RefundReason, ESCALATING),
    ),
]


def ruling_bar(visit: Visit, refund: Refund, customer: CustomerView, before: Money | None, onward: Onward) -> None:
    """`before` is what people have approved already on the same order, in other cases."""
    first = first_approval(refund)
    second = first is not None and may_second(refund, visit.principal)
    with box("rule-bar second" if second else "rule-bar", name=_("Decide")).props("role=group"):
        if first is None:
            _keyed(_("Approve"), "a", "check", lambda: approve_dialog(visit, refund, before, onward), "unelevated")
        elif second:
            _second_of_two(refund, first)
            give = partial(second_dialog, visit, refund, before, onward)
            _keyed(_("Give the second approval"), "a", "how_to_reg", give, "unelevated color=accent")
        for choice in _CHOICES:
            if choice.decision == "escalate" and refund.escalated:
                continue
            if choice.decision != "escalate" and refund.sent_as:
                continue  # its new items are gone: all that is left is to pay the difference
            ask = partial(_ask, visit, refund, choice, language_of((customer.locale,)), onward)
            _keyed(_(choice.label), choice.key, choice.symbol, ask)


def _second_of_two(refund: Refund, first: Ruling) -> None:
    amount = words.money(ruling_amount(refund, first))
    with box("line rule-head"):
        icon("how_to_reg")
        with box("stack"):
            text(_("Second approval"), tag="h2")
            text(
                _("{who} approved {amount} first. Yours makes it final.", who=first.reviewer, amount=amount),
                "small wrap",
            )


def _keyed(label: str, key: str, symbol: str, action: Action, look: str = "outline") -> None:
    made = keyed(button(label, action, symbol=symbol, look=look), f"rule {key}")
    made.props["aria-keyshortcuts"] = key
    with made:
        text(key.upper(), "only-wide", tag="kbd").props("aria-hidden=true")


def _ask(visit: Visit, refund: Refund, choice: _Choice, theirs: Language, onward: Onward) -> None:
    with sheet(_(choice.title), _(choice.detail)) as asked:
        label = _("Note") if choice.note_needed else _("Note (you need not write one)")
        key = f"{choice.decision} {refund.refund_id}"
        note = note_field(label, choice.sentences[refund.reason], key, reader=theirs if choice.told else None)

        async def decide() -> str:
            if choice.note_needed and not note.written:
                raise Invalid(_("Please write a note."))
            ruling = Ruling(decision=choice.decision, note=note.written, reviewer=visit.principal.email)
            await rule(visit, refund.refund_id, ruling)
            note.sent()
            await onward()
            return _(choice.done)

        answers(asked, _(choice.label), decide, back=_("Back"))
