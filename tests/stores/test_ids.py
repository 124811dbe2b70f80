from __future__ import annotations

import asyncio

from care.stores import Stores


async def test_ids_count_up_from_one_and_outgrow_three_digits(stores: Stores) -> None:
    assert [await stores.ids.next("SUB") for _ in range(3)] == ["SUB001", "SUB002", "SUB003"]
    await stores.database["counters"].update_one({"_id": "SUB"}, {"$set": {"last": 999}})
    assert await stores.ids.next("SUB") == "SUB1000"


async def test_each_prefix_counts_for_itself(stores: Stores) -> None:
    assert await stores.ids.next("SUB") == "SUB001"
    assert await stores.ids.next("REF") == "REF001"


async def test_two_hundred_callers_at_once_get_two_hundred_ids_without_a_gap(stores: Stores) -> None:
    ids = await asyncio.gather(*(stores.ids.next("REF") for _ in range(200)))
    assert sorted(ids) == [f"REF{n:03d}" for n in range(1, 201)]


async def test_the_same_request_gets_the_same_id_again(stores: Stores) -> None:
    first = await stores.ids.next("SUB", once="request-1")
    assert await stores.ids.next("SUB", once="request-2") != first
    assert await stores.ids.next("SUB", once="request-1") == first


async def test_the_same_request_many_times_at_once_gets_one_id(stores: Stores) -> None:
    ids = await asyncio.gather(*(stores.ids.next("SUB", once="request-1") for _ in range(50)))
    assert len(set(ids)) == 1
