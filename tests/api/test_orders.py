"""Orders can be changed while nothing has left the house."""

from __future__ import annotations

from care.models.order import OrderStatus
from tests.api.shop import MILK, STREET, Shop, Someone
from tests.api.test_errors import assert_is_problem


async def test_a_pending_order_is_cancelled_and_the_money_goes_back_once(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana, status=OrderStatus.PENDING)
    for _ in range(2):
        cancelled = (await ana.http.post(f"/order/cancel/{order.order_id}")).json()
        assert (cancelled["status"], cancelled["payment"]["status"]) == ("cancelled", "refunded")
    card = await shop.services.stores.ledger.balance(f"customer:{ana.customer_id}:card")
    assert card.get("EUR", 0) == 0
    assert set((await shop.services.stores.ledger.total()).values()) <= {0}


async def test_cancelling_gives_the_stock_back(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana, quantity=7, status=OrderStatus.PENDING)
    before = (await shop.services.stores.products.get(MILK.sku)).stock
    await ana.http.post(f"/order/cancel/{order.order_id}")
    assert (await shop.services.stores.products.get(MILK.sku)).stock == before + 7


async def test_a_pending_order_can_go_to_another_address(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana, status=OrderStatus.PENDING)
    there = STREET.model_dump() | {"street": "Side Street 2"}
    assert (await ana.http.post(f"/order/address/{order.order_id}", json=there)).status_code == 200
    assert (await ana.http.get(f"/order/{order.order_id}")).json()["address"] == there


async def test_what_is_on_its_way_stays_as_it_is(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana, status=OrderStatus.SHIPPED)
    assert_is_problem(await ana.http.post(f"/order/cancel/{order.order_id}"), 409)
    assert_is_problem(await ana.http.post(f"/order/address/{order.order_id}", json=STREET.model_dump()), 409)
    assert (await ana.http.get(f"/order/{order.order_id}")).json()["status"] == "shipped"
