"""`care repair ledger` with Stripe: our books and Stripe's are held against each other."""

from __future__ import annotations

import pytest

from care.bookkeeping import Bookkeeper
from care.errors import Unavailable
from care.gateways.stripe import StripeGateway
from care.rules.books import Flaw, Mend
from care.stores import Stores
from tests.fakes.stripe_server import ASKS, LOST, WORKS, StripeStandIn
from tests.stores.make import eur

WHO = "CUST001"


async def found(stores: Stores, gateway: StripeGateway, *, dry_run: bool = False) -> list[Flaw]:
    return [flaw async for flaw in Bookkeeper(stores, gateway, gateway).flaws(dry_run=dry_run)]


async def test_books_that_agree_with_stripes_pass(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    stripe_server.customer(WHO, WORKS)
    charged = await gateway.charge(WHO, eur(900), "order:ORD1")
    await gateway.refund(WHO, charged.reference, eur(300), "cancel-ORD1")
    await gateway.credit_wallet(WHO, eur(50), "gift")
    assert await found(stores, gateway) == []


async def test_a_lost_answer_is_fetched_and_booked(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    payment = stripe_server.paid(900)
    stripe_server.will(LOST)
    with pytest.raises(Unavailable):
        await gateway.refund(WHO, payment, eur(300), "cancel-ORD1")
    [said] = await found(stores, gateway, dry_run=True)
    assert (said.subject, said.mend, said.done) == ("movement cancel-ORD1", Mend.PAYMENT, False)
    assert await stores.ledger.total() == {}
    [done] = await found(stores, gateway)
    assert done.done
    assert await stores.ledger.balance(f"customer:{WHO}:card") == {"EUR": 300}
    assert await found(stores, gateway) == []


async def test_a_dry_run_calls_nothing_off(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    stripe_server.customer(WHO, ASKS)
    stripe_server.will(LOST)
    with pytest.raises(Unavailable):
        await gateway.charge(WHO, eur(900), "order:ORD1")
    assert await found(stores, gateway, dry_run=True) == []
    assert [each["status"] for each in stripe_server.listed("/v1/payment_intents")] == ["requires_action"]


async def test_what_stripe_says_else_is_left_to_a_person(
    stores: Stores, gateway: StripeGateway, stripe_server: StripeStandIn
) -> None:
    payment = stripe_server.paid(900)
    one, two, three, four = [
        (await gateway.refund(WHO, payment, eur(100), f"cancel-ORD{n}")).reference for n in range(4)
    ]
    stripe_server.changes(one, status="failed")  # days later the bank sent it back
    stripe_server.changes(two, amount=1)
    stripe_server.changes(three, metadata={"care_key": "another"})
    await stores.database["movements"].update_one({"_id": "cancel-ORD3"}, {"$set": {"reference": "re_gone"}})
    flaws = await found(stores, gateway)
    assert {(flaw.subject, flaw.mend, flaw.done) for flaw in flaws} == {
        (f"movement cancel-ORD{n}", Mend.PERSON, False) for n in range(4)
    }
    assert "is failed" in flaws[0].found
    assert four not in flaws[3].found
