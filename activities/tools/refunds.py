"""Refunds in the chat: gathering what a claim needs, showing it, and everything about those that are open already."""

from __future__ import annotations

from activities.tools.asking import ask_which_order
from activities.tools.cancelling import propose_cancel
from activities.tools.charges import settled
from activities.tools.claims import Claims, named
from activities.tools.intake import items_of, merged
from activities.tools.open_refunds import OpenRefunds, standing
from activities.tools.owned import evidence_of, order_of, subscription_of
from activities.tools.refund_policy import explained
from activities.tools.scene import PERSON, Scene
from activities.tools.wording import things
from care.errors import NotEligible, OpenRefund
from care.models.dialogue import Outcome
from care.models.memory import RefundIntake
from care.models.order import Order, OrderStatus
from care.models.policy import RefundPolicy
from care.models.refund import Refund, RefundReason, RefundStatus
from care.rules.phrases import asks_for_refund_status
from care.rules.refund_asks import asks_about_policy, asks_to_appeal, asks_to_withdraw, is_for_open_one
from care.stores import Stores

# Reasons that a picture can show; the others are not held up for one.
_SEEN_IN_A_PICTURE = {RefundReason.DAMAGED, RefundReason.WRONG_ITEM, RefundReason.QUALITY}
# What stands in the way of a claim whatever the reason, so that nobody is asked for one in vain.
_IN_ANY_CASE = {"not_paid", "nothing_left"}


class RefundTools:
    def __init__(self, stores: Stores, claims: Claims, opened: OpenRefunds, policy: RefundPolicy) -> None:
        self._stores = stores
        self._claims = claims
        self._opened = opened
        self._policy = policy

    async def serve(self, scene: Scene) -> Outcome:
        """Raises NotFound for what is not the customer's, NotEligible where policy refuses."""
        if scene.reading.act == "confirm":
            return await (self._claims if scene.agreed.kind == "open_refund" else self._opened).carry_out(scene)
        files = await evidence_of(self._stores, scene.customer_id, scene.turn.evidence_ids)
        if asks_to_withdraw(scene.text) or scene.state.action == "withdraw":
            return await self._opened.propose_withdrawal(scene)
        if asks_to_appeal(scene.text):
            return scene.hand_over("What was decided, a person looks at again.")
        if waiting := await self._waiting_for(scene, files):
            held = scene.state.intake.evidence_ids if scene.state.intake else []
            return await self._opened.propose_evidence(scene, waiting, [*held, *files])
        asks = scene.entities.refund_ids or (asks_for_refund_status(scene.text) and scene.state.awaiting is None)
        if asks and (told := await self._told(scene)):
            return told
        if asks_about_policy(scene.text) and not scene.entities.order_ids and scene.state.intake is None:
            return explained(scene, self._policy)
        return await self._gather(scene, files)

    async def _waiting_for(self, scene: Scene, files: list[str]) -> list[Refund]:
        """The open refunds that files of this message may be for; none where they go with a claim that is gathered."""
        if scene.state.action == "evidence":
            return await self._opened.meant(scene)
        named = bool(scene.entities.refund_ids)
        if not files or (not named and (scene.state.intake or scene.entities.remedy)):
            return []
        found = await self._opened.meant(scene)
        named = named or is_for_open_one(scene.text)
        talked_of = scene.state.slots.refund_id
        if named or scene.entities.reason is None:
            return [r for r in found if named or r.status is RefundStatus.NEEDS_EVIDENCE or r.refund_id == talked_of]
        waiting = [r for r in found if r.status is RefundStatus.NEEDS_EVIDENCE]
        if scene.entities.order_ids:
            return [r for r in waiting if r.order_id in scene.entities.order_ids]
        return [r for r in waiting if {i.sku for i in r.items} & set(scene.reading.skus)]

    async def _told(self, scene: Scene) -> Outcome | None:
        """How a refund stands; None where the message is rather about a new one."""
        if told := await self._opened.tell(scene):
            return told
        orders = await self._stores.orders.latest(scene.customer_id)
        wanted = scene.entities.order_ids and scene.reading.order_ids
        gone = [o for o in orders if o.status is OrderStatus.CANCELLED and (not wanted or o.order_id in wanted)]
        if gone:
            return settled(scene, gone[0])
        if scene.state.intake is None and not scene.entities.reason and not wanted:
            return scene.reply("I see no refund of yours yet.", suggestions=["I want a refund", PERSON])
        return None

    async def _gather(self, scene: Scene, files: list[str]) -> Outcome:
        """Ask for the first thing that is missing, or show what will be opened."""
        intake = merged(scene, await self._order_meant(scene), files)
        if intake.order_id is None:
            return _ask_order(scene, intake)
        order = await order_of(self._stores, scene.customer_id, intake.order_id)
        if order.status is OrderStatus.CANCELLED:
            return settled(scene, order)
        if order.status is OrderStatus.PENDING:
            why = f"{order.order_id} is not on its way yet, so there is nothing to give back."
            return propose_cancel(scene, order, why=why)
        intake = items_of(scene, order, intake, await self._stores.products.all())
        try:
            return await self._next(scene, order, intake)
        except OpenRefund as refused:
            return await self._open_already(scene, order, refused)

    async def _next(self, scene: Scene, order: Order, intake: RefundIntake) -> Outcome:
        if intake.reason is None:
            await self._check_in_any_case(scene, order, intake)
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

    async def _check_in_any_case(self, scene: Scene, order: Order, intake: RefundIntake) -> None:
        try:
            await self._claims.lines(scene, order, intake, RefundReason.OTHER)
        except NotEligible as refused:
            if refused.rule in _IN_ANY_CASE:
                raise

    async def _open_already(self, scene: Scene, order: Order, refused: OpenRefund) -> Outcome:
        """A claim that is open for the same items: how it stands is what helps."""
        history = await self._stores.refunds.history(scene.customer_id)
        open_ = [r for r in history if r.order_id == order.order_id and not r.status.is_settled]
        if not open_:
            raise refused
        return standing(scene, open_[0], first=refused.detail)

    async def _order_meant(self, scene: Scene) -> str | None:
        """The one order of the message; of a subscription that it names, the last one delivered."""
        ids = scene.reading.order_ids
        if not scene.entities.order_ids and scene.entities.subscription_ids:
            named = scene.entities.subscription_ids[0]
            subscription = await subscription_of(self._stores, scene.customer_id, named)
            orders = await self._stores.orders.for_subscription(subscription.subscription_id)
            ids = [o.order_id for o in orders if o.status is OrderStatus.DELIVERED][:1]
        return ids[0] if len(ids) == 1 else None

    def _wants_picture(self, reason: RefundReason) -> bool:
        return reason in _SEEN_IN_A_PICTURE and self._policy.evidence_required[reason] > 0


def _ask_order(scene: Scene, intake: RefundIntake) -> Outcome:
    delivered = [o for o in scene.context.orders if o.status is OrderStatus.DELIVERED]
    offered = [o for o in delivered if o.order_id in scene.reading.order_ids] or delivered
    if not offered:
        return scene.reply("I see no delivered order of yours that could be refunded.", suggestions=[PERSON])
    return ask_which_order(scene, "Which order is it about?", [o.order_id for o in offered], intake=intake)


def _ask_reason(scene: Scene, order: Order, intake: RefundIntake) -> Outcome:
    return scene.reply(
        f"What is wrong with {order.order_id} ({things(order.items)})?",
        suggestions=["It is damaged", "It is the wrong item", "Something is missing", "I changed my mind"],
        awaiting="reason",
        intake=intake,
        **scene.slots(order_id=order.order_id),
    )
