"""Pausing and ending a subscription, and taking either back."""

from __future__ import annotations

from datetime import timedelta

from nicegui import ui

from care.errors import CareError
from care.models.subscription import CancelSubscription, PauseSubscription, Subscription
from care.rules.prepaid import left
from care.rules.prepaid_words import remaining
from care.rules.rates import Family
from care.rules.subscription_changes import paused
from care.rules.subscription_checks import FURTHEST
from ui.language import _, mark, retold
from ui.parts import words
from ui.parts.asking import answers, refusal, sheet
from ui.parts.date_field import DateField
from ui.parts.elements import box, text
from ui.parts.standing import day, in_a_row, pause_words, standing
from ui.parts.unfinished import Unfinished
from ui.visit import Visit

# Kept in English, for the shop to count; shown in the customer's language.
_REASONS = (
    *(mark("I have too much of it"), mark("I do not need it any more"), mark("It is too expensive")),
    *(mark("The days do not fit"), mark("I am not happy with the quality"), mark("Something else")),
)
_NOW, _NEXT = "now", "after_next_delivery"


def pause_dialog(visit: Visit, subscription: Subscription) -> None:
    told_of = _("{items}. You can resume at any time.", items=words.what(subscription))
    with sheet(_("Pause deliveries?"), told_of) as asked:
        ways = {"open": _("Until I resume it"), "until": _("Until a date")}
        how = ui.radio(ways, value="open", on_change=lambda: turn())
        today = visit.today()
        first, last = today + timedelta(1), today + FURTHEST
        until = DateField(_("Deliveries go on from"), today + timedelta(14), first, last, lambda: told.refresh())
        until.control.set_visibility(False)

        def turn() -> None:
            until.control.set_visibility(how.value == "until")
            told.refresh()

        def request() -> PauseSubscription:
            return PauseSubscription(until=until.chosen() if how.value == "until" else None)

        @ui.refreshable
        def told() -> None:
            try:
                after = paused(subscription, request(), visit.now())
            except Unfinished:
                return
            except CareError as error:
                text(refusal(error), "small")
                return
            text(standing(visit, after), "small mute")

        async def pause() -> str:
            after = await visit.services.client.pause_subscription(subscription.subscription_id, request())
            return in_a_row(pause_words(visit, after), standing(visit, after) if after.paused_until else "")

        with box("stack").props("aria-live=polite"):
            told()
        answers(asked, _("Pause"), pause)


async def resume(visit: Visit, subscription: Subscription) -> str:
    after = await visit.services.client.resume_subscription(subscription.subscription_id)
    return in_a_row(_("Resumed."), standing(visit, after))


def cancel_dialog(visit: Visit, subscription: Subscription) -> None:
    told = f"{words.what(subscription)}. {words.rhythm(subscription)}."
    with sheet(_("Cancel this subscription?"), told) as asked:
        choices = {_NOW: _("Now: nothing more is delivered")}
        if subscription.next_delivery and not subscription.cancel_after_next:
            soon = day(visit, subscription.next_delivery)
            choices[_NEXT] = _("After the next delivery, {day}", day=soon)
        when = ui.radio(choices, value=_NOW)
        if left(subscription):
            rest = retold(remaining(subscription))
            text(_("{left}: what you paid for those that do not come goes back to you.", left=rest), "small")
        reasons = {reason: _(reason) for reason in _REASONS}
        reason = ui.select(reasons, label=_("Why? (you need not say)"), clearable=True)
        reason.props("outlined options-dense stack-label")
        more = ui.input(_("Anything to add?")).props("outlined stack-label maxlength=400")

        async def cancel() -> str:
            request = CancelSubscription(reason=_why(reason.value, more.value), when=when.value)
            after = await visit.services.client.cancel_subscription(subscription.subscription_id, request)
            done = _("Cancelled.") if when.value == _NOW else _("It ends.")
            return in_a_row(done, standing(visit, after))

        answers(asked, _("Cancel it"), cancel, back=_("Keep it"), color="negative")


async def keep(visit: Visit, subscription: Subscription) -> str:
    """Takes an end after the next delivery back."""
    after = await visit.services.client.uncancel_subscription(subscription.subscription_id)
    return in_a_row(_("It goes on."), standing(visit, after))


async def again(visit: Visit, subscription: Subscription) -> str:
    """A new one like one that was cancelled."""
    await visit.take(Family.CREATE)
    after = await visit.services.client.resubscribe(subscription.subscription_id)
    return in_a_row(_("{items}: here we go again.", items=words.what(after)), standing(visit, after))


def _why(reason: str | None, more: str | None) -> str | None:
    """Both in one line; None where nothing was said."""
    return ": ".join(part for part in (reason, (more or "").strip()) if part) or None
