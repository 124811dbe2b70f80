"""Why the machine would rather not approve: each doubt is one sentence, for the people at the desk. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from care.models.money import Money
from care.models.order import Order, OrderStatus, PaymentStatus
from care.models.policy import RefundPolicy
from care.models.refund import Judgement, Refund, RefundReason, Remedy, Signal


def block_doubts(policy: RefundPolicy, refund: Refund | None, order: Order | None) -> list[str]:
    """What the shop has on its block list: nobody is refused for that."""
    if refund is None:
        return []
    block, skus = policy.block, claimed_skus(refund)
    doubts = []
    if refund.customer_id in block.customers or refund.order_id in block.orders:
        doubts.append("The policy has a person decide on every claim of this customer or order.")
    named = skus & set(block.skus)
    named |= {line.sku for line in (order.items if order else []) if line.category in block.categories} & skus
    if named:
        doubts.append(f"The policy has a person decide on {', '.join(sorted(named))}.")
    return doubts


def claim_doubts(policy: RefundPolicy, judgement: Judgement, signals: Sequence[Signal]) -> list[str]:
    """What speaks against the claim, or leaves it unjudged: no further file from the customer would lift these."""
    doubts = []
    if judgement.problem:
        doubts.append(f"The evidence could not be judged: {judgement.problem}")
    elif judgement.decision == "invalid":
        doubts.append("The evidence speaks against the claim.")
    doubts += judgement.contradictions
    # A negative weight must not buy back suspicion.
    if sum(max(0, signal.weight) for signal in signals) > policy.suspicion_limit:
        doubts.append("The signals ask for a person.")
    return doubts


def evidence_doubts(
    policy: RefundPolicy, reason: RefundReason, judgement: Judgement, count: int, refund: Refund | None
) -> list[str]:
    """What the files do not show yet."""
    doubts = []
    if count < policy.evidence_required[reason]:
        doubts.append("The evidence that the policy asks for is missing.")
    if judgement.problem or judgement.decision == "invalid":
        return doubts  # said already, and worse
    if judgement.decision != "valid":
        doubts.append("The evidence does not settle the claim.")
    elif judgement.confidence < policy.confidence.approve_at:
        doubts.append("The judge is not sure enough of the evidence.")
    return doubts + _item_doubts(policy, judgement, refund)


def _item_doubts(policy: RefundPolicy, judgement: Judgement, refund: Refund | None) -> list[str]:
    """Where the judge told the items apart, each that is claimed must be settled."""
    if not judgement.items or refund is None:
        return []
    settled = {each.sku for each in judgement.items} - {
        each.sku
        for each in judgement.items
        if each.decision != "valid" or each.confidence < policy.confidence.approve_at
    }
    open_ = sorted(claimed_skus(refund) - settled)
    return [f"The evidence does not settle the claim for {', '.join(open_)}."] if open_ else []


def limit_doubts(policy: RefundPolicy, amount: Money, remedy: Remedy) -> list[str]:
    """What the policy leaves to people, however clear the claim is."""
    doubts = []
    if not policy.may_approve(amount):
        doubts.append(f"{amount} is above the automatic limit.")
    elif amount.amount > policy.month_limit(amount.currency):
        doubts.append(f"{amount} is above what the machine may approve for one customer in a month.")
    elif needs_two(policy, amount):
        doubts.append(f"{amount} needs two people.")
    if remedy not in policy.automatic_remedies:
        doubts.append(f"The remedy {remedy} is always decided by a person.")
    return doubts


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


def claimed_skus(refund: Refund) -> set[str]:
    return {line.sku for line in refund.items}
