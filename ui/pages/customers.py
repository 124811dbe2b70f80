"""Customers, for staff: found by id, e-mail address or name, and one of them with all that they have."""

from __future__ import annotations

from nicegui import ui

from care.models.customer import Customer, CustomerView
from ui import live
from ui.language import _
from ui.parts import words
from ui.parts.customer_belongings import conversations_card, orders_card, refunds_card, subscriptions_card
from ui.parts.elements import box, chip, empty, heading, link, link_button, stat, telling, text
from ui.parts.pages import Pages
from ui.visit import Visit

_PAGE = 24
_FOUND = 48
_KINDS = {"orders", "refunds", "subscriptions"}


async def page(visit: Visit) -> None:
    if customer_id := visit.path.get("customer_id"):
        await _one(visit, customer_id)
    else:
        await _all(visit)


async def _all(visit: Visit) -> None:
    await visit.services.looked(visit.principal, "customers_listed")
    customers = visit.services.stores.customers
    newest = Pages(lambda cursor: customers.page(limit=_PAGE, cursor=cursor))
    await newest.first()
    searches = 0

    async def look(wanted: str) -> None:
        nonlocal searches
        searches += 1
        mine = searches
        with telling():
            found = await customers.search(wanted, _FOUND + 1) if wanted.strip() else None
            if mine == searches:  # else the answer is to what was typed before
                shown.refresh(found)

    @ui.refreshable
    def shown(found: list[Customer] | None) -> None:
        if found is not None:
            _found(found)
        elif newest.items:
            newest.draw(_grid)
        else:
            empty("group", _("No customers yet"), _("They come with the shop's own records."))

    with heading(_("Customers"), _("Newest first. Search by number, e-mail or name.")):
        search = ui.input(placeholder=_("Search"), on_change=lambda e: look(e.value or ""))
        search.props("outlined dense clearable debounce=250 maxlength=100 type=search").classes("search")
        search.props["aria-label"] = _("Search customers")
    with box("stack loose").props("aria-live=polite"):
        shown(None)


def _found(found: list[Customer]) -> None:
    if not found:
        empty("group", _("Nobody found"), _("Try the beginning of a name, an e-mail address or a number."))
        return
    _grid(found[:_FOUND])
    if len(found) > _FOUND:
        text(_("There are more: type a little more of it."), "mute")


def _grid(customers: list[Customer]) -> None:
    with box("grid two", tag="ul"):
        for customer in customers:
            with box(tag="li"), link(f"/ui/customers/{customer.customer_id}", "card tight"), box("line"):
                text(customer.name[:1].upper(), "initial", tag="span").props("aria-hidden=true")
                with box("stack grow"):
                    text(customer.name, tag="h2")
                    text(f"{customer.customer_id} · {customer.email}", "mute small wrap")


async def _one(visit: Visit, customer_id: str) -> None:
    link_button(_("All customers"), "/ui/customers", symbol="arrow_back", look="flat dense").classes("self-start")

    customers = visit.services.stores.customers
    await customers.get(customer_id)
    await visit.services.looked(visit.principal, "customer_viewed", customer_id)
    glance = ui.refreshable(_glance)

    async def redraw() -> None:
        glance.refresh(visit, await customers.view(customer_id))

    async with live.follow(customer_id, _KINDS, redraw):
        with box("stack loose"):
            glance(visit, await customers.view(customer_id))
    with box("grid two"):
        with box("stack loose"):
            await orders_card(visit, customer_id)
            await conversations_card(visit, customer_id)
        with box("stack loose"):
            await refunds_card(visit, customer_id)
            await subscriptions_card(visit, customer_id)


def _glance(visit: Visit, customer: CustomerView) -> None:
    with box("title"), box("stack"):
        text(customer.name, "wrap", tag="h1")
        text(f"{customer.customer_id} · {customer.email}", "mute wrap")
        with box("options"):
            since = words.day(customer.created_at.date(), today=visit.today())
            chip(_("Customer since {day}", day=since))
            chip(_("Time there: {time}", time=words.moment(visit.now(), customer.timezone)))
            if customer.address:
                chip(str(customer.address)).classes("long")
    with box("grid four even"):
        balance = words.money(customer.wallet.balance) if customer.wallet else _("none")
        stat("account_balance_wallet", balance, _("Wallet"))
        stat("receipt_long", str(customer.orders), _("Orders"), "info")
        stat("currency_exchange", str(customer.refunds), _("Refunds"), "warn")
        stat("event_repeat", str(customer.subscriptions), _("Subscriptions"))
