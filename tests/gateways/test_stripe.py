"""Payments through the official Stripe client, against localstripe and a stand-in before it that loses answers."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
import stripe
from structlog.testing import capture_logs

from care.errors import Conflict, Unavailable
from care.gateways import stripe_account
from care.gateways.payments import PaymentGateway, PaymentResult
from care.gateways.stripe import StripeGateway, stripe_payments
from care.models.customer import Wallet
from care.models.money import Money
from care.settings import Settings
from care.stores import Stores
from tests.fakes.stripe_server import (
    ASKS,
    BAD_GATEWAY,
    BROKEN,
    BUSY,
    DECLINES,
    EMPTY,
    HTML,
    KEY,
    LOST,
    LOST_IN_500,
    RATE_LIMITED,
    WORKS,
    WRONG_KEY,
    StripeStandIn,
    Trouble,
    answering,
    declined,
    refused,
)
from tests.stores.make import eur

CARD = "customer:CUST001:card"
WHO = "CUST001"


async def booked(stores: Stores, account: str = CARD) -> int:
    """What the account has gained, in cents; the books are sound."""
    assert set((await stores.ledger.total()).values()) <= {0}
    return (await stores.ledger.balance(account)).get("EUR", 0)


def moved_back(server: StripeStandIn) -> int:
    """What Stripe has paid back, in cents."""
    return sum(refund["amount"] for refund in server.listed("/v1/refunds"))


def taken(server: StripeStandIn) -> int:
    intents = server.listed("/v1/payment_intents")
    return sum(intent["amount"] for intent in intents if intent["status"] == "succeeded")


async def insisting(call: Any) -> PaymentResult:
    """As Temporal does: the same call again until there is an answer."""
    for _ in range(10):
        try:
            result: PaymentResult = await call()
        except Unavailable:
            continue
        return result
    raise AssertionError("never answered")


def test_it_is_a_payment_gateway(gateway: StripeGateway) -> None:
    accepted: PaymentGateway = gateway
    assert accepted is gateway


async def test_a_refund_goes_back_to_the_payment_once_and_stands_in_our_books(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    payment = stripe_server.paid(5000)
    results = [await gateway.refund(WHO, payment, eur(1200), "refund:REF001") for _ in range(3)]
    assert len({result.model_dump_json() for result in results}) == 1
    assert results[0].status == "succeeded"
    assert [refund["id"] for refund in stripe_server.listed("/v1/refunds")] == [results[0].reference]
    assert (moved_back(stripe_server), await booked(stores)) == (1200, 1200)
    assert {asked.key for asked in stripe_server.sent("/v1/refunds")} == {"refund:REF001"}


async def test_refunds_at_once_under_one_key_pay_once(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    payment = stripe_server.paid(5000)
    call = lambda: gateway.refund(WHO, payment, eur(1200), "refund:REF001")  # noqa: E731
    results = await asyncio.gather(*(insisting(call) for _ in range(10)))
    assert len({result.reference for result in results}) == 1
    assert (moved_back(stripe_server), await booked(stores)) == (1200, 1200)


async def test_a_charge_may_be_given_back_by_its_own_name(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    intent = stripe_server.make("/v1/payment_intents/" + stripe_server.paid(900), metadata={"a": "b"})
    charge = intent["latest_charge"]["id"]
    assert (await gateway.refund(WHO, charge, eur(900), "refund:REF001")).status == "succeeded"
    assert (moved_back(stripe_server), await booked(stores)) == (900, 900)


@pytest.mark.parametrize("lost", [LOST, LOST_IN_500, EMPTY], ids=["hung up", "500", "half an answer"])
@pytest.mark.parametrize("forgotten", [False, True], ids=["the same day", "a day later"])
async def test_a_refund_whose_answer_was_lost_is_found_and_not_sent_again(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn, lost: Trouble, forgotten: bool
) -> None:
    payment = stripe_server.paid(5000)
    stripe_server.will(lost)
    with pytest.raises(Unavailable):
        await gateway.refund(WHO, payment, eur(1200), "refund:REF001")
    assert (moved_back(stripe_server), await booked(stores)) == (1200, 0)
    if forgotten:
        stripe_server.forgets_keys()
    assert (await gateway.refund(WHO, payment, eur(1200), "refund:REF001")).status == "succeeded"
    assert len(stripe_server.sent("/v1/refunds")) == 1
    assert (moved_back(stripe_server), await booked(stores)) == (1200, 1200)


async def test_a_lost_refund_is_found_by_its_key_alone(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    payment = stripe_server.paid(5000)
    assert await gateway.find("refund:REF001") is None
    stripe_server.will(LOST)
    with pytest.raises(Unavailable):
        await gateway.refund(WHO, payment, eur(1200), "refund:REF001")
    found = await gateway.find("refund:REF001")
    assert found
    assert found.status == "succeeded"
    assert await booked(stores) == 1200
    assert await gateway.find(found.reference) == found


async def test_what_never_reached_stripe_is_not_found_and_may_be_sent(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    payment = stripe_server.paid(5000)
    stripe_server.will(BROKEN)
    with pytest.raises(Unavailable):
        await gateway.refund(WHO, payment, eur(1200), "refund:REF001")
    assert await gateway.find("refund:REF001") is None
    assert (await gateway.refund(WHO, payment, eur(1200), "refund:REF001")).status == "succeeded"
    assert (moved_back(stripe_server), await booked(stores)) == (1200, 1200)


async def test_a_refund_is_found_beyond_the_first_hundred_of_its_payment(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    payment = stripe_server.paid(50_000)
    stripe_server.will(LOST)
    with pytest.raises(Unavailable):
        await gateway.refund(WHO, payment, eur(1200), "refund:REF001")
    for _ in range(100):
        stripe_server.make("/v1/refunds", payment_intent=payment, amount=1)
    await gateway.refund(WHO, payment, eur(1200), "refund:REF001")
    assert (moved_back(stripe_server), await booked(stores)) == (1300, 1200)


@pytest.mark.parametrize(
    "trouble", [BROKEN, HTML, BAD_GATEWAY, RATE_LIMITED, WRONG_KEY, BUSY], ids=lambda each: each.status
)
async def test_trouble_is_raised_so_that_somebody_asks_again_and_says_no_secret(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn, trouble: Trouble
) -> None:
    payment = stripe_server.paid(5000)
    stripe_server.will(trouble)
    with capture_logs() as logged, pytest.raises(Unavailable) as raised:
        await gateway.refund(WHO, payment, eur(1200), "refund:REF001")
    assert [each["event"] for each in logged].count("stripe_trouble") == 1
    assert KEY not in f"{logged} {raised.value.detail} {raised.value.__cause__}"
    stripe_server.will_get(trouble)
    result = await insisting(lambda: gateway.refund(WHO, payment, eur(1200), "refund:REF001"))
    assert result.status == "succeeded"
    assert (moved_back(stripe_server), await booked(stores)) == (1200, 1200)


async def test_an_answer_that_takes_too_long_is_a_lost_one(
    stores: Stores, stripe_server: StripeStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment, release = stripe_server.paid(5000), threading.Event()
    stripe_server.will(Trouble(500, done=True, hang=release))
    monkeypatch.setattr(stripe_account, "SECONDS", 0.2)
    async with stripe_payments(_settings(stripe_server), stores) as hasty:
        with pytest.raises(Unavailable):
            await hasty.refund(WHO, payment, eur(1200), "refund:REF001")
    release.set()
    monkeypatch.undo()
    async with stripe_payments(_settings(stripe_server), stores) as patient:
        result = await insisting(lambda: patient.refund(WHO, payment, eur(1200), "refund:REF001"))
    assert result.status == "succeeded"
    assert (moved_back(stripe_server), await booked(stores)) == (1200, 1200)


@pytest.mark.parametrize(
    ("code", "final"),
    [("charge_already_refunded", True), ("charge_disputed", True), ("balance_insufficient", False)],
)
async def test_what_stripe_refuses_to_give_back_is_declined_and_says_so_again(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn, code: str, final: bool
) -> None:
    payment = stripe_server.paid(5000)
    stripe_server.will(refused(code))
    first = await gateway.refund(WHO, payment, eur(1200), "refund:REF001")
    assert (first.status, first.decline_reason, first.final) == ("declined", code, final)
    assert await gateway.refund(WHO, payment, eur(1200), "refund:REF001") == first
    assert await booked(stores) == 0
    again = await gateway.refund(WHO, payment, eur(1200), "refund:REF001:2")
    assert (again.status, moved_back(stripe_server), await booked(stores)) == ("succeeded", 1200, 1200)


async def test_a_payment_that_stripe_does_not_know_is_declined_for_good(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    for payment in (None, "", "pay_0123", "pi_unknown", "ch_unknown"):
        result = await gateway.refund(WHO, payment, eur(1200), f"refund:{payment}")
        assert (result.status, result.final) == ("declined", True)
    assert (moved_back(stripe_server), await booked(stores)) == (0, 0)


@pytest.mark.parametrize("status", ["pending", "requires_action"])
async def test_a_refund_that_the_bank_has_yet_to_take_is_pending_until_it_has(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn, status: str
) -> None:
    payment = stripe_server.paid(5000)
    stripe_server.will(answering(status=status))
    waiting = await gateway.refund(WHO, payment, eur(1200), "refund:REF001")
    stripe_server.changes(waiting.reference, status=status)
    assert (waiting.status, await gateway.find("refund:REF001"), await booked(stores)) == ("pending", waiting, 0)
    stripe_server.changes(waiting.reference, status="succeeded")
    found = await gateway.find("refund:REF001")
    assert found == waiting.model_copy(update={"status": "succeeded"})
    assert await booked(stores) == 1200


async def test_a_refund_to_a_card_that_is_closed_is_declined(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    payment = stripe_server.paid(5000)
    stripe_server.will(answering(status="failed", failure_reason="expired_or_canceled_card"))
    result = await gateway.refund(WHO, payment, eur(1200), "refund:REF001")
    assert (result.status, result.decline_reason, result.final) == ("declined", "expired_or_canceled_card", True)
    assert await booked(stores) == 0


async def test_a_key_that_was_used_for_another_payment_is_refused(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    payment = stripe_server.paid(5000)
    await gateway.refund(WHO, payment, eur(1200), "refund:REF001")
    with pytest.raises(Conflict):
        await gateway.refund(WHO, payment, eur(1201), "refund:REF001")
    # Even where only Stripe knows of the other one.
    stripe_server.refund_under("refund:REF002", payment, 1)
    with pytest.raises(Conflict):
        await gateway.refund(WHO, payment, eur(300), "refund:REF002")
    assert (moved_back(stripe_server), await booked(stores)) == (1201, 1200)


async def test_a_charge_takes_the_usual_card_once(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    stripe_server.customer(WHO, WORKS)
    results = [await gateway.charge(WHO, eur(500), "order:ORD1") for _ in range(2)]
    assert results[0] == results[1]
    assert results[0].status == "succeeded"
    assert results[0].reference.startswith("pi_")
    assert (taken(stripe_server), await booked(stores), await booked(stores, "shop:sales")) == (500, -500, 500)
    given_back = await gateway.refund(WHO, results[0].reference, eur(500), "cancel-ORD1")
    assert (given_back.status, await booked(stores)) == ("succeeded", 0)


@pytest.mark.parametrize("forgotten", [False, True], ids=["the same day", "a day later"])
async def test_a_charge_whose_answer_was_lost_is_found_and_not_taken_again(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn, forgotten: bool
) -> None:
    stripe_server.customer(WHO, WORKS)
    stripe_server.will(LOST)
    with pytest.raises(Unavailable):
        await gateway.charge(WHO, eur(500), "order:ORD1")
    if forgotten:
        stripe_server.forgets_keys()
    assert (await gateway.charge(WHO, eur(500), "order:ORD1")).status == "succeeded"
    assert len(stripe_server.sent("/v1/payment_intents")) == 1
    assert (taken(stripe_server), await booked(stores)) == (500, -500)


async def test_a_charge_that_is_tried_again_stays_with_its_card_though_another_is_usual_now(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    customer = stripe_server.customer(WHO, WORKS)
    stripe_server.will(BUSY)
    with pytest.raises(Unavailable):
        await gateway.charge(WHO, eur(500), "order:ORD1")
    card = {"number": DECLINES, "exp_month": "12", "exp_year": "2030", "cvc": "123"}
    other = stripe_server.make("/v1/payment_methods", type="card", card=card)["id"]
    stripe_server.make(f"/v1/payment_methods/{other}/attach", customer=customer)
    stripe_server.make(f"/v1/customers/{customer}", invoice_settings={"default_payment_method": other})
    assert (await gateway.charge(WHO, eur(500), "order:ORD1")).status == "succeeded"


@pytest.mark.parametrize(
    ("told", "reason", "final"),
    [
        (declined("insufficient_funds"), "insufficient_funds", False),
        (declined("lost_card"), "lost_card", True),
        (refused("amount_too_small"), "amount_too_small", True),
    ],
)
async def test_a_declined_charge_says_why_and_whether_trying_again_is_of_use(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn, told: Trouble, reason: str, final: bool
) -> None:
    stripe_server.customer(WHO, WORKS)
    stripe_server.will(told)
    result = await gateway.charge(WHO, eur(500), "order:ORD1")
    assert (result.status, result.decline_reason, result.final) == ("declined", reason, final)
    assert await gateway.charge(WHO, eur(500), "order:ORD1") == result
    assert await booked(stores) == 0
    assert (await gateway.charge(WHO, eur(500), "order:ORD1:2")).status == "succeeded"


async def test_a_card_that_declines_is_declined(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    stripe_server.customer(WHO, DECLINES)
    stripe_server.will(LOST)
    with pytest.raises(Unavailable):
        await gateway.charge(WHO, eur(500), "order:ORD1")
    result = await gateway.charge(WHO, eur(500), "order:ORD1")
    assert (result.status, result.decline_reason, await booked(stores)) == ("declined", "card_declined", 0)


async def test_a_charge_that_its_bank_wants_confirmed_is_called_off(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    stripe_server.customer(WHO, ASKS)
    result = await gateway.charge(WHO, eur(500), "order:ORD1")
    assert (result.status, result.decline_reason, result.final) == ("declined", "authentication_required", True)
    assert [intent["status"] for intent in stripe_server.listed("/v1/payment_intents")] == ["canceled"]
    assert await booked(stores) == 0


async def test_a_charge_under_way_is_pending_and_booked_when_it_comes_through(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    stripe_server.customer(WHO, WORKS)
    stripe_server.will(answering(status="processing"))
    waiting = await gateway.charge(WHO, eur(500), "order:ORD1")
    assert (waiting.status, await booked(stores)) == ("pending", 0)
    assert (await gateway.charge(WHO, eur(500), "order:ORD1")).status == "succeeded"
    assert (taken(stripe_server), await booked(stores)) == (500, -500)


async def test_a_customer_without_a_card_is_declined_until_there_is_one(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    result = await gateway.charge(WHO, eur(500), "order:ORD1")
    assert (result.status, result.decline_reason, result.final) == ("declined", "no_payment_method", True)
    made = stripe_server.listed("/v1/customers")
    assert [each["metadata"] for each in made] == [{"customer_id": WHO}]
    assert await stores.payers.find(WHO) == made[0]["id"]


async def test_customers_are_known_by_their_metadata_and_made_once(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    there = stripe_server.customer("CUST002", WORKS)
    assert [method.label for method in await gateway.methods("CUST002")] == ["Visa ending in 4242"]
    assert await stores.payers.find("CUST002") == there
    calls = [lambda n=n: gateway.charge(WHO, eur(500), f"order:ORD{n}") for n in range(5)]
    await asyncio.gather(*(insisting(call) for call in calls))
    assert len([each for each in stripe_server.listed("/v1/customers") if each["metadata"]["customer_id"] == WHO]) == 1


async def test_the_usual_card_comes_first_and_a_stranger_has_none(
    gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    customer = stripe_server.customer(WHO, WORKS, ASKS)
    second = next(
        method["id"]
        for method in stripe_server.listed("/v1/payment_methods", customer=customer, type="card")
        if method["card"]["last4"] == ASKS[-4:]
    )
    stripe_server.make(f"/v1/customers/{customer}", invoice_settings={"default_payment_method": second})
    methods = await gateway.methods(WHO)
    assert [method.label[-4:] for method in methods] == [ASKS[-4:], WORKS[-4:]]
    assert methods[0].payment_method == second
    assert await gateway.methods("CUST404") == []
    assert len(stripe_server.listed("/v1/customers")) == 1


async def test_store_credit_is_the_shops_own_and_never_reaches_stripe(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    await gateway.credit_wallet(WHO, eur(700), "refund:REF001")
    assert await stores.wallets.get(WHO) == Wallet(customer_id=WHO, balance=eur(700))
    assert await gateway.find("refund:REF001")
    assert stripe_server.seen == []


async def test_a_payment_of_the_shops_own_checkout_is_found_by_its_reference(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    payment = stripe_server.paid(5000)
    assert await gateway.find(payment) == PaymentResult(status="succeeded", reference=payment)
    assert await gateway.find("pi_unknown") is None
    assert await gateway.find("order:unknown") is None
    assert await booked(stores) == 0


async def test_a_currency_without_decimals_passes_as_it_is(
    gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    payment = stripe_server.paid(5000, currency="jpy")
    await gateway.refund(WHO, payment, Money(amount=1200, currency="JPY"), "refund:REF001")
    assert [(each["amount"], each["currency"]) for each in stripe_server.listed("/v1/refunds")] == [(1200, "jpy")]


def test_the_client_tells_stripe_nothing_about_this_machine(gateway: StripeGateway) -> None:
    assert stripe.enable_telemetry is False


def _settings(server: StripeStandIn) -> Settings:
    return Settings.model_validate({"stripe_api_key": KEY, "stripe_base_url": server.url})
