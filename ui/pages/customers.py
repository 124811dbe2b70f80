"""Customers: who they are and what they have, for staff."""

from __future__ import annotations

from nicegui import ui

from care.models.customer import CustomerView
from ui.parts.elements import box, empty, heading, text
from ui.visit import Visit


async def page(visit: Visit) -> None:
    customers = visit.services.stores.customers
    listed = [await customers.view(c.customer_id) for c in (await customers.page(limit=50)).items]

    @ui.refreshable
    def shown(wanted: str = "") -> None:
        found = [c for c in listed if wanted.lower() in f"{c.customer_id} {c.name} {c.email}".lower()]
        if not found:
            empty("group", "Nobody found", "Try another name, address or number.")
        with box("grid two"):
            for customer in found:
                _card(customer)

    with heading("Customers"):
        search = ui.input(placeholder="Search", on_change=lambda e: shown.refresh(e.value or "")).props(
            "outlined dense clearable"
        )
        search.props["aria-label"] = "Search customers"
    shown()


def _card(customer: CustomerView) -> None:
    with box("card tight"), box("line top"):
        text(customer.name[:1].upper(), "initial", tag="span")
        with box("stack grow"):
            text(customer.name, tag="h2")
            text(f"{customer.customer_id} · {customer.email}", "mute small wrap")
            held = [
                f"{customer.orders} orders",
                f"{customer.subscriptions} subscriptions",
                f"{customer.refunds} refunds",
            ]
            if customer.wallet:
                held.append(f"wallet {customer.wallet.balance}")
            text(" · ".join(held), "small wrap")
