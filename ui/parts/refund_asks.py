"""What an open refund needs from its customer, and what the customer can do about it."""

from __future__ import annotations

from nicegui import ui

from care.models.evidence import EvidenceReceipt
from care.models.refund import Refund, RefundStatus, Wanted
from care.rules.refund_exchange import owed
from care.rules.refund_items import in_words
from care.rules.refund_notices import asked_for, notice_for
from ui.parts import refund_words
from ui.parts.asking import answers, sheet
from ui.parts.elements import box, button, icon, text, thank
from ui.parts.evidence import chooser
from ui.parts.report import report_dialog
from ui.visit import Visit


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
    with box("banner warn", name="What we need from you").props("role=group"):
        icon("local_shipping" if goods else "add_a_photo")
        with box("stack grow"):
            text(asked_for(refund), "wrap strong")
            if goods:
                text(f"What to send: {in_words(refund.items)}.", "wrap small")
            text(refund_words.by_when(refund, visit.zone), "wrap small")


def _offer(visit: Visit, refund: Refund) -> None:
    amount = owed(refund)
    with box("banner bad", name="The payment failed").props("role=group"):
        icon("credit_card_off")
        with box("stack grow"):
            text("The payment did not go through. If you like, take the amount as store credit instead.", "wrap")
            text("You need not: without it a colleague looks into the payment.", "wrap small")
    button(f"Take {amount} as store credit", lambda: _take(visit, refund), symbol="account_balance_wallet").classes(
        "self-start"
    )


def _take(visit: Visit, refund: Refund) -> None:
    amount = owed(refund)
    detail = f"{amount} is added to your wallet at once, for your next orders. It is then no longer paid back to you."
    with sheet(f"Take {amount} as store credit?", detail) as asked:

        async def take() -> str:
            await visit.services.client.accept_offer(refund.refund_id)
            return f"{amount} is on its way to your wallet."

        answers(asked, "Take store credit", take)


def _expired(visit: Visit, refund: Refund) -> None:
    said = notice_for(refund)
    with box("banner plain"):
        icon("history")
        text(said.message if said else "", "grow wrap")

    async def again() -> None:
        await report_dialog(visit, await visit.services.stores.orders.get(refund.order_id), refund)

    button("Report it again", again, symbol="report_problem", look="outline").classes("self-start")


def change_line(visit: Visit, refund: Refund) -> None:
    """The last line of an open refund: give it up, or show more."""

    async def add(receipt: EvidenceReceipt) -> None:
        await visit.services.client.add_evidence(refund.refund_id, [receipt.evidence_id])
        thank("Thank you. We are checking it.")

    waits = refund.status is RefundStatus.NEEDS_EVIDENCE
    with box("line end wraps"):
        button("Withdraw", lambda: _withdraw(visit, refund), look="flat")
        if refund.status is RefundStatus.PAYMENT_FAILED:
            return
        label = refund_words.add_words(refund.wanted if waits else None)
        pick = chooser(visit, add)
        look = "unelevated" if waits else "outline"
        ui.button(label, icon="add_a_photo").props(f"{look} no-caps").on("click", js_handler=pick)


def _withdraw(visit: Visit, refund: Refund) -> None:
    with sheet("Withdraw this refund?", f"{refund.amount} will not be paid back. You can ask again later.") as asked:

        async def withdraw() -> str:
            await visit.services.client.withdraw_refund(refund.refund_id)
            return "Withdrawn."

        answers(asked, "Withdraw", withdraw, back="Keep it")


def needed(refund: Refund) -> str | None:
    """The one sentence on the first page for a refund that waits for its customer."""
    if refund.status is RefundStatus.NEEDS_EVIDENCE:
        return f"Your refund {refund.refund_id} waits for you. {asked_for(refund)}"
    if refund.offered and refund.status is RefundStatus.PAYMENT_FAILED:
        amount = owed(refund)
        return f"The payment of your refund {refund.refund_id} failed. You can take {amount} as store credit."
    return None
