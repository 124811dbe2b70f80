"""Cancelling an order in the chat: shown wherever it is what helps, done in the tools of orders."""

from __future__ import annotations

from collections.abc import Sequence

from activities.tools.scene import Scene
from activities.tools.wording import order_choices, things
from care.models.dialogue import OrderBrief, Outcome
from care.models.order import Order, OrderStatus, PaymentStatus
from care.rules.order_changes import check_pending


def propose_cancel(scene: Scene, order: Order, *, why: str = "") -> Outcome:
    """Show it and wait for the yes; `why` is said before. Raises Conflict for an order that is on its way."""
    check_pending(order)
    what = f"{order.order_id} ({things(order.items)}, {order.total})"
    due = order.total - order.refunded
    goes_back = order.payment.status is PaymentStatus.PAID and due.amount > 0
    proposed = scene.propose(
        "cancel_order",
        {"order_id": order.order_id, "total": order.total.model_dump(mode="json")},
        f"Cancel {what} and have {due} paid back the way you paid?" if goes_back else f"Cancel {what}?",
        target=order.order_id,
        # "No, the other one" is understood even where no list was shown.
        choices=order_choices(pending_of(scene.context.orders), scene.context.timezone),
        intake=None,
        **scene.slots(order_id=order.order_id),
    )
    return proposed.model_copy(update={"text": f"{why} {proposed.text}".strip()})


def pending_of(orders: Sequence[OrderBrief]) -> list[OrderBrief]:
    return [o for o in orders if o.status is OrderStatus.PENDING]
