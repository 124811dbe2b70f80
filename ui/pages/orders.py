"""Orders: where each one is, and what can be done about it."""

from __future__ import annotations

from nicegui import ui

from care.models.order import Order
from ui import live
from ui.parts.elements import box, button, dialog, empty, heading, telling, thank
from ui.parts.orders import order_card
from ui.parts.report import report_dialog
from ui.visit import Visit


async def page(visit: Visit) -> None:
    with heading("Orders", "Newest first."):
        pass

    async def report(order: Order) -> None:
        await report_dialog(visit, order)

    async def cancel(order: Order) -> None:
        _cancel(visit, order)

    @ui.refreshable
    async def listed() -> None:
        orders = (await visit.services.stores.orders.page(visit.customer_id, limit=30)).items
        if not orders:
            empty("receipt_long", "No orders yet", "What you buy, and what your subscriptions bring, appears here.")
        with box("grid two"):
            for order in orders:
                order_card(visit, order, report=report, cancel=cancel)

    async with live.follow(visit.customer_id, {"orders"}, listed.refresh):
        await listed()


def _cancel(visit: Visit, order: Order) -> None:
    with dialog("Cancel this order?", f"Order {order.order_id}, {order.total}. It has not been sent yet.") as asked:

        async def cancel() -> None:
            asked.close()
            with telling():
                await visit.services.cancel_order(order.order_id)
                thank("The order is cancelled.")

        with box("line end"):
            button("Keep it", asked.close, look="flat")
            button("Cancel the order", cancel)
    asked.open()
