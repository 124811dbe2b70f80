"""One delivery of a subscription: its order, made once, and its payment, tried under a key of its own each time."""

from __future__ import annotations

from contextlib import suppress

from temporalio.exceptions import ApplicationError

from care.errors import Conflict, NotFound, OutOfStock
from care.gateways.payments import PaymentGateway, PaymentResult
from care.models.common import Model, Utc
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus, Product
from care.models.subscription import Delivery, NamedItem, Outcome, Setback, Step, StepKind, Subscription
from care.ordering import cancel_order
from care.rules.subscription import items_of
from care.rules.subscription_notices import order_id
from care.stores import Stores


class DueStep(Model):
    """A step whose time has come: the state before it, and the workflow's time."""

    subscription: Subscription
    step: Step
    at: Utc


class Deliveries:
    def __init__(self, stores: Stores, payments: PaymentGateway) -> None:
        self._stores = stores
        self._payments = payments

    async def attempt(self, due: DueStep) -> Delivery:
        """Orders and charges. Safe to repeat. Raises ApplicationError while the gateway does not know yet."""
        order = await self._ordered(due)
        outcome = await self._charged(order, due) if order else "awaiting_stock"
        return Delivery(
            occurrence=due.step.occurrence.key,
            outcome=outcome,
            order_id=order.order_id if order else None,
            at=due.at,
        )

    async def drop(self, unpaid: str) -> None:
        """Give back the stock of an order that nobody has paid or will pay."""
        with suppress(Conflict):  # on its way by other hands: then it stays
            await self._stores.orders.cancel(unpaid)

    async def _ordered(self, due: DueStep) -> Order | None:
        """The order of the occurrence; None while its goods are not to be had."""
        if due.step.kind is StepKind.GIVE_UP:
            return await self._made_before(due)
        subscription = due.subscription
        items = items_of(subscription, due.step.occurrence.key)
        products = await self._stores.products.find(item.sku for item in items)
        if any(item.sku not in products for item in items):  # taken out of the catalogue
            return await self._made_before(due)
        customer = await self._stores.customers.get(subscription.customer_id)
        address = subscription.address or customer.address
        try:
            return await self._stores.orders.place(_order(due, products).model_copy(update={"address": address}))
        except OutOfStock:
            return None

    async def _made_before(self, due: DueStep) -> Order | None:
        try:
            return await self._stores.orders.get(order_id(due.subscription, due.step))
        except NotFound:
            return None

    async def _charged(self, order: Order, due: DueStep) -> Outcome | Setback:
        if order.payment.status is not PaymentStatus.PAID:
            result = await self._paid_before(order, due)
            if order.status is OrderStatus.CANCELLED and result is None:
                return "skipped"  # the customer cancelled the order before it was paid
            result = result or await self._pay(order, due)
            if result.status == "pending":
                raise ApplicationError("The payment is not decided yet; asking again later.", type="PaymentPending")
            paid = result.status == "succeeded"
            status = PaymentStatus.PAID if paid else PaymentStatus.FAILED
            order = await self._stores.orders.set_payment(
                order.order_id, Payment(status=status, reference=result.reference)
            )
            if not paid:
                return "declined_for_good" if result.final else "declined"
        if order.status is OrderStatus.CANCELLED:
            await cancel_order(self._stores, self._payments, order.order_id)  # cancelled while it was being charged
            return "skipped"
        return "delivered"

    async def _paid_before(self, order: Order, due: DueStep) -> PaymentResult | None:
        """What an earlier try came to after all; None if the order is still due."""
        tries = _tries(due)
        for number in range(1, tries):
            known = await self._payments.find(_key(order, number))
            if known and known.status != "declined":
                return known
        if order.status is OrderStatus.CANCELLED or due.step.kind is StepKind.GIVE_UP:
            return await self._payments.find(_key(order, tries))
        return None

    async def _pay(self, order: Order, due: DueStep) -> PaymentResult:
        if not order.total.amount:
            return PaymentResult(status="succeeded", reference="")
        method = due.subscription.payment_method
        return await self._payments.charge(order.customer_id, order.total, _key(order, _tries(due)), method=method)


def _tries(due: DueStep) -> int:
    """The number of this try. To give up is no try: it looks at the last one."""
    overdue = due.subscription.overdue
    if overdue is None or due.step.kind is StepKind.DELIVER:
        return 1
    return overdue.tries + (due.step.kind is StepKind.RETRY)


def _key(order: Order, number: int) -> str:
    return f"order:{order.order_id}" + (f":{number}" if number > 1 else "")


def _order(due: DueStep, products: dict[str, Product]) -> Order:
    """The order of one occurrence; shipping is free for subscribers."""
    lines = [_line(item, products[item.sku]) for item in items_of(due.subscription, due.step.occurrence.key)]
    free = Money.zero(lines[0].price.currency)
    return Order(
        order_id=order_id(due.subscription, due.step),
        customer_id=due.subscription.customer_id,
        status=OrderStatus.PENDING,
        items=lines,
        shipping=free,
        total=sum((line.price * line.quantity for line in lines), start=free),
        payment=Payment(status=PaymentStatus.PENDING),
        placed_at=due.at,
        subscription_id=due.subscription.subscription_id,
        occurrence=due.step.occurrence.key,
        refunded=free,
        reserved=free,
    )


def _line(item: NamedItem, product: Product) -> OrderLine:
    """At today's price, but at no higher one than was announced."""
    same = product.price.currency == item.price.currency
    price = min(product.price, item.price) if same else item.price
    return OrderLine(sku=item.sku, name=product.name, quantity=item.quantity, price=price, category=product.category)
