"""Approving all of a case, some of its items or a part of its amount; and the second of two approvals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from care.errors import CareError, Invalid
from care.models.money import Money
from care.models.refund import Refund, RefundLine, Remedy, Ruling
from care.rules.approvals import is_partial, outcome, ruling_amount, two_needed
from care.rules.refund_items import in_words, kept
from care.rules.reviewers import Reviewer
from ui.language import _
from ui.parts import refund_words, words
from ui.parts.asking import answers, refusal, sheet
from ui.parts.case import facts
from ui.parts.elements import box, button, text
from ui.parts.late import rule
from ui.parts.noting import AGREEING, LEAVING_OUT, note_field
from ui.parts.pieces import Pieces
from ui.visit import Visit

Onward = Callable[[], Awaitable[None]]


def approve_dialog(visit: Visit, refund: Refund, before: Money | None, onward: Onward) -> None:
    what = _(refund_words.EXCHANGED if refund.exchange_for else refund_words.GIVEN_WORDS[refund.remedy])
    with sheet(_("Approve {amount}?", amount=words.money(refund.amount)), what) as asked:
        _Approval(visit, refund, before, onward, asked).draw()


class _Approval:
    """What is about to be approved. The sum shown is the one that the workflow will come to, by the same rule."""

    def __init__(self, visit: Visit, refund: Refund, before: Money | None, onward: Onward, frame: ui.dialog) -> None:
        self._visit = visit
        self._refund = refund
        self._before = before
        self._onward = onward
        self._frame = frame
        several = len(refund.items) > 1 or refund.items[0].quantity > 1
        self._divisible = several and not refund.exchange_for

    def draw(self) -> None:
        refund = self._refund
        self._pieces = Pieces(
            _("What is approved"), refund.items, self._tell, prices=[line.amount for line in refund.items]
        )
        if self._divisible:
            self._pieces.draw()
        self._part = None
        if refund.remedy is not Remedy.REPLACEMENT and not refund.exchange_for:
            label = _("Only a part, in {currency}", currency=refund.amount.currency)
            part = ui.input(label, on_change=self._tell)
            self._part = part.props("outlined dense inputmode=decimal clearable").classes("part")
        with box("sum").props("role=status"):
            self._sum = text("", "strong")
            self._rest = text("", "small wrap")
        sentences = LEAVING_OUT if self._divisible else AGREEING
        self._note = note_field(_("Note"), sentences, f"approve {refund.refund_id}")
        self._sending = answers(self._frame, _("Approve"), self._approve, back=_("Back"))
        self._tell()

    def _ruling(self) -> Ruling:
        """Raises Invalid for an amount or a quantity that cannot be approved."""
        items = self._pieces.items() if self._divisible else None
        wanted = Ruling(decision="approve", items=items, amount=self._amount(), reviewer=self._visit.principal.email)
        # The amount on the screen is what is approved: a change in between voids the ruling.
        return wanted.model_copy(update={"amount": ruling_amount(self._refund, wanted)})

    def _amount(self) -> Money | None:
        said = (self._part.value or "").strip() if self._part else ""
        if not said:
            return None
        try:
            return Money.written(said, self._refund.amount.currency)
        except ValueError:
            raise Invalid(_("Please write the amount as a number, like 12.50.")) from None

    def _tell(self) -> None:
        """What would be paid, what would be rejected, and whether a second person is needed."""
        try:
            ruling = self._ruling()
            lines = outcome(self._refund, ruling)
        except CareError as error:
            self._sum.set_text(refusal(error))
            self._rest.set_text("")
            return
        amount = ruling_amount(self._refund, ruling)
        self._sum.set_text(self._given(amount, lines))
        rejected = [line for line in lines if line.outcome == "rejected"]
        said = [_("Rejected, with your note: {items}.", items=in_words(rejected))] if rejected else []
        two = two_needed(self._visit.services.client.policy, amount, Reviewer(ruled_before=self._before))
        if two:
            said.append(_("This much needs two people: yours is the first approval."))
        self._rest.set_text(" ".join(said))
        self._sending.text = _("Give the first approval") if two else _("Approve")

    def _given(self, amount: Money, lines: list[RefundLine]) -> str:
        if self._refund.exchange_for:
            return refund_words.given(self._refund)
        replaced = self._refund.remedy is Remedy.REPLACEMENT
        if replaced:
            return _("To be sent: {items}", items=in_words(kept(lines)))
        return _("To be paid: {amount}", amount=words.money(amount))

    async def _approve(self) -> str:
        ruling = self._ruling().model_copy(update={"note": self._note.written})
        _check_note(is_partial(outcome(self._refund, ruling)), ruling.note)
        await rule(self._visit, self._refund.refund_id, ruling)
        self._note.sent()
        await self._onward()
        return _("Approved.")


def _check_note(partial: bool, note: str) -> None:
    """Raises Invalid where items are rejected without a word."""
    if partial and not note:
        raise Invalid(_("Please add a note that says why the rest is rejected."))


def second_dialog(visit: Visit, refund: Refund, before: Money | None, onward: Onward) -> None:
    """Exactly what the first person approved, or something else, which voids what that person said."""
    first = refund.approvals[0]
    lines = kept(outcome(refund, first))
    amount = ruling_amount(refund, first)
    with sheet(_("Give the second approval?"), refund_words.given(refund)) as asked:
        asked.classes("second-sheet")
        _two_people(first.reviewer, words.money(amount), first.note)
        facts({_("Amount"): words.money(amount), _("Items"): in_words(lines)})
        partial = is_partial(outcome(refund, first))
        label = _("Note") if partial else _("Note (you need not write one)")
        note = note_field(label, AGREEING, f"second {refund.refund_id}")

        async def approve() -> str:
            _check_note(partial, note.written)
            same = {"amount": amount, "note": note.written, "reviewer": visit.principal.email}
            ruling = first.model_copy(update=same)
            await rule(visit, refund.refund_id, ruling)
            note.sent()
            await onward()
            return _("Approved by two people.")

        def otherwise() -> None:
            asked.close()
            approve_dialog(visit, refund, before, onward)

        other = button(_("Approve something else: the first approval is then void"), otherwise, look="flat dense")
        other.classes("self-start")
        label = _("Approve {amount} as the second person", amount=words.money(amount))
        answers(asked, label, approve, back=_("Back"), color="accent")


def _two_people(first: str, amount: str, note: str) -> None:
    with box("timeline", tag="ol", name=_("The two approvals")):
        with box(tag="li"):
            text(_("First: {who} approved {amount}", who=first, amount=amount), "strong wrap")
            if note:
                text(f"“{note}”", "small wrap")
        with box("next", tag="li"):
            text(_("Second: you. With yours it is final."), "strong")
