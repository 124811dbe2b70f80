"""Moving a delivery to another date, and ordering one for today."""

from __future__ import annotations

from datetime import date

from nicegui import ui

from care.errors import Invalid
from care.models.subscription import RescheduleDelivery, Subscription
from care.rules.prepaid import Paying, cost, paying
from care.rules.prepaid_words import remaining
from ui.parts import words
from ui.parts.agenda import day_of
from ui.parts.asking import answers, sheet
from ui.parts.elements import box, text
from ui.parts.possible import free_dates
from ui.parts.standing import day, standing
from ui.visit import Visit


def move_dialog(visit: Visit, subscription: Subscription, key: str) -> None:
    free = free_dates(subscription, key, visit.now())
    with sheet("Move this delivery", f"{words.what(subscription)}, planned for {day(visit, key)}.") as asked:
        if not free:
            text("Every date near it has a delivery already, or is paused.")
            with box("line end"):
                ui.button("Close", on_click=asked.close, color="primary").props("flat no-caps")
            return
        picker = ui.date(on_change=lambda: chosen.refresh()).props("minimal flat no-unset first-day-of-week=1")
        picker.classes("picker").props["options"] = [f"{each:%Y/%m/%d}" for each in free]
        picker.props["default-year-month"] = f"{_opens_at(free, day_of(key)):%Y/%m}"
        picker.props["navigation-min-year-month"] = f"{free[0]:%Y/%m}"
        picker.props["navigation-max-year-month"] = f"{free[-1]:%Y/%m}"

        @ui.refreshable
        def chosen() -> None:
            text(f"It comes {day(visit, picker.value)} instead." if picker.value else "Choose a date.", "small mute")

        async def move() -> str:
            if not picker.value:
                raise Invalid("Please choose a date.")
            return await moved(visit, subscription, key, date.fromisoformat(picker.value))

        with box("stack").props("aria-live=polite"):
            chosen()
        answers(asked, "Move it", move)


async def moved(visit: Visit, subscription: Subscription, key: str, to: date) -> str:
    request = RescheduleDelivery(date=day_of(key), to=to)
    after = await visit.services.client.reschedule_delivery(subscription.subscription_id, request)
    return f"Moved to {day(visit, to)}. {standing(visit, after)}"


def order_dialog(visit: Visit, subscription: Subscription) -> None:
    told = f"{words.what(subscription)} {_paid(subscription)}. The calendar stays as it is."
    with sheet("Order now?", told) as asked:

        async def order() -> str:
            after = await visit.services.client.order_now(subscription.subscription_id)
            return f"Ordered for today. {standing(visit, after)}"

        answers(asked, "Order now", order)


def _paid(subscription: Subscription) -> str:
    """How one that is ordered beside the calendar is paid."""
    if paying(subscription, beside=True) is Paying.BY_TERM:
        return f"as one of those that are paid: {remaining(subscription)}"
    return f"for {cost(subscription.items)} plus shipping, if any"


def _opens_at(free: list[date], planned: date) -> date:
    """A date of the month that the picker shows first: the delivery's own, if there is room in it."""
    return next((each for each in free if (each.year, each.month) == (planned.year, planned.month)), free[0])
