"""What the machine concludes: pay, ask for what is missing, have the goods back first, or a person. Pure.

It never rejects. Every doubt is a sentence among the verdict's reasons; the kinds of doubts decide the band:

* about the claim (block list, signals, a judge that failed or contradicts): a person, at once;
* about the evidence: the customer is asked for what would settle it, if that is known; else a person;
* about the amount or the remedy: a person, but what is missing is asked for first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from care.models.money import Money
from care.models.order import Order
from care.models.policy import RefundPolicy
from care.models.refund import Band, Judgement, Refund, RefundReason, Remedy, Signal, Verdict, Wanted
from care.rules.refund_doubts import block_doubts, claim_doubts, claimed_skus, evidence_doubts, limit_doubts


def decide(
    policy: RefundPolicy,
    amount: Money,
    reason: RefundReason,
    judgement: Judgement,
    signals: Sequence[Signal],
    evidence_count: int,
    remedy: Remedy,
    *,
    refund: Refund | None = None,
    order: Order | None = None,
) -> Verdict:
    """Approve only if policy, evidence and signals all agree, else uncertain with every reason why.

    `refund` and `order` tell who claims what: without them no block list is asked, and items are not told apart.
    What the customer may still get in this month is the caller's to ask (`over_month_limit`).
    """
    claim = [*block_doubts(policy, refund, order), *claim_doubts(policy, judgement, signals)]
    evidence = evidence_doubts(policy, reason, judgement, evidence_count, refund)
    limits = limit_doubts(policy, amount, remedy)
    back = goods_come_back(policy, reason, amount)
    if back and not policy.evidence_required[reason]:
        evidence = []  # the goods themselves are the evidence
    wanted = _wanted(policy, reason, judgement, evidence_count) if evidence and not claim else None
    if claim or (evidence and wanted is None):
        band = Band.PERSON
    elif evidence:
        band = Band.ASK
    elif back:
        band, wanted = Band.RETURN_FIRST, Wanted.RETURN
    else:
        band = Band.PERSON if limits else Band.PAY
    returns = ["For this reason and amount the goods come back before anything is paid."] if back else []
    return Verdict(
        decision="approve" if band is Band.PAY else "uncertain",
        confidence=judgement.confidence,
        findings=judgement.findings,
        signals=list(signals),
        model=judgement.model,
        prompt_version=judgement.prompt_version,
        policy_version=policy.version,
        reasons=[*limits, *evidence, *claim, *returns],
        band=band,
        wanted=wanted,
        items=[each for each in judgement.items if refund is None or each.sku in claimed_skus(refund)],
        judgement=judgement,
        evidence_count=evidence_count,
    )


def goods_come_back(policy: RefundPolicy, reason: RefundReason, amount: Money) -> bool:
    """Whether they do before anything is paid. In a currency that the policy does not list, always."""
    above = policy.return_first.get(reason)
    return above is not None and amount.amount > above.get(amount.currency, -1)


def _wanted(policy: RefundPolicy, reason: RefundReason, judgement: Judgement, count: int) -> Wanted | None:
    """What the customer can still show; None if nothing is known that would settle the claim."""
    if count < policy.evidence_required[reason]:
        wanted = policy.evidence_wanted.get(reason, "nothing")
        return wanted if isinstance(wanted, Wanted) else None
    unsure = policy.confidence.ask_at <= judgement.confidence < policy.confidence.approve_at
    return judgement.wanted if unsure and judgement.wanted is not Wanted.RETURN else None


def doubted(verdict: Verdict, reasons: Sequence[str]) -> Verdict:
    """The verdict with further reasons, beside the policy, for a person to decide; unchanged without any."""
    if not reasons:
        return verdict
    return _to_a_person(verdict, reasons).model_copy(update={"doubts": [*verdict.doubts, *reasons]})


def over_month_limit(verdict: Verdict) -> Verdict:
    """The verdict when this refund does not fit into what the machine may still approve in this month."""
    return _to_a_person(verdict, ["What the machine may approve for this customer in this month is used up."])


def _to_a_person(verdict: Verdict, reasons: Sequence[str]) -> Verdict:
    update = {"decision": "uncertain", "reasons": [*verdict.reasons, *reasons], "band": Band.PERSON, "wanted": None}
    return verdict.model_copy(update=update)


def month_of(policy: RefundPolicy, at: datetime) -> str:
    """The calendar month (like "2026-11") in the policy's business time zone.

    A refund counts in the month in which it was asked for, however often and late it is assessed.
    """
    return f"{at.astimezone(ZoneInfo(policy.business_hours.timezone)):%Y-%m}"
