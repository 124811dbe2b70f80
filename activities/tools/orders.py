"""Orders in the chat: where they are and what is in them, and cancelling one. Other tools change them and see to
what went wrong on their way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from activities.tools.asking import MOST_OFFERED, ask_which_order
from activities.tools.cancelling import pending_of, propose_cancel
from activities.tools.order_changes import OrderChangeTools, action_of
from activities.tools.order_wording import standing, told
from activities.tools.owned import order_agreed, order_of
from activities.tools.parcels import ParcelTools
from activities.tools.scene import PERSON, Scene, done
from activities.tools.wording import things
from care.errors import NotFound
from care.gateways.carriers import Carrier
from care.gateways.payments import PaymentGateway
from care.models.dialogue import Outcome
from care.models.order import Order, OrderStatus, PaymentStatus
from care.models.understanding import Intent
from care.ordering import cancel_order
from care.rules import order_questions, order_words, parcel_words
from care.rules.references import names_an_order
from care.stores import Stores

_WHICH = {
    Intent.CANCEL_ORDER: "Which order shall I cancel?",
    Intent.CHANGE_ORDER: "Which order shall I change?",
}
_TOO_LATE = "only orders that are not on their way yet can be."
_UNPAID = (PaymentStatus.PENDING, PaymentStatus.FAILED)
_NONE = {
    Intent.CANCEL_ORDER: f"You have no order that can still be cancelled: {_TOO_LATE}",
    Intent.CHANGE_ORDER: f"You have no order that can still be changed: {_TOO_LATE}",
}


class OrderTools:
    def __init__(self, stores: Stores, payments: PaymentGateway, carrier: Carrier, parcels: ParcelTools) -> None:
        self._stores = stores
        self._payments = payments
        self._carrier = carrier
        self._changes = OrderChangeTools(stores, payments)
        self._parcels = parcels

    async def serve(self, scene: Scene) -> Outcome:
        """Raises NotFound for an order that is not the customer's, Conflict for one that can no longer be changed."""
        if scene.reading.act == "confirm":
            return await self._carry_out(scene)
        intent = scene.reading.intent
        if intent is Intent.DELIVERY_ISSUE:
            return await self._parcels.serve(scene)
        if intent is Intent.ORDER_STATUS:
            way_out = parcel_words.remedy_asked(scene.text)
            trouble = not order_words.is_to_stay(scene.text) and (
                way_out in ("trace", "reship") or parcel_words.says_it_is_lost(scene.text)
            )
            return await (self._parcels.serve(_about(scene, Intent.DELIVERY_ISSUE)) if trouble else self._tell(scene))
        ids = _changeable(scene)
        if not ids:
            return scene.reply(_NONE[intent], suggestions=[PERSON])
        if len(ids) > 1:
            return _which(scene, ids, action=action_of(scene))
        order = await order_of(self._stores, scene.customer_id, ids[0])
        if intent is Intent.CANCEL_ORDER and not _only_a_part(scene, order):
            return propose_cancel(scene, order)
        scene = _about(scene, Intent.CHANGE_ORDER)
        if order.status is not OrderStatus.PENDING and parcel_words.remedy_asked(scene.text):
            return await self._parcels.serve(scene)
        return await self._changes.serve(scene, order)

    async def _carry_out(self, scene: Scene) -> Outcome:
        match scene.agreed.kind:
            case "cancel_order":
                order = await order_agreed(self._stores, scene.customer_id, scene.agreed.payload)
                return _cancelled(scene, await cancel_order(self._stores, self._payments, order.order_id))
            case "trace_parcel":
                return await self._parcels.carry_out(scene)
            case _:
                return await self._changes.carry_out(scene)

    async def _tell(self, scene: Scene) -> Outcome:
        ids = _asked_for(scene)
        if not ids:
            return scene.reply("I see no order of yours yet.", suggestions=[PERSON])
        if len(ids) > 1 and not (
            scene.entities.order_ids or order_questions.asks_for_all(scene.text) or _listed(scene)
        ):
            return _which(scene, ids)
        if len(ids) > 1:
            return await self._list(scene, ids)
        order = await order_of(self._stores, scene.customer_id, ids[0])
        return await self._status(scene, order)

    async def _list(self, scene: Scene, ids: Sequence[str]) -> Outcome:
        lines, found = [], []
        for order_id in ids[:MOST_OFFERED]:
            try:
                order = await order_of(self._stores, scene.customer_id, order_id)
            except NotFound as unknown:
                lines.append(unknown.detail)
                continue
            tracking = await self._carrier.track(order)
            found.append(order_id)
            lines.append(f"{order_id} ({things(order.items)}) {standing(order, tracking, scene.context.timezone)}")
        return scene.reply("\n".join(lines), suggestions=[f"Where is {each}?" for each in found[:2]])

    async def _status(self, scene: Scene, order: Order) -> Outcome:
        tracking = await self._carrier.track(order)
        text = told(order, tracking, scene.text, scene.context.timezone)
        suggestions = []
        if order.payment.status is PaymentStatus.PENDING and order.status is not OrderStatus.CANCELLED:
            text += " Its payment still shows as pending."
            suggestions.append(f"I have paid for {order.order_id}")
        if order.status is OrderStatus.DELIVERED:
            suggestions.append(f"I want a refund for {order.order_id}")
        if order.status is OrderStatus.PENDING:
            suggestions.append(f"Cancel {order.order_id}")
        suggestions += _worth_subscribing(scene, order)
        return scene.reply(text, suggestions=suggestions, **scene.slots(order_id=order.order_id))


