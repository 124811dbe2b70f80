"""What went wrong on the way: late, lost, left at a wrong place. A parcel is traced, sent again, or paid back.

Tracing is done here. Sending again and paying back are claims like any other: policy decides, in the refund tools.
"""

from __future__ import annotations

from dataclasses import replace

from activities.tools.asking import ask_which_order
from activities.tools.intake import items_of
from activities.tools.order_wording import told
from activities.tools.owned import order_of
from activities.tools.refunds import RefundTools
from activities.tools.scene import PERSON, Scene, done
from activities.tools.wording import day, things
from care.errors import CareError
from care.gateways.carriers import Carrier
from care.models.dialogue import Outcome
from care.models.memory import RefundIntake
from care.models.order import Order, OrderStatus
from care.models.policy import RefundPolicy
from care.models.refund import RefundReason, Remedy
from care.models.understanding import Intent
from care.rules import parcel_words
from care.rules.refund_policy import eligibility
from care.stores import Stores

_LONGEST_COMPLAINT = 4000
_TRACE, _AGAIN, _MONEY = "Have it traced", "Send it again", "I want my money back"


class ParcelTools:
    def __init__(self, stores: Stores, carrier: Carrier, refunds: RefundTools, policy: RefundPolicy) -> None:
        self._stores = stores
        self._carrier = carrier
        self._refunds = refunds
        self._policy = policy

    async def serve(self, scene: Scene) -> Outcome:
        """Raises NotFound for an order that is not the customer's, a CareError where nothing can be done."""
        if parcel_words.is_about_behaviour(scene.text) and not parcel_words.remedy_asked(scene.text):
            return scene.hand_over("I am sorry that you were treated like that. This is for a person to look into.")
        ids = _meant(scene)
        intake = _gathered(scene)
        if not ids:
            return scene.reply("I see no parcel of yours that was sent.", suggestions=[PERSON])
        if len(ids) > 1:
            question = "I am sorry about that. Which order is it about?"
            remedy = parcel_words.remedy_asked(scene.text)
            return ask_which_order(scene, question, ids, intake=intake, action=remedy)
        order = await order_of(self._stores, scene.customer_id, ids[0])
        intake = items_of(scene, order, _of_order(intake, order), [])
        return await self._see_to(scene, order, intake)

    async def carry_out(self, scene: Scene) -> Outcome:
        """Opens the trace, once. A person has to talk to the carrier, and takes the conversation with it."""
        order = await order_of(self._stores, scene.customer_id, scene.agreed.payload["order_id"])
        traced = await self._carrier.trace(order, scene.now, scene.once)
        if traced.trace is None:
            raise ValueError("a traced order has a trace")
        opened = f"I have opened trace {traced.trace.trace_id} for {order.order_id}."
        return scene.hand_over(opened, actions=[done("trace_opened", order.order_id)])

    async def _see_to(self, scene: Scene, order: Order, intake: RefundIntake) -> Outcome:
        if order.status in (OrderStatus.PENDING, OrderStatus.CANCELLED):
            return await self._not_sent(scene, order)
        match parcel_words.remedy_asked(scene.text) or _asked_before(scene):
            case "trace":
                return _propose_trace(scene, order)
            case "reship":
                return await self._claim(scene, intake, Remedy.REPLACEMENT)
            case "refund":
                return await self._claim(scene, intake, Remedy.REFUND)
            case None:
                return await self._offer(scene, order, intake)

    async def _not_sent(self, scene: Scene, order: Order) -> Outcome:
        text = await self._told(scene, order)
        if order.status is OrderStatus.PENDING:
            text = (
                f"I am sorry that you have to wait. {text} It has not left us yet, so I can still cancel or change it."
            )
        suggestions = [f"Cancel {order.order_id}", PERSON] if order.status is OrderStatus.PENDING else [PERSON]
        return scene.reply(text, suggestions=suggestions, intake=None, **scene.slots(order_id=order.order_id))

    async def _claim(self, scene: Scene, intake: RefundIntake, remedy: Remedy) -> Outcome:
        """The refund tools see to it, with what was gathered here."""
        state = scene.state.model_copy(
            update={"intake": intake.model_copy(update={"remedy": remedy}), "awaiting": "remedy", "pending": None}
        )
        claim = {"intent": Intent.REFUND_REQUEST, "family": "refunds", "order_ids": [intake.order_id]}
        reading = scene.reading.model_copy(update=claim)
        return await self._refunds.serve(replace(scene, state=state, reading=reading))

    async def _offer(self, scene: Scene, order: Order, intake: RefundIntake) -> Outcome:
        where = await self._told(scene, order)
        refusal = await self._why_not(scene, order, intake)
        traced = order.trace is not None and order.trace.status == "open"
        offered = ([] if traced else [_TRACE]) + ([] if refusal else [_AGAIN, _MONEY])
        if not offered:
            return scene.hand_over(f"I am sorry about that. {where} {refusal}")
        text = f"I am sorry about that. {where} {refusal or _question(traced=traced)}"
        if refusal:
            text += " I can have the parcel traced."
        return scene.reply(
            text,
            suggestions=[*offered, PERSON],
            awaiting="remedy",
            intake=intake,
            **scene.slots(order_id=order.order_id),
        )

    async def _told(self, scene: Scene, order: Order) -> str:
        return told(order, await self._carrier.track(order), scene.text, scene.context.timezone)

    async def _why_not(self, scene: Scene, order: Order, intake: RefundIntake) -> str | None:
        """Why policy allows no claim, in its own words."""
        earlier = await self._stores.refunds.history(scene.customer_id)
        reason = intake.reason or RefundReason.MISSING
        try:
            eligibility(self._policy, order, None, reason, scene.now, earlier=earlier)
        except CareError as refused:
            return refused.detail
        return None


