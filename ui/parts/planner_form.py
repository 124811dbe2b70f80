"""The form for a new subscription. It shows the next dates and their price while one types."""

from __future__ import annotations

from datetime import date, timedelta

from nicegui import ui

from care.errors import CareError
from care.models.order import Product
from care.models.subscription import SubscriptionRequest
from care.rules.rates import Family
from care.rules.recurrence import WITHIN
from ui.language import _
from ui.parts.address_fields import AddressFields
from ui.parts.asking import answers, refusal, sheet
from ui.parts.basket import Basket
from ui.parts.date_field import DateField
from ui.parts.draft import DRAFT, Typed
from ui.parts.elements import box, text
from ui.parts.next_dates import next_dates
from ui.parts.reminding import Reminders
from ui.parts.rhythm import Rhythm
from ui.parts.standing import at_once, day
from ui.parts.terms import Terms
from ui.parts.unfinished import Unfinished
from ui.visit import Visit

# Until a parcel can be on its way.
_FIRST = timedelta(days=3)


async def new_subscription(visit: Visit, start: date | None = None, typed: Typed | None = None) -> None:
    """An empty form that begins on `start`, or one that was `typed` into before."""
    products = await visit.services.stores.products.all()
    begins = start or visit.today()
    with sheet(
        _("A new subscription"), _("Choose what comes and how often. You can skip, move or cancel at any time.")
    ) as frame:
        form = PlannerForm(visit, products, typed or Typed(start=begins.isoformat()), start or begins + _FIRST)
        frame.on("hide", form.dropped)
        await form.draw(frame)


async def form_again(visit: Visit) -> None:
    """The form that was half-typed when this page had to be loaded anew, for example after a restart."""
    if typed := await DRAFT.found():
        await new_subscription(visit, typed=typed)


class PlannerForm:
    def __init__(self, visit: Visit, products: list[Product], typed: Typed, first: date) -> None:
        """`first`: on its day of the week, or of the month, deliveries come unless another is chosen."""
        self._visit = visit
        self._before = typed
        self._first = first
        self._basket = Basket(products, [], self._changed, typed.lines)

    async def draw(self, frame: ui.dialog) -> None:
        before, today = self._before, self._visit.today()
        with box("stack loose"):
            self._basket.draw()
        with box("grid pair"):
            self._rhythm = Rhythm(before.frequency, before.day, self._first, self._changed)
        self._start = DateField(_("Start, at the earliest"), before.start, today, today + WITHIN, self._changed)
        self._reminders = Reminders(self._changed, list(before.reminders))
        self._terms = Terms(self._changed, before.terms)
        self._elsewhere = ui.checkbox(
            _("It goes to another address, for example as a gift"), value=before.elsewhere, on_change=self._changed
        )
        with box("stack loose") as self._place:
            self._address = AddressFields(before.address, self._changed)
        self._place.set_visibility(before.elsewhere)
        with box("sum").props("aria-live=polite"):
            await self._preview()
        answers(frame, _("Start deliveries"), self._subscribe)

    def dropped(self) -> None:
        DRAFT.drop()

    async def _changed(self) -> None:
        self._place.set_visibility(self._elsewhere.value)
        DRAFT.keep(self._typed())
        await self._preview.refresh()

    def _typed(self) -> Typed:
        return Typed(
            lines=self._basket.typed(),
            frequency=self._rhythm.frequency,
            day=self._rhythm.day,
            start=self._start.typed,
            reminders=self._reminders.typed(),
            terms=self._terms.typed(),
            elsewhere=self._elsewhere.value,
            address=self._address.typed(),
            once=self._before.once,
        )

    def _request(self, *, whole: bool) -> SubscriptionRequest:
        """Raises Unfinished while the form is incomplete; without `whole` the address may be."""
        return SubscriptionRequest(
            customer_id=self._visit.customer_id,
            items=self._basket.items(),
            frequency=self._rhythm.frequency,
            delivery_day=self._rhythm.day,
            start_date=self._start.chosen(),
            remind_before=self._reminders.chosen(),
            prepaid=self._terms.chosen(),
            address=self._address.chosen() if whole and self._elsewhere.value else None,
        )

    @ui.refreshable_method
    async def _preview(self) -> None:
        try:
            keys = await self._visit.services.client.preview(self._request(whole=False))
            each = self._basket.cost()
        except Unfinished:
            text(_("Your next deliveries stand here as soon as everything above is right."), "mute small")
            return
        except CareError as error:
            text(refusal(error), "small wrap")
            return
        terms = self._terms.chosen()
        next_dates(self._visit, keys, each, terms)
        if terms:
            total = at_once(each, terms.deliveries)
            text(_("{total} is charged with the first.", total=total), "small")

    async def _subscribe(self) -> str:
        await self._visit.take(Family.CREATE)
        made = await self._visit.services.client.subscribe(self._request(whole=True), once=self._before.once)
        DRAFT.drop()
        name = made.subscription_id
        if made.next_delivery is None:
            return _("{subscription} is set up. The first delivery comes soon.", subscription=name)
        first = day(self._visit, made.next_delivery)
        return _("{subscription} is set up. The first delivery comes {day}.", subscription=name, day=first)
