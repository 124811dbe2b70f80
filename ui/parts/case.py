"""One refund on one screen: all that a person needs to decide."""

from __future__ import annotations

from collections import Counter

from care.models.customer import CustomerView
from care.models.evidence import Evidence
from care.models.order import Order
from care.models.policy import RefundPolicy
from care.models.refund import ItemJudgement, Refund, RefundLine, Signal, Verdict
from ui.language import _, retold
from ui.parts import refund_words, words
from ui.parts.elements import box, card, chip, link, text
from ui.parts.exchanging import EXCHANGE_WORDS, exchange_facts
from ui.parts.orders import lines
from ui.parts.proof import proof, sentences
from ui.parts.refunds import timeline
from ui.visit import Visit

_MOST_SHOWN = 5
_LONG = 400  # characters of a complaint, above which it scrolls by itself


def facts(rows: dict[str, str]) -> None:
    with box("facts", tag="dl"):
        for name, value in rows.items():
            text(name, tag="dt")
            text(value, tag="dd")


def claim_card(refund: Refund) -> None:
    judged = {each.sku: each for each in refund.verdict.items} if refund.verdict else {}
    with card(words.reason(refund.reason), "tight"):
        said = text(f"“{refund.complaint}”", "wrap")
        if len(refund.complaint) > _LONG:
            said.classes("complaint").props("tabindex=0")
        with box("items", tag="ul", name=_("What is claimed")):
            for line in refund.items:
                with box(tag="li"):
                    _claimed(line, judged.get(line.sku))
        new = exchange_facts(refund)
        facts({_("Asked for"): _(EXCHANGE_WORDS if new else refund_words.REMEDY_WORDS[refund.remedy])} | new)


def _claimed(line: RefundLine, judged: ItemJudgement | None) -> None:
    with box("line between small"):
        text(words.pieces(line.quantity, line.name), "wrap")
        text(words.money(line.amount), "strong")
    with box("options"):
        if judged:
            chip(*refund_words.judged(judged.decision))
            chip(_("{share} sure it is so", share=words.percent(judged.confidence)))
        if line.outcome:
            chip(*refund_words.outcome(line.outcome))


def evidence_card(files: list[Evidence], verdict: Verdict | None) -> None:
    """Each file with what the check found in it."""
    found = about_files(verdict)
    with card(_("Evidence"), "tight"):
        if not files:
            text(_("The customer sent no photo."), "mute")
        with box("evidence"):
            shown = [proof(file, n, found.get(file.evidence_id, [])) for n, file in enumerate(files, start=1)]
        for first in [link for links in shown for link in links][:1]:
            first.props["aria-keyshortcuts"] = "z"


def about_files(verdict: Verdict | None) -> dict[str, list[str]]:
    """The findings that are about one file, by its evidence id. A verdict from before they were told apart has none."""
    return verdict.judgement.about_files if verdict and verdict.judgement else {}


def about_all(verdict: Verdict) -> list[str]:
    """The findings that stand beside no file."""
    shown = {sentence for found in about_files(verdict).values() for sentence in found}
    return [sentence for sentence in verdict.findings if sentence not in shown]


def findings_card(verdict: Verdict | None, policy: RefundPolicy) -> None:
    with card(_("What the check found"), "tight"):
        if verdict is None:
            text(_("Not checked yet."), "mute")
            return
        with box("line wraps"):
            chip(*refund_words.band(verdict))
            chip(_("{share} sure", share=words.percent(verdict.confidence)))
        _titled(_("Why a person decides"), verdict.reasons)
        _titled(_("About the case as a whole"), about_all(verdict))
        _signals(verdict.signals, policy)
        said = _("Model: {model} · Policy {version}", model=verdict.model, version=verdict.policy_version)
        text(said, "mute small wrap")


def _titled(title: str, told: list[str]) -> None:
    if told:
        with box("stack"):
            text(title, tag="h3")
            sentences(told)


def _signals(signals: list[Signal], policy: RefundPolicy) -> None:
    """Heaviest first. Hints of this claim for whoever decides: the customer sees none of them."""
    if not signals:
        return
    text(_("Signals"), tag="h3")
    with box("stack loose", tag="ul", name=_("Signals, the heaviest first")):
        for signal in sorted(signals, key=lambda each: -each.weight):
            label, tone = refund_words.weight(signal.weight, policy.suspicion_limit)
            with box("line top", tag="li"):
                chip(f"{label} · {signal.weight}", tone)
                text(retold(signal.sentence), "small wrap")


def order_card(order: Order) -> None:
    with card(_("Order"), "tight", side=order.order_id):
        lines(order)
        delivered = order.delivered_at
        facts(
            {
                _("Total"): words.money(order.total),
                _("State"): words.order_state(order.status)[0],
                _("Payment"): words.payment_state(order.payment.status),
                _("Placed"): f"{words.moment(order.placed_at, 'UTC')} UTC",
                _("Delivered"): f"{words.moment(delivered, 'UTC')} UTC" if delivered else _("not yet"),
                _("Paid back"): words.money(order.refunded),
                _("Reserved"): words.money(order.reserved),
            }
        )


def customer_card(customer: CustomerView, history: list[Refund], refund: Refund) -> None:
    others = [r for r in history if r.refund_id != refund.refund_id]
    with card(_("Customer"), "tight", side=customer.customer_id):
        facts(
            {
                _("Name"): customer.name,
                _("Since"): f"{words.day(customer.created_at.date())} {customer.created_at.year}",
                _("Orders"): str(customer.orders),
                _("Other refunds"): outcomes_of(others),
                _("Subscriptions"): str(customer.subscriptions),
                _("Wallet"): words.money(customer.wallet.balance) if customer.wallet else _("none"),
            }
        )
        with link(f"/ui/customers/{customer.customer_id}", "small"):
            text(_("Everything about this customer"), tag="span")
        for other in others[:_MOST_SHOWN]:
            with link(f"/ui/desk/{other.refund_id}", "row-link"):
                with box("stack grow"):
                    text(f"{other.refund_id} · {words.money(other.amount)}", "small strong")
                    at = f"{words.day(other.created_at.date())} {other.created_at.year}"
                    text(f"{at} · {words.reason(other.reason)}", "mute small")
                chip(*refund_words.state(other))


def outcomes_of(refunds: list[Refund]) -> str:
    """ "3: 2 paid, 1 not approved"; "2 paid"; "none"."""
    if not refunds:
        return _("none")
    counts = Counter(refund_words.state(each)[0].lower() for each in refunds)
    told = ", ".join(f"{number} {said}" for said, number in counts.most_common())
    return f"{len(refunds)}: {told}" if len(counts) > 1 else told


def timeline_card(visit: Visit, refund: Refund) -> None:
    with card(_("Timeline"), "tight history"):
        timeline(visit, refund)
