"""A workflow has one data key; once it is dropped it has none, and gets none."""

from __future__ import annotations

import asyncio

from care.models.data_key import DataKey, new_key_id
from care.stores import Stores
from care.stores.documents import now

SUBSCRIPTION = "subscription-SUB001"


def made(workflow_id: str = SUBSCRIPTION, under: str = "old") -> DataKey:
    key_id = new_key_id()
    return DataKey(key_id=key_id, workflow_id=workflow_id, wrapped=key_id.encode(), under=under, created_at=now())


async def test_of_many_who_make_a_workflows_key_at_once_one_wins_and_the_others_have_the_same(stores: Stores) -> None:
    had = await asyncio.gather(*(stores.data_keys.add(made()) for _ in range(8)))
    assert len(set(had)) == 1
    assert await stores.data_keys.of(SUBSCRIPTION) == had[0] == await stores.data_keys.find(had[0].key_id)


async def test_a_dropped_key_is_gone_for_good_and_no_other_is_made(stores: Stores) -> None:
    key = await stores.data_keys.add(made())
    assert await stores.data_keys.forget([SUBSCRIPTION, "refund-REF001"]) == 1
    assert await stores.data_keys.forget([SUBSCRIPTION]) == 0
    for workflow_id in (SUBSCRIPTION, "refund-REF001"):
        there = await stores.data_keys.add(made(workflow_id))
        assert (there.wrapped, there.under) == (None, None)
    assert (await stores.data_keys.find(key.key_id) or key).wrapped is None
    assert not await stores.data_keys.wrap_anew(key, b"back again", "new")


async def test_keys_are_counted_and_found_by_what_they_are_wrapped_under(stores: Stores) -> None:
    old, new = await stores.data_keys.add(made()), await stores.data_keys.add(made("refund-REF001", "new"))
    await stores.data_keys.forget(["refund-REF002"])
    assert await stores.data_keys.counts() == {"old": 1, "new": 1}
    assert [some async for some in stores.data_keys.under("old", 5)] == [[old]]
    assert await stores.data_keys.wrap_anew(old, b"anew", "new")
    assert not await stores.data_keys.wrap_anew(old, b"late", "late")
    assert await stores.data_keys.counts() == {"new": 2}
    assert await stores.data_keys.find(new.key_id) == new
