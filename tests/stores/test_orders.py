from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from care.errors import Conflict, NotFound, OutOfStock
from care.models.customer import Address
from care.models.money import Money
from care.models.order import Bought, Order, OrderStatus, Payment, PaymentStatus
from care.stores import Stores
from tests.stores.make import AT, eur, order, product

HOME = Address(street="Lindenweg 4", city="Bremen", postcode="28195", country="DE")


async def stock(stores: Stores, sku: str = "MILK") -> int:
    return (await stores.products.get(sku)).stock


async def test_placing_an_order_takes_its_stock(stores: Stores) -> None:
    await stores.products.put(product(stock=5))
    placed = await stores.orders.place(order(items={"MILK": 2}))
    assert await stock(stores) == 3
    assert await stores.orders.get("ORD1") == placed


async def test_placing_the_same_order_again_gives_the_stored_one_and_takes_nothing(stores: Stores) -> None:
    await stores.products.put(product(stock=5))
    first = await stores.orders.place(order(items={"MILK": 2}))
    again = await stores.orders.place(order(items={"MILK": 1}, placed_at=AT + timedelta(days=1)))
    assert again == first
    assert await stock(stores) == 3


async def test_the_same_order_placed_many_times_at_once_is_placed_once(stores: Stores) -> None:
    await stores.products.put(product(stock=100))
    placed = await asyncio.gather(*(stores.orders.place(order()) for _ in range(50)))
    assert len({each.model_dump_json() for each in placed}) == 1
    assert await stock(stores) == 98


async def test_many_buyers_at_once_never_oversell(stores: Stores) -> None:
    await stores.products.put(product(stock=30))
    outcomes = await asyncio.gather(
        *(stores.orders.place(order(f"ORD{n}", items={"MILK": 1})) for n in range(100)), return_exceptions=True
    )
    assert sum(isinstance(each, Order) for each in outcomes) == 30
    assert sum(isinstance(each, OutOfStock) for each in outcomes) == 70
    assert await stock(stores) == 0


async def test_an_order_that_is_short_of_one_product_takes_nothing_of_the_others(stores: Stores) -> None:
    await stores.products.put(product("BREAD", stock=10))
    await stores.products.put(product("MILK", stock=1))
    with pytest.raises(OutOfStock, match="Milk"):
        await stores.orders.place(order(items={"BREAD": 2, "MILK": 2}))
    assert (await stock(stores, "BREAD"), await stock(stores, "MILK")) == (10, 1)
    with pytest.raises(NotFound):
        await stores.orders.get("ORD1")


async def test_a_product_that_is_no_longer_sold_is_out_of_stock(stores: Stores) -> None:
    with pytest.raises(OutOfStock):
        await stores.orders.place(order())


async def test_cancelling_gives_the_stock_back_once(stores: Stores) -> None:
    await stores.products.put(product(stock=5))
    await stores.orders.place(order(items={"MILK": 2}))
    cancelled = await asyncio.gather(*(stores.orders.cancel("ORD1") for _ in range(10)))
    assert {each.status for each in cancelled} == {OrderStatus.CANCELLED}
    assert await stock(stores) == 5


@pytest.mark.parametrize("status", [OrderStatus.SHIPPED, OrderStatus.DELIVERED])
async def test_an_order_on_its_way_is_neither_cancelled_nor_sent_elsewhere(stores: Stores, status: OrderStatus) -> None:
    await stores.orders.put(order(status=status))
    with pytest.raises(Conflict, match=status.value):
        await stores.orders.cancel("ORD1")
    with pytest.raises(Conflict, match=status.value):
        await stores.orders.change_address("ORD1", HOME)
    assert (await stores.orders.get("ORD1")).address is None


async def test_a_pending_order_goes_to_the_new_address(stores: Stores) -> None:
    await stores.orders.put(order())
    assert (await stores.orders.change_address("ORD1", HOME)).address == HOME
    assert (await stores.orders.get("ORD1")).address == HOME


async def test_payment_and_delivery_are_recorded(stores: Stores) -> None:
    await stores.orders.put(order(payment=Payment(status=PaymentStatus.PENDING)))
    await stores.orders.set_payment("ORD1", Payment(status=PaymentStatus.PAID, reference="pay_1"))
    delivered = await stores.orders.set_status("ORD1", OrderStatus.DELIVERED, delivered_at=AT)
    assert delivered.payment == Payment(status=PaymentStatus.PAID, reference="pay_1")
    assert delivered.delivered_at == AT.replace(microsecond=123000)


async def test_unknown_orders_are_not_found(stores: Stores) -> None:
    for call in (
        stores.orders.get("NONE"),
        stores.orders.cancel("NONE"),
        stores.orders.change_address("NONE", HOME),
        stores.orders.set_payment("NONE", Payment(status=PaymentStatus.PAID)),
        stores.orders.set_status("NONE", OrderStatus.SHIPPED),
    ):
        with pytest.raises(NotFound):
            await call


async def test_storing_an_order_again_keeps_what_was_refunded_of_it(stores: Stores) -> None:
    await stores.orders.put(order(refunded=eur(100)))
    await stores.orders.put(order(refunded=eur(0), status=OrderStatus.SHIPPED))
    stored = await stores.orders.get("ORD1")
    assert (stored.refunded, stored.status) == (eur(100), OrderStatus.SHIPPED)


async def test_a_subscription_finds_its_own_orders_newest_first(stores: Stores) -> None:
    for n in range(3):
        await stores.orders.put(order(f"ORD{n}", subscription_id="SUB001", placed_at=AT + timedelta(days=n)))
    await stores.orders.put(order("OTHER", subscription_id="SUB002"))
    assert [each.order_id for each in await stores.orders.for_subscription("SUB001", n=2)] == ["ORD2", "ORD1"]


async def test_what_was_bought_in_a_year_leaves_out_what_was_cancelled_not_paid_older_or_in_other_money(
    stores: Stores,
) -> None:
    unpaid, usd = Payment(status=PaymentStatus.FAILED), Money(amount=400, currency="USD")
    repaid = Payment(status=PaymentStatus.REFUNDED)
    for each in (
        order("ORD1"),
        order("ORD2", refunded=eur(150)),
        order("ORD3", payment=repaid, refunded=eur(400)),
        order("ORD4", status=OrderStatus.CANCELLED),
        order("ORD5", payment=unpaid),
        order("ORD6", placed_at=AT - timedelta(days=2)),
        order("ORD7", total=usd),
        order("ORD8", customer_id="CUST002"),
    ):
        await stores.orders.add(each)
    found = await stores.orders.bought("CUST001", "EUR", AT - timedelta(days=1))
    assert found == Bought(orders=3, total=eur(1200), refunded=eur(550))
    assert await stores.orders.bought("CUST009", "EUR", AT) == Bought(orders=0, total=eur(0), refunded=eur(0))


async def test_orders_are_found_by_their_payment_whoever_they_belong_to(stores: Stores) -> None:
    paid, unnamed = (Payment(status=PaymentStatus.PAID, reference=reference) for reference in ("pay_1", ""))
    await stores.orders.add(order("ORD1", payment=paid))
    await stores.orders.add(order("ORD2", payment=paid, customer_id="CUST002"))
    await stores.orders.add(order("ORD3", payment=unnamed))
    assert [each.order_id for each in await stores.orders.paid_with("pay_1")] == ["ORD1", "ORD2"]
    assert await stores.orders.paid_with("") == []
