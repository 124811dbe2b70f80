"""Autonomous Order Planner: what comes by itself, when, and how to change that."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from nicegui import ui

from care.models.subscription import CancelSubscription, Subscription, SubscriptionStatus
from ui import live
from ui.parts import words
from ui.parts.calendar import Mark, month
from ui.parts.elements import (
    banner,
    box,
    button,
    card,
    chip,
    dialog,
    empty,
    heading,
    icon_button,
    telling,
    text,
    thank,
    tile,
)
from ui.parts.planner_form import PlannerForm
from ui.visit import Visit

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


async def page(visit: Visit) -> None:
    with heading("Autonomous Order Planner", "Let the things you always need come by themselves."):
        pass
    plan = _Plan(visit)
    async with live.follow(visit.customer_id, {"subscriptions"}, plan.redraw):
        with box("grid wide-left"):
            with box("stack loose"):
                with card("A new subscription"):
                    await PlannerForm(visit, await visit.services.stores.products.all()).draw()
                await plan.listed()
            await plan.months()


class _Plan:
    """The calendar and the list of one open page."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        today = visit.today()
        self._year, self._month = today.year, today.month
        self._chosen: date | None = None

    async def redraw(self) -> None:
        await self.listed.refresh()
        await self.months.refresh()

    async def _subscriptions(self) -> list[Subscription]:
        return (await self._visit.services.stores.subscriptions.page(self._visit.customer_id, limit=100)).items

    @ui.refreshable_method
    async def listed(self) -> None:
        subscriptions = await self._subscriptions()
        text("Your subscriptions", tag="h2")
        if not subscriptions:
            empty("event_repeat", "Nothing planned yet", "Choose a product above: we order, deliver and remind you.")
        for subscription in sorted(subscriptions, key=lambda s: s.status is SubscriptionStatus.CANCELLED):
            _subscription(self._visit, subscription)

    @ui.refreshable_method
    async def months(self) -> None:
        marks = _marks(await self._subscriptions())
        with card():
            with box("line between"):
                icon_button("chevron_left", "Month before", lambda: self._turn(-1))
                text(f"{_MONTHS[self._month - 1]} {self._year}", tag="h2").props("aria-live=polite")
                icon_button("chevron_right", "Month after", lambda: self._turn(1))
            month(self._year, self._month, marks, today=self._visit.today(), chosen=self._chosen, choose=self._choose)
            if self._chosen in marks:
                text(words.day(self._chosen, today=self._visit.today(), locale=self._visit.locale), tag="h3")
                for mark in marks[self._chosen]:
                    with box("line"):
                        tile("local_shipping", "good" if mark.state == "planned" else "plain")
                        with box("stack"):
                            text(mark.title, "strong")
                            text(mark.detail, "mute small")
            else:
                text("A dot marks a delivery. Choose a day to see it.", "mute small")

    def _turn(self, by: int) -> None:
        whole = self._year * 12 + self._month - 1 + by
        self._year, self._month = whole // 12, whole % 12 + 1
        self.months.refresh()

    def _choose(self, value: date) -> None:
        self._chosen = None if value == self._chosen else value
        self.months.refresh()


def _marks(subscriptions: list[Subscription]) -> dict[date, list[Mark]]:
    marks: dict[date, list[Mark]] = defaultdict(list)
    for subscription in subscriptions:
        for done in subscription.recent:
            state = "past" if done.outcome == "delivered" else "failed"
            marks[date.fromisoformat(done.occurrence[:10])].append(
                Mark(words.what(subscription), words.outcome(done.outcome)[0], state)
            )
        if subscription.status is not SubscriptionStatus.CANCELLED:
            for key in subscription.upcoming:
                marks[date.fromisoformat(key[:10])].append(
                    Mark(words.what(subscription), f"Planned · {subscription.subscription_id}", "planned")
                )
    return dict(marks)


def _subscription(visit: Visit, subscription: Subscription) -> None:
    running = subscription.status is not SubscriptionStatus.CANCELLED
    with card(classes="tight") as element:
        element.props["id"] = subscription.subscription_id
        with box("line between top"):
            with box("stack"):
                text(words.what(subscription), tag="h3")
                text(f"{words.rhythm(subscription)} · {subscription.subscription_id}", "mute small")
            chip(*words.SUBSCRIPTION_WORDS[subscription.status])
        if subscription.cancel_after_next and running:
            banner("info", "Ends after the next delivery.", "info")
        with box("line between wraps"):
            if running and subscription.next_delivery:
                soon = words.occurrence(subscription.next_delivery, today=visit.today(), locale=visit.locale)
                text(f"Next delivery {soon}", "strong small")
            else:
                text(f"{words.count(subscription.deliveries, 'delivery', 'deliveries')} made", "mute small")
            if running and not subscription.cancel_after_next:
                button("Cancel", lambda: _cancel(visit, subscription), look="flat dense")


def _cancel(visit: Visit, subscription: Subscription) -> None:
    with dialog("Cancel this subscription?", f"{words.what(subscription)}. {words.rhythm(subscription)}.") as asked:
        when = ui.radio({"now": "Now", "after_next_delivery": "After the next delivery"}, value="now")
        reason = ui.input("Why? (you need not say)").props("outlined maxlength=500")

        async def cancel() -> None:
            asked.close()
            request = CancelSubscription(reason=(reason.value or "").strip() or None, when=when.value)
            with telling():
                await visit.services.client.cancel_subscription(subscription.subscription_id, request)
                thank("Cancelled." if when.value == "now" else "It ends after the next delivery.")

        with box("line end"):
            button("Keep it", asked.close, look="flat")
            button("Cancel it", cancel)
    asked.open()
