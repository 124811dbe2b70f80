"""Changing a subscription: what comes, when, where to, and in which time zone. One small dialog each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from zoneinfo import available_timezones

from nicegui import ui

from care.errors import CareError
from care.models.subscription import AgreedChange, ChangeSubscription, Subscription
from care.rules.subscription_calendar import changed
from ui.language import _
from ui.parts import words
from ui.parts.address_fields import AddressFields
from ui.parts.agenda import day_of
from ui.parts.asking import answers, refusal, sheet
from ui.parts.basket import Basket
from ui.parts.elements import box, button, icon, text
from ui.parts.next_dates import next_dates
from ui.parts.paying import payment_dialog
from ui.parts.rhythm import Rhythm, field
from ui.parts.standing import in_a_row, standing
from ui.visit import Visit

Dialog = Callable[[Visit, Subscription], Awaitable[None]]


def change_dialog(visit: Visit, subscription: Subscription) -> None:
    """What it is now, line by line; each line leads to its own dialog."""
    address = subscription.address or (visit.customer.address if visit.customer else None)
    rows: list[tuple[str, str, str, Dialog]] = [
        ("shopping_basket", _("Items"), words.what(subscription), _items),
        ("event_repeat", _("Delivery days"), words.rhythm(subscription), _days),
        ("home", _("Address"), str(address or _("None given yet")), _address),
        ("credit_card", _("Payment"), _("How each delivery is paid"), payment_dialog),
        ("public", _("Time zone"), subscription.timezone, _zone),
    ]
    with sheet(_("What do you want to change?")) as asked:
        with box("stack", tag="ul"):
            for symbol, title, now, opens in rows:
                with box(tag="li"):
                    _row(visit, subscription, asked, symbol, title, now, opens)
        with box("line end"):
            button(_("Close"), asked.close, look="flat")


def _row(
    visit: Visit, subscription: Subscription, asked: ui.dialog, symbol: str, title: str, now: str, opens: Dialog
) -> None:
    async def choose() -> None:
        asked.close()
        await opens(visit, subscription)

    with box("row-link choice", tag="button") as element:
        element.props["type"] = "button"
        icon(symbol, "22px")
        with box("stack grow"):
            text(title, "strong")
            text(now, "mute small wrap")
        icon("chevron_right")
    element.on("click", choose)


async def _items(visit: Visit, subscription: Subscription) -> None:
    async def counted() -> None:
        price.refresh()

    basket = Basket(await visit.services.stores.products.all(), subscription.items, counted)
    with sheet(_("What shall come?"), _("From the next delivery on, at today's prices.")) as asked:

        @ui.refreshable
        def price() -> None:
            try:
                text(_("{amount} each time", amount=words.money(basket.cost())), "strong")
            except CareError as error:
                text(refusal(error), "small mute")

        with box("stack loose"):
            basket.draw()
        with box("stack").props("aria-live=polite"):
            price()
        _answer(visit, subscription, asked, lambda: ChangeSubscription(items=basket.items()))


async def _days(visit: Visit, subscription: Subscription) -> None:
    first = day_of(subscription.next_delivery) if subscription.next_delivery else visit.today()
    told = _("Moved deliveries go back to the new days; skipped ones stay out.")
    with sheet(_("On which days?"), told) as asked:

        def wish() -> ChangeSubscription:
            return ChangeSubscription(frequency=rhythm.frequency, delivery_day=rhythm.day)

        async def turned() -> None:
            preview.refresh()

        @ui.refreshable
        def preview() -> None:
            try:
                after = changed(subscription, AgreedChange(wish=wish()), visit.now())
            except CareError as error:
                text(refusal(error), "small wrap")
                return
            if after.upcoming:
                next_dates(visit, after.upcoming)
            else:
                text(standing(visit, after), "small mute")

        with box("grid pair"):
            rhythm = Rhythm(subscription.frequency, subscription.delivery_day, first, turned)
        with box("sum").props("aria-live=polite"):
            preview()
        _answer(visit, subscription, asked, wish)


async def _address(visit: Visit, subscription: Subscription) -> None:
    own = subscription.address or (visit.customer.address if visit.customer else None)
    with sheet(_("Where to?"), _("For this subscription only, from the next delivery on.")) as asked:
        fields = AddressFields(own.model_dump() if own else {})
        _answer(visit, subscription, asked, lambda: ChangeSubscription(address=fields.chosen()))


async def _zone(visit: Visit, subscription: Subscription) -> None:
    zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    told = _("Dates and reminders follow the clocks of this place.")
    with sheet(_("In which time zone?"), told) as asked:
        now = subscription.timezone if subscription.timezone in zones else None
        zone = field(ui.select(zones, label=_("Time zone"), value=now, with_input=True))
        _answer(visit, subscription, asked, lambda: ChangeSubscription(timezone=zone.value))


def _answer(visit: Visit, subscription: Subscription, asked: ui.dialog, wish: Callable[[], ChangeSubscription]) -> None:
    """The last lines of each dialog. `wish` is what the dialog says by then; it raises Unfinished."""

    async def save() -> str:
        asked_for = wish()
        after = await visit.services.client.change_subscription(subscription.subscription_id, asked_for)
        what = str(after.address) if asked_for.address else f"{words.what(after)}. {words.rhythm(after)}"
        return in_a_row(_("Changed: {what}.", what=what), standing(visit, after))

    answers(asked, _("Save"), save)
