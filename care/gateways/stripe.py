"""Payments through Stripe. The embedded ledger keeps the books of it, under the same keys.

A movement is written down as pending before anything is sent, so that whoever comes after a crash knows what to ask
Stripe for. Then Stripe is asked first (our key lies in the metadata of what we make there), and only what it does not
know is sent, with our key as its Idempotency-Key. Its answer and the ledger entry are stored in one transaction. So the
money moves once, whichever of these steps was the last; store credit is the shop's own and never reaches Stripe.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Literal

import stripe
from stripe.params import RefundCreateParams, RefundListParams

from care.gateways import stripe_answers as answers
from care.gateways.ledger import LedgerGateway, new_movement, reference_for, result_of
from care.gateways.payments import PaymentResult
from care.gateways.stripe_account import Account, asking, client_for
from care.models.customer import StoredMethod
from care.models.ledger import Movement, MovementKind
from care.models.money import Money
from care.settings import Settings
from care.stores import Stores

# The most that Stripe lists at once. A charge that is asked about again is among its customer's newest 100.
_PAGE = 100


class StripeGateway:
    """Implements care.gateways.payments.PaymentGateway.

    Calls raise Unavailable where asking again can help, and Conflict if the key stands for another payment.
    """

    outside = True

    def __init__(self, client: stripe.StripeClient, stores: Stores) -> None:
        self._v1 = client.v1
        self._account = Account(client, stores.payers)
        self._ledger = stores.ledger
        self._own = LedgerGateway(stores.ledger)

    async def methods(self, customer_id: str) -> list[StoredMethod]:
        customer = await self._account.known(customer_id)
        return await self._account.cards(customer) if customer else []

    async def charge(self, customer_id: str, amount: Money, key: str, *, method: str | None = None) -> PaymentResult:
        """By default with the customer's usual card; without any, declined for good."""
        if method is None:
            cards = await self._account.cards(await self._account.customer(customer_id))
            method = cards[0].payment_method if cards else None
        movement = new_movement(MovementKind.CHARGE, customer_id, amount, key)
        note = {"status": "pending", "method": method}
        return await self._once(movement.model_copy(update=note), self._send_charge)

    async def refund(self, customer_id: str, payment_reference: str | None, amount: Money, key: str) -> PaymentResult:
        """`payment_reference` is a PaymentIntent (pi_) or a charge (ch_, py_); any other is declined for good."""
        movement = new_movement(MovementKind.REFUND, customer_id, amount, key)
        note = {"status": "pending", "payment_reference": payment_reference}
        return await self._once(movement.model_copy(update=note), self._send_refund)

    async def credit_wallet(self, customer_id: str, amount: Money, key: str) -> PaymentResult:
        return await self._own.credit_wallet(customer_id, amount, key)

    async def find(self, key_or_reference: str) -> PaymentResult | None:
        """By our books, and by Stripe where they do not know yet; a reference may be of the shop's own checkout."""
        noted = await self._ledger.movement(key_or_reference)
        if noted is None:
            return await self._by_reference(key_or_reference)
        if noted.status == "pending":
            answer = await self._asked(noted)
            if answer is None:
                return None
            noted = await self._ledger.resolve(noted.key, **answer.model_dump())
        return result_of(noted)

    async def _once(self, movement: Movement, send: Callable[[Movement], Awaitable[PaymentResult]]) -> PaymentResult:
        noted = await self._ledger.move(movement)
        if noted.status == "pending":
            answer = await self._asked(noted) or await send(noted)
            noted = await self._ledger.resolve(noted.key, **answer.model_dump())
        return result_of(noted)

    async def _send_charge(self, movement: Movement) -> PaymentResult:
        if movement.method is None:
            return answers.declined_for_good(movement.reference, "no_payment_method")
        customer = await self._account.customer(movement.customer_id)
        with asking():
            try:
                intent = await self._v1.payment_intents.create_async(
                    {
                        "amount": movement.amount.amount,
                        "currency": movement.amount.currency.lower(),
                        "customer": customer,
                        "payment_method": movement.method,
                        "off_session": True,
                        "confirm": True,
                        "metadata": {answers.KEY: movement.key},
                    },
                    {"idempotency_key": movement.key},
                )
            except stripe.CardError as error:
                return answers.of_card_error(error, movement.reference)
            except stripe.InvalidRequestError as error:
                return answers.of_refusal(error, movement.reference)
            return await self._finished(answers.read(intent))

    async def _send_refund(self, movement: Movement) -> PaymentResult:
        payment = _payment(movement)
        if payment is None:
            return answers.declined_for_good(movement.reference, "payment_not_at_stripe")
        params: RefundCreateParams = {"amount": movement.amount.amount, "metadata": {answers.KEY: movement.key}}
        params[payment[0]] = payment[1]
        with asking():
            try:
                refund = await self._v1.refunds.create_async(params, {"idempotency_key": movement.key})
            except (stripe.CardError, stripe.InvalidRequestError) as error:
                return answers.of_refusal(error, movement.reference)
            return answers.of(answers.read(refund))

    async def _finished(self, intent: answers.Made) -> PaymentResult:
        """What waits for somebody is called off: it must not come through behind our back."""
        if intent.status not in answers.UNFINISHED:
            return answers.of(intent)
        await self._v1.payment_intents.cancel_async(intent.id)
        reason = "authentication_required" if intent.status == "requires_action" else "not_confirmed"
        return answers.declined(intent.id, reason)

    async def _asked(self, movement: Movement) -> PaymentResult | None:
        """As `asked`, and what waits for somebody is called off."""
        with asking():
            made = await self._made(movement)
            if movement.kind is MovementKind.REFUND:
                return answers.best([answers.of(each) for each in made])
            return answers.best([await self._finished(each) for each in made])

    async def asked(self, movement: Movement) -> PaymentResult | None:
        """What Stripe made under the movement's key; None if nothing. Changes nothing."""
        with asking():
            return answers.best([answers.of(each) for each in await self._made(movement)])

    async def differs(self, movement: Movement) -> str | None:
        """What Stripe's books say else of a movement that succeeded; None if they agree.

        What the embedded ledger has moved before there was a key is not Stripe's.
        """
        if movement.reference == reference_for(movement.kind, movement.key):
            return None
        with asking():
            try:
                retrieved = await self._retrieved(movement.reference)
            except stripe.InvalidRequestError as error:
                if not answers.is_missing(error):
                    raise
                retrieved = None
            return answers.differs(movement, answers.read(retrieved) if retrieved else None)

    async def _made(self, movement: Movement) -> list[answers.Made]:
        if movement.kind is MovementKind.REFUND:
            return [made async for made in self._refunds(movement) if made.is_under(movement.key)]
        return [made for made in await self._intents(movement) if made.is_under(movement.key)]

    async def _refunds(self, movement: Movement) -> AsyncIterator[answers.Made]:
        """All of the payment."""
        payment = _payment(movement)
        if payment is None:
            return
        params: RefundListParams = {"limit": _PAGE}
        params[payment[0]] = payment[1]
        try:
            listed = await self._v1.refunds.list_async(params)
        except stripe.InvalidRequestError as error:
            if not answers.is_missing(error):  # it knows no such payment
                raise
            return
        async for refund in listed.auto_paging_iter():
            yield answers.read(refund)

    async def _intents(self, movement: Movement) -> list[answers.Made]:
        """The newest of the customer."""
        customer = await self._account.known(movement.customer_id)
        if customer is None:
            return []
        try:
            listed = await self._v1.payment_intents.list_async({"customer": customer, "limit": _PAGE})
        except stripe.InvalidRequestError as error:
            if not answers.is_missing(error):  # the customer was deleted there
                raise
            return []
        return [answers.read(intent) for intent in listed.data]

    async def _by_reference(self, reference: str) -> PaymentResult | None:
        with asking():
            try:
                made = await self._retrieved(reference)
            except stripe.InvalidRequestError as error:
                if not answers.is_missing(error):
                    raise
                return None
            return answers.of(answers.read(made)) if made else None

    async def _retrieved(self, reference: str) -> stripe.StripeObject | None:
        if reference.startswith("pi_"):
            return await self._v1.payment_intents.retrieve_async(reference)
        if reference.startswith(("ch_", "py_")):
            return await self._v1.charges.retrieve_async(reference)
        return await self._v1.refunds.retrieve_async(reference) if reference.startswith("re_") else None


def _payment(movement: Movement) -> tuple[Literal["payment_intent", "charge"], str] | None:
    """The payment that a refund gives back, and how Stripe wants it named; None for what is no payment there."""
    reference = movement.payment_reference or ""
    if reference.startswith("pi_"):
        return "payment_intent", reference
    return ("charge", reference) if reference.startswith(("ch_", "py_")) else None


@asynccontextmanager
async def stripe_payments(settings: Settings, stores: Stores) -> AsyncIterator[StripeGateway]:
    """Raises SetupError as `client_for` does."""
    client, http = client_for(settings)
    try:
        yield StripeGateway(client, stores)
    finally:
        await http.close_async()  # type: ignore[no-untyped-call]
