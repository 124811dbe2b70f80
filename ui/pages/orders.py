"""Orders: where each one is, and what can be done about it."""

from __future__ import annotations

from collections import defaultdict

from nicegui import ui

from care.models.order import Order
from care.models.refund import Refund
from ui import live
from ui.language import _
from ui.parts.elements import box, empty, heading, link_button, show_named
from ui.parts.more import Growing
from ui.parts.order_asks import cancel_dialog, pay_dialog, readdress_dialog
from ui.parts.orders import Actions, order_card
from ui.parts.report import report_dialog, take_up_draft
from ui.visit import Visit

_PAGE = 20


async def page(visit: Visit) -> None:
    stores = visit.services.stores
    orders = Growing(stores.orders.page, visit.customer_id, _PAGE)
    actions = Actions(
        report=lambda order: report_dialog(visit, order),
        cancel=lambda order: cancel_dialog(visit, order),
        readdress=lambda order: readdress_dialog(visit, order),
        pay=lambda order: pay_dialog(visit, order),
    )
    with heading(_("Orders"), _("Where each one is, newest first.")):
        link_button(_("Refunds"), "/ui/refunds", symbol="currency_exchange", look="outline")

    @ui.refreshable
    async def listed() -> None:
        shown = await _with_asked_for(visit, await orders.items())
        refunds = _by_order(await stores.refunds.history(visit.customer_id))
        if not shown:
            detail = _("What you buy, and what your subscriptions bring, appears here.")
            empty("receipt_long", _("No orders yet"), detail)
        with box("grid two"):
            for order in shown:
                order_card(visit, order, refunds[order.order_id], actions)
        orders.more(listed.refresh)

    async with live.follow(visit.customer_id, {"orders", "refunds"}, listed.refresh):
        await listed()
    show_named()
    take_up_draft(visit)


async def _with_asked_for(visit: Visit, shown: list[Order]) -> list[Order]:
    """An older order that the address names stands first."""
    asked = visit.query.get("order", "")
    if not asked or any(order.order_id == asked for order in shown):
        return shown
    found = (await visit.services.stores.orders.find([asked])).values()
    return [order for order in found if order.customer_id == visit.customer_id] + shown


def _by_order(refunds: list[Refund]) -> defaultdict[str, list[Refund]]:
    sorted_by_order: defaultdict[str, list[Refund]] = defaultdict(list)
    for refund in refunds:
        sorted_by_order[refund.order_id].append(refund)
    return sorted_by_order
