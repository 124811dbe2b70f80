"""What became of a dialogue, held against its `then:` lines: what none of them names must be as it was."""

from __future__ import annotations

from collections.abc import Iterator

from tests.dialogues.books import KINDS, Books, Change, changes, moved_on, said
from tests.dialogues.expecting import Claim
from tests.dialogues.grammar import with_days
from tests.dialogues.script import Dialogue
from tests.dialogues.stage import ELSEWHERE, Stage

# Sums are held by account and product, not entry by entry.
_SUMMED = {"ledger", "movements", "products"}
# What comes with a change of another field, and is not said apart.
_COMES_WITH = {
    "subscription": {
        "status": {"cancelled_at", "cancel_reason", "not_before", "paused_until"},
        "frequency": {"schedule", "recurrence", "delivery_day", "not_before"},
        "delivery_day": {"schedule", "recurrence", "not_before"},
        "moved": {"skipped"},
        "skipped": {"skips"},
        "cancel_after_next": {"cancel_reason"},
    },
    "order": {"status": {"delivered_at"}, "items": {"payment"}, "trace": {"traced_at"}},
    "refund": {
        "status": {"wanted", "due_at", "remind_at", "first_ruling_due_at", "hold"},
        "evidence_ids": {"verdict", "verdicts"},
    },
}


def fits(pattern: str, text: str) -> bool:
    """Whether the text holds the pieces of the pattern, which stand between its stars, in their order."""
    at, plain = 0, " ".join(text.split()).casefold()
    for piece in pattern.casefold().split("*"):
        found = plain.find(piece.strip(), at)
        if found < 0:
            return False
        at = found + len(piece.strip())
    return True


def secrets(stage: Stage) -> list[str]:
    """What no reply may tell: how somebody else is called, where they live, and what is theirs."""
    return [stage.stranger.email, stage.stranger.customer_id, ELSEWHERE.street, *stage.theirs]


def problems(dialogue: Dialogue, stage: Stage, before: Books, after: Books) -> Iterator[str]:
    found = [change for change in changes(before, after) if change.kind not in _SUMMED]
    _bind_new(dialogue, stage, found)
    claimed: dict[tuple[str, str], set[str]] = {}
    for claim in dialogue.claims:
        if claim.kind in ("stock", "card", "books"):
            continue
        kind, id_ = claim.kind, stage.names.real(claim.id or "customer")
        collection = next((name for name, called in KINDS.items() if called == kind), kind)
        document = after.get(collection, {}).get(id_)
        if document is None:
            yield f"there is no {kind} {claim.id or id_}"
            continue
        if claim.new and id_ in before.get(collection, {}):
            yield f"{claim.id} is not new"
        yield from _wrong_values(claim, stage, document)
        fields = claimed.setdefault((kind, id_), set())
        for name, _ in claim.fields:
            fields |= {name} | _COMES_WITH.get(kind, {}).get(name, set())
    for change in found:
        left = (
            set()
            if change.new and (change.kind, change.id) in claimed
            else change.fields - claimed.get((change.kind, change.id), set())
        )
        if left:
            yield f"no line tells of {_told(change, left)}"
    yield from _wrong_sums(dialogue, stage, before, after)


def _wrong_values(claim: Claim, stage: Stage, document: dict[str, object]) -> Iterator[str]:
    for name, wanted in claim.fields:
        if name not in document:
            yield f"{claim.text}: there is no field {name}, only {', '.join(sorted(document))}"
            continue
        found = stage.names.to_named(said(document[name]))
        if found != with_days(wanted, stage.today, spoken=False):
            yield f"{claim.text}: {name} is {found}"


def _wrong_sums(dialogue: Dialogue, stage: Stage, before: Books, after: Books) -> Iterator[str]:
    claims = {(claim.kind, claim.id): claim.moved for claim in dialogue.claims if claim.moved}
    mine, theirs = stage.customer.customer_id, stage.stranger.customer_id
    moved = {
        ("card", ""): moved_on(f"customer:{mine}:card", before, after),
        ("books", ""): moved_on(f"wallet:{mine}", before, after),
        ("card", "somebody else"): moved_on(f"customer:{theirs}:card", before, after),
        ("books", "somebody else"): moved_on(f"wallet:{theirs}", before, after),
    }
    for sku, product in after["products"].items():
        old = before["products"][sku]
        moved["stock", sku] = product["stock"] - old["stock"]
        if {k: v for k, v in product.items() if k != "stock"} != {k: v for k, v in old.items() if k != "stock"}:
            yield f"the product {sku} has changed"
    for what, by in moved.items():
        if by != claims.get(what, 0):
            yield f"{' of '.join(w for w in what if w)} moved by {by}, not by {claims.get(what, 0)}"


def _bind_new(dialogue: Dialogue, stage: Stage, found: list[Change]) -> None:
    """A new thing that no action has named gets the name by which the one line about it calls it."""
    for claim in dialogue.claims:
        new = [c for c in found if c.new and c.kind == claim.kind and not stage.names.is_called(c.id)]
        if claim.new and claim.id not in stage.names and len(new) == 1:
            stage.names.bind(claim.id, new[0].id)


def _told(change: Change, fields: set[str]) -> str:
    values = "; ".join(f"{name} {said(change.after.get(name))}" for name in sorted(fields))
    return f"{'the new ' if change.new else ''}{change.kind} {change.id}: {values}"
