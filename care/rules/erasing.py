"""What must end before a customer can be erased, and what is left of their things afterwards. Pure.

What the books need stays: ids, numbers, times, who ruled and how. What a person said, showed or is called goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from care.models.common import Model
from care.models.conversation import Conversation
from care.models.customer import Customer, Wallet
from care.models.evidence import Evidence, Facts
from care.models.order import Order, OrderStatus, PaymentStatus
from care.models.refund import Judgement, Refund, Ruling, TimelineEntry, Verdict
from care.models.subscription import Subscription, SubscriptionStatus

ERASED = "erased"
NAME = "Erased customer"


class Matter(Model):
    """Something of a customer that is not over: `id` names the order, refund, subscription, conversation or wallet."""

    kind: Literal["subscription", "refund", "order", "trace", "conversation", "wallet"]
    id: str
    sentence: str


def open_matters(
    subscriptions: Sequence[Subscription],
    refunds: Sequence[Refund],
    orders: Sequence[Order],
    conversations: Sequence[Conversation],
    wallet: Wallet | None,
) -> list[Matter]:
    """In the order in which they can be ended: what brings new orders first, what holds an order before the order."""
    return [
        *(_matter("subscription", s.subscription_id, f"is {s.status}") for s in subscriptions if _runs(s)),
        *(_matter("refund", r.refund_id, f"is {r.status}") for r in refunds if not r.status.is_settled),
        *(_matter("order", o.order_id, why) for o in orders if (why := _unfinished(o))),
        *(_matter("trace", o.order_id, "is searched for") for o in orders if o.trace and o.trace.status == "open"),
        *(_matter("conversation", c.conversation_id, "is with a colleague") for c in conversations if c.handed_off),
        *(_matter("wallet", w.customer_id, f"holds {w.balance}") for w in [wallet] if w and w.balance.amount),
    ]


def erased_customer(customer: Customer, at: datetime) -> Customer:
    """Under an address that can never be reached (RFC 2606)."""
    return Customer(
        customer_id=customer.customer_id,
        name=NAME,
        email=f"{customer.customer_id}@erased.invalid",
        created_at=customer.created_at,
        erased_at=customer.erased_at or at,
    )


def erased_subscription(subscription: Subscription) -> Subscription:
    return subscription.model_copy(update={"address": None, "payment_method": None, "cancel_reason": None})


def erased_order(order: Order) -> Order:
    trace = order.trace and order.trace.model_copy(update={"note": ""})
    return order.model_copy(update={"address": None, "trace": trace})


def erased_refund(refund: Refund) -> Refund:
    """Without the complaint, and without every sentence that was written about it. Numbers can be replayed."""
    changed: dict[str, object] = {
        "complaint": ERASED,
        "verdict": refund.verdict and _verdict(refund.verdict),
        "verdicts": [_verdict(each) for each in refund.verdicts],
        "rulings": [_ruling(each) for each in refund.rulings],
        "approvals": [_ruling(each) for each in refund.approvals],
        "timeline": [_entry(each) for each in refund.timeline],
    }
    return refund.model_copy(update=changed)


def erased_evidence(evidence: Evidence) -> Evidence:
    """That there was a file, of what kind and with which hash: a case names it."""
    return evidence.model_copy(update={"file_name": ERASED, "facts": Facts(), "previews": 0, "erased": True})


def erased_conversation(conversation: Conversation) -> Conversation:
    return conversation.model_copy(update={"title": ERASED, "handed_off": False, "handoff": None})


def _matter(
    kind: Literal["subscription", "refund", "order", "trace", "conversation", "wallet"], id_: str, why: str
) -> Matter:
    named = {"trace": f"The parcel of order {id_}", "wallet": "The wallet"}.get(kind, f"{kind.capitalize()} {id_}")
    return Matter(kind=kind, id=id_, sentence=f"{named} {why}.")


def _runs(subscription: Subscription) -> bool:
    return subscription.status is not SubscriptionStatus.CANCELLED


def _unfinished(order: Order) -> str | None:
    owes = order.payment.status is PaymentStatus.PAID and order.refunded < order.total
    match order.status:
        case OrderStatus.PENDING:
            return "is pending"
        case OrderStatus.CANCELLED if owes:
            return "was cancelled, and its payment has yet to go back"
        case _:
            return None


def _verdict(verdict: Verdict) -> Verdict:
    changed: dict[str, object] = {
        "findings": [],
        "reasons": [],
        "signals": [each.model_copy(update={"sentence": ""}) for each in verdict.signals],
        "judgement": verdict.judgement and _judgement(verdict.judgement),
        # How many there were still matters where a policy is tried on old cases.
        "doubts": [ERASED for _ in verdict.doubts],
    }
    return verdict.model_copy(update=changed)


def _judgement(judgement: Judgement) -> Judgement:
    changed: dict[str, object] = {
        "findings": [],
        "about_files": {},
        "contradictions": [ERASED for _ in judgement.contradictions],
        "problem": judgement.problem and ERASED,
    }
    return judgement.model_copy(update=changed)


def _ruling(ruling: Ruling) -> Ruling:
    return ruling.model_copy(update={"note": ""})


def _entry(entry: TimelineEntry) -> TimelineEntry:
    return entry.model_copy(update={"detail": "", "note": ""})
