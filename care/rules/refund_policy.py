"""The refund policy, applied: who may ask, what the machine may approve, who must rule. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from care.errors import NotEligible
from care.models.money import Money
from care.models.order import Order, OrderStatus, PaymentStatus
from care.models.policy import RefundPolicy
from care.models.refund import Judgement, Refund, RefundLine, RefundReason, Remedy, Signal, Verdict
from care.models.subscription import Item
from care.rules.refund_amount import capped, lines_for, nothing_left, taken

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
    """What a refund of `items` (None: all that is left) comes to, capped at paid minus refunded minus reserved.

    `earlier` are the customer's other refunds: their pieces count as gone. Raises NotEligible whose `rule` is
    "remedy", "not_paid", "not_delivered", "window_closed", "unknown_item", "quantity" or "nothing_left",
    and OpenRefund where it is another open refund that holds these items.
    """
    if remedy not in policy.remedies:
        raise NotEligible(f"We do not offer the remedy {remedy}; please choose another one.", rule="remedy")
    _check_order(order, reason)
    _check_window(policy, order, reason, now)
    cap = order.total - order.refunded - order.reserved
    if cap.amount <= 0:
        raise nothing_left(order, held=order.reserved.amount > 0)
    lines = [line for line in capped(lines_for(order, items, taken(order, earlier)), cap) if line.amount.amount > 0]
    if not lines:
        raise NotEligible(f"Nothing was paid for these items of order {order.order_id}.", rule="nothing_left")
    return lines


def _check_order(order: Order, reason: RefundReason) -> None:
    if order.payment.status not in (PaymentStatus.PAID, PaymentStatus.REFUNDED):
        raise NotEligible(f"Order {order.order_id} has not been paid, so there is nothing to refund.", rule="not_paid")
    on_its_way = order.status is OrderStatus.SHIPPED and reason in _ON_ITS_WAY
    if order.status is not OrderStatus.DELIVERED and not on_its_way:
        raise NotEligible(f"Order {order.order_id} has not been delivered yet.", rule="not_delivered")


def _check_window(policy: RefundPolicy, order: Order, reason: RefundReason, now: datetime) -> None:
    days = policy.windows[reason]
    if now > (order.delivered_at or order.placed_at) + timedelta(days=days):
        raise NotEligible(
            f"A refund for this reason can be asked for within {days} days, which have passed for {order.order_id}.",
            rule="window_closed",
        )


def decide(
    policy: RefundPolicy,
    amount: Money,
    reason: RefundReason,
    judgement: Judgement,
    signals: Sequence[Signal],
    evidence_count: int,
    remedy: Remedy,
) -> Verdict:
    """Approve only if policy, evidence and signals all agree, else uncertain with every reason why. Never rejects."""
    reasons = [
        *_policy_doubts(policy, amount, remedy),
        *_evidence_doubts(policy, reason, judgement, evidence_count),
        *_signal_doubts(policy, signals),
    ]
    return Verdict(
        decision="uncertain" if reasons else "approve",
        confidence=judgement.confidence,
        findings=judgement.findings,
        signals=list(signals),
        model=judgement.model,
        prompt_version=judgement.prompt_version,
        policy_version=policy.version,
        reasons=reasons,
    )


def _policy_doubts(policy: RefundPolicy, amount: Money, remedy: Remedy) -> list[str]:
    doubts = []
    if not policy.may_approve(amount):
        doubts.append(f"{amount} is above the automatic limit.")
    if remedy not in policy.automatic_remedies:
        doubts.append(f"The remedy {remedy} is always decided by a person.")
    return doubts


def _evidence_doubts(policy: RefundPolicy, reason: RefundReason, judgement: Judgement, count: int) -> list[str]:
    doubts = []
    if count < policy.evidence_required[reason]:
        doubts.append("The evidence that the policy asks for is missing.")
    if judgement.problem:
        doubts.append(f"The evidence could not be judged: {judgement.problem}")
    elif judgement.decision != "valid":
        doubts.append("The evidence does not settle the claim.")
    elif judgement.confidence < policy.confidence.approve_at:
        doubts.append("The judge is not sure enough of the evidence.")
    return doubts


def _signal_doubts(policy: RefundPolicy, signals: Sequence[Signal]) -> list[str]:
    # A negative weight must not buy back suspicion.
    suspicion = sum(max(0, signal.weight) for signal in signals)
    return ["The signals ask for a person."] if suspicion > policy.suspicion_limit else []


def doubted(verdict: Verdict, reasons: Sequence[str]) -> Verdict:
    """The verdict with further reasons for a person to decide; unchanged without any."""
    if not reasons:
        return verdict
    return verdict.model_copy(update={"decision": "uncertain", "reasons": [*verdict.reasons, *reasons]})


def order_doubts(order: Order, refund: Refund) -> list[str]:
    """What has happened to the order since the case was opened."""
    doubts = []
    if order.status is OrderStatus.CANCELLED:
        doubts.append("The order has been cancelled.")
    if order.payment.status is not PaymentStatus.PAID:
        doubts.append("The order does not count as paid.")
    if order.reserved < refund.amount:
        doubts.append("The amount is not reserved on the order.")
    return doubts


def needs_two(policy: RefundPolicy, amount: Money) -> bool:
    """Whether two people must approve this much. A currency without a limit always needs two."""
    return amount.amount > policy.four_eyes_limit.get(amount.currency, 0)
