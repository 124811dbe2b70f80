"""The supervisor's cards about refunds: outcomes and money, the machine against people, and each agent's deadlines."""

from __future__ import annotations

from care.models.analytics import Agreement, OutcomeCount, Summary
from care.models.period import Period
from care.models.refund import RefundStatus
from ui.language import _, plural
from ui.parts import words
from ui.parts.charts import Series, counts_and_money, rows, stacked
from ui.parts.elements import card, text
from ui.parts.numbers import NONE, nothing, number, numbers, table

_MOST_AGENTS = 12  # in the plot; the table has all


def outcomes_card(summary: Summary, _period: Period) -> None:
    count = sum(each.count for each in summary.refunds)
    with card(_("Refunds by outcome"), side=number(count) if count else ""):
        if not count:
            nothing("currency_exchange", _("No refund was asked for in this time."))
            return
        usual = _usual_currency(summary.refunds)
        plotted = [each for each in _most_first(summary.refunds) if each.amount.currency == usual]
        text(_("How many, and how much money."), "mute small")
        counts_and_money(
            _("Refunds by outcome"),
            [_state(each) for each in plotted],
            [each.count for each in plotted],
            [each.amount for each in plotted],
        )
        if len(plotted) < len(summary.refunds):
            text(_("Plotted: {currency}. Other currencies stand in the numbers.", currency=usual), "mute small")
        head = (_("Outcome"), _("Refunds"), _("Amount"))
        lines = [[_state(each), number(each.count), words.money(each.amount)] for each in _most_first(summary.refunds)]
        numbers(_("Refunds by outcome"), head, lambda: lines)


def agreement_card(summary: Summary, _period: Period) -> None:
    bands = summary.agreement
    with card(_("Machine and people")):
        if not bands:
            nothing("balance", _("No refund of this time was decided by a person after the machine had looked at it."))
            return
        text(agreed_in_words(bands))
        text(_("By how sure the machine was that the claim is valid, in percent."), "mute small")
        labels = [f"{number(each.above)}\N{EN DASH}{number(each.below)}" for each in bands]
        series = [
            Series(_("Decided the same"), "good", [each.agreed for each in bands]),
            Series(_("Decided otherwise"), "bad", [each.differed for each in bands]),
            Series(_("Machine undecided"), "plain", [each.undecided for each in bands]),
        ]
        stacked(_("Machine and people"), labels, series)
        head = (_("Sureness"), *(each.name for each in series), _("Approved by people"))
        numbers(_("Machine and people"), head, lambda: [_agreement(each) for each in bands])


def agents_card(summary: Summary, _period: Period) -> None:
    agents = sorted(summary.agents, key=lambda each: (-each.met - each.missed, each.reviewer))
    with card(_("Deadlines by agent")):
        if not agents:
            nothing("timer", _("No case of this time has had a person's decision yet."))
            return
        ruled = [each for each in agents if each.met or each.missed][:_MOST_AGENTS]
        if ruled:
            all_ruled = summary.deadlines_met + summary.deadlines_missed
            told = _("First decisions in time: {n} of {all}.", n=number(summary.deadlines_met), all=number(all_ruled))
            text(told)
            nobodys = summary.deadlines_missed - sum(each.missed for each in agents)
            if nobodys:
                text(_("Late and decided by nobody: {n}.", n=number(nobodys)), "mute small")
            series = [
                Series(_("In time"), "good", [each.met for each in ruled]),
                Series(_("Late"), "bad", [each.missed for each in ruled]),
            ]
            rows(_("First decisions by agent"), [each.reviewer for each in ruled], series)
        head = (_("Agent"), _("In time"), _("Late"), _("Decided"), _("Half within"))
        table(
            _("Deadlines by agent"),
            head,
            [
                [
                    each.reviewer,
                    number(each.met),
                    number(each.missed),
                    number(each.decided),
                    NONE if each.median_seconds is None else words.span(each.median_seconds),
                ]
                for each in agents
            ],
        )


def _state(outcome: OutcomeCount) -> str:
    return words.refund_state(RefundStatus(outcome.status))[0]


def _most_first(outcomes: list[OutcomeCount]) -> list[OutcomeCount]:
    return sorted(outcomes, key=lambda each: (-each.count, each.status))


def _usual_currency(outcomes: list[OutcomeCount]) -> str:
    """The one of most refunds."""
    counts: dict[str, int] = {}
    for each in outcomes:
        counts[each.amount.currency] = counts.get(each.amount.currency, 0) + each.count
    return max(sorted(counts), key=counts.__getitem__)


def agreed_in_words(bands: list[Agreement]) -> str:
    agreed, differed = (sum(getattr(each, name) for each in bands) for name in ("agreed", "differed"))
    undecided = sum(each.undecided for each in bands)
    if not agreed + differed:
        return plural(
            "The machine was undecided on {n} refund that a person decided.",
            "The machine was undecided on all {n} refunds that a person decided.",
            undecided,
        )
    return plural(
        "Where the machine leaned to one side, people decided the same in {share} of {n} refund.",
        "Where the machine leaned to one side, people decided the same in {share} of {n} refunds.",
        agreed + differed,
        share=words.percent(agreed / (agreed + differed)),
    )


def _sureness(band: Agreement) -> str:
    return _("{above} to {below}%", above=number(band.above), below=number(band.below))


def _agreement(band: Agreement) -> list[str]:
    share = _("{n} ({share})", n=number(band.approved), share=words.percent(band.approved / band.cases))
    return [_sureness(band), number(band.agreed), number(band.differed), number(band.undecided), share]
