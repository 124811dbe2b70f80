"""What a refund of some pieces of an order comes to. Pure; integer minor units.

Shipping is shared out along the order's value: piece by piece, the shares are the steps of one rounded line from
zero to all of the shipping, so refunds of all pieces, in any parts, add up to exactly what was paid for shipping.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from care.errors import CareError, NotEligible, OpenRefund
from care.models.money import Money
from care.models.order import Order, OrderLine
from care.models.refund import Refund, RefundLine, RefundStatus
from care.models.subscription import Item
from care.rules.refund_items import kept

# Pieces in these cases are free to be asked for again.
_GIVEN_UP = {RefundStatus.REJECTED, RefundStatus.WITHDRAWN, RefundStatus.EXPIRED}


class Taken(NamedTuple):
    """Pieces by SKU that other refunds of an order have paid, and that open ones hold."""

    paid: Counter[str]
    held: Counter[str]


def taken(order: Order, earlier: Iterable[Refund]) -> Taken:
    pieces = Taken(Counter(), Counter())
    for refund in earlier:
        if refund.order_id == order.order_id and refund.status not in _GIVEN_UP:
            paid = refund.status is RefundStatus.PAID
            # What was rejected beside items that were paid is free again; until then all of a case is held.
            for line in kept(refund.items) if paid else refund.items:
                (pieces.paid if paid else pieces.held)[line.sku] += line.quantity
    return pieces


def lines_for(order: Order, items: Sequence[Item] | None, others: Taken) -> list[RefundLine]:
    """The lines of a refund of `items` (None: all that is left) beside `others`; not yet capped.

    Raises NotEligible with the rule "unknown_item", "quantity" or "nothing_left", or OpenRefund.
    """
    gone = others.paid + others.held
    wanted = _wanted(order, items, others)
    starts = _starts(order)
    lines = []
    for line, start in zip(order.items, starts, strict=True):
        first = min(line.quantity, gone[line.sku])
        count = min(line.quantity - first, wanted[line.sku])
        gone = gone - Counter({line.sku: first})
        wanted = wanted - Counter({line.sku: count})
        if count:
            amount = line.price * count + _shipping(order, line, start, first, count)
            lines.append(RefundLine(sku=line.sku, name=line.name, quantity=count, amount=amount))
    if not lines:
        raise nothing_left(order, held=bool(others.held))
    return lines


def nothing_left(order: Order, *, held: bool) -> CareError:
    """Why nothing can be asked for: an open case holds it, or it has been refunded."""
    if held:
        return OpenRefund(f"A refund for the same items of order {order.order_id} is already open.")
    return NotEligible(f"Nothing of order {order.order_id} is left to refund.", rule="nothing_left")


def capped(lines: Sequence[RefundLine], cap: Money) -> list[RefundLine]:
    """The same lines, the last ones cut so that they add up to at most `cap`."""
    kept = []
    for line in lines:
        amount = min(line.amount, cap)
        cap = cap - amount
        kept.append(line.model_copy(update={"amount": amount}))
    return kept


def total_of(lines: Sequence[RefundLine]) -> Money:
    return sum((line.amount for line in lines[1:]), start=lines[0].amount)


def _wanted(order: Order, items: Sequence[Item] | None, others: Taken) -> Counter[str]:
    bought: Counter[str] = Counter()
    for line in order.items:
        bought[line.sku] += line.quantity
    left = bought - others.paid - others.held
    if items is None:
        return left
    wanted: Counter[str] = Counter()
    for item in items:
        wanted[item.sku] += item.quantity
    for sku, count in wanted.items():
        if sku not in bought:
            raise NotEligible(f"Order {order.order_id} has no item {sku}.", rule="unknown_item")
        if count > bought[sku]:
            raise NotEligible(f"Order {order.order_id} has {bought[sku]} of {sku}, not {count}.", rule="quantity")
        if count > left[sku]:
            raise nothing_left(order, held=count <= bought[sku] - others.paid[sku])
    return wanted


def _weight(order: Order, line: OrderLine) -> int:
    """Of one piece, for sharing out shipping: its price, or 1 where everything was free."""
    return line.price.amount if any(each.price.amount for each in order.items) else 1


def _starts(order: Order) -> list[int]:
    """For each line, the weight of all lines before it."""
    starts, at = [], 0
    for line in order.items:
        starts.append(at)
        at += _weight(order, line) * line.quantity
    return starts


def _shipping(order: Order, line: OrderLine, start: int, first: int, count: int) -> Money:
    weight = _weight(order, line)
    whole = sum(_weight(order, each) * each.quantity for each in order.items)
    begin = start + weight * first
    return order.shipping.share(begin + weight * count, whole) - order.shipping.share(begin, whole)
