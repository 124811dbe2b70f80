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
from ui.parts import refund_words
from ui.parts.asking import answers, refusal, sheet
from ui.parts.case import facts
from ui.parts.elements import banner, box, button, text
from ui.parts.noting import AGREEING, LEAVING_OUT, note_field, written
from ui.parts.pieces import Pieces
from ui.visit import Visit

Onward = Callable[[], Awaitable[None]]


def approve_dialog(visit: Visit, refund: Refund, before: Money | None, onward: Onward) -> None:
    what = refund_words.EXCHANGED if refund.exchange_for else refund_words.GIVEN_WORDS[refund.remedy]
    with sheet(f"Approve {refund.amount}?", what) as asked:
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
            "What is approved", refund.items, self._tell, prices=[line.amount for line in refund.items]
        )
        if self._divisible:
            self._pieces.draw()
        self._part = None
        if refund.remedy is not Remedy.REPLACEMENT and not refund.exchange_for:
            part = ui.input(f"Only a part, in {refund.amount.currency}", on_change=self._tell)
            self._part = part.props("outlined dense inputmode=decimal clearable").classes("part")
        with box("sum").props("role=status"):
            self._sum = text("", "strong")
            self._rest = text("", "small wrap")
        self._note = note_field("Note", LEAVING_OUT if self._divisible else [])
        self._sending = answers(self._frame, "Approve", self._approve, back="Back")
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
            raise Invalid("Please write the amount as a number, like 12.50.") from None

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
        said = [f"Rejected, with your note: {in_words(rejected)}."] if rejected else []
        two = two_needed(self._visit.services.client.policy, amount, Reviewer(ruled_before=self._before))
        if two:
            said.append("This much needs two people: yours is the first approval.")
        self._rest.set_text(" ".join(said))
        self._sending.text = "Give the first approval" if two else "Approve"

    def _given(self, amount: Money, lines: list[RefundLine]) -> str:
        if self._refund.exchange_for:
            return refund_words.given(self._refund)
        replaced = self._refund.remedy is Remedy.REPLACEMENT
        return f"To be sent: {in_words(kept(lines))}" if replaced else f"To be paid: {amount}"

    async def _approve(self) -> str:
        ruling = self._ruling().model_copy(update={"note": written(self._note)})
        _check_note(is_partial(outcome(self._refund, ruling)), ruling.note)
        await self._visit.services.client.rule(self._refund.refund_id, ruling)
        await self._onward()
        return "Approved."


def _check_note(partial: bool, note: str) -> None:
    """Raises Invalid where items are rejected without a word."""
    if partial and not note:
        raise Invalid("Please add a note that says why the rest is rejected.")


def second_dialog(visit: Visit, refund: Refund, before: Money | None, onward: Onward) -> None:
    """Exactly what the first person approved, or something else, which voids what that person said."""
    first = refund.approvals[0]
    lines = kept(outcome(refund, first))
    amount = ruling_amount(refund, first)
    with sheet("Give the second approval?", refund_words.given(refund)) as asked:
        banner("how_to_reg", f"{first.reviewer} approved this first. With yours it is final.", "warn")
        facts({"Amount": str(amount), "Items": in_words(lines)} | ({"First note": first.note} if first.note else {}))
        partial = is_partial(outcome(refund, first))
        note = note_field("Note" if partial else "Note (you need not write one)", AGREEING)

        async def approve() -> str:
            _check_note(partial, written(note))
            same = {"amount": amount, "note": written(note), "reviewer": visit.principal.email}
            ruling = first.model_copy(update=same)
            await visit.services.client.rule(refund.refund_id, ruling)
            await onward()
            return "Approved by two people."

        def otherwise() -> None:
            asked.close()
            approve_dialog(visit, refund, before, onward)

        button("Approve something else: the first approval is then void", otherwise, look="flat dense").classes(
            "self-start"
        )
        answers(asked, f"Approve {amount} as the second person", approve, back="Back", color="accent")
