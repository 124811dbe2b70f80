"""One refund on one screen: all that a person needs to decide."""

from __future__ import annotations

from collections import Counter

from care.models.customer import CustomerView
from care.models.evidence import Evidence
from care.models.order import Order
from care.models.policy import RefundPolicy
from care.models.refund import ItemJudgement, Refund, RefundLine, Signal, Verdict
from ui.parts import refund_words, words
from ui.parts.elements import box, card, chip, link, text
from ui.parts.evidence import large
from ui.parts.exchanging import EXCHANGE_WORDS, exchange_facts
from ui.parts.orders import lines
from ui.parts.refunds import timeline
from ui.visit import Visit

_MOST_SHOWN = 5


def facts(rows: dict[str, str]) -> None:
    with box("facts", tag="dl"):
        for name, value in rows.items():
            text(name, tag="dt")
            text(value, tag="dd")


def claim_card(refund: Refund) -> None:
    judged = {each.sku: each for each in refund.verdict.items} if refund.verdict else {}
    with card(f"{refund.amount} · {words.reason(refund.reason).lower()}"):
        text(f"“{refund.complaint}”", "wrap")
        with box("items", tag="ul", name="What is claimed"):
            for line in refund.items:
                with box(tag="li"):
                    _claimed(line, judged.get(line.sku))
        new = exchange_facts(refund)
        facts({"Asked for": EXCHANGE_WORDS if new else refund_words.REMEDY_WORDS[refund.remedy]} | new)


def _claimed(line: RefundLine, judged: ItemJudgement | None) -> None:
    with box("line between small"):
        text(words.pieces(line.quantity, line.name), "wrap")
        text(str(line.amount), "strong")
    with box("options"):
        if judged:
            chip(*refund_words.judged(judged.decision))
            chip(f"{round(judged.confidence * 100)} % sure it is so")
        if line.outcome:
            chip(*refund_words.outcome(line.outcome))


def evidence_card(files: list[Evidence]) -> None:
    with card("Evidence"):
        if not files:
            text("The customer sent no photo.", "mute")
        for file in files:
            large(file)


def findings_card(verdict: Verdict | None, policy: RefundPolicy) -> None:
    with card("What the check found"):
        if verdict is None:
            text("Not checked yet.", "mute")
            return
        with box("line wraps"):
            chip(*refund_words.band(verdict))
            chip(f"{round(verdict.confidence * 100)} % sure")
            chip(f"Model: {verdict.model}")
            chip(f"Policy {verdict.policy_version}")
        _sentences("", verdict.findings)
        _sentences("Why a person decides", verdict.reasons)
        _signals(verdict.signals, policy)


def _sentences(title: str, sentences: list[str]) -> None:
    if not sentences:
        return
    if title:
        text(title, tag="h3")
    with box("findings", tag="ul"):
        for sentence in sentences:
            text(sentence, tag="li")


def _signals(signals: list[Signal], policy: RefundPolicy) -> None:
    """Heaviest first. Hints of this claim for whoever decides: the customer sees none of them."""
    if not signals:
        return
    text("Signals", tag="h3")
    with box("stack loose", tag="ul", name="Signals, the heaviest first"):
        for signal in sorted(signals, key=lambda each: -each.weight):
            label, tone = refund_words.weight(signal.weight, policy.suspicion_limit)
            with box("line top", tag="li"):
                chip(f"{label} · {signal.weight}", tone)
                with box("stack"):
                    text(words.sentence(signal.name), "small strong")
                    text(signal.sentence, "small wrap")


def order_card(order: Order) -> None:
    with card("Order", side=order.order_id):
        lines(order)
        facts(
            {
                "Total": str(order.total),
                "State": words.order_state(order.status)[0],
                "Payment": words.payment_state(order.payment.status),
                "Placed": f"{words.moment(order.placed_at, 'UTC')} UTC",
                "Delivered": f"{words.moment(order.delivered_at, 'UTC')} UTC" if order.delivered_at else "not yet",
                "Paid back": str(order.refunded),
                "Reserved": str(order.reserved),
            }
        )


def customer_card(customer: CustomerView, history: list[Refund], refund: Refund) -> None:
    others = [r for r in history if r.refund_id != refund.refund_id]
    with card("Customer", side=customer.customer_id):
        facts(
            {
                "Name": customer.name,
                "Since": words.day(customer.created_at.date()) + f" {customer.created_at.year}",
                "Orders": str(customer.orders),
                "Other refunds": outcomes_of(others),
                "Subscriptions": str(customer.subscriptions),
                "Wallet": str(customer.wallet.balance) if customer.wallet else "none",
            }
        )
        for other in others[:_MOST_SHOWN]:
            with link(f"/ui/desk/{other.refund_id}", "row-link"):
                with box("stack grow"):
                    text(f"{other.refund_id} · {other.amount}", "small strong")
                    text(
                        f"{words.day(other.created_at.date())} {other.created_at.year} · "
                        f"{words.reason(other.reason).lower()}",
                        "mute small",
                    )
                chip(*refund_words.state(other))


def outcomes_of(refunds: list[Refund]) -> str:
    """ "3: 2 paid, 1 not approved"; "none"."""
    if not refunds:
        return "none"
    counts = Counter(refund_words.state(each)[0].lower() for each in refunds)
    return f"{len(refunds)}: " + ", ".join(f"{number} {said}" for said, number in counts.most_common())


def timeline_card(visit: Visit, refund: Refund) -> None:
    with card("Timeline"):
        timeline(visit, refund)
