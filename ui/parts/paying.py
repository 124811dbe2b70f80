"""A delivery that is overdue, and how a subscription is paid."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from nicegui import ui

from care.models.subscription import ChangeSubscription, OneDelivery, Overdue, Subscription
from ui.parts.asking import answers, doing, sheet
from ui.parts.elements import box, button, icon, text
from ui.parts.standing import day, standing
from ui.visit import Visit


def overdue_notice(visit: Visit, subscription: Subscription, overdue: Overdue) -> None:
    """What could not be delivered, what happens next, and what the customer can do about it."""
    payment = overdue.why == "payment"
    with box("banner bad" if payment else "banner warn"):
        icon("credit_card_off" if payment else "inventory_2")
        with box("stack grow"):
            text(_told(visit, subscription, overdue), "wrap")
            with box("line wraps"):
                if payment:
                    button("Pay another way", lambda: payment_dialog(visit, subscription), look="flat dense")
                doing("Skip this delivery", lambda: _skip(visit, subscription, overdue))


async def payment_dialog(visit: Visit, subscription: Subscription) -> None:
    methods = await visit.services.payments.methods(subscription.customer_id)
    labels = {method.payment_method: method.label for method in methods}
    now = subscription.payment_method or methods[0].payment_method
    due = subscription.overdue
    detail = (
        "It is charged at once for what is overdue." if due and due.why == "payment" else "From the next delivery on."
    )
    with sheet("How do you want to pay?", detail) as asked:
        method = ui.radio(labels, value=now if now in labels else None)

        async def save() -> str:
            wish = ChangeSubscription(payment_method=method.value)
            after = await visit.services.client.change_subscription(subscription.subscription_id, wish)
            return f"Changed: {labels[method.value]}. {standing(visit, after)}"

        answers(asked, "Save", save)


def _told(visit: Visit, subscription: Subscription, overdue: Overdue) -> str:
    which, until = day(visit, overdue.occurrence.key), _local(visit, subscription, overdue.until)
    if overdue.why == "stock":
        return f"The delivery of {which} is out of stock. We try again every day until {until}."
    if overdue.next_try is None:
        return f"Your payment for {which} was declined for good. Please choose another payment method by {until}."
    again = _local(visit, subscription, overdue.next_try)
    return f"Your payment for {which} was declined. We try again on {again}."


def _local(visit: Visit, subscription: Subscription, at: datetime) -> str:
    return day(visit, at.astimezone(ZoneInfo(subscription.timezone)).date().isoformat())


async def _skip(visit: Visit, subscription: Subscription, overdue: Overdue) -> str:
    key = overdue.occurrence.key
    # Several times a day there is no date to name: the overdue one is the next.
    wish = OneDelivery() if "T" in key else OneDelivery(date=date.fromisoformat(key))
    after = await visit.services.client.skip_delivery(subscription.subscription_id, wish)
    return f"Skipped. {standing(visit, after)}"
