"""Moving a delivery to another date, and ordering one for today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from nicegui import ui

from care.errors import Invalid
from care.models.subscription import RescheduleDelivery, Subscription
from care.rules.prepaid import Paying, cost, paying
from care.rules.prepaid_words import remaining
from care.rules.rates import Family
from care.rules.subscription_checks import local_date
from ui.language import _, current, retold
from ui.parts import words
from ui.parts.agenda import day_of
from ui.parts.asking import answers, sheet
from ui.parts.elements import box, button, text
from ui.parts.possible import free_dates
from ui.parts.standing import day, in_a_row, standing
from ui.visit import Visit


def move_dialog(visit: Visit, subscription: Subscription, key: str) -> None:
    free = free_dates(subscription, key, visit.now())
    told = _("{items}, planned for {day}.", items=words.what(subscription), day=day(visit, key))
    with sheet(_("Move this delivery"), told) as asked:
        if not free:
            text(_("Every date near it has a delivery already, or is paused."))
            with box("line end"):
                button(_("Close"), asked.close, look="flat")
            return
        picker = _picker(free, day_of(key), lambda: chosen.refresh())

        @ui.refreshable
        def chosen() -> None:
            if picker.value:
                text(_("It comes {day} instead.", day=day(visit, picker.value)), "small mute")
            else:
                text(_("Choose a date."), "small mute")

        async def move() -> str:
            if not picker.value:
                raise Invalid(_("Please choose a date."))
            return await moved(visit, subscription, key, date.fromisoformat(picker.value))

        with box("stack").props("aria-live=polite"):
            chosen()
        answers(asked, _("Move it"), move)


async def moved(visit: Visit, subscription: Subscription, key: str, to: date) -> str:
    request = RescheduleDelivery(date=day_of(key), to=to)
    after = await visit.services.client.reschedule_delivery(subscription.subscription_id, request)
    return in_a_row(_("Moved to {day}.", day=day(visit, to)), standing(visit, after))


def order_dialog(visit: Visit, subscription: Subscription) -> None:
    with sheet(_("Order now?"), in_a_row(_paid(subscription), _("The calendar stays as it is."))) as asked:

        async def order() -> str:
            await visit.take(Family.CREATE)
            after = await visit.services.client.order_now(subscription.subscription_id)
            return in_a_row(ordered(visit, after), standing(visit, after))

        answers(asked, _("Order now"), order)


def ordered(visit: Visit, subscription: Subscription) -> str:
    """Its own today: elsewhere on earth it may be tomorrow already."""
    today = local_date(subscription, visit.now())
    if today == visit.today():
        return _("Ordered for today.")
    return _("Ordered for {day}, which is today in {zone}.", day=day(visit, today), zone=subscription.timezone)


def _picker(free: list[date], planned: date, changed: Callable[[], object]) -> ui.date:
    """A month to choose one of the `free` dates from."""
    picker = ui.date(on_change=changed).props("minimal flat no-unset").classes("picker")
    picker.props["first-day-of-week"] = (current().first_weekday + 1) % 7  # Quasar counts from Sunday
    picker.props["options"] = [f"{each:%Y/%m/%d}" for each in free]
    picker.props["default-year-month"] = f"{_opens_at(free, planned):%Y/%m}"
    picker.props["navigation-min-year-month"] = f"{free[0]:%Y/%m}"
    picker.props["navigation-max-year-month"] = f"{free[-1]:%Y/%m}"
    return picker


def _paid(subscription: Subscription) -> str:
    """What is ordered beside the calendar, and how it is paid."""
    items = words.what(subscription)
    if paying(subscription, beside=True) is Paying.BY_TERM:
        left = retold(remaining(subscription))
        return _("{items}, as one of those that are paid: {left}.", items=items, left=left)
    return _("{items} for {amount}.", items=items, amount=words.money(cost(subscription.items)))


def _opens_at(free: list[date], planned: date) -> date:
    """A date of the month that the picker shows first: the delivery's own, if there is room in it."""
    return next((each for each in free if (each.year, each.month) == (planned.year, planned.month)), free[0])
