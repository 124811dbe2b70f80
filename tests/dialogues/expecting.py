"""The lines `then:`: what the database must hold in the end. What no line names must be as it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from pydantic import TypeAdapter, ValidationError

from care.models.conversation import HandoffReason
from tests.dialogues.grammar import CATALOGUE, Wrong, check_days, id_of, money

# The fields that a line about something new has to name, so that it says what it is.
SALIENT = {
    "order": {"items", "total"},
    "subscription": {"items", "frequency"},
    "refund": {"order_id", "amount", "reason"},
}
_REASON: TypeAdapter[HandoffReason] = TypeAdapter(HandoffReason)
_PREFIX = {"order": "ORD", "subscription": "SUB", "refund": "REF"}
_HOW = (
    "write 'order ORD001: status cancelled; payment refunded', 'new refund REF001: ...', 'wallet: balance €2.00', "
    "'customer: email ada@shop.test', 'stock of milk: +1', 'card: +€1.49', 'books of the wallet: +€1.49', "
    "'handed over: asked' or 'nothing changes'"
)


@dataclass(frozen=True)
class Claim:
    """What one line says: of a thing that changed or (`new`) was made, which fields have which values in the end; or
    of a sum (`kind` "stock", "card" or "books"), by how much it moved."""

    text: str
    kind: str
    id: str = ""
    new: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    moved: int = 0


def claim(text: str) -> Claim:
    head, _, rest = check_days(text).partition(": ")
    if not rest:
        raise Wrong(_HOW)
    match head.split():
        case ["stock", "of", word] if word in CATALOGUE:
            return Claim(text, "stock", CATALOGUE[word].sku, moved=_signed(rest, r"\d+", int))
        case ["card"] | ["books", "of", "the", "wallet"]:
            kind = "card" if head == "card" else "books"
            return Claim(text, kind, moved=_signed(rest, r"€\S+", lambda amount: money(amount).amount))
        case ["wallet" | "customer" | "preferences" as kind]:
            return Claim(text, kind, fields=_fields(rest))
        case ["new", ("order" | "subscription" | "refund") as kind, id_]:
            fields = _fields(rest)
            if missing := SALIENT[kind] - {name for name, _ in fields}:
                raise Wrong(f"say of a new {kind} also: {', '.join(sorted(missing))}")
            return Claim(text, kind, id_of(id_, _PREFIX[kind]), new=True, fields=fields)
        case [("order" | "subscription" | "refund") as kind, id_]:
            return Claim(text, kind, id_of(id_, _PREFIX[kind]), fields=_fields(rest))
        case _:
            raise Wrong(_HOW)


def handoff_reason(text: str) -> HandoffReason:
    try:
        return _REASON.validate_python(text)
    except ValidationError:
        raise Wrong(f"handed over: {', '.join(get_args(HandoffReason))}") from None


def _fields(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [each.strip().partition(" ") for each in text.split(";")]
    if wrong := [name for name, _, value in pairs if not value]:
        raise Wrong(f"{wrong[0]!r} has no value: write 'field value; field value'")
    return tuple((name, value) for name, _, value in pairs)


def _signed(text: str, form: str, number: Callable[[str], int]) -> int:
    found = re.fullmatch(rf"([+-])({form})", text)
    if found is None:
        raise Wrong(f"{text!r}: write by how much it moves, with + or -")
    amount = number(found[2])
    return amount if found[1] == "+" else -amount
