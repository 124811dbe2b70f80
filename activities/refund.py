"""What a refund does to the world. Every activity may run twice, or be cut off anywhere, and still acts once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Literal

from temporalio import activity
from temporalio.exceptions import ApplicationError

from care.errors import AlreadySettled, CareError, ClaimedByOther, Conflict, NotFound
from care.gateways.payments import PaymentGateway, PaymentResult
from care.links import Links
from care.models.audit import NO_ACCOUNT
from care.models.common import CustomerId, Model
from care.models.customer import Account
from care.models.money import Money
from care.models.notification import Notification
from care.models.order import Order, OrderStatus, Payment, PaymentStatus
from care.models.policy import RefundPolicy
from care.models.refund import Refund, RefundReason, RefundStatus
from care.rules.approvals import ruling_amount
from care.rules.occurrences import occurrence_due
from care.rules.order_payments import payment_for
from care.rules.refund_items import kept
from care.rules.reviewers import Reviewer, folded, same_person
from care.rules.subscription_notices import offer_to_skip
from care.stores import Stores
from care.temporal import refuse

_NOT_HELD = "Nothing is reserved for it any more."


class Step(Model):
    """One step of a case, and what the customer is told of it. `ruled`: how the ruling came that this step makes."""

    refund: Refund
    notice: Notification | None = None
    ruled: Literal["update", "signal"] | None = None


class Payout(Model):
    """Money on its way back. `key` is the idempotency key: the same key pays once."""

    refund_id: str
    order_id: str
    customer_id: CustomerId
    amount: Money
    to: Literal["payment", "wallet"]
    key: str


class Asked(Model):
    """Whom to look up, and for which case."""

    name: str
    customer_id: CustomerId
    order_id: str
    refund_id: str


class RefundActivities:
    def __init__(
        self, stores: Stores, payments: PaymentGateway, policy: RefundPolicy, links: Links | None = None
    ) -> None:
        self._stores = stores
        self._payments = payments
        self._policy = policy
        self._links = links

    @property
    def all(self) -> list[Callable[..., Awaitable[Any]]]:
        return [self.open_case, self.record, self.settle, self.reviewer, self.pay_out, self.replace]

    @activity.defn(name="open_refund")
    async def open_case(self, refund: Refund) -> RefundPolicy:
        """Reserves the amount and stores the case; gives the policy under which its reviews are held."""
        try:
            await self._stores.refunds.open(refund)
        except CareError as error:
            raise refuse(error) from error
        return self._policy

    @activity.defn(name="record_refund")
    async def record(self, step: Step) -> None:
        await self._stores.refunds.save(step.refund)
        await self._note(step)
        await self._tell(step)
        if step.ruled == "update":
            # Whoever ruled is done: the next one, a second approver perhaps, must be able to claim it.
            with suppress(AlreadySettled, ClaimedByOther):
                await self._stores.refunds.release(step.refund.refund_id, step.refund.rulings[-1].reviewer)

    @activity.defn(name="settle_refund")
    async def settle(self, step: Step) -> None:
        """The reservation becomes a refund or is released, together with the outcome."""
        paid = step.refund.status is RefundStatus.PAID
        await self._stores.refunds.settle(step.refund, paid=paid)
        await self._note(step)
        await self._tell(step)
        if paid and step.refund.reason is RefundReason.DAMAGED:
            await self._ask_about_the_next(step.refund)

    async def _note(self, step: Step) -> None:
        """A person's ruling, in the audit record. A name that is no account stays in the case."""
        if step.ruled is None:
            return
        refund, ruling = step.refund, step.refund.rulings[-1]
        account = await self._account(ruling.reviewer)
        detail = {"decision": ruling.decision, "status": refund.status.value, "way": step.ruled}
        if ruling.decision == "approve":
            amount = ruling_amount(refund, ruling)
            detail |= {"amount": str(amount.amount), "currency": amount.currency}
        await self._stores.audit.append(
            "case_decided",
            by=account.email if account else NO_ACCOUNT,
            about=refund.refund_id,
            session=None,
            once=f"case_decided {refund.refund_id} {refund.version}",
            **detail,
        )

    async def _tell(self, step: Step) -> None:
        if step.notice:
            await self._stores.notifications.add(step.notice)

    async def _ask_about_the_next(self, refund: Refund) -> None:
        """What arrived damaged from a subscription: perhaps the customer would rather not have it come again soon."""
        origin = (await self._stores.orders.get(refund.order_id)).subscription_id
        for subscription in await self._stores.subscriptions.active(refund.customer_id):
            key = subscription.next_delivery
            if subscription.subscription_id == origin and key:
                due = occurrence_due(subscription.schedule, key)
                link = self._links.skip(origin, key, due) if self._links else None
                await self._stores.notifications.add(offer_to_skip(refund, subscription, key, link))

    # Histories hold the name of its first version, which told only whether it is the reviewer's own case.
    @activity.defn(name="is_own_refund")
    async def reviewer(self, asked: Asked) -> Reviewer:
        """Who rules: their role, whether the case is their own, and what people approved before on the same order."""
        account = await self._account(asked.name)
        own = account is not None and account.customer_id == asked.customer_id
        return Reviewer(
            own_case=own or await self._is_customer(asked),
            role=account.role if account and account.closed_at is None else None,
            ruled_before=await self._stores.refunds.ruled_on(asked.order_id, besides=asked.refund_id),
            apart=True,
        )

    async def _account(self, name: str) -> Account | None:
        accounts = self._stores.accounts
        return await accounts.find(name.strip()) or await accounts.find(folded(name))

    async def _is_customer(self, asked: Asked) -> bool:
        try:
            customer = await self._stores.customers.get(asked.customer_id)
        except NotFound:
            return False
        return same_person(customer.email, asked.name)

    @activity.defn(name="pay_out_refund")
    async def pay_out(self, payout: Payout) -> PaymentResult:
        """Moves the money, if it is still reserved. A lost answer is looked up before anything is sent again."""
        result = await self._earlier(payout) or await self._pay(payout)
        if result.status == "pending":
            raise ApplicationError(f"The payout {payout.key} is still pending.", type="PayoutPending")
        return result

    async def _earlier(self, payout: Payout) -> PaymentResult | None:
        first = activity.info().attempt == 1
        return None if first else await self._payments.find(payout.key)

    async def _pay(self, payout: Payout) -> PaymentResult:
        if not await self._stores.refunds.is_held(payout.refund_id):
            # A worker that died had settled the case before it could say so, and a signal came between: it stays so.
            return PaymentResult(status="declined", reference=payout.key, decline_reason=_NOT_HELD, final=True)
        if payout.to == "wallet":
            return await self._credit(payout)
        order = await self._stores.orders.get(payout.order_id)
        reference = payment_for(order, payout.amount)
        return await self._payments.refund(payout.customer_id, reference, payout.amount, payout.key)

    async def _credit(self, payout: Payout) -> PaymentResult:
        try:
            return await self._payments.credit_wallet(payout.customer_id, payout.amount, payout.key)
        except Conflict as error:  # a wallet of another currency: no later try can change that
            return PaymentResult(status="declined", reference=payout.key, decline_reason=error.detail, final=True)

    @activity.defn(name="send_replacement")
    async def replace(self, refund: Refund) -> str:
        """Places the replacement, or the new items of an exchange, at no charge; gives its order id.

        Fails with OutOfStock if the shop has too few.
        """
        if not await self._stores.refunds.is_held(refund.refund_id):
            raise refuse(Conflict(_NOT_HELD))
        original = await self._stores.orders.get(refund.order_id)
        try:
            placed = await self._stores.orders.place(_replacement(refund, original))
        except CareError as error:
            raise refuse(error) from error
        return placed.order_id


def _replacement(refund: Refund, original: Order) -> Order:
    """The approved pieces, or what they are exchanged for, as an order whose id makes it one however often it is
    placed."""
    free = Money.zero(refund.amount.currency)
    names = {line.sku: line for line in original.items}
    same = [names[line.sku].model_copy(update={"quantity": line.quantity}) for line in kept(refund.items)]
    return Order(
        order_id=f"ORD-{refund.refund_id}",
        customer_id=refund.customer_id,
        status=OrderStatus.PENDING,
        items=[line.model_copy(update={"price": free}) for line in refund.exchange_for or same],
        shipping=free,
        total=free,
        payment=Payment(status=PaymentStatus.PAID, reference=refund.refund_id),
        placed_at=refund.updated_at,
        address=original.address,
        refunded=free,
        reserved=free,
    )
