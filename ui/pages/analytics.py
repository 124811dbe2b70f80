"""Analytics: the operation at a glance, for staff."""

from __future__ import annotations

from datetime import UTC, datetime

from nicegui import ui

from care.models.analytics import DayCount, ModelFigures, Summary
from care.models.period import Period
from ui.language import plural
from ui.parts import words
from ui.parts.charts import bars, ring
from ui.parts.elements import box, card, heading, stat, text
from ui.visit import Visit

_RANGES = {7: "7 days", 30: "30 days", 90: "90 days"}


async def page(visit: Visit) -> None:
    @ui.refreshable
    async def shown(days: int) -> None:
        _summary(await visit.services.stores.analytics.summary(Period.latest(days, visit.now())))

    with heading("Analytics", "What the machine settles, what people settle, what waits."):
        chosen = ui.toggle(_RANGES, value=30, on_change=lambda e: shown.refresh(e.value)).props("unelevated no-caps")
        chosen.props["aria-label"] = "Time shown"
    with box("stack loose"):
        await shown(30)


def _summary(summary: Summary) -> None:
    waiting = "Reviews"
    if summary.reviews_overdue:
        waiting = f"Reviews, {summary.reviews_overdue} overdue"
    elif summary.oldest_review_seconds is not None:
        waiting = f"Reviews, the oldest {words.span(summary.oldest_review_seconds)}"
    settled = sum(o.count for o in summary.refunds if o.status in ("paid", "rejected"))
    with box("grid four even"):
        stat(
            "fact_check",
            f"{summary.reviews_open} open",
            waiting,
            "bad" if summary.reviews_overdue else "info",
        )
        stat("bolt", f"{summary.automatic_refunds} of {settled}", "Refunds settled without a person")
        stat(
            "local_shipping",
            plural("{n} delivery", "{n} deliveries", summary.deliveries),
            f"{summary.missed_deliveries} missed",
            "info",
        )
        started = f"{summary.subscriptions_started} started, {summary.subscriptions_cancelled} cancelled"
        stat("event_repeat", f"{summary.subscriptions_active} active", started, "warn")
    with box("grid two even"):
        ring("Refunds by outcome", {words.sentence(o.status): o.count for o in summary.refunds})
        ring("Conversations", _conversations(summary))
        bars("Deliveries per day", *_days(summary.deliveries_by_day))
        bars("Refunds per day", *_days(summary.refunds_by_day))
    with box("grid two even"):
        _outcomes(summary)
        _models(summary)


def _conversations(summary: Summary) -> dict[str, int]:
    return {"Settled by the assistant": summary.contained, "With a person's help": summary.assisted}


def _days(counts: list[DayCount]) -> tuple[list[str], list[int]]:
    return [f"{c.day.day} {words.day(c.day).split()[2]}" for c in counts], [c.count for c in counts]


def _outcomes(summary: Summary) -> None:
    with card("Refunds and money"):
        _table(
            ["Outcome", "Refunds", "Amount"],
            [[words.sentence(o.status), str(o.count), str(o.amount)] for o in summary.refunds],
        )
        met = summary.deadlines_met + summary.deadlines_missed
        text(f"Deadlines met: {summary.deadlines_met} of {met}", "mute small")


def _models(summary: Summary) -> None:
    rows = [[m.name, str(m.calls), str(m.failures), _time(m), _tokens(m), _cost(m)] for m in summary.models]
    resting = [m.name for m in summary.models if m.rests_until and m.rests_until > datetime.now(UTC)]
    with card("Model calls"):
        _table(["Model", "Calls", "Failures", "Mean time", "Tokens", "Cost"], rows)
        if resting:
            text(f"Left alone for a while, because it keeps failing: {', '.join(resting)}", "mute small")


def _time(model: ModelFigures) -> str:
    return f"{model.mean_milliseconds:,} ms"


def _tokens(model: ModelFigures) -> str:
    return f"{model.tokens_in + model.tokens_out:,}" if model.tokens_in else "-"


def _cost(model: ModelFigures) -> str:
    """In the currency's units with four decimals: a call costs less than a cent."""
    units, rest = divmod(model.cost_micros, 1_000_000)
    return f"{units:,}.{rest // 100:04} {model.currency}" if model.currency else "-"


def _table(head: list[str], rows: list[list[str]]) -> None:
    if not rows:
        text("Nothing in this time yet.", "mute")
        return
    with box("scroll-x"), box("list", tag="table"):
        with box(tag="thead"), box(tag="tr"):
            for name in head:
                text(name, tag="th").props("scope=col")
        with box(tag="tbody"):
            for row in rows:
                with box(tag="tr"):
                    for cell in row:
                        text(cell, tag="td")
