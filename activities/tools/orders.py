"""Orders in the chat: where one is, what went wrong on its way, cancelling it, another address."""

from __future__ import annotations

from collections import Counter

from activities.tools.owned import order_of
from activities.tools.scene import PERSON, Scene, done
from activities.tools.wording import day, order_choices, things
from care.errors import Conflict
from care.gateways.payments import PaymentGateway
from care.models.customer import Address
from care.models.dialogue import Outcome
from care.models.order import Order, OrderStatus, PaymentStatus
from care.models.understanding import Intent
from care.ordering import cancel_order
from care.rules.address import address_in
from care.rules.phrases import asks_for_address
from care.rules.words import means_newest
from care.stores import Stores

_MOST_OFFERED = 5
_WHICH = {
    Intent.CANCEL_ORDER: "Which order shall I cancel?",
    Intent.CHANGE_ORDER: "Which order is the new address for?",
}


class OrderTools:
    def __init__(self, stores: Stores, payments: PaymentGateway) -> None:
        self._stores = stores
        self._payments = payments

    async def serve(self, scene: Scene) -> Outcome:
        """Raises NotFound for an order that is not the customer's, Conflict for one that can no longer be changed."""
        if scene.reading.act == "confirm":
            return await self._carry_out(scene)
        ids = scene.reading.order_ids
        if not ids:
            return _none_fits(scene)
        if len(ids) > 1:
            return _which(scene)
        order = await order_of(self._stores, scene.customer_id, ids[0])
        match scene.reading.intent:
            case Intent.CANCEL_ORDER:
                return _propose_cancel(scene, order)
            case Intent.CHANGE_ORDER:
                return await self._propose_address(scene, order)
            case Intent.DELIVERY_ISSUE:
                return _about_delivery(scene, order)
            case _:
                return _status(scene, order)

    async def _propose_address(self, scene: Scene, order: Order) -> Outcome:
        _check_pending(order)
        customer = await self._stores.customers.get(scene.customer_id)
        known = order.address or customer.address
        address = address_in(scene.text, known.country if known else None)
        if address is None:
            return scene.reply(
                f"Where shall {order.order_id} go? Please write: street and number, postcode city, country.",
                awaiting="address",
                **scene.slots(order_id=order.order_id),
            )
        return scene.propose(
            "change_address",
            {"order_id": order.order_id, "address": address.model_dump(mode="json")},
            f"Send {order.order_id} to {address}?",
            target=order.order_id,
            **scene.slots(order_id=order.order_id),
        )

    async def _carry_out(self, scene: Scene) -> Outcome:
        """Both writes can be repeated: a cancelled order stays cancelled, an address is set to the same."""
        order_id = scene.agreed.payload["order_id"]
        await order_of(self._stores, scene.customer_id, order_id)
        if scene.agreed.kind == "cancel_order":
            order = await cancel_order(self._stores, self._payments, order_id)
            return _cancelled(scene, order)
        address = Address.model_validate(scene.agreed.payload["address"])
        await self._stores.orders.change_address(order_id, address)
        return scene.reply(f"{order_id} will go to {address}.", actions=[done("address_changed", order_id)])


def _cancelled(scene: Scene, order: Order) -> Outcome:
    actions = [done("order_cancelled", order.order_id)]
    match order.payment.status:
        case PaymentStatus.REFUNDED:
            return scene.reply(
                f"{order.order_id} is cancelled, and your {order.total} is on its way back.", actions=actions
            )
        case PaymentStatus.PAID:
            return scene.hand_over(
                f"{order.order_id} is cancelled, but paying it back did not work yet.", actions=actions
            )
        case _:
            return scene.reply(f"{order.order_id} is cancelled. You will not be charged.", actions=actions)


def _which(scene: Scene) -> Outcome:
    briefs = [o for o in scene.context.orders if o.order_id in scene.reading.order_ids][:_MOST_OFFERED]
    question = _WHICH.get(scene.reading.intent, "Which order do you mean?")
    return scene.ask_which(question, order_choices(briefs, scene.context.timezone), awaiting="order")


