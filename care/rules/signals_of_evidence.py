"""Signals of what a claim shows: files seen before, pictures older than the order, pictures of a screen. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from care.models.evidence import Evidence
from care.models.refund import Refund, RefundStatus, Signal
from care.rules.evidence_checks import captured_before
from care.rules.known import Known

# Named in a sentence at most, of what may be many.
_NAMED = 3


def _of_another(known: Known) -> Signal | None:
    theirs = [twin for twin in known.twins if not known.is_ours(twin)]
    if not theirs:
        return None
    same = _same_files(known, theirs)
    ours_first = all(mine.created_at < other.created_at for mine in known.evidence for other in theirs)
    refused = any(r.status is RefundStatus.REJECTED and not known.is_ours(r) for r in known.shown)
    order = "after" if ours_first else "before"
    claim = ", in a claim that was rejected" if refused else ""
    sentence = f"Another customer has sent {_what(same)}, {order} this one did{claim}."
    return Signal(name="evidence_of_another", weight=(80 if same else 60) + 10 * refused, sentence=sentence)


def _sent_before(known: Known) -> Signal | None:
    """By the same customer, with another claim."""
    ours = {each.evidence_id: each for each in (*known.evidence, *known.twins) if known.is_ours(each)}
    claims = [r for r in known.others(known.shown) if known.is_ours(r) and ours.keys() & set(r.evidence_ids)]
    if not claims:
        return None
    shown = [ours[each] for refund in claims for each in refund.evidence_ids if each in ours]
    same = _same_files(known, shown)
    refused = any(r.status is RefundStatus.REJECTED for r in claims)
    what = "The same file" if same else "A file that looks the same"
    sentence = f"{what} was sent with {_named(claims)}."
    return Signal(name="evidence_reused", weight=(60 if same else 40) + 10 * refused, sentence=sentence)


def _same_files(known: Known, others: Iterable[Evidence]) -> bool:
    """Whether one of them is the very file, not only one that looks the same."""
    originals = {each.original_sha256 for each in known.evidence}
    return any(each.original_sha256 in originals for each in others)


def _what(same: bool) -> str:
    return "the same file" if same else "a file that looks the same"


def _named(claims: list[Refund]) -> str:
    names = sorted({f"{r.refund_id}{' (rejected)' if r.status is RefundStatus.REJECTED else ''}" for r in claims})
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _captured_before_order(known: Known) -> Signal | None:
    old = [e.facts.captured_at for e in known.evidence if e.facts.captured_at and captured_before(e.facts, known.order)]
    if not old:
        return None
    sentence = f"A picture was taken on {min(old):%Y-%m-%d}, before the order was placed."
    return Signal(name="captured_before_order", weight=60, sentence=sentence)


def _screenshot(known: Known) -> Signal | None:
    if not any(each.facts.screenshot for each in known.evidence):
        return None
    return Signal(name="screenshot", weight=10, sentence="A picture looks like one of a screen, not of the goods.")


RULES = (_of_another, _sent_before, _captured_before_order, _screenshot)
