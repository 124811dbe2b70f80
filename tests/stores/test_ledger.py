from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from care.errors import Conflict, NotFound
from care.gateways.ledger import LedgerGateway
from care.gateways.payments import PaymentGateway
from care.models.customer import Wallet
from care.models.ledger import PaymentMethod
from care.models.money import Money
from care.stores import Stores
from tests.stores.make import eur


@pytest.fixture
def gateway(stores: Stores) -> LedgerGateway:
    return LedgerGateway(stores.ledger)


def test_the_embedded_gateway_is_a_payment_gateway(gateway: LedgerGateway) -> None:
    accepted: PaymentGateway = gateway
    assert accepted is gateway


async def test_an_entry_that_does_not_sum_to_zero_is_no_entry(stores: Stores) -> None:
    for lines in ([("shop:sales", 100)], [("shop:sales", 100), ("shop:cash", -99)], []):
        with pytest.raises(ValueError, match="sum to zero"):
            await stores.ledger.post("k", "sale", lines, "EUR")
    assert await stores.ledger.find("k") is None


async def test_one_key_is_one_entry(stores: Stores) -> None:
    lines = [("shop:cash", -100), ("wallet:C1", 100)]
    entries = await asyncio.gather(*(stores.ledger.post("k", "top_up", lines, "EUR") for _ in range(50)))
    assert len({entry.model_dump_json() for entry in entries}) == 1
    assert await stores.ledger.balance("wallet:C1") == {"EUR": 100}
    with pytest.raises(Conflict):
        await stores.ledger.post("k", "top_up", [("shop:cash", -1), ("wallet:C1", 1)], "EUR")


async def test_a_charge_moves_money_from_the_card_to_the_sales_once(stores: Stores, gateway: LedgerGateway) -> None:
    results = await asyncio.gather(*(gateway.charge("C1", eur(500), "order:1") for _ in range(50)))
    assert len({result.reference for result in results}) == 1
    assert await stores.ledger.balance("customer:C1:card") == {"EUR": -500}
    assert await stores.ledger.balance("shop:sales") == {"EUR": 500}


async def test_a_refund_goes_back_to_the_card(stores: Stores, gateway: LedgerGateway) -> None:
    charge = await gateway.charge("C1", eur(500), "order:1")
    await gateway.refund("C1", charge.reference, eur(200), "refund:1")
    assert await stores.ledger.balance("customer:C1:card") == {"EUR": -300}
    assert await stores.ledger.balance("shop:refunds") == {"EUR": -200}


async def test_wallet_and_ledger_gain_the_same(stores: Stores, gateway: LedgerGateway) -> None:
    await asyncio.gather(*(gateway.credit_wallet("C1", eur(100), f"credit:{n % 10}") for n in range(30)))
    assert await stores.wallets.get("C1") == Wallet(customer_id="C1", balance=eur(1000))
    assert await stores.ledger.balance("wallet:C1") == {"EUR": 1000}


async def test_a_credit_in_another_currency_leaves_wallet_and_books_alone(
    stores: Stores, gateway: LedgerGateway
) -> None:
    await stores.wallets.set(Wallet(customer_id="C1", balance=eur(100)))
    with pytest.raises(Conflict):
        await gateway.credit_wallet("C1", Money(amount=5, currency="USD"), "credit:1")
    assert await gateway.find("credit:1") is None
    assert await stores.ledger.total() == {}


async def test_a_key_that_was_used_for_another_payment_is_refused(gateway: LedgerGateway) -> None:
    await gateway.charge("C1", eur(500), "order:1")
    for call in (
        gateway.charge("C1", eur(501), "order:1"),
        gateway.charge("C2", eur(500), "order:1"),
        gateway.refund("C1", None, eur(500), "order:1"),
    ):
        with pytest.raises(Conflict):
            await call


async def test_a_declined_card_moves_nothing_and_says_so_again(stores: Stores, gateway: LedgerGateway) -> None:
    await stores.ledger.set_payment_method(PaymentMethod(customer_id="C1", behaviour="declines"))
    first = await gateway.charge("C1", eur(500), "order:1")
    await stores.ledger.set_payment_method(PaymentMethod(customer_id="C1"))
    again = await gateway.charge("C1", eur(500), "order:1")
    assert (first.status, again, first.decline_reason) == ("declined", first, "card_declined")
    assert await stores.ledger.total() == {}
    assert (await gateway.charge("C1", eur(500), "order:1:retry")).status == "succeeded"


