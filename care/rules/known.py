"""What is known about a claim when its signals are weighed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from care.models.common import Model
from care.models.customer import Customer
from care.models.evidence import Evidence
from care.models.ledger import Movement
from care.models.order import Bought, Order
from care.models.refund import Refund, RefundStatus


class Known(Model):
    """`evidence` are the claim's files, `twins` files uploaded elsewhere that show the same, by whomever, and `shown`
    the cases in which any of these files stand. `history` are the customer's newest refunds and `orders` their newest
    orders, this one and its refund included; `bought` sums up a year of orders. `payment` is what the embedded ledger
    has under the order's payment reference, `same_payment` the orders that carry it.
    """

    refund: Refund
    order: Order
    customer: Customer
    evidence: Sequence[Evidence]
    twins: Sequence[Evidence]
    shown: Sequence[Refund] = ()
    history: Sequence[Refund]
    orders: Sequence[Order]
    bought: Bought | None = None
    payment: Movement | None = None
    same_payment: Sequence[Order] = ()
    now: datetime

    def is_ours(self, thing: Evidence | Refund | Order | Movement) -> bool:
        return thing.customer_id == self.refund.customer_id

    def others(self, refunds: Sequence[Refund]) -> list[Refund]:
        """Without this case; one that was withdrawn says nothing, nor does one that expired and is asked for again."""
        own = self.refund.refund_id
        return [r for r in refunds if r.refund_id != own and not self._says_nothing(r)]

    def _says_nothing(self, refund: Refund) -> bool:
        again = refund.status is RefundStatus.EXPIRED and refund.order_id == self.refund.order_id
        return again or refund.status is RefundStatus.WITHDRAWN
