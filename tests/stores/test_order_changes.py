"""Other items or another payment for a pending order: stock, lines, total and money move together, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from care.bookkeeping import Bookkeeper
from care.errors import CareError, Conflict, Invalid, OutOfStock
from care.gateways.ledger import LedgerGateway
from care.gateways.payments import PaymentResult
from care.models.ledger import PaymentMethod
from care.models.money import Money
from care.models.order import Order, OrderStatus, PartPayment, Payment, PaymentStatus
from care.models.order_change import ChangeItems, ChangePayment, ChangeStatus, OrderChange
from care.models.subscription import Item
from care.order_changes import change_items, change_payment, settle_changes
from care.ordering import cancel_order
from care.rules.order_changes import check_made
from care.stores import Stores
from tests.stores.make import eur, order, product

CARD = "customer:CUST001:card"
TWO, THREE, ONE = {"MILK": 2}, {"MILK": 3}, {"MILK": 1}


@pytest.fixture
async def shop(stores: Stores) -> Stores:
    """Two of milk for 2.00 each, paid, pending; there are five of milk left, and three of bread at 3.00."""
    await stores.products.put(product("MILK", stock=7))
    await stores.products.put(product("BREAD", stock=3, price=300))
    await stores.database["payment_methods"].delete_many({})
    paid = await LedgerGateway(stores.ledger).charge("CUST001", eur(400), "order:ORD1")
    await stores.orders.place(order(payment=Payment(status=PaymentStatus.PAID, reference=paid.reference)))
    return stores


def wish(pieces: dict[str, int], **given: Any) -> ChangeItems:
    return ChangeItems(items=[Item(sku=sku, quantity=n) for sku, n in pieces.items()], **given)


async def changed(shop: Stores, pieces: dict[str, int], once: str = "1", **given: Any) -> OrderChange:
    return await change_items(shop, LedgerGateway(shop.ledger), "ORD1", wish(pieces, **given), once)


async def behaves(shop: Stores, behaviour: Any) -> None:
    await shop.ledger.set_payment_method(PaymentMethod(customer_id="CUST001", behaviour=behaviour))


async def standing(shop: Stores) -> tuple[dict[str, int], int, int, dict[str, int]]:
    """Pieces, total, what the card has paid, and what is left in stock."""
    held = await shop.orders.get("ORD1")
    stock = {each.sku: each.stock for each in await shop.products.all()}
    paid = -(await shop.ledger.balance(CARD)).get("EUR", 0)
    return {line.sku: line.quantity for line in held.items}, held.total.amount, paid, stock


async def flaws(shop: Stores) -> list[str]:
    keeper = Bookkeeper(shop, LedgerGateway(shop.ledger))
    return [f"{each.subject}: {each.found}" async for each in keeper.flaws(dry_run=True)]


@pytest.mark.parametrize(
    ("pieces", "total", "stock"),
    [
        (THREE, 600, {"MILK": 4, "BREAD": 3}),
        (ONE, 200, {"MILK": 6, "BREAD": 3}),
        ({"MILK": 2, "BREAD": 1}, 700, {"MILK": 5, "BREAD": 2}),
        ({"BREAD": 1}, 300, {"MILK": 7, "BREAD": 2}),
        ({"MILK": 1, "BREAD": 2}, 800, {"MILK": 6, "BREAD": 1}),
    ],
)
async def test_items_stock_total_and_money_move_together_and_once(
    shop: Stores, pieces: dict[str, int], total: int, stock: dict[str, int]
) -> None:
    for _ in range(2):
        assert (await changed(shop, pieces)).status is ChangeStatus.DONE
        assert await standing(shop) == (pieces, total, total, stock)
    assert await flaws(shop) == []
    await settle_changes(shop, LedgerGateway(shop.ledger))
    assert await standing(shop) == (pieces, total, total, stock)


async def test_a_declined_card_changes_nothing_and_says_so(shop: Stores) -> None:
    before = await standing(shop)
    change = await changed(shop, THREE, payment_method="pm_card_declined")
    with pytest.raises(Conflict, match="declined: order ORD1 is unchanged"):
        check_made(change)
    assert await standing(shop) == before
    assert await flaws(shop) == []
    assert (await changed(shop, THREE, "2")).status is ChangeStatus.DONE


async def test_what_is_out_of_stock_is_not_charged(shop: Stores) -> None:
    before = await standing(shop)
    with pytest.raises(OutOfStock, match="Bread is out of stock"):
        await changed(shop, {"MILK": 2, "BREAD": 4})
    assert await standing(shop) == before


@pytest.mark.parametrize(
    ("given", "pieces", "says"),
    [
        ({"status": OrderStatus.SHIPPED}, ONE, "only pending orders"),
        ({"reserved": eur(100)}, ONE, "open refund"),
        ({"refunded": eur(100)}, ONE, "gone back already"),
        ({"total": eur(0)}, ONE, "price of its own"),
        ({}, {}, "cancel it instead"),
        ({}, TWO, "exactly that already"),
        ({}, {"GOLD": 1}, "do not sell GOLD"),
        ({}, {"MILK": 1000, "BREAD": 1}, "out of stock"),
    ],
)
async def test_what_may_not_be_changed_stays_and_the_reason_is_said(
    shop: Stores, given: dict[str, Any], pieces: dict[str, int], says: str
) -> None:
    stored = await shop.orders.get("ORD1")
    await shop.database["orders"].delete_one({"_id": "ORD1"})
    await shop.orders.put(stored.model_copy(update=given))
    before = await standing(shop)
    with pytest.raises(CareError, match=says):
        await changed(shop, pieces)
    assert await standing(shop) == before


async def test_what_is_sold_in_another_currency_is_not_added(shop: Stores) -> None:
    rupees = product("TEA").model_copy(update={"price": Money(amount=500, currency="INR")})
    await shop.products.put(rupees)
    with pytest.raises(Invalid, match="sold in INR"):
        await changed(shop, {"MILK": 2, "TEA": 1})
    await shop.database["products"].delete_one({"_id": "TEA"})


async def test_another_total_than_the_one_shown_changes_nothing(shop: Stores) -> None:
    await shop.products.put(product("MILK", stock=5, price=250))
    before = await standing(shop)
    with pytest.raises(Conflict, match=r"now be €6\.50, not €6\.00"):
        await changed(shop, THREE, total=eur(600))
    assert await standing(shop) == before


async def test_what_stays_keeps_its_price_and_what_is_added_costs_todays(shop: Stores) -> None:
    await shop.products.put(product("MILK", stock=5, price=250))
    await changed(shop, THREE)
    held = await shop.orders.get("ORD1")
    assert [(line.quantity, line.price.amount) for line in held.items] == [(2, 200), (1, 250)]
    assert held.total == eur(650)
    await changed(shop, TWO, "2")
    assert (await shop.orders.get("ORD1")).total == eur(400)
    assert await flaws(shop) == []


async def test_of_many_changes_at_once_the_books_and_the_stock_come_out_right(shop: Stores) -> None:
    wishes = [THREE, ONE, {"BREAD": 1}, {"MILK": 2, "BREAD": 1}, {"MILK": 4}, ONE]
    outcomes = await asyncio.gather(
        *(changed(shop, pieces, str(n)) for n, pieces in enumerate(wishes)), return_exceptions=True
    )
    assert any(isinstance(each, OrderChange) for each in outcomes)
    assert {type(each) for each in outcomes} <= {OrderChange, Conflict}
    pieces, total, paid, stock = await standing(shop)
    assert total == paid
    assert (stock["MILK"] + pieces.get("MILK", 0), stock["BREAD"] + pieces.get("BREAD", 0)) == (7, 3)
    assert await flaws(shop) == []


async def test_the_same_change_many_times_at_once_is_made_once(shop: Stores) -> None:
    await asyncio.gather(*(changed(shop, THREE) for _ in range(10)))
    assert await standing(shop) == (THREE, 600, 600, {"MILK": 4, "BREAD": 3})


async def test_cancelling_and_changing_at_once_end_with_all_money_back_or_a_changed_order(shop: Stores) -> None:
    payments = LedgerGateway(shop.ledger)
    await asyncio.gather(changed(shop, THREE), cancel_order(shop, payments, "ORD1"), return_exceptions=True)
    pieces, total, paid, stock = await standing(shop)
    if (await shop.orders.get("ORD1")).status is OrderStatus.CANCELLED:
        assert (paid, stock["MILK"]) == (0, 7)
    else:
        assert (pieces, total, paid, stock["MILK"]) == (THREE, 600, 600, 4)
    assert await flaws(shop) == []


async def test_an_order_that_was_changed_is_cancelled_with_all_its_payments_going_back(shop: Stores) -> None:
    await changed(shop, THREE)
    held = await shop.orders.get("ORD1")
    assert [part.amount for part in held.payment.added] == [eur(200)]
    cancelled = await cancel_order(shop, LedgerGateway(shop.ledger), "ORD1")
    assert cancelled.payment.status is PaymentStatus.REFUNDED
    assert (await shop.ledger.balance(CARD)) == {"EUR": 0}
    assert (await shop.products.get("MILK")).stock == 7
    backs = [each async for each in shop.database["movements"].find({"kind": "refund"}).sort("_id", 1)]
    assert {(each["payment_reference"], each["amount"]["amount"]) for each in backs} == {
        (held.payment.reference, 400),
        (held.payment.added[0].reference, 200),
    }


class _Dies(LedgerGateway):
    """The process ends just before or after the money moves."""

    def __init__(self, shop: Stores, *, before: bool) -> None:
        super().__init__(shop.ledger)
        self._before = before

    async def _die(self, moving: Any) -> PaymentResult:
        if self._before:
            moving.close()
        else:
            await moving
        raise ConnectionError("the process ended")

    async def charge(self, customer_id: str, amount: Money, key: str, *, method: str | None = None) -> PaymentResult:
        return await self._die(super().charge(customer_id, amount, key, method=method))

    async def refund(self, customer_id: str, payment_reference: str | None, amount: Money, key: str) -> PaymentResult:
        return await self._die(super().refund(customer_id, payment_reference, amount, key))


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("pieces", "total", "milk"), [(THREE, 600, 4), (ONE, 200, 6)])
async def test_a_change_that_was_cut_off_is_gone_on_with(
    shop: Stores, before: bool, pieces: dict[str, int], total: int, milk: int
) -> None:
    with pytest.raises(ConnectionError):
        await change_items(shop, _Dies(shop, before=before), "ORD1", wish(pieces), "1")
    await asyncio.gather(*(settle_changes(shop, LedgerGateway(shop.ledger)) for _ in range(3)))
    assert await standing(shop) == (pieces, total, total, {"MILK": milk, "BREAD": 3})
    assert await shop.order_changes.open() == []
    assert await flaws(shop) == []


async def test_while_the_bank_thinks_the_order_stays_and_is_changed_when_the_money_comes(shop: Stores) -> None:
    await behaves(shop, "waits")
    payments = LedgerGateway(shop.ledger)
    change = await changed(shop, THREE)
    assert change.status is ChangeStatus.CHARGING
    assert (await shop.orders.get("ORD1")).total == eur(400)
    for call in (changed(shop, ONE, "2"), cancel_order(shop, payments, "ORD1")):
        with pytest.raises(Conflict, match="being changed just now"):
            await call
    await payments.confirm(change.key)
    await settle_changes(shop, payments)
    assert await standing(shop) == (THREE, 600, 600, {"MILK": 4, "BREAD": 3})


async def test_money_that_comes_after_the_parcel_has_left_goes_back(shop: Stores) -> None:
    await behaves(shop, "waits")
    change = await changed(shop, THREE)
    await shop.orders.set_status("ORD1", OrderStatus.SHIPPED)
    payments = LedgerGateway(shop.ledger)
    await payments.confirm(change.key)
    await settle_changes(shop, payments)
    assert await standing(shop) == (TWO, 400, 400, {"MILK": 5, "BREAD": 3})
    ended = await shop.order_changes.find(change.change_id)
    assert ended
    assert ended.status is ChangeStatus.RETURNED
    assert await flaws(shop) == []


async def test_a_repayment_that_the_bank_refuses_stays_open_and_is_named_by_the_books(shop: Stores) -> None:
    await behaves(shop, "refuses_refunds")
    assert (await changed(shop, ONE)).status is ChangeStatus.REPAYING
    assert [each.order_id for each in await shop.order_changes.open()] == ["ORD1"]
    assert await flaws(shop) == ["change ORD1:1: €2.00 should go back, and the payment provider has refused it"]


async def unpaid(shop: Stores, **given: Any) -> Order:
    due = order("ORD2", payment=Payment(status=PaymentStatus.FAILED), **given)
    await shop.orders.put(due)
    return due


async def paid_with(shop: Stores, method: str, once: str = "1") -> OrderChange:
    wanted = ChangePayment(payment_method=method)
    return await change_payment(shop, LedgerGateway(shop.ledger), "ORD2", wanted, once)


async def test_an_unpaid_order_is_paid_once_with_the_chosen_card(shop: Stores) -> None:
    await unpaid(shop)
    outcomes: Sequence[Any] = await asyncio.gather(
        *(paid_with(shop, "pm_card", str(n)) for n in range(5)), return_exceptions=True
    )
    assert sum(isinstance(each, OrderChange) for each in outcomes) == 1
    held = await shop.orders.get("ORD2")
    assert held.payment.status is PaymentStatus.PAID
    assert await shop.ledger.balance(CARD) == {"EUR": -800}
    assert await flaws(shop) == []


@pytest.mark.parametrize(
    ("given", "key", "says"),
    [
        ({"payment": Payment(status=PaymentStatus.PAID)}, None, "paid already"),
        ({"subscription_id": "SUB001"}, None, "paid by subscription SUB001"),
        ({"status": OrderStatus.CANCELLED}, None, "only pending orders"),
        ({}, "order:ORD2", "has arrived already"),
    ],
)
async def test_an_order_that_needs_no_payment_is_not_charged(
    shop: Stores, given: dict[str, Any], key: str | None, says: str
) -> None:
    await shop.orders.put((await unpaid(shop)).model_copy(update=given))
    payments = LedgerGateway(shop.ledger)
    if key:
        await payments.charge("CUST001", eur(400), key)
    before = await shop.ledger.balance(CARD)
    with pytest.raises(Conflict, match=says):
        await paid_with(shop, "pm_card")
    assert await shop.ledger.balance(CARD) == before


async def test_a_declined_or_unknown_card_leaves_the_order_unpaid(shop: Stores) -> None:
    await unpaid(shop)
    assert (await paid_with(shop, "pm_card_lost")).status is ChangeStatus.DECLINED
    with pytest.raises(Invalid, match="no payment method pm_mine"):
        await paid_with(shop, "pm_mine", "2")
    assert (await shop.orders.get("ORD2")).payment.status is PaymentStatus.FAILED
    assert (await paid_with(shop, "pm_card", "3")).status is ChangeStatus.DONE


async def test_a_later_change_takes_what_was_added_back_first(shop: Stores) -> None:
    await changed(shop, THREE)
    first = (await shop.orders.get("ORD1")).payment
    await changed(shop, ONE, "2")
    change = await shop.order_changes.find("ORD1:2")
    assert change
    assert change.repay == [
        PartPayment(reference=first.added[0].reference, amount=eur(200)),
        PartPayment(reference=first.reference, amount=eur(200)),
    ]
    assert (await shop.orders.get("ORD1")).payment.added == []
    assert await shop.ledger.balance(CARD) == {"EUR": -200}
