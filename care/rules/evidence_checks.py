"""What can be known of a claim's files without looking at what they show. Pure; every finding is a plain sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from care.models.evidence import Evidence, Facts
from care.models.order import Order
from care.models.refund import Wanted
from care.rules.documents import AMOUNT
from care.rules.product_names import products_in

# Variance of the Laplacian in thousandths; below this even large print cannot be read.
BLURRED_BELOW = 20_000
# Camera clocks carry no time zone: a day either way proves nothing.
CLOCK_SLACK = timedelta(days=1)
_AMOUNT = re.compile(AMOUNT)


def captured_before(facts: Facts, order: Order) -> bool:
    return facts.captured_at is not None and facts.captured_at < order.placed_at - CLOCK_SLACK


def is_blurred(facts: Facts) -> bool:
    return facts.sharpness is not None and facts.sharpness < BLURRED_BELOW


def findings_of(facts: Facts, order: Order) -> list[str]:
    """Findings on one file, for the reviewer."""
    found = []
    if captured_before(facts, order) and facts.captured_at:
        found.append(
            f"The camera's date ({facts.captured_at:%Y-%m-%d}) is before the order ({order.placed_at:%Y-%m-%d})."
        )
    if is_blurred(facts):
        found.append("The picture is blurred.")
    if facts.screenshot:
        found.append("The picture looks like a screenshot.")
    if facts.pages:
        found.append(f"The PDF has {facts.pages} page{'' if facts.pages == 1 else 's'}.")
    if facts.text.strip():
        found += _compared(facts.text, order)
    elif facts.pages:
        found.append("The PDF holds no text that can be read.")
    return found


def wanted_of(files: Sequence[Evidence]) -> Wanted | None:
    """What a further file would have to be, as far as that can be told without looking: a picture where there is none
    or only screenshots, a sharper one where all are blurred. A video may show anything."""
    if any(file.media_type.startswith("video/") for file in files):
        return None
    pictures = [file.facts for file in files if file.media_type.startswith("image/")]
    if all(facts.screenshot for facts in pictures):
        return Wanted.PHOTO
    return Wanted.SHARPER_PHOTO if all(is_blurred(facts) for facts in pictures) else None


def agrees(facts: Facts, order: Order) -> bool:
    """Whether a document names the order's id or its total."""
    return _names_order(facts.text, order) or order.total.amount in amounts_in(facts.text)


def amounts_in(text: str) -> set[int]:
    """Amounts with two decimals, in minor units: "1,299.00", "1.299,00" and "12,99" alike."""
    return {int(re.sub(r"\D", "", match)) for match in _AMOUNT.findall(text)}


def _compared(text: str, order: Order) -> list[str]:
    id_line = "names" if _names_order(text, order) else "does not name"
    total_line = "shows" if order.total.amount in amounts_in(text) else "does not show"
    names = [line.name for line in order.items]
    named = products_in(text, names)
    products = f"names {', '.join(named)}" if named else "names no product of the order"
    return [
        f"The document {id_line} the order id {order.order_id}.",
        f"The document {total_line} the order's total of {order.total}.",
        f"The document {products}.",
    ]


def _names_order(text: str, order: Order) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(order.order_id)}(?![\w-])", text, re.I) is not None
