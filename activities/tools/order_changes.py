"""Changing a pending order in the chat: its address, how it is paid, or its items."""

from __future__ import annotations

import re
from collections.abc import Sequence

from activities.tools.order_items import OrderItemTools, waits
from activities.tools.order_wording import said_method
from activities.tools.owned import order_agreed
from activities.tools.scene import PERSON, Scene, done
from activities.tools.wording import things
from care.gateways.payments import PaymentGateway
from care.models.customer import Address, StoredMethod
from care.models.dialogue import Outcome
from care.models.order import Order
from care.models.order_change import ChangePayment, ChangeStatus, OrderChange
from care.order_changes import change_payment, check_payment
from care.rules.address import address_in, corrected
from care.rules.order_changes import check_made, check_payment_may_change, check_pending
from care.rules.order_words import Part, methods_meant, part_asked
from care.stores import Stores

_ACTIONS: dict[str | None, Part] = {
    "change_address": "address",
    "change_items": "items",
    "change_payment": "payment",
    "change_date": "date",
}
_AWAITED: dict[str, Part] = {"address": "address", "items": "items", "payment_method": "payment"}
# "... 10969 Berlin and add a whey": where the address ends.
_FURTHER = re.compile(
    r"[,.]?\s+(?:and|also|then)\s+(?=(?:also |then |please )*(?:add|remove|cancel|change|swap|pay)\b)", re.I
)


class OrderChangeTools:
    def __init__(self, stores: Stores, payments: PaymentGateway) -> None:
        self._stores = stores
        self._payments = payments
        self._items = OrderItemTools(stores, payments)

    async def serve(self, scene: Scene, order: Order) -> Outcome:
        check_pending(order)
        match _part(scene):
            case "address":
                return await self._address(scene, order)
            case "items":
                return await self._items.serve(scene, order, _said(scene))
            case "payment":
                return await self._payment(scene, order)
            case "date":
                return _no_date(scene, order)
            case None:
                return _ask_what(scene, order)

    async def carry_out(self, scene: Scene) -> Outcome:
        """Each can be repeated: money and items move once for `scene.once`, an address is set to the same."""
        agreed = scene.agreed
        order_id = agreed.payload["order_id"]
        await order_agreed(self._stores, scene.customer_id, agreed.payload)
        match agreed.kind:
            case "change_items":
                return await self._items.carry_out(scene)
            case "change_payment_method":
                wish = ChangePayment.model_validate(agreed.payload["wish"])
                return _paid(scene, await change_payment(self._stores, self._payments, order_id, wish, scene.once))
            case _:
                address = Address.model_validate(agreed.payload["address"])
                await self._stores.orders.change_address(order_id, address)
                return scene.reply(f"{order_id} will go to {address}.", actions=[done("address_changed", order_id)])

    async def _address(self, scene: Scene, order: Order) -> Outcome:
        customer = await self._stores.customers.get(scene.customer_id)
        known = order.address or customer.address
        shown = _shown_address(scene)
        said = scene.text if shown else _said(scene)
        address = address_in(_FURTHER.split(said)[0], known.country if known else None)
        country = known.country if known else None
        address = address or (corrected(shown, scene.text) if shown else None)
        begun = scene.state.said if scene.state.awaiting == "address" else None
        address = address or (address_in(f"{begun}, {scene.text}", country) if begun else None)
        if address is None:
            return scene.reply(
                f"Where shall {order.order_id} go? Please write: street and number, postcode city, country.",
                awaiting="address",
                action="change_address",
                said=scene.text if scene.state.awaiting == "address" and not begun else None,
                **scene.slots(order_id=order.order_id),
            )
        return scene.propose(
            "change_address",
            {"order_id": order.order_id, "address": address.model_dump(mode="json")},
            f"Send {order.order_id} to {address}?",
            target=order.order_id,
            action="change_address",
            said=_said(scene),
            **scene.slots(order_id=order.order_id),
        )

    async def _payment(self, scene: Scene, order: Order) -> Outcome:
        check_payment_may_change(order)
        methods = await self._payments.methods(order.customer_id)
        meant = methods_meant(_said(scene), methods, asked=scene.state.awaiting == "payment_method")
        if len(meant) != 1:
            return _ask_method(scene, order, meant or methods)
        wish = ChangePayment(payment_method=meant[0].payment_method)
        method = await check_payment(self._payments, order, wish)
        return scene.propose(
            "change_payment_method",
            {
                "order_id": order.order_id,
                "wish": wish.model_dump(mode="json"),
                "total": order.total.model_dump(mode="json"),
            },
            f"Charge {order.total} for {order.order_id} to {said_method(method)} now?",
            target=order.order_id,
            action="change_payment",
            **scene.slots(order_id=order.order_id),
        )


def action_of(scene: Scene) -> str | None:
    """What is to be done to the order, kept while it is asked which order."""
    part = _part(scene)
    return f"change_{part}" if part else None


def _part(scene: Scene) -> Part | None:
    """What the message names, else what was asked about or shown."""
    state, before = scene.state, _ACTIONS.get(scene.state.action)
    if state.awaiting in _AWAITED:
        return before or _AWAITED[state.awaiting]
    said = part_asked(scene.text, scene.entities)
    if before == "items" and said == "payment":
        return before  # "on my other card": how the change is paid
    return said or before


def _shown_address(scene: Scene) -> Address | None:
    """Where an order would go on a yes: what is said next puts that right."""
    pending = scene.state.pending
    shown = pending is not None and pending.kind == "change_address"
    return Address.model_validate(pending.payload["address"]) if pending and shown else None


def _said(scene: Scene) -> str:
    """The words that say what to change: those of before, where this message only names the order."""
    earlier = scene.state.said
    return earlier if earlier and part_asked(scene.text, scene.entities) is None else scene.text


def _ask_what(scene: Scene, order: Order) -> Outcome:
    return scene.reply(
        f"What shall I change about {order.order_id} ({things(order.items)}): the address, the items, or how it is "
        "paid?",
        suggestions=["The address", "The items", "How it is paid"],
        awaiting="change",
        **scene.slots(order_id=order.order_id),
    )


def _ask_method(scene: Scene, order: Order, methods: Sequence[StoredMethod]) -> Outcome:
    slots = scene.slots(order_id=order.order_id)
    if not methods:
        return scene.reply("There is no payment method stored for you yet.", suggestions=[PERSON], **slots)
    listed = "\n".join(f"{n}. {m.label}" for n, m in enumerate(methods, 1))
    return scene.reply(
        f"{order.order_id} of {order.total} is yet to be paid. With which payment method?\n{listed}",
        suggestions=[m.label for m in methods],
        awaiting="payment_method",
        action="change_payment",
        **slots,
    )


def _no_date(scene: Scene, order: Order) -> Outcome:
    return scene.reply(
        f"The day on which {order.order_id} comes is not one that I can choose. I can change its address or its items, "
        "or a colleague looks into it.",
        suggestions=[PERSON, "Change the address", "Change the items"],
        **scene.slots(order_id=order.order_id),
    )


def _paid(scene: Scene, change: OrderChange) -> Outcome:
    if change.status is ChangeStatus.CHARGING:
        return waits(scene, change)
    check_made(change)
    id_ = change.order_id
    text = f"{id_} is paid: {change.charge} was charged."
    return scene.reply(text, actions=[done("payment_method_changed", id_)], **scene.slots(order_id=id_))
