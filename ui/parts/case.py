"""One refund on one screen: all that a person needs to decide."""

from __future__ import annotations

from care.models.customer import CustomerView
from care.models.evidence import Evidence
from care.models.order import Order
from care.models.refund import Refund, Verdict
from ui.parts import words
from ui.parts.elements import box, card, chip, link, text
from ui.parts.evidence import large
from ui.parts.orders import lines
from ui.parts.refunds import timeline
from ui.visit import Visit


def facts(rows: dict[str, str]) -> None:
    with box("facts", tag="dl"):
        for name, value in rows.items():
            text(name, tag="dt")
            text(value, tag="dd")


def claim_card(refund: Refund) -> None:
    with card(f"{refund.amount} · {words.REASON_WORDS[refund.reason].lower()}"):
        text(f"“{refund.complaint}”", "wrap")
        for line in refund.items:
            with box("line between small"):
                text(words.pieces(line.quantity, line.name), "wrap")
                text(str(line.amount), "strong")


def evidence_card(files: list[Evidence]) -> None:
    with card("Evidence"):
        if not files:
            text("The customer sent no photo.", "mute")
        for file in files:
            large(file)


def findings_card(verdict: Verdict | None) -> None:
    with card("What the check found"):
        if verdict is None:
            text("Not checked yet.", "mute")
            return
        with box("line wraps"):
            approve = verdict.decision == "approve"
            chip("Would approve" if approve else "Needs a person", "good" if approve else "warn")
            chip(f"{round(verdict.confidence * 100)} % sure")
            chip(f"Model: {verdict.model}")
            chip(f"Policy {verdict.policy_version}")
        with box("findings", tag="ul"):
            for finding in [*verdict.findings, *verdict.reasons]:
                text(finding, tag="li")
        if verdict.signals:
            text("Signals", tag="h3")
        for signal in verdict.signals:
            with box("line top"):
                chip(words.sentence(signal.name), "warn" if signal.weight > 0 else "plain")
                text(signal.sentence, "small wrap")


def order_card(order: Order) -> None:
    with card("Order", side=order.order_id):
        lines(order)
        facts(
            {
                "Total": str(order.total),
                "State": words.ORDER_WORDS[order.status][0],
                "Payment": words.PAYMENT_WORDS[order.payment.status],
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
                "Refunds before": str(len(others)),
                "Subscriptions": str(customer.subscriptions),
                "Wallet": str(customer.wallet.balance) if customer.wallet else "none",
            }
        )
        for other in others[:5]:
            with link(f"/ui/desk/{other.refund_id}", "row-link"):
                text(f"{other.refund_id} · {other.amount}", "grow small")
                chip(*words.REFUND_WORDS[other.status])


def timeline_card(visit: Visit, refund: Refund) -> None:
    with card("Timeline"):
        timeline(visit, refund)
