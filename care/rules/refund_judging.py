"""What becomes of a case after the machine has looked at it: paid, asked about once, or given to a person. Pure."""

from __future__ import annotations

from datetime import datetime

from care.models.policy import RefundPolicy
from care.models.refund import Band, Judgement, Refund, RefundStatus, Verdict, Wanted
from care.rules.refund_case import MACHINE, MOST_EVIDENCE, NO_LONGER_WAITING, happened, moved
from care.rules.refund_items import decided
from care.rules.refund_policy import decide, doubted
from care.rules.refund_waiting import asked, to_a_person


def judged(refund: Refund, verdict: Verdict, policy: RefundPolicy, now: datetime) -> Refund:
    """After the graph. The machine stays out of a case that a person took further, and asks once."""
    doubts = [*_not_the_machines(refund, policy), *_items_differ(refund, verdict)]
    verdict = doubted(verdict, doubts)
    update = {"verdict": verdict, "verdicts": [*refund.verdicts, verdict], "policy_version": verdict.policy_version}
    refund = refund.model_copy(update=update)
    if verdict.band is Band.RETURN_FIRST and not _asked_before(refund):
        return asked(refund, Wanted.RETURN, policy, now)
    if verdict.band is Band.ASK and not _asked_before(refund) and len(refund.evidence_ids) < MOST_EVIDENCE:
        return asked(refund, verdict.wanted or Wanted.PHOTO, policy, now)
    if verdict.decision == "approve" and verdict.band not in (Band.ASK, Band.RETURN_FIRST):
        paying = {"status": RefundStatus.APPROVED, "approved": refund.amount, "items": decided(refund.items, None)}
        return moved(refund, now, MACHINE, "approved", str(refund.amount), **NO_LONGER_WAITING | paying)
    return to_a_person(refund, policy, now, "in_review")


def not_judged(refund: Refund, policy: RefundPolicy, problem: str) -> Verdict:
    """The verdict when the assessment broke down: a person decides."""
    judgement = Judgement(decision="unclear", confidence=0, model="none", problem=problem)
    return decide(policy, refund.amount, refund.reason, judgement, [], len(refund.evidence_ids), refund.remedy)


def _asked_before(refund: Refund) -> bool:
    return happened(refund, "evidence_requested", MACHINE) or happened(refund, "return_requested")


def _not_the_machines(refund: Refund, policy: RefundPolicy) -> list[str]:
    reasons = []
    if refund.escalated:
        reasons.append("The case was escalated to a person.")
    if happened(refund, "return_requested"):
        reasons.append("The goods were asked back: a person checks that they have arrived.")
    if len(refund.verdicts) >= policy.assessments:
        reasons.append(f"The machine has assessed the case {len(refund.verdicts)} times already.")
    return reasons


def _items_differ(refund: Refund, verdict: Verdict) -> list[str]:
    """The machine approves all of a case or nothing: a person tells good items from bad ones."""
    if verdict.decision != "approve" or not verdict.items:
        return []
    valid = {each.sku for each in verdict.items if each.decision == "valid"}
    doubtful = {each.sku for each in verdict.items} - valid
    if doubtful or {line.sku for line in refund.items} - valid:
        return ["The claim is not equally clear for all of its items."]
    return []
