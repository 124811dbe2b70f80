"""Lists come in pages, newest first, and hold nothing of anybody else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.cases import case_of, subscription_of, talk_of, told
from tests.api.shop import Shop, Someone

N = 5
LISTS = {
    "/orders/{customer_id}": "order_id",
    "/subscriptions/{customer_id}": "subscription_id",
    "/subscription/notifications/{customer_id}": "notification_id",
    "/refunds/{customer_id}": "refund_id",
    "/chat/{customer_id}": "conversation_id",
}


async def _fill(shop: Shop, someone: Someone) -> None:
    stores = shop.services.stores
    for n in range(N):
        order = await shop.sells(someone)
        await stores.refunds.open(case_of(someone, order))
        await stores.subscriptions.save(subscription_of(someone))
        await stores.notifications.add(told(someone, n))
        await stores.conversations.start(talk_of(someone))


async def _all_pages(someone: Someone, path: str, limit: int) -> list[list[dict[str, Any]]]:
    pages, cursor = [], None
    while True:
        answer = await someone.http.get(path, params={"limit": limit} | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["items"])
        cursor = answer.json()["next"]
        if cursor is None:
            return pages


async def test_pages_hold_everything_once_and_nothing_of_others(shop: Shop, ana: Someone, ravi: Someone) -> None:
    await asyncio.gather(_fill(shop, ana), _fill(shop, ravi))
    for path, id_ in LISTS.items():
        pages = await _all_pages(ana, path.format(customer_id=ana.customer_id), limit=2)
        assert [len(page) for page in pages] == [2, 2, 1], path
        seen = [item for page in pages for item in page]
        assert len({item[id_] for item in seen}) == N
        assert {item["customer_id"] for item in seen} == {ana.customer_id}


@pytest.mark.parametrize("limit", [1, 4, 7, 200])
async def test_subscriptions_page_without_loss_or_repetition(shop: Shop, ana: Someone, limit: int) -> None:
    """Though many began in the same moment, others begin while the list is read, and one is written anew."""
    stores = shop.services.stores.subscriptions
    began = datetime.now(UTC)
    mine = [
        subscription_of(ana).model_copy(update={"created_at": began - timedelta(seconds=n // 5)}) for n in range(23)
    ]
    await asyncio.gather(*(stores.save(each) for each in mine))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        answer = (await ana.http.get(f"/subscriptions/{ana.customer_id}", params=page)).json()
        assert len(answer["items"]) <= limit
        seen += [each["subscription_id"] for each in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
        await stores.save(subscription_of(ana).model_copy(update={"created_at": began + timedelta(seconds=1)}))
        await stores.save(mine[3].model_copy(update={"version": len(seen) + 1}))
    newest_first = sorted(mine, key=lambda each: (each.created_at, each.subscription_id), reverse=True)
    assert seen == [each.subscription_id for each in newest_first]


async def test_orders_and_notifications_are_newest_first(shop: Shop, ana: Someone) -> None:
    await _fill(shop, ana)
    orders = (await ana.http.get(f"/orders/{ana.customer_id}")).json()["items"]
    assert [o["placed_at"] for o in orders] == sorted((o["placed_at"] for o in orders), reverse=True)
    notes = (await ana.http.get(f"/subscription/notifications/{ana.customer_id}")).json()["items"]
    assert [n["created_at"] for n in notes] == sorted((n["created_at"] for n in notes), reverse=True)


@pytest.mark.parametrize("path", ["/customers", "/products"])
async def test_the_shops_own_lists_page_too(agent: Someone, path: str) -> None:
    pages = await _all_pages(agent, path, limit=1)
    assert len(pages) >= 2
    assert all(len(page) == 1 for page in pages)


async def test_the_catalogue_says_what_things_cost(ana: Someone) -> None:
    products = (await ana.http.get("/products")).json()["items"]
    milk = next(each for each in products if each["sku"] == "AMUL-MILK-1L")
    assert (milk["name"], milk["price"]) == ("Amul Milk 1L", {"amount": 149, "currency": "EUR"})
    assert milk["stock"] > 0


async def test_a_customer_is_shown_with_wallet_and_counts(shop: Shop, ana: Someone) -> None:
    await _fill(shop, ana)
    seen = (await ana.http.get(f"/customer/{ana.customer_id}")).json()
    assert seen["wallet"]["balance"] == {"amount": 0, "currency": "EUR"}
    assert (seen["orders"], seen["refunds"], seen["subscriptions"]) == (N, N, N)


async def test_staff_hear_that_a_customer_does_not_exist(agent: Someone) -> None:
    for path in LISTS:
        assert (await agent.http.get(path.format(customer_id="CUST999"))).status_code == 404


async def test_a_notification_is_read_once(shop: Shop, ana: Someone) -> None:
    note = told(ana)
    await shop.services.stores.notifications.add(note)
    first = (await ana.http.post(f"/notification/read/{note.notification_id}")).json()
    again = (await ana.http.post(f"/notification/read/{note.notification_id}")).json()
    assert first["read_at"] is not None
    assert first == again


async def test_times_are_utc_with_a_z(shop: Shop, ana: Someone) -> None:
    await shop.sells(ana)
    order = (await ana.http.get(f"/orders/{ana.customer_id}")).json()["items"][0]
    assert order["placed_at"].endswith("Z")
