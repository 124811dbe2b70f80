"""Pausing and ending a subscription, and taking either back."""

from __future__ import annotations

from datetime import timedelta

from nicegui import ui

from care.errors import CareError
from care.models.subscription import CancelSubscription, PauseSubscription, Subscription
from care.rules.prepaid import left
from care.rules.prepaid_words import remaining
from care.rules.subscription_changes import paused
from ui.parts import words
from ui.parts.asking import answers, refusal, sheet
from ui.parts.elements import box, text
from ui.parts.planner_form import chosen, date_field
from ui.parts.standing import day, pause_words, standing
from ui.visit import Visit

_REASONS = (
    *("I have too much of it", "I do not need it any more", "It is too expensive"),
    *("The days do not fit", "I am not happy with the quality", "Something else"),
)


def pause_dialog(visit: Visit, subscription: Subscription) -> None:
    with sheet("Pause deliveries?", f"{words.what(subscription)}. You can resume at any time.") as asked:
        how = ui.radio({"open": "Until I resume it", "until": "Until a date"}, value="open", on_change=lambda: turn())
        today = visit.today()
        until = date_field("Deliveries go on from", today + timedelta(14), today + timedelta(1), lambda: told.refresh())
        until.set_visibility(False)

        def turn() -> None:
            until.set_visibility(how.value == "until")
            told.refresh()

        def request() -> PauseSubscription:
            return PauseSubscription(until=chosen(until) if how.value == "until" else None)

        @ui.refreshable
        def told() -> None:
            try:
                after = paused(subscription, request(), visit.now())
            except CareError as error:
                text(refusal(error), "small")
                return
            text(standing(visit, after), "small mute")

        async def pause() -> str:
            after = await visit.services.client.pause_subscription(subscription.subscription_id, request())
            return f"{pause_words(visit, after)} {standing(visit, after) if after.paused_until else ''}".strip()

        with box("stack").props("aria-live=polite"):
            told()
        answers(asked, "Pause", pause)


async def resume(visit: Visit, subscription: Subscription) -> str:
    after = await visit.services.client.resume_subscription(subscription.subscription_id)
    return f"Resumed. {standing(visit, after)}"


def cancel_dialog(visit: Visit, subscription: Subscription) -> None:
    with sheet("Cancel this subscription?", f"{words.what(subscription)}. {words.rhythm(subscription)}.") as asked:
        choices = {"now": "Now: nothing more is delivered"}
        if subscription.next_delivery and not subscription.cancel_after_next:
            soon = day(visit, subscription.next_delivery)
            choices["after_next_delivery"] = f"After the next delivery, {soon}"
        when = ui.radio(choices, value="now")
        if left(subscription):
            text(f"{remaining(subscription)}: what you paid for those that do not come goes back to you.", "small")
        reason = ui.select(list(_REASONS), label="Why? (you need not say)", clearable=True)
        reason.props("outlined options-dense stack-label")
        more = ui.input("Anything to add?").props("outlined stack-label maxlength=400")

        async def cancel() -> str:
            request = CancelSubscription(reason=_why(reason.value, more.value), when=when.value)
            after = await visit.services.client.cancel_subscription(subscription.subscription_id, request)
            return f"{'Cancelled.' if when.value == 'now' else 'It ends.'} {standing(visit, after)}"

        answers(asked, "Cancel it", cancel, back="Keep it", color="negative")


async def keep(visit: Visit, subscription: Subscription) -> str:
    """Takes an end after the next delivery back."""
    after = await visit.services.client.uncancel_subscription(subscription.subscription_id)
    return f"It goes on. {standing(visit, after)}"


async def again(visit: Visit, subscription: Subscription) -> str:
    """A new one like one that was cancelled."""
    after = await visit.services.client.resubscribe(subscription.subscription_id)
    return f"{words.what(after)}: here we go again. {standing(visit, after)}"


def _why(reason: str | None, more: str | None) -> str | None:
    """Both in one line; None where nothing was said."""
    return ": ".join(part for part in (reason, (more or "").strip()) if part) or None
