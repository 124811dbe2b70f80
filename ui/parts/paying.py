"""A delivery that is overdue, and how a subscription is paid."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from nicegui import ui

from care.models.subscription import ChangeSubscription, OneDelivery, Overdue, Subscription
from ui.language import _, retold
from ui.parts.asking import answers, doing, sheet
from ui.parts.elements import box, button, icon, text
from ui.parts.focus import keyed
from ui.parts.standing import day, in_a_row, standing
from ui.visit import Visit


def overdue_notice(visit: Visit, subscription: Subscription, overdue: Overdue) -> None:
    """What could not be delivered, what happens next, and what the customer can do about it."""
    payment, key = overdue.why == "payment", subscription.subscription_id
    with box("banner bad" if payment else "banner warn"):
        icon("credit_card_off" if payment else "inventory_2")
        with box("stack grow"):
            text(overdue_words(visit, subscription, overdue), "wrap")
            with box("line wraps"):
                if payment:
                    pay = button(_("Pay another way"), lambda: payment_dialog(visit, subscription), look="flat dense")
                    keyed(pay, f"{key} pay")
                keyed(
                    doing(_("Skip this delivery"), lambda: _skip(visit, subscription, overdue)), f"{key} skip overdue"
                )


async def payment_dialog(visit: Visit, subscription: Subscription) -> None:
    methods = await visit.services.payments.methods(subscription.customer_id)
    labels = {method.payment_method: retold(method.label) for method in methods}
    now = subscription.payment_method or methods[0].payment_method
    due = subscription.overdue
    at_once = due is not None and due.why == "payment"
    detail = _("It is charged at once for what is overdue.") if at_once else _("From the next delivery on.")
    with sheet(_("How do you want to pay?"), detail) as asked:
        method = ui.radio(labels, value=now if now in labels else None)

        async def save() -> str:
            wish = ChangeSubscription(payment_method=method.value)
            after = await visit.services.client.change_subscription(subscription.subscription_id, wish)
            return in_a_row(_("Changed: {what}.", what=labels[method.value]), standing(visit, after))

        answers(asked, _("Save"), save)


def overdue_words(visit: Visit, subscription: Subscription, overdue: Overdue) -> str:
    """Which delivery waits, why, and what happens next."""
    which, until = day(visit, overdue.occurrence.key), _local(visit, subscription, overdue.until)
    if overdue.why == "stock":
        return _("The delivery of {day} is out of stock. We try again every day until {until}.", day=which, until=until)
    if overdue.next_try is None:
        return _(
            "Your payment for {day} was declined for good. Please choose another payment method by {until}.",
            day=which,
            until=until,
        )
    again = _local(visit, subscription, overdue.next_try)
    return _("Your payment for {day} was declined. We try again on {again}.", day=which, again=again)


def _local(visit: Visit, subscription: Subscription, at: datetime) -> str:
    return day(visit, at.astimezone(ZoneInfo(subscription.timezone)).date().isoformat())


async def _skip(visit: Visit, subscription: Subscription, overdue: Overdue) -> str:
    key = overdue.occurrence.key
    # Several times a day there is no date to name: the overdue one is the next.
    wish = OneDelivery() if "T" in key else OneDelivery(date=date.fromisoformat(key))
    after = await visit.services.client.skip_delivery(subscription.subscription_id, wish)
    return in_a_row(_("Skipped."), standing(visit, after))
