"""Items of a case that are decided separately: which lines are approved, and what they come to. Pure; minor units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from care.errors import Invalid
from care.models.money import Money
from care.models.order import OrderLine
from care.models.refund import RefundLine
from care.models.subscription import Item


def decided(lines: Sequence[RefundLine], items: Sequence[Item] | None) -> list[RefundLine]:
    """The lines with their outcome: `items` (None: all) are approved, the others rejected.

    A line of which a part is approved is split; its amount is shared out piece by piece, so that the two parts are
    together what the line was. Raises Invalid (`fields`) for an item, or a quantity, that the case does not have.
    """
    if items is None:
        return [line.model_copy(update={"outcome": "approved"}) for line in lines]
    wanted: Counter[str] = Counter()
    for item in items:
        wanted[item.sku] += item.quantity
    parts: list[RefundLine] = []
    for line in lines:
        count = min(line.quantity, wanted[line.sku])
        wanted[line.sku] -= count
        parts += _split(line, count)
    for sku in +wanted:
        why = f"more of {sku} than was claimed"
        raise Invalid(f"The case does not have that many of {sku}.", fields={"items": why})
    return parts


def undecided(lines: Iterable[RefundLine]) -> list[RefundLine]:
    return [line.model_copy(update={"outcome": None}) for line in lines]


def rejected(lines: Iterable[RefundLine]) -> list[RefundLine]:
    return [line.model_copy(update={"outcome": "rejected"}) for line in lines]


def kept(lines: Iterable[RefundLine]) -> list[RefundLine]:
    """The lines that were not rejected."""
    return [line for line in lines if line.outcome != "rejected"]


def share_of(lines: Sequence[RefundLine]) -> Money:
    """What the approved lines come to."""
    zero = Money.zero(lines[0].amount.currency)
    return sum((line.amount for line in lines if line.outcome == "approved"), start=zero)


def in_words(lines: Iterable[RefundLine | OrderLine]) -> str:
    return ", ".join(f"{line.quantity} × {line.name}" for line in lines)  # noqa: RUF001 - the sign is meant


def _split(line: RefundLine, count: int) -> list[RefundLine]:
    amount = line.amount.share(count, line.quantity)
    approved = {"quantity": count, "amount": amount, "outcome": "approved"}
    rest = {"quantity": line.quantity - count, "amount": line.amount - amount, "outcome": "rejected"}
    return [line.model_copy(update=part) for part in (approved, rest) if part["quantity"]]