def _question(*, traced: bool) -> str:
    if traced:
        return "Meanwhile, shall I ask for it to be sent again, or for your money back?"
    return "Shall I have the parcel traced, ask for it to be sent again, or ask for your money back?"


def _propose_trace(scene: Scene, order: Order) -> Outcome:
    slots = scene.slots(order_id=order.order_id)
    if order.trace and order.trace.status == "open":
        since = day(order.trace.opened_at, scene.context.timezone)
        text = f"The parcel of {order.order_id} is being traced already, since {since} ({order.trace.trace_id})."
        return scene.reply(text, suggestions=[_AGAIN, _MONEY, PERSON], awaiting="remedy", **slots)
    shown = f"Have the parcel of {order.order_id} ({things(order.items)}) traced by a colleague?"
    return scene.propose("trace_parcel", {"order_id": order.order_id}, shown, target=order.order_id, **slots)


def _asked_before(scene: Scene) -> parcel_words.WayOut | None:
    """What was asked for before the order was known."""
    named: dict[str | None, parcel_words.WayOut] = {"trace": "trace", "reship": "reship", "refund": "refund"}
    return named.get(scene.state.action) if scene.state.awaiting == "order" else None


def _meant(scene: Scene) -> list[str]:
    """The parcels that it may be about. What is said to be delivered is looked for among what was delivered."""
    delivered = [o.order_id for o in scene.context.orders if o.status is OrderStatus.DELIVERED]
    ids = scene.reading.order_ids
    if scene.entities.order_ids or scene.state.awaiting in ("order", "remedy"):
        return ids
    if parcel_words.says_it_was_delivered(scene.text):
        holding = [o.order_id for o in scene.context.orders if {i.sku for i in o.items} & set(scene.reading.skus)]
        current = [each for each in delivered if each == scene.state.slots.order_id]
        return current or [each for each in delivered if each in holding] or delivered or ids
    sent = [o.order_id for o in scene.context.orders if o.order_id in ids and o.status is not OrderStatus.PENDING]
    return sent or ids or delivered


def _gathered(scene: Scene) -> RefundIntake:
    """What is known of the trouble after this message."""
    before_order = scene.state.topic is Intent.DELIVERY_ISSUE and scene.state.awaiting == "order"
    going_on = before_order or scene.state.awaiting == "remedy"
    before = (scene.state.intake if going_on else None) or RefundIntake()
    lost = parcel_words.says_it_was_delivered(scene.text) or parcel_words.says_it_is_lost(scene.text)
    said = RefundReason(scene.entities.reason) if scene.entities.reason else None
    reason = said or (RefundReason.MISSING if lost else None)
    complaint = f"{before.complaint}\n{scene.text}".strip()[:_LONGEST_COMPLAINT]
    return before.model_copy(update={"reason": before.reason or reason, "complaint": complaint})


def _of_order(intake: RefundIntake, order: Order) -> RefundIntake:
    """Late is what is still on its way; what was delivered and is not there is missing."""
    late = order.status is OrderStatus.SHIPPED
    reason = intake.reason or (RefundReason.LATE if late else RefundReason.MISSING)
    return intake.model_copy(update={"order_id": order.order_id, "reason": reason})
