"""The form for a new subscription. It shows the next dates while one types."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from nicegui import ui
from pydantic import ValidationError

from care.errors import CareError
from care.models.order import Product
from care.models.subscription import Frequency, Item, SubscriptionRequest
from ui.parts import words
from ui.parts.elements import box, button, chip, telling, text, thank, warn
from ui.visit import Visit

_FREQUENCIES = {"weekly": "Every week", "biweekly": "Every 2 weeks", "monthly": "Every month", "daily": "Every day"}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class PlannerForm:
    def __init__(self, visit: Visit, products: list[Product]) -> None:
        self._visit = visit
        self._products = {p.sku: p for p in products}
        self._once = uuid4().hex  # sending again after a lost answer starts one subscription

    async def draw(self) -> None:
        today = self._visit.today()
        names = {p.sku: f"{p.name} · {p.price}" for p in self._products.values()}
        self._product = ui.select(names, label="Product", value=next(iter(names), None), on_change=self._changed)
        with box("grid two"):
            # Without limits of its own: it would make a 0 a 1 without a word, and that would be ordered.
            self._quantity = ui.number("Quantity", value=1, step=1, on_change=self._changed)
            self._frequency = ui.select(_FREQUENCIES, label="How often", value="weekly", on_change=self._rhythm)
            days = {d: d.capitalize() for d in _WEEKDAYS}
            self._weekday = ui.select(
                days, label="Delivery day", value=_WEEKDAYS[(today + timedelta(3)).weekday()], on_change=self._changed
            )
            months = {n: f"On the {words.ordinal(n)}" for n in range(1, 32)}
            self._monthday = ui.select(months, label="Day of the month", value=1, on_change=self._changed)
            self._start = ui.input("Start, at the earliest", value=today.isoformat(), on_change=self._changed).props(
                "type=date"
            )
        self._monthday.set_visibility(False)
        for control in (self._product, self._quantity, self._frequency, self._weekday, self._monthday, self._start):
            control.props("outlined dense options-dense stack-label").classes("full-width")
        with box("stack").props("aria-live=polite"):
            await self._preview()
        with box("line end"):
            self._send = button("Start deliveries", self._subscribe, symbol="event_repeat")

    async def _rhythm(self) -> None:
        """Only the question that fits the rhythm is asked."""
        self._weekday.set_visibility(self._frequency.value in ("weekly", "biweekly"))
        self._monthday.set_visibility(self._frequency.value == "monthly")
        await self._changed()

    async def _changed(self) -> None:
        await self._preview.refresh()

    def _request(self) -> SubscriptionRequest:
        """Raises ValidationError while the form is incomplete."""
        frequency = Frequency(self._frequency.value)
        days = {Frequency.DAILY: None, Frequency.MONTHLY: self._monthday.value}
        return SubscriptionRequest(
            customer_id=self._visit.customer_id,
            items=[Item(sku=self._product.value or "", quantity=_whole(self._quantity.value))],
            frequency=frequency,
            delivery_day=days.get(frequency, self._weekday.value),
            start_date=date.fromisoformat(self._start.value) if self._start.value else None,
        )

    @ui.refreshable_method
    async def _preview(self) -> None:
        text("The next five deliveries", "mute small strong")
        try:
            keys = await self._visit.services.client.preview(self._request())
        except CareError as error:
            text("; ".join(error.fields.values()) or error.detail, "small wrap")
            return
        except (ValidationError, ValueError):
            text("Fill in the form to see them.", "small mute")
            return
        with box("options", tag="ul", name="The next five deliveries"):
            for key in keys:
                with box(tag="li"):
                    chip(words.occurrence(key, today=self._visit.today(), locale=self._visit.locale), "info")

    async def _subscribe(self) -> None:
        try:
            request = self._request()
        except (ValidationError, ValueError):
            warn("Please choose a product, a quantity from 1 to 1000, and a start date.")
            return
        self._send.disable()
        with telling():
            made = await self._visit.services.client.subscribe(request, once=self._once)
            self._once = uuid4().hex
            first = words.occurrence(made.next_delivery, locale=self._visit.locale) if made.next_delivery else "soon"
            thank(f"{made.subscription_id} is set up. The first delivery comes {first}.")
        self._send.enable()


def _whole(number: float | None) -> int:
    """The browser's 2.0 as 2. What is no whole number is 0, which no subscription takes."""
    return int(number) if number and number == int(number) else 0
