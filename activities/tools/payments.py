"""Payments in the chat: what the gateway and the books know, and correcting an order on a yes.

What a customer says was charged is compared with that, and never taken for it.
"""

from __future__ import annotations

from activities.tools.asking import ask_which_order
from activities.tools.charges import Charges, settled
from activities.tools.owned import order_of
from activities.tools.scene import PERSON, Scene, done
from activities.tools.wallet import WalletTools
from care.errors import Conflict
from care.gateways.payments import PaymentGateway, PaymentResult
from care.models.dialogue import Outcome
from care.models.money import Money
from care.models.order import Order, OrderStatus, Payment, PaymentStatus
from care.models.understanding import Intent
from care.rules.payment_matters import Matter, as_matter, matter_of, says_paid
from care.rules.references import choice_in
from care.rules.words import points_back
from care.stores import Stores

_UNPAID = (PaymentStatus.PENDING, PaymentStatus.FAILED)
_FEES = (
    "What you pay is the total shown with an order: its items and shipping. I know of no other fee of ours; one that "
    "your bank takes only your bank can explain."
)
_NO_DECLINE = (
    "I see no declined payment among your latest orders. Why a bank declines a card, only the bank can say; another "
    "card often helps."
)


class PaymentTools:
    def __init__(self, stores: Stores, payments: PaymentGateway) -> None:
        self._stores = stores
        self._payments = payments
        self._wallet = WalletTools(stores)
        self._charges = Charges(stores)

    async def serve(self, scene: Scene) -> Outcome:
        """Raises NotFound for an order that is not the customer's, Conflict for what has changed since it was shown."""
        confirmed = scene.reading.act == "confirm"
        if scene.reading.intent is Intent.WALLET_ISSUE:
            return await (self._wallet.carry_out(scene) if confirmed else self._wallet.serve(scene))
        if confirmed:
            return await self._carry_out(scene)
        matter = _matter(scene)
        match matter:
            case "methods":
                methods = await self._payments.methods(scene.customer_id)
                return scene.reply(f"You can pay with: {', '.join(m.label for m in methods)}.", suggestions=[PERSON])
            case "fees":
                return scene.reply(_FEES, suggestions=[PERSON])
            case "twice" | "unknown" | "amount" | "after_cancelling":
                order = await self._charges.meant(scene, matter)
                settled = order is not None and order.payment.status in (PaymentStatus.PAID, PaymentStatus.REFUNDED)
                if order is None or settled:
                    return await self._charges.serve(scene, matter, order)
                return await self._ask_gateway(scene, order)
        return await self._of_an_order(scene, matter)

    async def _of_an_order(self, scene: Scene, matter: Matter | None) -> Outcome:
        ids = _ids(scene)
        if len(ids) > 1:
            return ask_which_order(scene, "Which order is it about?", ids, action=matter)
        if not ids and matter == "declined":
            return scene.reply(_NO_DECLINE, suggestions=[PERSON])
        if not ids:
            return scene.reply(
                "None of your orders waits for a payment. Which order is it about, or shall a person help you?",
                suggestions=[PERSON],
                awaiting="order",
                action=matter,
            )
        order = await order_of(self._stores, scene.customer_id, ids[0])
        if order.payment.status in (PaymentStatus.PAID, PaymentStatus.REFUNDED):
            return settled(scene, order)
        return await self._ask_gateway(scene, order)

    async def _ask_gateway(self, scene: Scene, order: Order) -> Outcome:
        known = await self._found(order)
        slots = scene.slots(order_id=order.order_id)
        cancelled = order.status is OrderStatus.CANCELLED
        if known is None and cancelled:
            text = f"{order.order_id} is cancelled, and our payment provider knows of no payment for it."
            more = "If your bank shows one, a person can look into it."
            return scene.reply(f"{text} {more}", suggestions=[PERSON], **slots)
        if known is None and not says_paid(scene.text):
            text = f"Our payment provider knows of no payment for {order.order_id}, so nothing was taken for it."
            return scene.reply(text, suggestions=_pay_otherwise(order), **slots)
        if known is None:
            return scene.hand_over(f"Our payment provider knows of no payment for {order.order_id}.")
        match known.status:
            case "succeeded" if cancelled:
                return scene.hand_over(f"Your payment for {order.order_id} arrived, but the order is cancelled.")
            case "succeeded":
                return self._propose(scene, order, known.reference)
            case "pending":
                text = f"Your bank has not confirmed the payment for {order.order_id} yet. Please ask again later."
                return scene.reply(text, suggestions=[PERSON], **slots)
            case "declined":
                text = f"The payment for {order.order_id} was declined, so nothing was taken and it is not paid."
                return scene.reply(text, suggestions=_pay_otherwise(order), **slots)

    def _propose(self, scene: Scene, order: Order, reference: str) -> Outcome:
        amount = order.total
        payload = {"order_id": order.order_id, "reference": reference, "amount": amount.model_dump(mode="json")}
        shown = (
            f"Your payment of {amount} for {order.order_id} did arrive, under {reference}, but the order still says "
            f"{order.payment.status.value}. Shall I set {order.order_id} to paid?"
        )
        slots = scene.slots(order_id=order.order_id)
        return scene.propose("confirm_payment", payload, shown, target=order.order_id, **slots)

    async def _carry_out(self, scene: Scene) -> Outcome:
        """The gateway is asked again: what was shown must still be so. Safe to repeat. Raises Conflict."""
        agreed = scene.agreed.payload
        order = await order_of(self._stores, scene.customer_id, agreed["order_id"])
        paid = Payment(status=PaymentStatus.PAID, reference=agreed["reference"])
        if order.payment != paid:
            known = await self._found(order)
            same = known is not None and (known.status, known.reference) == ("succeeded", agreed["reference"])
            unchanged = order.total == Money.model_validate(agreed["amount"]) and order.payment.status in _UNPAID
            if not same or not unchanged or order.status is OrderStatus.CANCELLED:
                raise Conflict(f"The payment of {order.order_id} has changed since. Please ask for it once more.")
            await self._stores.orders.set_payment(order.order_id, paid)
        return scene.reply(
            f"{order.order_id} now says paid: we have your {order.total} under {agreed['reference']}.",
            actions=[done("payment_confirmed", order.order_id)],
            **scene.slots(order_id=order.order_id),
        )

    async def _found(self, order: Order) -> PaymentResult | None:
        # A prepaid term is paid with its first order.
        for key in (f"order:{order.order_id}", f"term:{order.order_id}", order.payment.reference):
            if key and (known := await self._payments.find(key)):
                return known
        return None


def _pay_otherwise(order: Order) -> list[str]:
    can = order.status is OrderStatus.PENDING
    return [f"Pay for {order.order_id} with another card", PERSON] if can else [PERSON]


def _ids(scene: Scene) -> list[str]:
    """The orders that the message names or points back to, else those that are not paid."""
    named = scene.entities.order_ids or choice_in(scene.text, scene.state) or points_back(scene.text)
    unpaid = {o.order_id for o in scene.context.orders if o.payment in _UNPAID and o.status != OrderStatus.CANCELLED}
    ids = scene.reading.order_ids
    return (
        ids if named or scene.state.awaiting == "order" else [each for each in ids if each in unpaid] or sorted(unpaid)
    )


def _matter(scene: Scene) -> Matter | None:
    """What the message says is wrong; while an order is asked for, what was said before."""
    return matter_of(scene.text) or (as_matter(scene.state.action) if scene.state.awaiting == "order" else None)
