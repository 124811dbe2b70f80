"""Fraud signals: named hints with a weight and a sentence, for the reviewer and never for the customer. Pure.

A weight is in hundredths of suspicion; the policy's `suspicion_limit` says how much sends a case to a person.
A signal describes this claim. It is never stored as a tag on the customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median_low

from care.models.common import Model
from care.models.customer import Customer
from care.models.evidence import Evidence
from care.models.order import Order, OrderStatus
from care.models.refund import Refund, RefundStatus, Signal

NEW_ACCOUNT = timedelta(days=14)
RECENT = timedelta(days=90)
MANY_REFUNDS = 3
ENOUGH_ORDERS = 3
OVER_USUAL = 3


class Known(Model):
    """What is known about a claim. `evidence` are its files; `twins` files uploaded elsewhere that show the same;
    `history` the customer's refunds and `orders` their newest orders, this one included."""

    refund: Refund
    order: Order
    customer: Customer
    evidence: Sequence[Evidence]
    twins: Sequence[Evidence]
    history: Sequence[Refund]
    orders: Sequence[Order]
    now: datetime


def weigh(known: Known) -> list[Signal]:
    """Every signal that fires, heaviest first."""
    rules = (_reused, _claimed_before, _captured_before_order, _on_its_way, _refund_rate, _new_account, _over_usual)
    found = [signal for rule in rules if (signal := rule(known))]
    return sorted(found, key=lambda signal: (-signal.weight, signal.name))


def _others(known: Known) -> list[Refund]:
    """The customer's other claims; one that they withdrew says nothing."""
    own = known.refund.refund_id
    return [r for r in known.history if r.refund_id != own and r.status is not RefundStatus.WITHDRAWN]


def _reused(known: Known) -> Signal | None:
    if not any(twin.customer_id != known.refund.customer_id for twin in known.twins):
        return None
    return Signal(name="evidence_of_another", weight=80, sentence="Another customer has sent the same file.")


def _claimed_before(known: Known) -> Signal | None:
    same = {e.evidence_id for e in (*known.evidence, *known.twins)}
    again = sorted(refund.refund_id for refund in _others(known) if same & set(refund.evidence_ids))
    if not again:
        return None
    return Signal(name="evidence_reused", weight=60, sentence=f"The same file was sent with {', '.join(again)}.")


def _captured_before_order(known: Known) -> Signal | None:
    times = [e.facts.captured_at for e in known.evidence if e.facts.captured_at]
    # Cameras keep local time without a zone: a day of slack covers every zone.
    if not times or min(times) > known.order.placed_at - timedelta(days=1):
        return None
    sentence = f"A picture was taken on {min(times):%Y-%m-%d}, before the order was placed."
    return Signal(name="captured_before_order", weight=60, sentence=sentence)


def _on_its_way(known: Known) -> Signal | None:
    if known.order.status is OrderStatus.DELIVERED:
        return None
    return Signal(name="not_delivered", weight=50, sentence="The parcel has not been delivered yet.")


def _refund_rate(known: Known) -> Signal | None:
    recent = [r for r in _others(known) if r.created_at > known.now - RECENT and r.status is not RefundStatus.REJECTED]
    if len(recent) < MANY_REFUNDS:
        return None
    sentence = f"{len(recent)} other refunds in the last {RECENT.days} days."
    return Signal(name="refund_rate", weight=min(15 * len(recent), 75), sentence=sentence)


def _new_account(known: Known) -> Signal | None:
    age = known.now - known.customer.created_at
    if age >= NEW_ACCOUNT:
        return None
    return Signal(name="new_account", weight=20, sentence=f"The account is {max(age.days, 0)} days old.")


def _over_usual(known: Known) -> Signal | None:
    currency = known.refund.amount.currency
    totals = [
        o.total.amount for o in known.orders if o.order_id != known.order.order_id and o.total.currency == currency
    ]
    if len(totals) < ENOUGH_ORDERS or known.refund.amount.amount <= OVER_USUAL * median_low(totals):
        return None
    return Signal(
        name="over_usual", weight=20, sentence="The amount is far above what this customer usually orders for."
    )