def _about(scene: Scene, intent: Intent) -> Scene:
    return replace(scene, reading=scene.reading.model_copy(update={"intent": intent}))


def _changeable(scene: Scene) -> list[str]:
    """The orders that may be meant. What is added may go into any of them."""
    ids, state = scene.reading.order_ids, scene.state
    open_question = state.awaiting == "order" or state.slots.order_id in ids
    free = scene.reading.intent is Intent.CHANGE_ORDER and not scene.entities.order_ids and not open_question
    if free and action_of(scene) == "change_payment":
        unpaid = [o.order_id for o in pending_of(scene.context.orders) if o.payment in _UNPAID]
        return [each for each in ids if each in unpaid] or unpaid or ids
    anew = free and order_words.adds_anew(scene.text)
    return [o.order_id for o in pending_of(scene.context.orders)] if anew else ids


def _only_a_part(scene: Scene, order: Order) -> bool:
    """ "Cancel the chips in ORD006", "cancel the chips": some of its items. "Cancel the chips order" is all of it."""
    named = {line.sku for line in order.items} & set(scene.reading.skus)
    if (order_words.means_a_part(scene.text) and not named) or (named and order_words.keeps_some(scene.text)):
        return True
    partly = bool(named) and (len(named) < len({line.sku for line in order.items}) or bool(scene.entities.quantity))
    pending = scene.state.pending
    shown = pending is not None and pending.payload.get("order_id") == order.order_id
    return partly and bool(shown or scene.entities.order_ids or not names_an_order(scene.text))


def _asked_for(scene: Scene) -> list[str]:
    """The orders that a question is about: those named, the last one, all that were ordered, or those on their way."""
    mine = [o.order_id for o in scene.context.orders]
    if scene.entities.order_ids:
        return scene.reading.order_ids
    if order_questions.asks_for_last(scene.text):
        return mine[:1]
    if _listed(scene):
        return mine
    ids, current = scene.reading.order_ids, scene.state.slots.order_id
    return [current] if current in ids and order_questions.means_the_one(scene.text) else ids


def _listed(scene: Scene) -> bool:
    return order_questions.asks_for_history(scene.text)


def _which(scene: Scene, ids: Sequence[str], *, action: str | None = None) -> Outcome:
    question = _WHICH.get(scene.reading.intent, "Which order do you mean?")
    return ask_which_order(scene, question, ids, action=action, said=scene.text)


def _cancelled(scene: Scene, order: Order) -> Outcome:
    actions = [done("order_cancelled", order.order_id)]
    match order.payment.status:
        case PaymentStatus.REFUNDED:
            back = order.total - order.refunded
            return scene.reply(f"{order.order_id} is cancelled, and your {back} is on its way back.", actions=actions)
        case PaymentStatus.PAID if order.total.amount:
            return scene.hand_over(
                f"{order.order_id} is cancelled, but paying it back did not work yet.", actions=actions
            )
        case _:
            return scene.reply(f"{order.order_id} is cancelled. You will not be charged.", actions=actions)


def _worth_subscribing(scene: Scene, order: Order) -> list[str]:
    """What this order holds and the customer buys again and again without a subscription."""
    bought = Counter(i.sku for o in scene.context.orders for i in o.items)
    subscribed = {i.sku for s in scene.context.subscriptions for i in s.items}
    regular = [i.name for i in order.items if bought[i.sku] > 1 and i.sku not in subscribed]
    return [f"Subscribe to {name}" for name in regular[:1]]
