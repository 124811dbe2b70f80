"""The dialog "Report a problem": which items, what is wrong, what it looks like, what would help. Opens a refund."""

from __future__ import annotations

from collections import Counter
from functools import partial
from uuid import uuid4

from nicegui import ui

from care.errors import CareError, Invalid
from care.models.evidence import EvidenceReceipt
from care.models.money import Money
from care.models.order import Order, OrderLine, Product
from care.models.refund import Refund, RefundReason, RefundRequest, Remedy
from care.rules.refund_amount import Taken, capped, lines_for, taken, total_of
from ui.parts import words
from ui.parts.asking import answers, refusal, sheet
from ui.parts.elements import box, button, draft, icon_button, sent, text, warn
from ui.parts.evidence import chooser, drop, thumbnail
from ui.parts.exchanging import EXCHANGE, EXCHANGE_WORDS, Exchange
from ui.parts.pieces import Pieces
from ui.parts.refund_words import HELPS, REMEDY_WORDS
from ui.visit import Visit

MOST_FILES = 10


async def report_dialog(visit: Visit, order: Order, again: Refund | None = None) -> None:
    """`again` is an earlier case without a decision: what it said stands there already."""
    gone = taken(order, await visit.services.stores.refunds.history(visit.customer_id))
    left = _left(order, gone)
    products = await visit.services.stores.products.all()
    with sheet("Report a problem", f"Order {order.order_id}. We look at it and pay back what is due to you.") as asked:
        if not left:
            text("Everything of this order is in a refund already, or has been paid back.", "wrap")
            button("Close", asked.close, look="flat").classes("self-end")
            return
        # A slip beside the dialog, or the key Escape, must not throw away what was written.
        asked.props("persistent")
        _Report(visit, order, gone, asked, again).draw(left, products)


class _Report:
    """What was chosen and written so far. It stays as it is when sending fails."""

    def __init__(self, visit: Visit, order: Order, gone: Taken, frame: ui.dialog, again: Refund | None) -> None:
        self._visit = visit
        self._order = order
        self._gone = gone
        self._frame = frame
        self._again = again
        self._files: list[EvidenceReceipt] = []
        self._draft_key = f"complaint {order.order_id}"
        self._once = uuid4().hex  # sending again after a lost answer opens one refund

    def draw(self, left: list[OrderLine], products: list[Product]) -> None:
        again = self._again
        earlier = {line.sku: line.quantity for line in again.items} if again else None
        self._pieces = Pieces("What is it about?", left, self._tell_amount, chosen=earlier)
        self._pieces.draw()
        first = again.reason if again else RefundReason.DAMAGED
        reasons = {reason.value: words.reason(reason) for reason in RefundReason}
        self._reason: ui.select = ui.select(reasons, label="What is wrong?", value=first.value)
        self._reason.props("outlined options-dense")
        self._complaint = ui.textarea("Tell us what happened", value=again.complaint if again else "").props(
            "outlined autogrow maxlength=4000"
        )
        draft(self._complaint, self._draft_key)
        drop("Add a photo", chooser(self._visit, self._added))
        helps = text(HELPS[first], "mute small")
        self._reason.on_value_change(lambda e: helps.set_text(HELPS[RefundReason(e.value)]))
        self._kept()
        self._remedy = self._remedies()
        before, currency = again.exchange_for if again else [], self._order.total.currency
        self._exchange = Exchange(self._visit, products, currency, before, self._tell_amount)
        with box("stack") as instead:
            self._exchange.draw()
        instead.bind_visibility_from(self._remedy, "value", value=EXCHANGE)
        self._amount = text("", "strong").props("role=status")
        self._tell_amount()
        answers(self._frame, "Send", self._send, back="Cancel")

    def _remedies(self) -> ui.radio:
        """What the policy offers; money back is its first."""
        offered = {each.value: REMEDY_WORDS[each] for each in self._visit.services.client.policy.remedies}
        if Remedy.REPLACEMENT in offered:
            offered[EXCHANGE] = EXCHANGE_WORDS
        before = self._again.remedy.value if self._again else ""
        if self._again and self._again.exchange_for:
            before = EXCHANGE
        text("What would you like?", "strong small")
        first = before if before in offered else next(iter(offered))
        remedies = ui.radio(offered, value=first, on_change=self._tell_amount)
        remedies.props["aria-label"] = "What would you like?"
        return remedies

    @ui.refreshable_method
    def _kept(self) -> None:
        if not self._files:
            return
        with box("thumbs", tag="ul", name="Files to be sent"):
            for n, receipt in enumerate(self._files, 1):
                with box("kept", tag="li"):
                    thumbnail(receipt, tiny=True)
                    icon_button("close", f"Remove file {n}", partial(self._removed, receipt))

    async def _added(self, receipt: EvidenceReceipt) -> None:
        if len(self._files) >= MOST_FILES:
            warn(f"A case can hold {MOST_FILES} files.")
        elif receipt.evidence_id not in {each.evidence_id for each in self._files}:
            self._files.append(receipt)
            self._kept.refresh()

    def _removed(self, receipt: EvidenceReceipt) -> None:
        self._files.remove(receipt)
        self._kept.refresh()

    def _given_back(self) -> Money:
        """What the chosen items come to. Raises CareError for a choice that cannot be asked for."""
        cap = self._order.total - self._order.refunded - self._order.reserved
        return total_of(capped(lines_for(self._order, self._pieces.items(), self._gone), cap))

    def _tell_amount(self) -> None:
        """What it is about; whether it is paid is decided later."""
        try:
            amount = self._given_back()
        except CareError as error:
            self._amount.set_text(refusal(error))
            return
        exchanges = self._remedy.value == EXCHANGE
        self._amount.set_text(self._exchange.sentence(amount) if exchanges else f"It is about {amount}.")

    async def _send(self) -> str:
        said = (self._complaint.value or "").strip()
        items = self._pieces.items()
        if not said:
            raise Invalid("Please tell us in a few words what happened.")
        exchanges = self._remedy.value == EXCHANGE
        request = RefundRequest(
            order_id=self._order.order_id,
            items=items,
            reason=RefundReason(self._reason.value),
            complaint=said,
            evidence_ids=[receipt.evidence_id for receipt in self._files],
            remedy=Remedy.REPLACEMENT if exchanges else Remedy(self._remedy.value),
            exchange_for=await self._exchange.confirmed(self._given_back()) if exchanges else None,
        )
        refund = await self._visit.services.client.open_refund(self._visit.customer_id, request, once=self._once)
        sent(self._draft_key)
        ui.navigate.to(f"/refunds#{refund.refund_id}")
        return f"Thank you. Your refund {refund.refund_id} is open."


def _left(order: Order, gone: Taken) -> list[OrderLine]:
    """By product, what no other refund holds or has paid."""
    bought = {line.sku: line for line in reversed(order.items)}
    counts: Counter[str] = Counter()
    for line in order.items:
        counts[line.sku] += line.quantity
    left = counts - gone.paid - gone.held
    return [bought[sku].model_copy(update={"quantity": number}) for sku, number in left.items()]
