"""What the books say of a charge that a customer doubts: taken twice, of another amount, unknown, after cancelling."""

from __future__ import annotations

from activities.tools.asking import ask_which_order
from activities.tools.owned import order_of
from activities.tools.scene import PERSON, Scene
from activities.tools.wording import day, things
from care.models.dialogue import Outcome
from care.models.order import Order, OrderStatus, PaymentStatus
from care.rules.payment_matters import Matter
from care.rules.references import choice_in
from care.rules.spoken_money import money_in
from care.rules.words import points_back
from care.stores import Stores

_LOOKED_THROUGH = 30


class Charges:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def meant(self, scene: Scene, matter: Matter) -> Order | None:
        """The order that the message names, that is talked of, or whose total is the amount said; None if unclear.

        Raises NotFound for one that is not the customer's.
        """
        choice = choice_in(scene.text, scene.state)
        named = scene.entities.order_ids or ([choice.id] if choice and choice.kind == "order" else [])
        current = scene.state.slots.order_id
        if not named and current and points_back(scene.text) and matter != "unknown":
            named = [current]
        if named:
            wanted = next((o for o in scene.reading.order_ids), named[0])
            return await order_of(self._stores, scene.customer_id, wanted)
        orders = await self._stores.orders.latest(scene.customer_id, _LOOKED_THROUGH)
        if matter == "after_cancelling":
            gone = [o for o in orders if o.status is OrderStatus.CANCELLED]
            return gone[0] if gone else None
        said = money_in(scene.text, orders[0].total.currency) if orders else []
        fitting = [o for o in orders if o.total in said and o.payment.status is not PaymentStatus.PENDING]
        return fitting[0] if fitting and matter != "twice" else None

    async def serve(self, scene: Scene, matter: Matter, order: Order | None) -> Outcome:
        if order is None:
            return await self._unclear(scene, matter)
        slots = scene.slots(order_id=order.order_id)
        charged = _charged(order, scene.context.timezone)
        said = money_in(scene.text, order.total.currency)
        match matter:
            case "after_cancelling":
                return settled(scene, order)
            case "twice":
                return scene.hand_over(f"{charged} I know of that one payment. A person looks into the other one.")
            case "unknown" if not said or order.total in said:
                text = f"{charged} It was placed on {day(order.placed_at, scene.context.timezone)} from your account."
                return scene.reply(text, suggestions=["It was not me", PERSON], action=matter, **slots)
            case _ if said and order.total not in said:
                return scene.hand_over(f"{charged} That is not the amount you name, so a person looks into it.")
            case _:
                return scene.reply(f"{charged} It is made up of: {_made_up(order)}.", suggestions=[PERSON], **slots)

    async def _unclear(self, scene: Scene, matter: Matter) -> Outcome:
        """Show what was charged lately and ask; where that was done before, or nothing fits, a person looks."""
        orders = await self._stores.orders.latest(scene.customer_id, _LOOKED_THROUGH)
        paid = [o.order_id for o in orders if o.payment.status is PaymentStatus.PAID]
        said = money_in(scene.text, orders[0].total.currency) if orders else []
        if matter == "after_cancelling":
            return scene.hand_over("I see no cancelled order of yours that was charged.")
        if said and matter != "twice":
            return scene.hand_over(f"I find no order of yours that came to {said[0]}.")
        if scene.state.action == matter or not any(o.order_id in paid for o in scene.context.orders):
            return scene.hand_over("I find nothing more about that charge.")
        question = "These are the latest orders that you paid. Which one is it about, or how much was charged?"
        return ask_which_order(scene, question, paid, action=matter)


def settled(scene: Scene, order: Order) -> Outcome:
    """An order that is paid, or paid back."""
    slots = scene.slots(order_id=order.order_id)
    if order.payment.status is PaymentStatus.REFUNDED:
        how = "was cancelled, and what you paid" if order.status is OrderStatus.CANCELLED else "was paid, and it"
        text = f"{order.order_id} {how} ({order.total}) has been refunded."
        return scene.reply(text, suggestions=[PERSON], **slots)
    if order.status is OrderStatus.CANCELLED:
        return scene.hand_over(f"{order.order_id} is cancelled, and your {order.total} has yet to go back.")
    text = f"{order.order_id} is paid: we have your {order.total} under {order.payment.reference}."
    return scene.reply(text, suggestions=[PERSON], **slots)


def _charged(order: Order, timezone: str) -> str:
    """What our books say was taken for an order."""
    under = f", under {order.payment.reference}" if order.payment.reference else ""
    back = f" {order.refunded} of it has gone back." if order.refunded.amount else ""
    return f"Our books say that {order.total} was taken for {order.order_id} ({things(order.items)}){under}.{back}"


def _made_up(order: Order) -> str:
    lines = [f"{line.quantity} x {line.name} {line.price * line.quantity}" for line in order.items]
    return ", ".join([*lines, *([f"shipping {order.shipping}"] if order.shipping.amount else [])])
