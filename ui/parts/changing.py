"""Changing a subscription: what comes, when, where to, and in which time zone. One small dialog each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from zoneinfo import available_timezones

from nicegui import ui
from pydantic import ValidationError

from care.errors import CareError, Invalid
from care.models.customer import Address
from care.models.subscription import AgreedChange, ChangeSubscription, Subscription
from care.rules.subscription_calendar import changed
from ui.parts import words
from ui.parts.agenda import day_of
from ui.parts.asking import answers, refusal, sheet
from ui.parts.basket import Basket
from ui.parts.elements import box, icon, text
from ui.parts.paying import payment_dialog
from ui.parts.planner_form import dates, heading
from ui.parts.rhythm import Rhythm, field
from ui.parts.standing import standing
from ui.visit import Visit

Dialog = Callable[[Visit, Subscription], Awaitable[None]]


def change_dialog(visit: Visit, subscription: Subscription) -> None:
    """What it is now, line by line; each line leads to its own dialog."""
    address = subscription.address or (visit.customer.address if visit.customer else None)
    rows: list[tuple[str, str, str, Dialog]] = [
        ("shopping_basket", "Items", words.what(subscription), _items),
        ("event_repeat", "Delivery days", words.rhythm(subscription), _days),
        ("home", "Address", str(address or "None given yet"), _address),
        ("credit_card", "Payment", "How each delivery is paid", payment_dialog),
        ("public", "Time zone", subscription.timezone, _zone),
    ]
    with sheet("What do you want to change?") as asked:
        with box("stack", tag="ul"):
            for symbol, title, now, opens in rows:
                with box(tag="li"):
                    _row(visit, subscription, asked, symbol, title, now, opens)
        with box("line end"):
            ui.button("Close", on_click=asked.close, color="primary").props("flat no-caps")


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
    basket = Basket(await visit.services.stores.products.all(), subscription.items)
    with sheet("What shall come?", "From the next delivery on, at today's prices.") as asked:
        with box("stack loose"):
            basket.draw()
        answers(asked, "Save", lambda: _save(visit, subscription, ChangeSubscription(items=basket.items())))


async def _days(visit: Visit, subscription: Subscription) -> None:
    first = day_of(subscription.next_delivery) if subscription.next_delivery else visit.today()
    with sheet("On which days?", "Moved deliveries go back to the new days; skipped ones stay out.") as asked:

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
            text(heading(after.upcoming), "mute small strong")
            dates(visit, after.upcoming)

        with box("grid pair"):
            rhythm = Rhythm(subscription.frequency, subscription.delivery_day, first, turned)
        with box("stack").props("aria-live=polite"):
            preview()
        answers(asked, "Save", lambda: _save(visit, subscription, wish()))


async def _address(visit: Visit, subscription: Subscription) -> None:
    own = subscription.address or (visit.customer.address if visit.customer else None)
    with sheet("Where to?", "For this subscription only, from the next delivery on.") as asked:
        street = _input("Street and number", own.street if own else "", 200)
        with box("grid pair"):
            postcode = _input("Postcode", own.postcode if own else "", 20)
            city = _input("City", own.city if own else "", 100)
        # Longer than it may be: cut to two letters, "Germany" would be Georgia.
        country = _input("Country, in two letters (DE, IN, US)", own.country if own else "", 60)

        async def save() -> str:
            try:
                address = Address(
                    street=street.value.strip(),
                    city=city.value.strip(),
                    postcode=postcode.value.strip(),
                    country=country.value.strip().upper(),
                )
            except ValidationError:
                raise Invalid("Please fill in every line; the country has two letters, for example DE.") from None
            return await _save(visit, subscription, ChangeSubscription(address=address))

        answers(asked, "Save", save)


async def _zone(visit: Visit, subscription: Subscription) -> None:
    zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    with sheet("In which time zone?", "Dates and reminders follow the clocks of this place.") as asked:
        zone = field(ui.select(zones, label="Time zone", value=_listed(subscription.timezone, zones), with_input=True))
        answers(asked, "Save", lambda: _save(visit, subscription, ChangeSubscription(timezone=zone.value)))


async def _save(visit: Visit, subscription: Subscription, wish: ChangeSubscription) -> str:
    after = await visit.services.client.change_subscription(subscription.subscription_id, wish)
    what = str(after.address) if wish.address else f"{words.what(after)}. {words.rhythm(after)}"
    return f"Changed: {what}. {standing(visit, after)}"


def _input(label: str, value: str | None, most: int) -> ui.input:
    return (
        ui.input(label, value=value or "").props(f"outlined dense stack-label maxlength={most}").classes("full-width")
    )


def _listed(zone: str, zones: list[str]) -> str | None:
    return zone if zone in zones else None
