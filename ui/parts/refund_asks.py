"""What an open refund needs from its customer, and what the customer can do about it."""

from __future__ import annotations

from nicegui import ui

from care.models.evidence import EvidenceReceipt
from care.models.refund import Refund, RefundStatus, Wanted
from care.rules.rates import Family
from care.rules.refund_exchange import owed
from care.rules.refund_items import in_words
from care.rules.refund_notices import asked_for, notice_for
from ui.language import _, retold
from ui.parts import refund_words, words
from ui.parts.asking import answers, sheet
from ui.parts.elements import box, button, icon, text, thank
from ui.parts.evidence import chooser
from ui.parts.report import report_dialog
from ui.visit import Visit


class Adding:
    """The hidden uploads of a page, one for each case, outside of what is drawn anew: a photo that is being taken
    while its case moves on must not lose its way."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._picks: dict[str, str] = {}
        with ui.context.client.content:
            self._outside = box("hidden-upload")

    def pick(self, refund_id: str) -> str:
        """The script that opens the file chooser."""

        async def add(receipt: EvidenceReceipt) -> None:
            await self._visit.take(Family.CREATE)
            await self._visit.services.client.add_evidence(refund_id, [receipt.evidence_id])
            thank(_("Thank you. We are checking it."))

        if refund_id not in self._picks:
            with self._outside:
                self._picks[refund_id] = chooser(self._visit, add)
        return self._picks[refund_id]


def asks(visit: Visit, refund: Refund) -> None:
    """The banner of a refund that waits for its customer, or that ended without a decision."""
    if refund.status is RefundStatus.NEEDS_EVIDENCE:
        _evidence(visit, refund)
    elif refund.offered and refund.status is RefundStatus.PAYMENT_FAILED:
        _offer(visit, refund)
    elif refund.status is RefundStatus.EXPIRED:
        _expired(visit, refund)


def can_change(refund: Refund) -> bool:
    """Whether it can still be withdrawn, and more be shown."""
    fixed = refund.status is RefundStatus.APPROVED or refund.sent_as is not None
    return not refund.status.is_settled and not fixed


def _evidence(visit: Visit, refund: Refund) -> None:
    goods = refund.wanted is Wanted.RETURN
    with box("banner warn", name=_("What we need from you")).props("role=group"):
        icon("local_shipping" if goods else "add_a_photo")
        with box("stack grow"):
            text(_asked(refund), "wrap strong")
            if goods:
                text(_("What to send: {items}.", items=in_words(refund.items)), "wrap small")
            text(refund_words.by_when(refund, visit.zone), "wrap small")


def _asked(refund: Refund) -> str:
    """In our words; or in the reviewer's, which stay as they were written."""
    return retold(asked_for(refund))


def _offer(visit: Visit, refund: Refund) -> None:
    amount = words.money(owed(refund))
    with box("banner bad", name=_("The payment failed")).props("role=group"):
        icon("credit_card_off")
        with box("stack grow"):
            text(_("The payment did not go through. If you like, take the amount as store credit instead."), "wrap")
            text(_("You need not: without it a colleague looks into the payment."), "wrap small")
    label = _("Take {amount} as store credit", amount=amount)
    button(label, lambda: _take(visit, refund), symbol="account_balance_wallet").classes("self-start")


def _take(visit: Visit, refund: Refund) -> None:
    amount = words.money(owed(refund))
    detail = _(
        "{amount} is added to your wallet at once, for your next orders. It is then no longer paid back to you.",
        amount=amount,
    )
    with sheet(_("Take {amount} as store credit?", amount=amount), detail) as asked:

        async def take() -> str:
            await visit.services.client.accept_offer(refund.refund_id)
            return _("{amount} is on its way to your wallet.", amount=amount)

        answers(asked, _("Take store credit"), take)


def _expired(visit: Visit, refund: Refund) -> None:
    said = notice_for(refund)
    with box("banner plain"):
        icon("history")
        text(retold(said.message) if said else "", "grow wrap")

    async def again() -> None:
        await report_dialog(visit, await visit.services.stores.orders.get(refund.order_id), refund)

    button(_("Report it again"), again, symbol="report_problem", look="outline").classes("self-start")


def change_line(visit: Visit, refund: Refund, adding: Adding) -> None:
    """The last line of an open refund: give it up, or show more."""
    waits = refund.status is RefundStatus.NEEDS_EVIDENCE
    with box("line end wraps"):
        button(_("Withdraw"), lambda: _withdraw(visit, refund), look="flat")
        if refund.status is RefundStatus.PAYMENT_FAILED:
            return
        label = refund_words.add_words(refund.wanted if waits else None)
        look = "unelevated" if waits else "outline"
        pick = adding.pick(refund.refund_id)
        ui.button(label, icon="add_a_photo").props(f"{look} no-caps").on("click", js_handler=pick)


def _withdraw(visit: Visit, refund: Refund) -> None:
    detail = _("{amount} will not be paid back. You can ask again later.", amount=words.money(refund.amount))
    with sheet(_("Withdraw this refund?"), detail) as asked:

        async def withdraw() -> str:
            await visit.services.client.withdraw_refund(refund.refund_id)
            return _("Withdrawn.")

        answers(asked, _("Withdraw"), withdraw, back=_("Keep it"))


def needed(refund: Refund) -> str | None:
    """The one sentence on the first page for a refund that waits for its customer."""
    if refund.status is RefundStatus.NEEDS_EVIDENCE:
        told = _("Your refund {refund} waits for you.", refund=refund.refund_id)
        return f"{told} {_asked(refund)}"
    if refund.offered and refund.status is RefundStatus.PAYMENT_FAILED:
        return _(
            "The payment of your refund {refund} failed. You can take {amount} as store credit.",
            refund=refund.refund_id,
            amount=words.money(owed(refund)),
        )
    return None
