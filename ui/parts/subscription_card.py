"""A subscription as a card: how it stands, what comes next, what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from care.models.subscription import Subscription, SubscriptionStatus
from care.rules.prepaid_words import going_back, remaining
from ui.language import plural
from ui.parts import words
from ui.parts.agenda import day_of
from ui.parts.asking import doing
from ui.parts.changing import change_dialog
from ui.parts.elements import banner, box, button, card, chip, icon, text
from ui.parts.paying import overdue_notice
from ui.parts.standing import day, pause_words, price, standing, status
from ui.parts.stopping import again, cancel_dialog, keep, pause_dialog, resume
from ui.visit import Visit


def subscription_card(visit: Visit, subscription: Subscription, choose: Callable[[date], object]) -> None:
    """`choose` opens the sheet of the day on which it comes next."""
    with card(classes="tight") as element:
        element.props["id"] = subscription.subscription_id
        with box("line between top"):
            with box("stack"):
                text(words.what(subscription), tag="h3")
                text(f"{words.rhythm(subscription)} · {price(subscription)}", "mute small")
            chip(*status(subscription))
        if subscription.status is SubscriptionStatus.CANCELLED:
            _ended(visit, subscription)
        else:
            _terms(subscription)
            _notices(visit, subscription)
            _next(visit, subscription, choose)
            _actions(visit, subscription)


def _terms(subscription: Subscription) -> None:
    """How far a prepaid term has come, and what happens after it."""
    terms = subscription.prepaid
    if terms is None:
        return
    paid = remaining(subscription) or f"{terms.deliveries} deliveries are paid at once, with the first"
    then = "the next term is paid after that" if terms.renew else "it ends after the last"
    text(f"{paid}; {then}.", "small")


def _notices(visit: Visit, subscription: Subscription) -> None:
    if subscription.overdue:
        overdue_notice(visit, subscription, subscription.overdue)
    if subscription.status is SubscriptionStatus.PAUSED:
        banner("pause_circle", pause_words(visit, subscription), "warn")
    if subscription.cancel_after_next:
        with box("banner info"):
            icon("info")
            text("Ends after the next delivery.", "grow")
            doing("Keep it", lambda: keep(visit, subscription))


def _next(visit: Visit, subscription: Subscription, choose: Callable[[date], object]) -> None:
    key = subscription.next_delivery
    if key is None:
        text(standing(visit, subscription), "mute small")
        return
    with box("row-link choice", tag="button") as element:
        element.props["type"] = "button"
        icon("local_shipping", "22px")
        with box("stack grow"):
            text("Last delivery" if subscription.cancel_after_next else "Next delivery", "mute small")
            text(day(visit, key), "strong")
        icon("chevron_right")
    element.on("click", lambda: choose(day_of(key)))


def _actions(visit: Visit, subscription: Subscription) -> None:
    with box("line wraps actions"):
        if subscription.status is SubscriptionStatus.PAUSED:
            doing("Resume", lambda: resume(visit, subscription), symbol="play_arrow")
        else:
            button("Pause", lambda: pause_dialog(visit, subscription), symbol="pause", look="flat dense")
        button("Change", lambda: change_dialog(visit, subscription), symbol="tune", look="flat dense")
        button("Cancel", lambda: cancel_dialog(visit, subscription), symbol="close", look="flat dense")


def _ended(visit: Visit, subscription: Subscription) -> None:
    at = subscription.cancelled_at
    when = f"Ended {words.moment(at, visit.zone)}. " if at else ""
    text(f"{when}{plural('{n} delivery', '{n} deliveries', subscription.deliveries)} made.", "mute small")
    if back := going_back(subscription):
        text(back, "mute small")
    with box("line"):
        doing("Subscribe again", lambda: again(visit, subscription), symbol="replay")
