"""Orders can be changed while nothing has left the house."""

from __future__ import annotations

from datetime import UTC, datetime

from care.models.order import OrderStatus, Payment, PaymentStatus
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


async def test_items_are_changed_and_paid_and_a_repeated_call_changes_them_once(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana, status=OrderStatus.PENDING)
    more = {"items": [{"sku": MILK.sku, "quantity": 3}], "total": {"amount": 447, "currency": "EUR"}}
    path = f"/order/items/{order.order_id}"
    for _ in range(2):
        changed = await ana.http.post(path, json=more, headers={"Idempotency-Key": "k1"})
        assert changed.status_code == 200, changed.text
        assert changed.json()["total"]["amount"] == 447
    card = await shop.services.stores.ledger.balance(f"customer:{ana.customer_id}:card")
    assert card == {"EUR": -447}


async def test_a_declined_card_is_409_and_what_is_not_stored_or_empty_is_told_apart(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana, status=OrderStatus.PENDING)
    path = f"/order/items/{order.order_id}"
    more = {"items": [{"sku": MILK.sku, "quantity": 3}]}
    declined = await ana.http.post(path, json=more | {"payment_method": "pm_card_declined"})
    assert_is_problem(declined, 409)
    assert declined.json()["title"] == "Payment declined"
    assert_is_problem(await ana.http.post(path, json=more | {"payment_method": "pm_unknown"}), 422)
    assert_is_problem(await ana.http.post(path, json={"items": []}), 409)
    assert_is_problem(await ana.http.post(path, json={"items": [{"sku": MILK.sku, "quantity": 0}]}), 422)
    assert (await ana.http.get(f"/order/{order.order_id}")).json()["total"]["amount"] == 149


async def test_what_is_paid_is_not_paid_with_another_card_again(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana, status=OrderStatus.PENDING)
    path = f"/order/payment/{order.order_id}"
    assert_is_problem(await ana.http.post(path, json={"payment_method": "pm_card"}), 409)
    unpaid = Payment(status=PaymentStatus.FAILED)
    await shop.services.stores.orders.set_payment(order.order_id, unpaid)
    paid = (await ana.http.post(path, json={"payment_method": "pm_card"})).json()
    assert paid["payment"]["status"] == "paid"


async def test_the_staff_see_what_is_traced_and_the_customer_hears_what_came_of_it(
    shop: Shop, ana: Someone, agent: Someone
) -> None:
    order = await shop.sells(ana, status=OrderStatus.SHIPPED)
    await shop.services.carrier.trace(order, datetime.now(UTC))
    assert (await ana.http.get(f"/order/{order.order_id}")).json()["trace"]["status"] == "open"
    listed = (await agent.http.get("/traces")).json()["items"]
    assert order.order_id in {each["order_id"] for each in listed}
    tracked = (await ana.http.get(f"/order/tracking/{order.order_id}")).json()
    assert [event["kind"] for event in tracked["events"]] == ["placed", "shipped", "trace_opened"]
    note = {"note": "The carrier has found it."}
    for _ in range(2):
        closed = await agent.http.post(f"/trace/close/{order.order_id}", json=note)
        assert closed.json()["trace"]["status"] == "closed"
    told = (await ana.http.get(f"/subscription/notifications/{ana.customer_id}")).json()["items"]
    assert [each["message"] for each in told if each["kind"] == "trace_closed"] == [
        f"Your parcel of order {order.order_id}: The carrier has found it."
    ]
