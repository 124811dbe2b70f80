"""Other items for a pending order, in the chat: what the words come to is shown with its total, and done on a yes."""

from __future__ import annotations

from activities.tools.cancelling import propose_cancel
from activities.tools.order_wording import holding, money_moves, said_method
from activities.tools.scene import PERSON, Scene, done
from activities.tools.wording import things
from care.gateways.payments import PaymentGateway
from care.models.conversation import ChatAction
from care.models.customer import StoredMethod
from care.models.dialogue import NamedSku, Outcome
from care.models.order import Order
from care.models.order_change import ChangeItems, ChangeStatus, OrderChange
from care.models.subscription import Item
from care.order_changes import change_items, planned_items
from care.rules.item_wishes import Wished, wished
from care.rules.order_changes import check_made, pieces_of
from care.rules.order_plans import MOST
from care.rules.order_words import methods_meant, names_a_payment
from care.rules.strange_counts import asks_for_count, strange_count
from care.rules.writes import WRITES
from care.stores import Stores

_MOST_LISTED = 6


class OrderItemTools:
    def __init__(self, stores: Stores, payments: PaymentGateway) -> None:
        self._stores = stores
        self._payments = payments

    async def serve(self, scene: Scene, order: Order, words: str) -> Outcome:
        """`words` say what to change. Raises a CareError where it cannot be."""
        shown = _shown(scene, order)
        method = await self._method(scene)
        catalogue = await self._catalogue(order)
        if strange := strange_count(words, [p.name for p in catalogue]):
            return _ask_count(scene, order, strange)
        wish = wished(
            words,
            dict(pieces_of(order.items)),
            catalogue,
            base=pieces_of(shown.items) if shown else None,
            about=_talked_of(order, shown) or scene.state.slots.sku,
        )
        if wish.pieces is None and shown and not wish.unclear:
            return await self._show(scene, order, shown, method)
        if wish.pieces is None:
            return _ask(scene, order, wish)
        if not wish.pieces:
            return propose_cancel(scene, order, why=f"Nothing would be left of {order.order_id}.")
        items = [Item(sku=sku, quantity=min(count, MOST)) for sku, count in wish.pieces.items()]
        return await self._show(scene, order, ChangeItems(items=items), method, words)

    async def carry_out(self, scene: Scene) -> Outcome:
        """Items and money move once for `scene.once`."""
        order_id = scene.agreed.payload["order_id"]
        wish = ChangeItems.model_validate(scene.agreed.payload["wish"])
        change = await change_items(self._stores, self._payments, order_id, wish, scene.once)
        match change.status:
            case ChangeStatus.DECLINED:
                return await self._declined(scene, wish, change)
            case ChangeStatus.CHARGING:
                return waits(scene, change)
            case _:
                check_made(change)
                return _changed(scene, change)

    async def _catalogue(self, order: Order) -> list[NamedSku]:
        """All that is sold, and what the order holds of what is not sold any more."""
        sold = [NamedSku(sku=p.sku, name=p.name) for p in await self._stores.products.all()]
        known = {p.sku for p in sold}
        return sold + [NamedSku(sku=i.sku, name=i.name) for i in order.items if i.sku not in known]

    async def _method(self, scene: Scene) -> StoredMethod | None:
        """The payment method that the message names, if it names one."""
        asked = scene.state.awaiting == "payment_method"
        if not asked and not names_a_payment(scene.text):
            return None
        meant = methods_meant(scene.text, await self._payments.methods(scene.customer_id), asked=asked)
        return meant[0] if len(meant) == 1 else None

    async def _show(
        self, scene: Scene, order: Order, items: ChangeItems, method: StoredMethod | None, words: str | None = None
    ) -> Outcome:
        chosen = method.payment_method if method else items.payment_method
        methods = await self._payments.methods(order.customer_id)
        charged = next((m for m in methods if m.payment_method == chosen), methods[0] if methods else None)
        wish = ChangeItems(items=items.items, payment_method=chosen)
        change = await planned_items(self._stores, self._payments, order, wish)
        # The total is part of what is agreed to: at another price nothing is done.
        agreed = wish.model_copy(update={"total": change.total})
        moves = money_moves(change, order.total, said_method(charged))
        return scene.propose(
            "change_items",
            {"order_id": order.order_id, "wish": agreed.model_dump(mode="json")},
            f"Change {order.order_id} to {holding(change)}, {moves}?",
            target=order.order_id,
            action="change_items",
            said=words,
            basket=wish,
            **scene.slots(order_id=order.order_id),
        )

    async def _declined(self, scene: Scene, wish: ChangeItems, change: OrderChange) -> Outcome:
        """Nothing was changed; another payment method may do."""
        methods = await self._payments.methods(change.customer_id)
        usual = methods[0].payment_method if methods else None
        others = [m.label for m in methods if m.payment_method != (change.payment_method or usual)]
        refused = ChatAction(kind=WRITES["change_items"].done, status="refused", id=change.order_id)
        return scene.reply(
            f"The payment of {change.charge} was declined, so {change.order_id} is unchanged. "
            "With which other payment method shall I try?",
            actions=[refused],
            suggestions=[*others, PERSON],
            awaiting="payment_method",
            action="change_items",
            basket=wish,
            **scene.slots(order_id=change.order_id),
        )


