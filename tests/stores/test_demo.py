from __future__ import annotations

from datetime import UTC, datetime, timedelta

from care.gateways.ledger import LedgerGateway
from care.models.customer import Role
from care.models.order import OrderStatus, PaymentStatus
from care.passwords import verify_password
from care.seeding.demo import load_demo
from care.stores import Stores

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CUSTOMERS = ["CUST001", "CUST002", "CUST003", "CUST004"]


async def test_every_demo_customer_has_orders_in_every_state(stores: Stores) -> None:
    await load_demo(stores, now=NOW)
    for customer_id in CUSTOMERS:
        orders = await stores.orders.latest(customer_id, 50)
        assert {order.status for order in orders} == set(OrderStatus)
        lately = [o for o in orders if o.delivered_at and NOW - o.delivered_at < timedelta(days=10)]
        assert len(lately) >= 2
        assert any(order.total.amount < 2000 for order in lately)
        assert any(o.delivered_at and NOW - o.delivered_at > timedelta(days=100) for o in orders)


async def test_the_books_agree_with_every_order_and_sum_to_zero(stores: Stores) -> None:
    await load_demo(stores, now=NOW)
    for customer_id in CUSTOMERS:
        spent = 0
        for order in await stores.orders.latest(customer_id, 50):
            entry = await stores.ledger.find(f"order:{order.order_id}")
            assert entry is not None
            assert sum(line.amount for line in entry.lines if line.account == "shop:sales") == order.total.amount
            spent += order.total.amount - order.refunded.amount
        assert await stores.ledger.balance(f"customer:{customer_id}:card") == {"EUR": -spent}
    assert await stores.ledger.total() == {"EUR": 0}


async def test_exactly_two_faults_wait_for_the_chat(stores: Stores) -> None:
    await load_demo(stores, now=NOW)
    shown = {c: await stores.wallets.get(c) for c in CUSTOMERS}
    booked = {c: (await stores.ledger.balance(f"wallet:{c}"))["EUR"] for c in CUSTOMERS}
    assert [c for c in CUSTOMERS if (w := shown[c]) is None or w.balance.amount != booked[c]] == ["CUST001"]
    orders = [order for c in CUSTOMERS for order in await stores.orders.latest(c, 50)]
    unheard = [order for order in orders if order.payment.status is PaymentStatus.PENDING]
    assert [order.order_id for order in unheard] == ["ORD-1009"]
    known = await LedgerGateway(stores.ledger).find("order:ORD-1009")
    assert known is not None
    assert known.status == "succeeded"


async def test_loading_the_demo_again_changes_nothing_of_the_shop(stores: Stores) -> None:
    await load_demo(stores, now=NOW)
    before = [await stores.orders.latest(c, 50) for c in CUSTOMERS]
    await load_demo(stores, now=NOW + timedelta(days=3))
    assert [await stores.orders.latest(c, 50) for c in CUSTOMERS] == before
    assert await stores.ledger.total() == {"EUR": 0}
    assert len(await stores.accounts.all()) == 8


async def test_the_demo_accounts_open_with_their_passwords(stores: Stores) -> None:
    accounts = await load_demo(stores, now=NOW)
    roles = [account.role for account in accounts]
    assert [roles.count(r) for r in (Role.CUSTOMER, Role.AGENT, Role.SUPERVISOR, Role.ADMIN)] == [4, 2, 1, 1]
    for account in accounts[::3]:
        stored = await stores.accounts.find(account.email.upper())
        assert stored is not None
        assert stored.customer_id == account.customer_id
        assert await verify_password(account.password, stored.password_hash)
        assert not await verify_password(account.password + "x", stored.password_hash)
        assert not await verify_password(account.password, "no hash at all")


async def test_the_demo_sells_the_named_products_from_ample_stock(stores: Stores) -> None:
    await load_demo(stores, now=NOW)
    products = {product.name: product for product in await stores.products.all()}
    assert {"Amul Milk 1L", "Whey Protein"} <= products.keys()
    assert min(product.stock for product in products.values()) >= 10_000
