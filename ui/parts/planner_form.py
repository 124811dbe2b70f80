"""The form for a new subscription. It shows the next dates while one types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

from nicegui import ui

from care.errors import CareError, Invalid
from care.models.order import Product
from care.models.subscription import SubscriptionRequest
from ui.parts.asking import answers, refusal, sheet
from ui.parts.basket import Basket
from ui.parts.elements import box, chip, text
from ui.parts.rhythm import Rhythm
from ui.parts.standing import day
from ui.parts.terms import Terms
from ui.visit import Visit


async def new_subscription(visit: Visit) -> None:
    products = await visit.services.stores.products.all()
    with sheet(
        "A new subscription", "Choose what comes and how often. You can skip, move or cancel at any time."
    ) as it:
        await PlannerForm(visit, products).draw(it)


class PlannerForm:
    def __init__(self, visit: Visit, products: list[Product]) -> None:
        self._visit = visit
        self._basket = Basket(products, [], self._changed)
        self._once = uuid4().hex  # sending again after a lost answer starts one subscription

    async def draw(self, frame: ui.dialog) -> None:
        today = self._visit.today()
        with box("stack loose"):
            self._basket.draw()
        with box("grid pair"):
            self._rhythm = Rhythm(None, None, today + timedelta(3), self._changed)
            self._start = date_field("Start, at the earliest", today, today, self._changed)
        self._terms = Terms(self._changed)
        with box("stack").props("aria-live=polite"):
            await self._preview()
        answers(frame, "Start deliveries", self._subscribe)

    async def _changed(self) -> None:
        await self._preview.refresh()

    def _request(self) -> SubscriptionRequest:
        """Raises Invalid while the form is incomplete."""
        return SubscriptionRequest(
            customer_id=self._visit.customer_id,
            items=self._basket.items(),
            frequency=self._rhythm.frequency,
            delivery_day=self._rhythm.day,
            start_date=chosen(self._start),
            prepaid=self._terms.chosen(),
        )

    @ui.refreshable_method
    async def _preview(self) -> None:
        try:
            keys = await self._visit.services.client.preview(self._request())
        except CareError as error:
            text(refusal(error), "small wrap")
            return
        text(heading(keys), "mute small strong")
        dates(self._visit, keys)
        if terms := self._terms.chosen():
            total = self._basket.cost() * terms.deliveries
            text(f"{total} for {terms.deliveries} deliveries is charged with the first.", "small")

    async def _subscribe(self) -> str:
        made = await self._visit.services.client.subscribe(self._request(), once=self._once)
        first = day(self._visit, made.next_delivery) if made.next_delivery else "soon"
        return f"{made.subscription_id} is set up. The first delivery comes {first}."


def dates(visit: Visit, keys: list[str]) -> None:
    with box("options", tag="ul", name=heading(keys)):
        for key in keys:
            with box(tag="li"):
                chip(day(visit, key), "info")


def heading(keys: list[str]) -> str:
    """Fewer than five are shown where there will be no more."""
    return "The next five deliveries" if len(keys) == 5 else "All deliveries"


def date_field(label: str, value: date, earliest: date, changed: Callable[[], object]) -> ui.input:
    """A date by the phone's own picker."""
    control = ui.input(label, value=value.isoformat(), on_change=changed)
    return control.props(f"type=date outlined dense stack-label min={earliest.isoformat()}").classes("full-width")


def chosen(control: ui.input) -> date:
    """Raises Invalid while there is no date."""
    try:
        return date.fromisoformat(control.value or "")
    except ValueError:
        raise Invalid("Please choose a date.") from None
