"""A subscription as a card: how it stands, what comes next, what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from care.models.subscription import Subscription, SubscriptionStatus
from care.rules.prepaid_words import going_back
from ui.language import _, plural, retold
from ui.parts import words
from ui.parts.agenda import day_of
from ui.parts.asking import doing
from ui.parts.changing import change_dialog
from ui.parts.elements import banner, box, button, card, chip, icon, text
from ui.parts.focus import keyed
from ui.parts.paying import overdue_notice
from ui.parts.standing import day, in_a_row, pause_words, price, standing, status
from ui.parts.stopping import again, cancel_dialog, keep, pause_dialog, resume
from ui.visit import Visit


def subscription_card(visit: Visit, subscription: Subscription, choose: Callable[[date], object]) -> None:
    """`choose` opens the sheet of the day on which it comes next."""
    with card(classes="tight") as element:
        element.props["id"] = subscription.subscription_id
        with box("line between top"):
            with box("stack"):
                text(words.what(subscription), "wrap", tag="h3")
                text(f"{words.rhythm(subscription)} · {price(subscription)}", "mute small")
            chip(*status(subscription))
        if subscription.status is SubscriptionStatus.CANCELLED:
            _ended(visit, subscription)
        else:
            _facts(visit, subscription)
            _notices(visit, subscription)
            _next(visit, subscription, choose)
            _actions(visit, subscription)


def _facts(visit: Visit, subscription: Subscription) -> None:
    """What is unlike other subscriptions of this customer."""
    if terms := _terms(subscription):
        text(terms, "small")
    if subscription.address and (visit.customer is None or subscription.address != visit.customer.address):
        _fact("redeem", _("Goes to {address}", address=subscription.address))
    if subscription.timezone != visit.zone:
        _fact("public", _("Its dates follow the clocks of {zone}", zone=subscription.timezone))


def _fact(symbol: str, said: str) -> None:
    with box("line small mute"):
        icon(symbol, "18px")
        text(said, "wrap")


def _terms(subscription: Subscription) -> str:
    """How far a prepaid term has come, and what happens after it."""
    terms, paid = subscription.prepaid, subscription.paid
    if terms is None:
        return ""
    many = terms.deliveries
    if paid is None:
        if terms.renew:
            return plural(
                "{n} delivery is paid at once, with the first; the next term is paid after that.",
                "{n} deliveries are paid at once, with the first; the next term is paid after that.",
                many,
            )
        return plural(
            "{n} delivery is paid at once, with the first; it ends after the last.",
            "{n} deliveries are paid at once, with the first; it ends after the last.",
            many,
        )
    if terms.renew:
        return _("{left} of {many} paid deliveries left; the next term is paid after that.", left=paid.left, many=many)
    return _("{left} of {many} paid deliveries left; it ends after the last.", left=paid.left, many=many)


def _notices(visit: Visit, subscription: Subscription) -> None:
    if subscription.overdue:
        overdue_notice(visit, subscription, subscription.overdue)
    if subscription.status is SubscriptionStatus.PAUSED:
        banner("pause_circle", pause_words(visit, subscription), "warn")
    if subscription.cancel_after_next:
        with box("banner info"):
            icon("info")
            text(_("Ends after the next delivery."), "grow")
            keyed(doing(_("Keep it"), lambda: keep(visit, subscription)), f"{subscription.subscription_id} keep")


def _next(visit: Visit, subscription: Subscription, choose: Callable[[date], object]) -> None:
    key = subscription.next_delivery
    if key is None:
        if subscription.status is not SubscriptionStatus.PAUSED:  # of a pause its banner tells
            text(standing(visit, subscription), "mute small")
        return
    with box("row-link choice", tag="button") as element:
        element.props["type"] = "button"
        icon("local_shipping", "22px")
        with box("stack grow"):
            text(_("Last delivery") if subscription.cancel_after_next else _("Next delivery"), "mute small")
            text(day(visit, key), "strong")
        icon("chevron_right")
    keyed(element, f"{subscription.subscription_id} next").on("click", lambda: choose(day_of(key)))


def _actions(visit: Visit, subscription: Subscription) -> None:
    name, look = subscription.subscription_id, "flat dense"
    with box("line wraps actions"):
        if subscription.status is SubscriptionStatus.PAUSED:
            first = doing(_("Resume"), lambda: resume(visit, subscription), symbol="play_arrow")
        else:
            first = button(_("Pause"), lambda: pause_dialog(visit, subscription), symbol="pause", look=look)
        keyed(first, f"{name} pause")
        change = button(_("Change"), lambda: change_dialog(visit, subscription), symbol="tune", look=look)
        keyed(change, f"{name} change")
        cancel = button(_("Cancel"), lambda: cancel_dialog(visit, subscription), symbol="close", look=look)
        keyed(cancel, f"{name} cancel")


def _ended(visit: Visit, subscription: Subscription) -> None:
    at, made = subscription.cancelled_at, subscription.deliveries
    ended = _("Ended {moment}.", moment=words.moment(at, visit.zone)) if at else ""
    text(in_a_row(ended, plural("{n} delivery made.", "{n} deliveries made.", made)), "mute small")
    if back := going_back(subscription):
        text(retold(back), "mute small")
    with box("line"):
        keyed(
            doing(_("Subscribe again"), lambda: again(visit, subscription), symbol="replay"),
            f"{subscription.subscription_id} again",
        )
