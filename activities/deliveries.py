"""One delivery of a subscription: its order, made once, and its payment, tried under a key of its own each time."""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

import structlog
from temporalio.exceptions import ApplicationError

from care.errors import Conflict, NotFound, OutOfStock
from care.gateways.payments import PaymentGateway, PaymentResult
from care.models.common import Model, Utc
from care.models.order import Order, OrderStatus, Payment, PaymentStatus
from care.models.subscription import Delivery, Outcome, PaidTerm, Prepaid, Setback, Step, StepKind, Subscription
from care.ordering import cancel_order
from care.rules.prepaid import Paying, begun
from care.rules.subscription import items_of, way_of
from care.rules.subscription_notices import order_id
from care.rules.subscription_orders import order_of
from care.stores import Stores


class DueStep(Model):
    """A step whose time has come: the state before it, and the workflow's time."""

    subscription: Subscription
    step: Step
    at: Utc


_PAID = (PaymentStatus.PAID, PaymentStatus.REFUNDED)

log = structlog.get_logger("deliveries")


class Deliveries:
    def __init__(self, stores: Stores, payments: PaymentGateway) -> None:
        self._stores = stores
        self._payments = payments

    async def attempt(self, due: DueStep) -> Delivery:
        """Orders and charges. Safe to repeat. Raises ApplicationError while the gateway does not know yet."""
        order = await self._ordered(due)
        if order is None:
            return _end(due, "awaiting_stock")
        # What a term has paid is placed as paid, and what was paid back had been paid.
        if order.payment.status not in _PAID:
            result = await self._payment(order, due)
            if result is None:
                return _end(due, "skipped", order)  # the customer cancelled the order before it was paid
            order = await self._noted(order, result)
            if result.status != "succeeded":
                return _end(due, "declined_for_good" if result.final else "declined", order)
        outcome: Outcome = "delivered"
        terms = _terms(due)
        if order.status is OrderStatus.CANCELLED:
            await cancel_order(self._stores, self._payments, order.order_id)  # cancelled while it was being charged
            outcome = "skipped"
        return _end(due, outcome, order, term=begun(order, terms) if terms else None)

    async def give_back(self, ended: Subscription) -> Literal["payment", "wallet"]:
        """Pays back, once, what was paid for deliveries that will not come. Raises ApplicationError while undecided."""
        paid = ended.paid
        if paid is None or paid.returned is None:
            return "payment"
        key = f"rest-{ended.subscription_id}"
        result = await self._payments.find(key) or await self._payments.refund(
            ended.customer_id, paid.reference, paid.returned, key
        )
        if result.status == "pending":
            raise ApplicationError(f"The repayment {key} is still pending.", type="PayoutPending")
        if result.status == "succeeded":
            return "payment"
        log.warning("prepaid_rest_not_taken", subscription_id=ended.subscription_id, reason=result.decline_reason)
        await self._payments.credit_wallet(ended.customer_id, paid.returned, f"{key}-wallet")
        return "wallet"

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
        order = order_of(subscription, due.step, due.at, products, subscription.address or customer.address)
        try:
            return await self._stores.orders.place(order)
        except OutOfStock:
            return None

    async def _made_before(self, due: DueStep) -> Order | None:
        try:
            return await self._stores.orders.get(order_id(due.subscription, due.step))
        except NotFound:
            return None

    async def _payment(self, order: Order, due: DueStep) -> PaymentResult | None:
        """How paying went; None for an order that was cancelled before. Raises ApplicationError while undecided."""
        result = await self._paid_before(order, due)
        if result is None and order.status is OrderStatus.CANCELLED:
            return None
        result = result or await self._pay(order, due)
        if result.status == "pending":
            raise ApplicationError("The payment is not decided yet; asking again later.", type="PaymentPending")
        return result

    async def _noted(self, order: Order, result: PaymentResult) -> Order:
        status = PaymentStatus.PAID if result.status == "succeeded" else PaymentStatus.FAILED
        return await self._stores.orders.set_payment(order.order_id, Payment(status=status, reference=result.reference))

    async def _paid_before(self, order: Order, due: DueStep) -> PaymentResult | None:
        """What an earlier try came to after all; None if the order is still due."""
        tries = _tries(due)
        for number in range(1, tries):
            known = await self._payments.find(_key(order, due, number))
            if known and known.status != "declined":
                return known
        if order.status is OrderStatus.CANCELLED or due.step.kind is StepKind.GIVE_UP:
            return await self._payments.find(_key(order, due, tries))
        return None

    async def _pay(self, order: Order, due: DueStep) -> PaymentResult:
        amount = order.total * (terms.deliveries if (terms := _terms(due)) else 1)
        if not amount.amount:
            return PaymentResult(status="succeeded", reference="")
        method = due.subscription.payment_method
        return await self._payments.charge(order.customer_id, amount, _key(order, due, _tries(due)), method=method)


def _terms(due: DueStep) -> Prepaid | None:
    """The terms, where this delivery is paid together with those after it."""
    subscription = due.subscription
    return subscription.prepaid if way_of(subscription, due.step) is Paying.NEXT_TERM else None


def _tries(due: DueStep) -> int:
    """The number of this try. To give up is no try: it looks at the last one."""
    overdue = due.subscription.overdue
    if overdue is None or due.step.kind is StepKind.DELIVER:
        return 1
    return overdue.tries + (due.step.kind is StepKind.RETRY)


def _key(order: Order, due: DueStep, number: int) -> str:
    """The payment of an order, or of the term that begins with it."""
    what = "term" if _terms(due) else "order"
    return f"{what}:{order.order_id}" + (f":{number}" if number > 1 else "")


def _end(
    due: DueStep, outcome: Outcome | Setback, order: Order | None = None, term: PaidTerm | None = None
) -> Delivery:
    order_id = order.order_id if order else None
    return Delivery(occurrence=due.step.occurrence.key, outcome=outcome, order_id=order_id, at=due.at, term=term)