def waits(scene: Scene, change: OrderChange) -> Outcome:
    return scene.reply(
        f"Your bank has not confirmed the payment of {change.charge} yet. {change.order_id} is changed as soon as it "
        "has, and stays as it is if it does not.",
        suggestions=[PERSON],
        **scene.slots(order_id=change.order_id),
    )


def _shown(scene: Scene, order: Order) -> ChangeItems | None:
    """What the order was last shown to hold."""
    pending = scene.state.pending
    if pending and pending.kind == "change_items":
        same = pending.payload["order_id"] == order.order_id
        return ChangeItems.model_validate(pending.payload["wish"]) if same else None
    return scene.state.basket if scene.state.slots.order_id == order.order_id else None


def _talked_of(order: Order, shown: ChangeItems | None) -> str | None:
    """The one product whose number was about to change."""
    if shown is None:
        return None
    before, after = pieces_of(order.items), pieces_of(shown.items)
    moved = [sku for sku in after if after[sku] != before[sku]]
    return moved[0] if len(moved) == 1 else None


def _ask(scene: Scene, order: Order, wish: Wished) -> Outcome:
    first = order.items[0].name
    suggestions = [f"Add another {first}", f"Remove {first}"]
    if wish.between and not wish.unnamed:
        verb = "Remove" if wish.verb == "remove" else "Add"
        text = f"Which one do you mean: {', '.join(p.name for p in wish.between[:_MOST_LISTED])}?"
        suggestions = [f"{verb} {p.name}" for p in wish.between[:_MOST_LISTED]]
    elif wish.absent:
        text = f"There is no {wish.absent[0]} in {order.order_id}. It holds {things(order.items)}."
    elif wish.verb == "add":
        text = "I do not find that among our products. What shall I add?"
    else:
        text = f"{order.order_id} holds {things(order.items)}. What shall I add, remove or change?"
    return scene.reply(
        text, suggestions=suggestions, awaiting="items", action="change_items", **scene.slots(order_id=order.order_id)
    )


def _ask_count(scene: Scene, order: Order, written: str) -> Outcome:
    text, slots = asks_for_count(written), scene.slots(order_id=order.order_id)
    return scene.reply(text, suggestions=[PERSON], awaiting="items", action="change_items", **slots)


def _changed(scene: Scene, change: OrderChange) -> Outcome:
    id_, acted = change.order_id, [done("items_changed", change.order_id)]
    if change.status is ChangeStatus.REPAYING:
        return scene.hand_over(f"{id_} is changed, but paying you back did not work yet.", actions=acted)
    money = f" {change.charge} was charged." if change.charge else ""
    if change.repay:
        back = sum((part.amount for part in change.repay[1:]), start=change.repay[0].amount)
        money = f" {back} is on its way back to you."
    text = f"{id_} now holds {things(change.items)}, for {change.total}.{money}"
    return scene.reply(text, actions=acted, **scene.slots(order_id=id_))
