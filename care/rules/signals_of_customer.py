"""Signals of what a customer has bought and claimed: counts, amounts and dates, nothing of who they are. Pure."""

from __future__ import annotations

from datetime import timedelta
from statistics import median_low

from care.models.refund import RefundStatus, Signal
from care.rules.known import Known

NEW_ACCOUNT = timedelta(days=14)
RECENT = timedelta(days=90)
# The span of orders that a customer's share of refunds is counted over.
YEAR = timedelta(days=365)
MANY_REFUNDS = 3
ENOUGH_ORDERS = 3
OVER_USUAL = 3
# A share of few orders says nothing: one broken parcel of two is half.
ENOUGH_FOR_A_SHARE = 5
HIGH_SHARE, HIGHER_SHARE = 25, 50
MANY_OPEN = 2


def _refund_rate(known: Known) -> Signal | None:
    since = known.now - RECENT
    others = known.others(known.history)
    recent = [r for r in others if r.created_at > since and r.status is not RefundStatus.REJECTED]
    if len(recent) < MANY_REFUNDS:
        return None
    sentence = f"{len(recent)} other refunds in the last {RECENT.days} days."
    return Signal(name="refund_rate", weight=min(15 * len(recent), 75), sentence=sentence)


def _refunded_share(known: Known) -> Signal | None:
    """Of the value, over a year: many small orders are no shield for a few large refunds."""
    bought = known.bought
    if bought is None or bought.orders < ENOUGH_FOR_A_SHARE or bought.total.amount <= 0:
        return None
    share = 100 * bought.refunded.amount // bought.total.amount
    if share < HIGH_SHARE:
        return None
    sentence = f"{bought.refunded} of {bought.total} bought in a year was refunded ({share} %)."
    return Signal(name="refunded_share", weight=40 if share >= HIGHER_SHARE else 20, sentence=sentence)


def _open_at_once(known: Known) -> Signal | None:
    """Claims on other orders: one parcel may well be claimed item by item."""
    orders = {r.order_id for r in known.others(known.history) if not r.status.is_settled} - {known.order.order_id}
    if len(orders) < MANY_OPEN:
        return None
    sentence = f"Claims on {len(orders)} other orders are open at the same time."
    return Signal(name="open_at_once", weight=min(10 * len(orders), 40), sentence=sentence)


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


RULES = (_refund_rate, _refunded_share, _open_at_once, _new_account, _over_usual)
