"""The refund policy, applied: who may ask, and how many people must rule. Pure.

When and for what one may ask stands in refund_windows.py, what it comes to in refund_amount.py, and what the machine
concludes in refund_decision.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from care.errors import NotEligible
from care.models.order import Order, OrderStatus, PaymentStatus
from care.models.policy import RefundPolicy
from care.models.refund import Refund, RefundLine, RefundReason, Remedy
from care.models.subscription import Item
from care.rules.refund_amount import capped, lines_for, nothing_left, taken
from care.rules.refund_decision import decide, doubted
from care.rules.refund_doubts import needs_two, order_doubts
from care.rules.refund_windows import check_refusals, refusals, refused

__all__ = ["decide", "doubted", "eligibility", "needs_two", "order_doubts"]

# The reasons that make sense while the parcel is still on its way.
_ON_ITS_WAY = {RefundReason.LATE, RefundReason.MISSING}


def eligibility(
    policy: RefundPolicy,
    order: Order,
    items: Sequence[Item] | None,
    reason: RefundReason,
    now: datetime,
    *,
    earlier: Iterable[Refund] = (),
    remedy: Remedy = Remedy.REFUND,
) -> list[RefundLine]:
    """What a refund of `items` comes to, capped at paid minus refunded minus reserved.

    `items` None means all that is left and may still be given back. `earlier` are the customer's other refunds: their
    pieces count as gone, and a claim that expired keeps its window open. Raises NotEligible whose `rule` is "remedy",
    "not_paid", "not_delivered", "window_closed", "final_sale", "unknown_item", "quantity" or "nothing_left", and
    OpenRefund where it is another open refund that holds these items.
    """
    if remedy not in policy.remedies:
        raise NotEligible(f"We do not offer the remedy {remedy}; please choose another one.", rule="remedy")
    _check_order(order, reason)
    earlier = list(earlier)
    found = refusals(policy, order, reason, now, earlier)
    check_refusals(order, items, found)
    cap = order.total - order.refunded - order.reserved
    if cap.amount <= 0:
        raise nothing_left(order, held=order.reserved.amount > 0)
    asked = lines_for(order, items, taken(order, earlier))
    open_ = [line for line in asked if line.sku not in found]
    if not open_:
        raise refused(order, [found[line.sku] for line in asked])
    lines = [line for line in capped(open_, cap) if line.amount.amount > 0]
    if not lines:
        raise NotEligible(f"Nothing was paid for these items of order {order.order_id}.", rule="nothing_left")
    return lines


def _check_order(order: Order, reason: RefundReason) -> None:
    if order.payment.status not in (PaymentStatus.PAID, PaymentStatus.REFUNDED):
        raise NotEligible(f"Order {order.order_id} has not been paid, so there is nothing to refund.", rule="not_paid")
    on_its_way = order.status is OrderStatus.SHIPPED and reason in _ON_ITS_WAY
    if order.status is not OrderStatus.DELIVERED and not on_its_way:
        raise NotEligible(f"Order {order.order_id} has not been delivered yet.", rule="not_delivered")
