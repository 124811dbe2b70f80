"""Refunds in the chat: gathering what a claim needs, showing it, opening it on a yes, and telling how one stands."""

from __future__ import annotations

from activities.tools.claims import Claims, named
from activities.tools.owned import evidence_of, order_of, refund_of
from activities.tools.scene import PERSON, Scene
from activities.tools.wording import order_choices, things
from care.models.dialogue import Outcome
from care.models.memory import RefundIntake
from care.models.order import Order, OrderStatus
from care.models.policy import RefundPolicy
from care.models.refund import Refund, RefundReason, RefundStatus, Remedy
from care.models.subscription import Item
from care.rules.phrases import adds_more, asks_for_refund_status
from care.rules.refund_notices import asked_for
from care.rules.words import has_no_evidence
from care.stores import Stores

_MOST_OFFERED = 5
_LONGEST_COMPLAINT = 4000
# Reasons that a picture can show; the others are not held up for one.
_SEEN_IN_A_PICTURE = {RefundReason.DAMAGED, RefundReason.WRONG_ITEM, RefundReason.QUALITY}
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


class RefundTools:
    def __init__(self, stores: Stores, claims: Claims, policy: RefundPolicy) -> None:
        self._stores = stores
        self._claims = claims
        self._policy = policy

    async def serve(self, scene: Scene) -> Outcome:
        """Raises NotFound for what is not the customer's, NotEligible where policy refuses."""
        if scene.reading.act == "confirm":
            return await self._claims.open(scene)
        if scene.entities.refund_ids:
            return _standing(scene, await refund_of(self._stores, scene.customer_id, scene.entities.refund_ids[0]))
        if asks_for_refund_status(scene.text) and scene.state.awaiting is None:
            history = await self._stores.refunds.history(scene.customer_id)
            if history:
                return _standing(scene, _asked_of(scene, history))
            if scene.state.intake is None and not scene.entities.reason:
                return scene.reply("I see no refund of yours yet.", suggestions=["I want a refund", PERSON])
        return await self._gather(scene)

    async def _gather(self, scene: Scene) -> Outcome:
        """Ask for the first thing that is missing, or show what will be opened."""
        files = await evidence_of(self._stores, scene.customer_id, scene.turn.evidence_ids)
        ids = scene.reading.order_ids
        intake = _merged(scene, ids[0] if len(ids) == 1 else None, files)
        if intake.order_id is None:
            return _ask_order(scene, intake)
        order = await order_of(self._stores, scene.customer_id, intake.order_id)
        intake = intake.model_copy(update={"items": _items(scene, order, intake.items) or intake.items})
        if intake.reason is None:
            return _ask_reason(scene, order, intake)
        lines = await self._claims.lines(scene, order, intake, intake.reason)
        if self._wants_picture(intake.reason) and not intake.evidence_ids and not intake.without_evidence:
            return scene.reply(
                f"I am sorry about that. Please add a photo that shows what is wrong with {named(lines)}, "
                "or say that you have none.",
                suggestions=["I have no photo"],
                awaiting="evidence",
                intake=intake,
                **scene.slots(order_id=order.order_id),
            )
        return await self._claims.show(scene, order, intake, intake.reason)

    def _wants_picture(self, reason: RefundReason) -> bool:
        return reason in _SEEN_IN_A_PICTURE and self._policy.evidence_required[reason] > 0


def _merged(scene: Scene, order_id: str | None, files: list[str]) -> RefundIntake:
    """What is known of the claim after this message. Another order begins another claim."""
    found, before = scene.entities, scene.state.intake
    if before is None or (order_id and before.order_id and order_id != before.order_id):
        before = RefundIntake()
    reason = RefundReason(found.reason) if found.reason else before.reason
    if reason is None and scene.state.awaiting == "reason" and before.order_id and not adds_more(scene.text):
        reason = RefundReason.OTHER  # asked, and answered in words of their own: the complaint holds them
    unseen = scene.state.awaiting == "evidence" and not files and has_no_evidence(scene.text)
    changes = {
        "order_id": order_id or before.order_id,
        "reason": reason,
        "complaint": f"{before.complaint}\n{scene.text}".strip()[:_LONGEST_COMPLAINT],
        "evidence_ids": list(dict.fromkeys([*before.evidence_ids, *files]))[:10],
        "without_evidence": before.without_evidence or unseen,
    }
    return before.model_copy(update=changes | ({"remedy": Remedy(found.remedy)} if found.remedy else {}))


def _asked_of(scene: Scene, history: list[Refund]) -> Refund:
    """The refund of the order that the message names, else the one talked about, else the newest."""
    named, current = scene.entities.order_ids, scene.state.slots.refund_id
    of_order = [r for r in history if r.order_id in named]
    return next(iter([*of_order, *(r for r in history if r.refund_id == current), *history]))


def _items(scene: Scene, order: Order, before: list[Item]) -> list[Item]:
    """The items that the message names, as many as it says or as were bought. A bare number that changes what was
    shown ("just one of them") is about the one item that it showed."""
    wanted = scene.entities.quantity
    shown = [i.sku for i in before] or [line.sku for line in order.items]
    skus = scene.reading.skus or (shown if wanted and scene.state.pending and len(shown) == 1 else [])
    named = [line for line in order.items if line.sku in skus]
    if len(named) == len(order.items) and wanted is None:
        return []
    items = [Item(sku=line.sku, quantity=min(wanted or line.quantity, line.quantity)) for line in named]
    # "And the milk too" leaves what was named before.
    kept = [i for i in before if i.sku not in skus] if items and adds_more(scene.text) else []
    return [*kept, *items]


def _ask_order(scene: Scene, intake: RefundIntake) -> Outcome:
    delivered = [o for o in scene.context.orders if o.status is OrderStatus.DELIVERED]
    offered = [o for o in delivered if o.order_id in scene.reading.order_ids] or delivered
    if not offered:
        return scene.reply("I see no delivered order of yours that could be refunded.", suggestions=[PERSON])
    choices = order_choices(offered[:_MOST_OFFERED], scene.context.timezone)
    return scene.ask_which("Which order is it about?", choices, awaiting="order", intake=intake)


def _ask_reason(scene: Scene, order: Order, intake: RefundIntake) -> Outcome:
    return scene.reply(
        f"What is wrong with {order.order_id} ({things(order.items)})?",
        suggestions=["It is damaged", "It is the wrong item", "Something is missing", "I changed my mind"],
        awaiting="reason",
        intake=intake,
        **scene.slots(order_id=order.order_id),
    )


def _standing(scene: Scene, refund: Refund) -> Outcome:
    what = f"Refund {refund.refund_id} over {refund.amount} for {refund.order_id}"
    text = f"{what} {_STANDING[refund.status]}. {_next(refund)}"
    return scene.reply(text.strip(), **scene.slots(refund_id=refund.refund_id, order_id=refund.order_id))


def _next(refund: Refund) -> str:
    if refund.status is RefundStatus.NEEDS_EVIDENCE:
        return asked_for(refund)
    if refund.status is RefundStatus.PAYMENT_FAILED:
        return "You can take it as store credit, under Refunds." if refund.offered else "A colleague sees to it."
    return ""
