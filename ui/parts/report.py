"""The dialog "Report a problem": which items, what is wrong, what it looks like, what would help. Opens a refund."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from uuid import uuid4

from nicegui import ui

from care.errors import CareError, Invalid
from care.models.evidence import EvidenceReceipt
from care.models.money import Money
from care.models.order import Order, OrderLine, Product
from care.models.refund import Refund, RefundReason, RefundRequest, Remedy
from care.models.subscription import Item
from care.rules.rates import Family
from care.rules.refund_amount import Taken, capped, lines_for, taken, total_of
from ui.language import _
from ui.parts import refund_words, words
from ui.parts.asking import answers, refusal, sheet
from ui.parts.choosing import Chooser, drop
from ui.parts.elements import box, button, draft, icon_button, sent, text, warn
from ui.parts.evidence import look_up, thumbnail
from ui.parts.exchanging import EXCHANGE, EXCHANGE_WORDS, Exchange
from ui.parts.pieces import Pieces
from ui.parts.report_draft import ReportDraft, draft_of
from ui.visit import Visit

MOST_FILES = 10


async def report_dialog(visit: Visit, order: Order, again: Refund | None = None) -> None:
    """`again` is an earlier case without a decision: what it said stands there already."""
    begun = _from_case(again) if again else ReportDraft(order_id=order.order_id, once=uuid4().hex)
    await _open(visit, order, begun, again.complaint if again else "")


def take_up_draft(visit: Visit) -> None:
    """Opens the report that a page before this one left half written, once this page has reached its reader."""
    page = ui.context.client
    asked: list[bool] = []

    async def look() -> None:
        if asked:  # the connection was lost and is there again: the dialog still is, too
            return
        asked.append(True)
        with page.content:
            left = await draft_of(visit).found()
            order = await _own_order(visit, left.order_id) if left else None
            if left and order:
                await _open(visit, order, left)

    page.on_connect(look)


async def _open(visit: Visit, order: Order, begun: ReportDraft, said: str = "") -> None:
    gone = taken(order, await visit.services.stores.refunds.history(visit.customer_id))
    left = _left(order, gone)
    products = await visit.services.stores.products.all()
    files = [each for each in await look_up(visit, begun.evidence_ids) if each.customer_id == visit.customer_id]
    detail = _("Order {order}. We look at it and pay back what is due to you.", order=order.order_id)
    with sheet(_("Report a problem"), detail) as asked:
        if not left:
            draft_of(visit).drop()
            text(_("Everything of this order is in a refund already, or has been paid back."), "wrap")
            button(_("Close"), asked.close, look="flat").classes("self-end")
            return
        # A slip beside the dialog, or the key Escape, must not throw away what was written.
        asked.props("persistent")
        _Report(visit, order, gone, asked, begun).draw(left, products, list(files), said)


class _Report:
    """What was chosen and written so far. It stays as it is when sending fails."""

    def __init__(self, visit: Visit, order: Order, gone: Taken, frame: ui.dialog, begun: ReportDraft) -> None:
        self._visit = visit
        self._order = order
        self._gone = gone
        self._frame = frame
        self._begun = begun
        self._files: list[EvidenceReceipt] = []
        self._coming = 0
        self._is_over = False
        self._text_key = f"complaint {order.order_id}"
        frame.on_value_change(lambda e: None if e.value else self._end())

    def draw(self, left: list[OrderLine], products: list[Product], files: list[EvidenceReceipt], said: str) -> None:
        begun = self._begun
        self._files = files
        earlier = {item.sku: item.quantity for item in begun.items} if begun.items is not None else None
        self._pieces = Pieces(_("What is it about?"), left, self._changed, chosen=earlier)
        self._pieces.draw()
        self._reason = self._reasons(begun.reason)
        self._complaint = ui.textarea(_("Tell us what happened"), value=said)
        self._complaint.props("outlined autogrow maxlength=4000")
        self._complaint.on_value_change(lambda: setattr(self._complaint, "error", None))
        draft(self._complaint, self._text_key)
        adding = Chooser(self._visit, self._added, busy=self._on_their_way)
        adding.files.on("uploading", lambda: self._on_their_way(1), args=[])
        adding.files.on("failed", lambda: self._on_their_way(0), args=[])
        drop(_("Add a photo"), adding.pick)
        helps = text(refund_words.helps(begun.reason), "mute small")
        self._reason.on_value_change(lambda e: helps.set_text(refund_words.helps(RefundReason(e.value))))
        self._kept()
        self._remedy = self._remedies(begun.remedy)
        before = _lines(begun.exchange_for, products)
        self._exchange = Exchange(self._visit, products, self._order.total.currency, before, self._changed)
        with box("stack") as instead:
            self._exchange.draw()
        instead.bind_visibility_from(self._remedy, "value", value=EXCHANGE)
        self._amount = text("", "strong").props("role=status")
        self._changed()
        answers(self._frame, _("Send"), self._send, back=_("Cancel"))

    def _reasons(self, first: RefundReason) -> ui.select:
        reasons = {reason.value: words.reason(reason) for reason in RefundReason}
        select = ui.select(reasons, label=_("What is wrong?"), value=first.value, on_change=lambda: self._keep())
        return select.props("outlined options-dense")

    def _remedies(self, before: str) -> ui.radio:
        """What the policy offers; money back is its first."""
        offered = {each.value: refund_words.remedy(each) for each in self._visit.services.client.policy.remedies}
        if Remedy.REPLACEMENT in offered:
            offered[EXCHANGE] = _(EXCHANGE_WORDS)
        text(_("What would you like?"), "strong small")
        first = before if before in offered else next(iter(offered))
        remedies = ui.radio(offered, value=first, on_change=self._changed)
        remedies.props["aria-label"] = _("What would you like?")
        return remedies

    @ui.refreshable_method
    def _kept(self) -> None:
        if not self._files:
            return
        with box("thumbs", tag="ul", name=_("Files to be sent")):
            for n, receipt in enumerate(self._files, 1):
                with box("kept", tag="li"):
                    thumbnail(receipt, tiny=True)
                    icon_button("close", _("Remove file {n}", n=n), partial(self._removed, receipt))

    def _on_their_way(self, files: int) -> None:
        self._coming = files

    async def _added(self, receipt: EvidenceReceipt) -> None:
        if len(self._files) >= MOST_FILES:
            warn(_("A case can hold {n} files.", n=MOST_FILES))
        elif receipt.evidence_id not in {each.evidence_id for each in self._files}:
            self._files.append(receipt)
            self._kept.refresh()
            self._keep()

    def _removed(self, receipt: EvidenceReceipt) -> None:
        self._files.remove(receipt)
        self._kept.refresh()
        self._keep()

    def _changed(self) -> None:
        self._tell_amount()
        self._keep()

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
        if self._remedy.value == EXCHANGE:
            self._amount.set_text(self._exchange.sentence(amount))
        else:
            self._amount.set_text(_("It is about {amount}.", amount=words.money(amount)))

    def _keep(self) -> None:
        """In the browser; while a number is not one yet, what was kept before stays."""
        if self._is_over:
            return
        try:
            kept = self._begun.model_copy(
                update={
                    "items": self._pieces.items(),
                    "reason": RefundReason(self._reason.value),
                    "evidence_ids": [receipt.evidence_id for receipt in self._files],
                    "remedy": self._remedy.value,
                    "exchange_for": self._exchange.items() if self._remedy.value == EXCHANGE else [],
                }
            )
        except CareError:
            return
        draft_of(self._visit).keep(kept)

    def _end(self) -> None:
        """Sent, or given up: what arrives afterwards must not bring it back."""
        self._is_over = True
        draft_of(self._visit).drop()

    async def _send(self) -> str:
        said = (self._complaint.value or "").strip()
        items = self._pieces.items()
        if not said:
            self._complaint.error = _("Please tell us in a few words what happened.")
            raise Invalid(self._complaint.error)
        if self._coming:
            self._coming = 0  # told once: whoever sends again goes without it
            raise Invalid(_("A photo is still on its way to us. Wait until you see it here, or send without it."))
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
        visit = self._visit
        await visit.take(Family.CREATE)
        refund = await visit.services.client.open_refund(visit.customer_id, request, once=self._begun.once)
        self._end()
        sent(self._text_key)
        await asyncio.sleep(0)  # NiceGUI sends scripts a turn later: the next page must not find what they forget
        ui.navigate.to(f"/refunds?case={refund.refund_id}#{refund.refund_id}")
        return _("Thank you. Your refund {refund} is open.", refund=refund.refund_id)


def _from_case(case: Refund) -> ReportDraft:
    """What an earlier case said, as the beginning of a new one."""
    return ReportDraft(
        order_id=case.order_id,
        items=[Item(sku=line.sku, quantity=line.quantity) for line in case.items],
        reason=case.reason,
        remedy=EXCHANGE if case.exchange_for else case.remedy.value,
        exchange_for=[Item(sku=line.sku, quantity=line.quantity) for line in case.exchange_for],
        once=uuid4().hex,
    )


async def _own_order(visit: Visit, order_id: str) -> Order | None:
    """None for one that is gone, or another customer's."""
    found = (await visit.services.stores.orders.find([order_id])).get(order_id)
    return found if found and found.customer_id == visit.customer_id else None


def _lines(items: list[Item], products: list[Product]) -> list[OrderLine]:
    """At today's prices; what is no longer sold is left out."""
    known = {each.sku: each for each in products}
    return [
        OrderLine(sku=item.sku, name=known[item.sku].name, quantity=item.quantity, price=known[item.sku].price)
        for item in items
        if item.sku in known
    ]


def _left(order: Order, gone: Taken) -> list[OrderLine]:
    """By product, what no other refund holds or has paid."""
    bought = {line.sku: line for line in reversed(order.items)}
    counts: Counter[str] = Counter()
    for line in order.items:
        counts[line.sku] += line.quantity
    left = counts - gone.paid - gone.held
    return [bought[sku].model_copy(update={"quantity": number}) for sku, number in left.items()]
