"""The supervisor's cards about service: who settled conversations, deliveries, subscriptions, and what models took."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from care.models.analytics import ModelFigures, Summary
from care.models.money import Money
from care.models.period import Period
from ui.language import _, mark
from ui.parts import words
from ui.parts.charts import Series, by_day
from ui.parts.elements import banner, box, card, text
from ui.parts.numbers import NONE, nothing, number, table

# What each rate means: its name and colour, and what is counted.
_RATES = (
    ("contained", "info", mark("Contained"), mark("No person was asked for.")),
    ("verified", "good", mark("Verified"), mark("Contained, and the customer did not come back for a day.")),
    ("assisted", "warn", mark("Assisted"), mark("A person took over.")),
)


def resolutions_card(summary: Summary, period: Period) -> None:
    with card(_("Conversations"), side=number(summary.conversations) if summary.conversations else ""):
        if not summary.conversations:
            nothing("forum", _("No conversation began in this time."))
            return
        with box("rates", tag="ul"):
            for field, color, name, meaning in _RATES:
                count = getattr(summary, field)
                with box(f"rate {color}", tag="li"):
                    text(words.percent(count / summary.conversations), "value")
                    text(_("{rate}: {n}", rate=_(name), n=number(count)), "strong small")
                    text(_(meaning), "small")
        days = {each.day: each for each in summary.resolutions_by_day}
        unsure = {day: each.contained - each.verified for day, each in days.items()}
        series = [
            _series(_("Verified"), "good", period, {day: each.verified for day, each in days.items()}),
            _series(_("Contained, not verified yet"), "info", period, unsure),
            _series(_("Assisted"), "warn", period, {day: each.assisted for day, each in days.items()}),
        ]
        by_day(_("Conversations over time"), period.each_day, series)


def deliveries_card(summary: Summary, period: Period) -> None:
    with card(_("Deliveries of subscriptions")):
        if not summary.delivery_days:
            nothing("local_shipping", _("No delivery was due in this time."))
            return
        days = {each.day: each for each in summary.delivery_days}
        series = [
            _series(_("Ordered"), "good", period, {day: each.delivered for day, each in days.items()}),
            _series(_("Skipped by customers"), "plain", period, {day: each.skipped for day, each in days.items()}),
            _series(_("Not possible"), "bad", period, {day: each.failed for day, each in days.items()}),
        ]
        by_day(_("Deliveries over time"), period.each_day, series)
        text(_("Not possible: out of stock, payment declined, or we were late."), "mute small")


def churn_card(summary: Summary, period: Period) -> None:
    with card(_("Subscriptions"), side=_("{n} active now", n=number(summary.subscriptions_active))):
        if not summary.subscriptions_by_day:
            nothing("event_repeat", _("No subscription began or ended in this time."))
            return
        days = {each.day: each for each in summary.subscriptions_by_day}
        series = [
            _series(_("Started"), "good", period, {day: each.started for day, each in days.items()}),
            _series(_("Cancelled or ended"), "bad", period, {day: each.cancelled for day, each in days.items()}),
        ]
        by_day(_("Subscriptions over time"), period.each_day, series)


def refund_days_card(summary: Summary, period: Period) -> None:
    with card(_("Refunds asked for")):
        if not summary.refunds_by_day:
            nothing("currency_exchange", _("No refund was asked for in this time."))
            return
        counts = {each.day: each.count for each in summary.refunds_by_day}
        by_day(_("Refunds over time"), period.each_day, [_series(_("Refunds"), "info", period, counts)])


def model_days_card(summary: Summary, period: Period) -> None:
    with card(_("Model calls")):
        if not summary.models_by_day:
            nothing("memory", _("No model was asked in this time."))
            return
        answered: dict[date, int] = {}
        failed: dict[date, int] = {}
        for each in summary.models_by_day:
            answered[each.day] = answered.get(each.day, 0) + each.calls - each.failures
            failed[each.day] = failed.get(each.day, 0) + each.failures
        series = [
            _series(_("Answered"), "good", period, answered),
            _series(_("Failed"), "bad", period, failed),
        ]
        by_day(_("Model calls over time"), period.each_day, series)


def models_card(summary: Summary, _period: Period) -> None:
    if not summary.models:
        return
    resting = [m.name for m in summary.models if m.rests_until and m.rests_until > datetime.now(UTC)]
    title = _("Models: time, failures and cost")
    with card(title):
        if resting:
            told = _("Left alone for a while, because it keeps failing: {models}", models=", ".join(resting))
            banner("bedtime", told, "warn")
        head = (_("Model"), _("Calls"), _("Failed"), _("Mean time"), _("Slowest"), _("Tokens"), _("Cost"))
        table(title, head, [_model(each) for each in summary.models])
        totals = _costs(summary.models)
        if totals:
            text(_("In all: {amounts}", amounts=", ".join(totals)), "mute small")


def _series(name: str, color: str, period: Period, counts: dict[date, int]) -> Series:
    return Series(name, color, [counts.get(day, 0) for day in period.each_day])


def _model(model: ModelFigures) -> list[str]:
    failed = number(model.failures)
    if model.failures:
        failed = _("{n} ({share})", n=failed, share=words.percent(model.failures / model.calls))
    return [
        model.name,
        number(model.calls),
        failed,
        _time(model.mean_milliseconds),
        _time(model.slowest_milliseconds),
        number(model.tokens_in + model.tokens_out) if model.tokens_in else NONE,
        _cost(model.cost_micros, model.currency) if model.currency else NONE,
    ]


def _time(milliseconds: int) -> str:
    return _("{n} ms", n=number(milliseconds))


def _cost(micros: int, currency: str) -> str:
    """In the currency's units with four decimals: a call costs less than a cent."""
    units, rest = divmod(micros, 1_000_000)
    return f"{number(units)}.{rest // 100:04} {currency}"


def _costs(models: Iterable[ModelFigures]) -> list[str]:
    """What all of them cost, in whole cents and by currency."""
    sums: dict[str, int] = {}
    for each in models:
        if each.currency:
            sums[each.currency] = sums.get(each.currency, 0) + each.cost_micros
    return [words.money(Money(amount=(micros + 5_000) // 10_000, currency=code)) for code, micros in sums.items()]
