"""Refunds that have been asked for: how one stands, adding files to it, withdrawing it."""

from __future__ import annotations

from typing import Any

from activities.tools.asking import MOST_OFFERED
from activities.tools.owned import refund_of
from activities.tools.scene import PERSON, Scene, done
from activities.tools.wording import moment, refund_choices
from care.gateways.cases import Cases
from care.models.dialogue import Outcome
from care.models.memory import RefundIntake
from care.models.refund import Refund, RefundStatus
from care.rules.references import choice_in
from care.rules.refund_case import with_evidence, withdrawn
from care.rules.refund_next import next_step
from care.rules.refund_notices import asked_for
from care.stores import Stores

_STANDING = {
    RefundStatus.ASSESSING: "is being checked",
    RefundStatus.NEEDS_EVIDENCE: "waits for you",
    RefundStatus.IN_REVIEW: "is with a colleague, who will decide",
    RefundStatus.APPROVED: "is approved and about to be paid",
    RefundStatus.PAID: "is paid",
    RefundStatus.REJECTED: "was not approved",
    RefundStatus.WITHDRAWN: "was withdrawn",
    RefundStatus.EXPIRED: "was closed without a decision, and you can ask again",
    RefundStatus.PAYMENT_FAILED: "is approved, but the payment did not go through",
}


class OpenRefunds:
    def __init__(self, stores: Stores, cases: Cases) -> None:
        self._stores = stores
        self._cases = cases

    async def meant(self, scene: Scene, *, among: list[Refund] | None = None) -> list[Refund]:
        """The refunds that a message is about: by its id or its order, else the one talked of, else all open ones.

        Raises NotFound for an id that is not the customer's.
        """
        choice = choice_in(scene.text, scene.state)
        named = scene.entities.refund_ids or ([choice.id] if choice and choice.kind == "refund" else [])
        if named:
            return [await refund_of(self._stores, scene.customer_id, each) for each in dict.fromkeys(named)]
        pool = await self._stores.refunds.history(scene.customer_id) if among is None else among
        of_order = [r for r in pool if r.order_id in scene.reading.order_ids and scene.entities.order_ids]
        if scene.entities.order_ids:
            return [r for r in of_order if not r.status.is_settled] or of_order[:1]
        skus = set(scene.reading.skus)
        if holding := [r for r in pool if not r.status.is_settled and skus & {i.sku for i in r.items}]:
            return holding
        current = [r for r in pool if r.refund_id == scene.state.slots.refund_id]
        return current or [r for r in pool if not r.status.is_settled]

    async def tell(self, scene: Scene) -> Outcome | None:
        """How the refunds stand that are meant, else the newest; None where there is none."""
        found = await self.meant(scene)
        if not found and not scene.entities.order_ids:
            found = (await self._stores.refunds.history(scene.customer_id))[:1]
        if not found:
            return None
        if len(found) == 1:
            return standing(scene, found[0])
        lines = [_line(scene, refund) for refund in found[:MOST_OFFERED]]
        suggestions = [f"How is {r.refund_id} going?" for r in found[:MOST_OFFERED]]
        return scene.reply("\n".join(lines), suggestions=suggestions, choices=refund_choices(found[:MOST_OFFERED]))

    async def propose_withdrawal(self, scene: Scene) -> Outcome:
        """Raises AlreadySettled or Conflict for one that can no longer be withdrawn."""
        found = await self.meant(scene)
        if not found:
            return scene.reply("You have no open refund that could be withdrawn.", intake=None, suggestions=[PERSON])
        if len(found) > 1:
            return self._which(scene, "Which refund shall I withdraw?", found, action="withdraw")
        refund = found[0]
        if refund.status is RefundStatus.WITHDRAWN:
            return scene.reply(f"Refund {refund.refund_id} is withdrawn already.")
        withdrawn(refund, scene.now)  # refuses here what could not be done after the yes
        return scene.propose(
            "withdraw_refund",
            {"refund_id": refund.refund_id},
            f"Withdraw refund {refund.refund_id} of {refund.amount} for {refund.order_id}?",
            target=refund.refund_id,
            intake=None,
            **_slots(scene, refund),
        )

    async def propose_evidence(self, scene: Scene, found: list[Refund], files: list[str]) -> Outcome:
        """Raises AlreadySettled, Conflict or Invalid for a case that takes no more files."""
        if len(found) > 1:
            held = RefundIntake(evidence_ids=files)
            return self._which(scene, "Which refund is this for?", found, action="evidence", intake=held)
        refund = found[0]
        if with_evidence(refund, files, scene.now) is refund:
            return scene.reply(f"Refund {refund.refund_id} has these files already.", intake=None)
        count = f"{len(files)} files" if len(files) > 1 else "this file"
        return scene.propose(
            "add_evidence",
            {"refund_id": refund.refund_id, "evidence_ids": files},
            f"Add {count} to refund {refund.refund_id} of {refund.amount} for {refund.order_id}?",
            target=refund.refund_id,
            intake=None,
            **_slots(scene, refund),
        )

    async def carry_out(self, scene: Scene) -> Outcome:
        """Both can be repeated: files that a case has are not added again, and withdrawn is withdrawn."""
        agreed = scene.agreed
        refund = await refund_of(self._stores, scene.customer_id, agreed.payload["refund_id"])
        slots = _slots(scene, refund)
        if agreed.kind == "withdraw_refund":
            await self._cases.withdraw_refund(refund.refund_id)
            text = f"Refund {refund.refund_id} is withdrawn. Nothing is paid for it."
            return scene.reply(text, actions=[done("refund_withdrawn", refund.refund_id)], **slots)
        files = agreed.payload["evidence_ids"]
        if not set(files) <= set(refund.evidence_ids):
            await self._cases.add_evidence(refund.refund_id, files)
        text = f"Thank you, it is added to refund {refund.refund_id}, which is checked again."
        return scene.reply(text, actions=[done("evidence_added", refund.refund_id)], **slots)

    def _which(self, scene: Scene, question: str, found: list[Refund], **changes: Any) -> Outcome:
        return scene.ask_which(question, refund_choices(found[:MOST_OFFERED]), awaiting="order", **changes)


def standing(scene: Scene, refund: Refund, *, first: str = "") -> Outcome:
    """How a refund stands, what it waits for, and what comes next; after a sentence that goes `first`."""
    asks = refund.status is RefundStatus.NEEDS_EVIDENCE
    text = " ".join(part for part in (first, _line(scene, refund), _next(scene, refund)) if part)
    if asks:
        text += " You can add it here."
    suggestions = [f"Withdraw {refund.refund_id}"] if not refund.status.is_settled else []
    return scene.reply(text, suggestions=[*suggestions, PERSON], intake=None, **_slots(scene, refund))


def _line(scene: Scene, refund: Refund) -> str:
    return f"Refund {refund.refund_id} of {refund.amount} for {refund.order_id} {_STANDING[refund.status]}."


def _next(scene: Scene, refund: Refund) -> str:
    if refund.status is RefundStatus.REJECTED:
        return "If you see it differently, say so, and a person looks at it again."
    wanted = asked_for(refund) if refund.status is RefundStatus.NEEDS_EVIDENCE else ""
    offer = "You can take it as store credit instead, under Refunds." if refund.offered else ""
    coming = next_step(refund, scene.now, lambda at: moment(at, scene.context.timezone)) or ""
    return " ".join(part for part in (wanted, offer, coming) if part)


def _slots(scene: Scene, refund: Refund) -> dict[str, Any]:
    return scene.slots(refund_id=refund.refund_id, order_id=refund.order_id)
