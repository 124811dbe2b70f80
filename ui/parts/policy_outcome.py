"""What a replay came to: how many cases would change, which, and the money in it."""

from __future__ import annotations

from collections import Counter

from care.models.money import Money
from care.replaying import Report
from care.rules.policy_replay import BY_A_PERSON, BY_THE_MACHINE, NOT_ELIGIBLE, Change, Kind
from ui.language import _, mark, plural
from ui.parts import words
from ui.parts.elements import banner, box, card, chip, empty, icon, link, stat, text
from ui.parts.words import Tone

_MOST_SHOWN = 200
_KINDS: dict[Kind, tuple[str, Tone]] = {
    Kind.AUTOMATIC: (mark("Newly automatic"), "info"),
    Kind.PERSON: (mark("Newly to a person"), "warn"),
    Kind.NOT_ELIGIBLE: (mark("Newly not eligible"), "bad"),
}
_OUTCOMES: dict[str, str] = {
    BY_THE_MACHINE: mark("Paid by the machine"),
    BY_A_PERSON: mark("Paid by a person"),
    NOT_ELIGIBLE: mark("Not eligible"),
    "asked for evidence": mark("Asked for evidence"),
    "paid when the goods are back": mark("Paid when the goods are back"),
    "ruled on by a person": mark("Ruled on by a person"),
    "rejected": mark("Not approved"),
    "withdrawn": mark("Withdrawn"),
    "expired": mark("Closed without a decision"),
}


def outcome(report: Report, changes: list[Change], most: int) -> None:
    if not report.cases:
        empty("history", _("No closed case in this time"), _("Choose a longer time to have something to compare."))
        return
    if report.cut:
        said = _("There are more: these are the first {n} of this time. Choose a shorter time for the latest.", n=most)
        banner("content_cut", said, "warn")
    with box("grid four even"):
        stat("history", plural("{n} case", "{n} cases", report.cases), _("ruled again"), "info")
        stat("published_with_changes", plural("{n} case", "{n} cases", report.changed), _("would change"), "warn")
        stat("payments", difference(report.difference()), _("paid out, compared with before"))
        moved = report.total(Kind.PERSON)
        stat("person", amounts(moved.money), _("would wait for a person"), "plain")
    for why, number in sorted(report.gaps.items()):
        text(f"{plural('{n} case keeps too little', '{n} cases keep too little', number)}: {_gap(why)}", "mute small")
    if not changes:
        empty("done_all", _("No case would change"), _("All of them would end as they did."), tone="good")
        return
    with card(_("Cases that would change"), "flush-top"), box("rows apart", tag="ul"):
        for change in changes[:_MOST_SHOWN]:
            with box(tag="li"), link(f"/ui/desk/{change.refund_id}", "row-link"):
                _change(change)
    if len(changes) > _MOST_SHOWN:
        text(_("These are the first {n} of {all}.", n=_MOST_SHOWN, all=len(changes)), "mute small")


def _change(change: Change) -> None:
    with box("stack grow"):
        with box("line between wraps"):
            text(f"{change.refund_id} · {words.money(change.amount)}", "strong small")
            label, tone = _KINDS[change.kind]
            chip(_(label), tone)
        with box("line wraps small"):
            text(_said(change.was), "mute", tag="span")
            icon("arrow_forward", "16px")
            text(_("was that, would be:"), "sr-only", tag="span")
            text(_said(change.would_be), tag="span")


def _said(outcome: str) -> str:
    return _(_OUTCOMES[outcome]) if outcome in _OUTCOMES else words.sentence(outcome)


def _gap(why: str) -> str:
    known = {
        "never assessed": _("never checked"),
        "no judgement kept": _("what the check said was not kept then"),
        "the order is gone": _("the order is gone"),
    }
    return known.get(why, why)


def amounts(sums: Counter[str]) -> str:
    """By currency; "nothing" for no money at all."""
    said = [words.money(Money(amount=amount, currency=currency)) for currency, amount in sorted(sums.items()) if amount]
    return ", ".join(said) or _("nothing")


def difference(sums: Counter[str]) -> str:
    """With its sign: what a reader must not have to guess."""
    said = [
        ("+" if amount > 0 else "\N{MINUS SIGN}") + words.money(Money(amount=abs(amount), currency=currency))
        for currency, amount in sorted(sums.items())
        if amount
    ]
    return ", ".join(said) or _("the same")
