"""Payments and wallets in the chat: what the gateway and the ledger know becomes what the shop shows.

These corrections restore the truth, so they need no yes; each is listed among the actions.
"""

from __future__ import annotations

from activities.tools.owned import order_of
from activities.tools.scene import PERSON, Scene, done
from activities.tools.wording import order_choices
from care.gateways.payments import PaymentGateway, PaymentResult
from care.models.dialogue import Outcome
from care.models.order import Order, OrderStatus, Payment, PaymentStatus
from care.models.understanding import Intent
from care.rules.phrases import says_twice
from care.stores import Stores

_MOST_OFFERED = 5


class PaymentTools:
    def __init__(self, stores: Stores, payments: PaymentGateway) -> None:
        self._stores = stores
        self._payments = payments

    async def serve(self, scene: Scene) -> Outcome:
        """Raises NotFound for an order that is not the customer's."""
        if scene.reading.intent is Intent.WALLET_ISSUE:
            return await self._resync_wallet(scene)
        ids = scene.reading.order_ids
        if len(ids) > 1:
            briefs = [o for o in scene.context.orders if o.order_id in ids][:_MOST_OFFERED]
            choices = order_choices(briefs, scene.context.timezone)
            return scene.ask_which("Which order is it about?", choices, awaiting="order")
        if not ids:
            return scene.reply(
                "None of your orders waits for a payment. Which order is it about, or shall a person help you?",
                suggestions=[PERSON],
                awaiting="order",
            )
        order = await order_of(self._stores, scene.customer_id, ids[0])
        return await self._confirm_payment(scene, order)

    async def _confirm_payment(self, scene: Scene, order: Order) -> Outcome:
        slots = scene.slots(order_id=order.order_id)
        match order.payment.status:
            case PaymentStatus.PAID:
                text = f"{order.order_id} is paid: we have your {order.total} under {order.payment.reference}."
                if says_twice(scene.text):
                    text += " That is one payment. If your bank shows another one, a person has to look into it."
                return scene.reply(text, suggestions=[PERSON], **slots)
            case PaymentStatus.REFUNDED:
                return scene.reply(f"{order.order_id} was paid, and has been refunded.", suggestions=[PERSON], **slots)
            case _:
                return await self._ask_gateway(scene, order)

    async def _ask_gateway(self, scene: Scene, order: Order) -> Outcome:
        known = await self._found(order)
        if known is None:
            return scene.hand_over(f"Our payment provider knows of no payment for {order.order_id}.")
        if known.status == "succeeded" and order.status is OrderStatus.CANCELLED:
            return scene.hand_over(f"Your payment for {order.order_id} arrived, but the order is cancelled.")
        slots = scene.slots(order_id=order.order_id)
        match known.status:
            case "succeeded":
                paid = Payment(status=PaymentStatus.PAID, reference=known.reference)
                await self._stores.orders.set_payment(order.order_id, paid)
                text = (
                    f"Your payment of {order.total} for {order.order_id} did arrive, under {known.reference}. "
                    "The order still said pending; I have corrected it to paid."
                )
                return scene.reply(text, actions=[done("payment_confirmed", order.order_id)], **slots)
            case "pending":
                text = f"Your bank has not confirmed the payment for {order.order_id} yet. Please ask again later."
                return scene.reply(text, suggestions=[PERSON], **slots)
            case "declined":
                text = f"The payment for {order.order_id} was declined, so the order is not paid."
                return scene.reply(text, suggestions=[PERSON], **slots)

    async def _found(self, order: Order) -> PaymentResult | None:
        # A prepaid term is paid with its first order.
        for key in (f"order:{order.order_id}", f"term:{order.order_id}", order.payment.reference):
            if key and (known := await self._payments.find(key)):
                return known
        return None

    async def _resync_wallet(self, scene: Scene) -> Outcome:
        """The ledger is the truth; the wallet is made to say the same."""
        wallet = await self._stores.wallets.get(scene.customer_id)
        if wallet is None:
            return scene.reply("You have no wallet with us yet.", suggestions=[PERSON])
        truth = (await self._stores.wallets.resync(scene.customer_id)).balance
        if truth == wallet.balance:
            text = f"Your wallet holds {truth}, and that agrees with every entry in our books."
            return scene.reply(text, suggestions=[PERSON])
        return scene.reply(
            f"Your wallet said {wallet.balance}, but our books say {truth}. I have corrected it: it now holds {truth}.",
            actions=[done("wallet_resynced", scene.customer_id)],
        )