async def test_a_closed_card_takes_no_refund(stores: Stores, gateway: LedgerGateway) -> None:
    await stores.ledger.set_payment_method(PaymentMethod(customer_id="C1", behaviour="refuses_refunds"))
    assert (await gateway.charge("C1", eur(500), "order:1")).status == "succeeded"
    assert (await gateway.refund("C1", None, eur(500), "refund:1")).status == "declined"
    assert await stores.ledger.balance("shop:refunds") == {}


async def test_a_payment_that_waits_is_booked_when_it_comes_through(stores: Stores, gateway: LedgerGateway) -> None:
    await stores.ledger.set_payment_method(PaymentMethod(customer_id="C1", behaviour="waits"))
    pending = await gateway.charge("C1", eur(500), "order:1")
    assert (pending.status, await stores.ledger.total()) == ("pending", {})
    await asyncio.gather(*(gateway.confirm("order:1") for _ in range(10)))
    found = await gateway.find(pending.reference)
    assert found is not None
    assert found.status == "succeeded"
    assert await stores.ledger.balance("shop:sales") == {"EUR": 500}
    with pytest.raises(NotFound):
        await gateway.confirm("order:2")


async def test_a_payment_is_found_by_key_and_by_reference(gateway: LedgerGateway) -> None:
    charge = await gateway.charge("C1", eur(500), "order:1")
    assert await gateway.find("order:1") == charge
    assert await gateway.find(charge.reference) == charge
    assert await gateway.find("order:2") is None


async def test_a_payment_of_nothing_is_refused(gateway: LedgerGateway) -> None:
    with pytest.raises(ValueError, match="above zero"):
        await gateway.charge("C1", eur(0), "order:1")


async def test_a_wallet_is_put_right_from_the_ledger(stores: Stores, gateway: LedgerGateway) -> None:
    await gateway.credit_wallet("C1", eur(700), "credit:1")
    await stores.wallets.set(Wallet(customer_id="C1", balance=eur(1)))
    assert (await stores.wallets.resync("C1")).balance == eur(700)
    assert await stores.wallets.get("C1") == Wallet(customer_id="C1", balance=eur(700))
    with pytest.raises(NotFound):
        await stores.wallets.resync("C2")


async def test_a_wallet_is_put_right_only_to_what_was_agreed(stores: Stores, gateway: LedgerGateway) -> None:
    await gateway.credit_wallet("C1", eur(700), "credit:1")
    await stores.wallets.set(Wallet(customer_id="C1", balance=eur(1)))
    with pytest.raises(Conflict):
        await stores.wallets.resync("C1", agreed=eur(600))
    assert await stores.wallets.get("C1") == Wallet(customer_id="C1", balance=eur(1))
    assert (await stores.wallets.resync("C1", agreed=eur(700))).balance == eur(700)


async def test_the_latest_entries_of_a_wallet_come_newest_first(stores: Stores, gateway: LedgerGateway) -> None:
    for n in range(3):
        await gateway.credit_wallet("C1", eur(100 + n), f"credit:{n}")
        await gateway.credit_wallet("C2", eur(500), f"other:{n}")
    latest = await stores.ledger.latest("wallet:C1", 2)
    assert [entry.key for entry in latest] == ["credit:2", "credit:1"]


MOVES = st.tuples(
    st.sampled_from(["charge", "refund", "credit_wallet"]),
    st.sampled_from(["C1", "C2"]),
    st.integers(1, 10**12),
    st.integers(0, 4),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(MOVES, max_size=8))
async def test_whatever_moves_the_books_sum_to_zero(
    stores: Stores, gateway: LedgerGateway, moves: list[tuple[str, str, int, int]]
) -> None:
    run = uuid.uuid4().hex  # the examples share a database
    for kind, customer_id, amount, key in moves:
        with suppress(Conflict):  # the same key for something else
            await _move(gateway, kind, customer_id, eur(amount), f"{run}:{key}")
    assert set((await stores.ledger.total()).values()) <= {0}
    for customer_id in ("C1", "C2"):
        wallet = await stores.wallets.get(customer_id)
        booked = await stores.ledger.balance(f"wallet:{customer_id}")
        assert booked.get("EUR", 0) == (wallet.balance.amount if wallet else 0)


async def _move(gateway: LedgerGateway, kind: str, customer_id: str, amount: Money, key: str) -> None:
    match kind:
        case "charge":
            await gateway.charge(customer_id, amount, key)
        case "refund":
            await gateway.refund(customer_id, None, amount, key)
        case _:
            await gateway.credit_wallet(customer_id, amount, key)