def _none_fits(scene: Scene) -> Outcome:
    match scene.reading.intent:
        case Intent.CANCEL_ORDER:
            text = "You have no order that can still be cancelled: only orders that are not on their way yet can be."
        case Intent.CHANGE_ORDER:
            text = "You have no order whose address can still be changed: only orders that are not on their way yet."
        case _:
            text = "I see no order of yours yet."
    return scene.reply(text, suggestions=[PERSON])


def _status(scene: Scene, order: Order) -> Outcome:
    latest = "latest " if means_newest(scene.text) else ""
    text = f"Your {latest}order {order.order_id} ({things(order.items)}) {_where(order, scene.context.timezone)}"
    suggestions = []
    if order.status is OrderStatus.PENDING and order.address and asks_for_address(scene.text):
        text += f" It will go to {order.address}."
    if order.payment.status is PaymentStatus.PENDING and order.status is not OrderStatus.CANCELLED:
        text += " Its payment still shows as pending."
        suggestions.append(f"I have paid for {order.order_id}")
    if order.status is OrderStatus.DELIVERED:
        suggestions.append(f"I want a refund for {order.order_id}")
    if order.status is OrderStatus.PENDING:
        suggestions.append(f"Cancel {order.order_id}")
    suggestions += _worth_subscribing(scene, order)
    return scene.reply(text, suggestions=suggestions, **scene.slots(order_id=order.order_id))


def _about_delivery(scene: Scene, order: Order) -> Outcome:
    text = f"I am sorry about that. Order {order.order_id} ({things(order.items)}) "
    text += _where(order, scene.context.timezone)
    suggestions = [PERSON]
    if order.status is OrderStatus.DELIVERED:
        text += " If it did not reach you or something is wrong with it, I can open a refund."
        suggestions.insert(0, f"I want a refund for {order.order_id}")
    elif order.status is OrderStatus.SHIPPED:
        text += " If it is late or lost, I can open a refund, or a colleague can trace the parcel."
        suggestions.insert(0, f"I want a refund for {order.order_id}")
    return scene.reply(text, suggestions=suggestions, **scene.slots(order_id=order.order_id))


def _where(order: Order, timezone: str) -> str:
    placed = day(order.placed_at, timezone)
    match order.status:
        case OrderStatus.PENDING:
            return f"was placed on {placed} and is being prepared."
        case OrderStatus.SHIPPED:
            return f"was placed on {placed} and is on its way to you."
        case OrderStatus.DELIVERED if order.delivered_at:
            return f"was delivered on {day(order.delivered_at, timezone)}."
        case OrderStatus.DELIVERED:
            return "was delivered."
        case OrderStatus.CANCELLED:
            return f"was placed on {placed} and has been cancelled."


def _check_pending(order: Order) -> None:
    if order.status is not OrderStatus.PENDING:
        raise Conflict(
            f"Order {order.order_id} is {order.status.value}: only pending orders can be cancelled or changed."
        )


def _propose_cancel(scene: Scene, order: Order) -> Outcome:
    _check_pending(order)
    return scene.propose(
        "cancel_order",
        {"order_id": order.order_id},
        f"Cancel {order.order_id} ({things(order.items)}, {order.total})?",
        target=order.order_id,
        # "No, the other one" is understood even where no list was shown.
        choices=order_choices(
            [o for o in scene.context.orders if o.status is OrderStatus.PENDING], scene.context.timezone
        ),
        **scene.slots(order_id=order.order_id),
    )


def _worth_subscribing(scene: Scene, order: Order) -> list[str]:
    """What this order holds and the customer buys again and again without a subscription."""
    bought = Counter(i.sku for o in scene.context.orders for i in o.items)
    subscribed = {i.sku for s in scene.context.subscriptions for i in s.items}
    regular = [i.name for i in order.items if bought[i.sku] > 1 and i.sku not in subscribed]
    return [f"Subscribe to {name}" for name in regular[:1]]
