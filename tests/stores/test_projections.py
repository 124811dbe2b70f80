from __future__ import annotations

from care.stores import Stores
from care.stores.projections import subscriptions
from tests.stores.make import subscription


async def test_all_ids_come_in_pages(stores: Stores) -> None:
    numbered = [f"SUB{n:03d}" for n in range(450)]
    await stores.database["subscriptions"].insert_many([{"_id": each} for each in reversed(numbered)])
    pages = [page async for page in subscriptions(stores.database).ids()]
    assert [len(page) for page in pages] == [200, 200, 50]
    assert [each for page in pages for each in page] == numbered


async def test_what_changed_since_it_was_seen_is_not_overwritten(stores: Stores) -> None:
    projections = subscriptions(stores.database)
    await stores.subscriptions.save(subscription(version=1))
    seen = await projections.raw("SUB001")
    await stores.subscriptions.save(subscription(version=2))
    assert not await projections.overwrite(subscription(version=1, deliveries=9), seen)
    assert not await projections.overwrite(subscription(version=1, deliveries=9), None)
    assert (await stores.subscriptions.get("SUB001")).version == 2


async def test_what_cannot_be_read_is_overwritten(stores: Stores) -> None:
    projections = subscriptions(stores.database)
    await stores.database["subscriptions"].insert_one({"_id": "SUB001", "customer_id": 7})
    seen = await projections.raw("SUB001")
    assert seen is not None
    assert projections.read(seen) is None
    assert await projections.overwrite(subscription(version=4), seen)
    assert await stores.subscriptions.get("SUB001") == projections.as_stored(subscription(version=4))
