from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.errors import Invalid, NotFound
from care.models.order import Order
from care.stores import Stores
from care.stores.documents import plain
from care.stores.paging import after
from tests.stores.make import AT, customer, order, product, subscription


async def test_what_is_read_is_what_was_written_cut_to_milliseconds(stores: Stores) -> None:
    before = subscription(created_at=AT)
    await stores.subscriptions.save(before)
    cut = before.model_copy(update={"created_at": AT.replace(microsecond=123000)})
    assert await stores.subscriptions.get("SUB001") == cut


async def test_an_older_subscription_state_never_replaces_a_newer_one(stores: Stores) -> None:
    for version in (2, 5, 4, 5, 1):
        await stores.subscriptions.save(subscription(version=version, deliveries=version))
    assert (await stores.subscriptions.get("SUB001")).deliveries == 5


async def test_pages_together_give_every_order_once_newest_first(stores: Stores) -> None:
    # Pairs share their time, so that the order of ids has to decide.
    for n in range(9):
        await stores.orders.put(order(f"ORD{n}", placed_at=AT + timedelta(hours=n // 2)))
    found: list[Order] = []
    cursor = None
    while True:
        page = await stores.orders.page("CUST001", limit=2, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    assert [each.order_id for each in found] == [f"ORD{n}" for n in reversed(range(9))]


async def test_a_page_stays_right_while_new_orders_arrive(stores: Stores) -> None:
    for n in range(4):
        await stores.orders.put(order(f"ORD{n}", placed_at=AT + timedelta(hours=n)))
    first = await stores.orders.page("CUST001", limit=2)
    await stores.orders.put(order("NEW", placed_at=AT + timedelta(days=1)))
    second = await stores.orders.page("CUST001", limit=2, cursor=first.next)
    assert [each.order_id for each in second.items] == ["ORD1", "ORD0"]


async def test_a_full_last_page_has_no_next(stores: Stores) -> None:
    await stores.orders.put(order())
    assert (await stores.orders.page("CUST001", limit=1)).next is None


async def test_the_catalogue_pages_by_sku(stores: Stores) -> None:
    for sku in ("C", "A", "B"):
        await stores.products.put(product(sku))
    first = await stores.products.page(limit=2)
    second = await stores.products.page(limit=2, cursor=first.next)
    assert [each.sku for each in first.items + second.items] == ["A", "B", "C"]
    with pytest.raises(Invalid):
        await stores.orders.page("CUST001", cursor=first.next)


@pytest.mark.parametrize("cursor", ["x", "!!!", "bnVsbA", "WzEsMl0", "WzFlOTksICJhIl0", "é", "W10="])
async def test_a_cursor_that_is_none_of_ours_is_refused(stores: Stores, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        await stores.orders.page("CUST001", cursor=cursor)
    assert refused.value.fields == {"cursor": "not a cursor"}


@given(st.text(max_size=60))
def test_no_cursor_text_raises_anything_but_invalid(text: str) -> None:
    with suppress(Invalid):
        assert after(text, "placed_at", -1)


def test_a_number_past_64_bits_is_refused() -> None:
    assert plain({"n": 2**63 - 1}) == {"n": 2**63 - 1}
    with pytest.raises(Invalid):
        plain({"n": 2**63})


async def test_a_customer_is_seen_at_a_glance(stores: Stores) -> None:
    await stores.customers.put(customer())
    await stores.orders.put(order())
    await stores.subscriptions.save(subscription())
    seen = await stores.customers.view("CUST001")
    assert (seen.wallet, seen.orders, seen.refunds, seen.subscriptions) == (None, 1, 0, 1)
    with pytest.raises(NotFound):
        await stores.customers.view("CUST999")
