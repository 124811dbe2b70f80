from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from care.errors import InFlight, KeyReused
from care.stores import Replay, Stores, idempotency
from care.stores.documents import now

CALL = ("ana POST /refund", "key-1", "a" * 64)


async def test_a_finished_call_is_replayed_as_it_was_answered(stores: Stores) -> None:
    assert await stores.idempotency.begin(*CALL) is None
    await stores.idempotency.finish(*CALL[:2], 202, b'{"refund_id": "REF001"}')
    assert await stores.idempotency.begin(*CALL) == Replay(202, b'{"refund_id": "REF001"}')


async def test_neither_who_called_nor_the_key_is_kept(stores: Stores) -> None:
    await stores.idempotency.begin("ana@example.com POST /refund", "ana-1", "a" * 64)
    kept = str(await stores.database["idempotency"].find_one())
    assert "ana" not in kept


async def test_of_many_at_once_one_goes_ahead(stores: Stores) -> None:
    outcomes = await asyncio.gather(*(stores.idempotency.begin(*CALL) for _ in range(50)), return_exceptions=True)
    assert outcomes.count(None) == 1
    assert sum(isinstance(each, InFlight) for each in outcomes) == 49


async def test_another_body_under_the_same_key_is_refused(stores: Stores) -> None:
    await stores.idempotency.begin(*CALL)
    with pytest.raises(KeyReused):
        await stores.idempotency.begin(*CALL[:2], "b" * 64)


async def test_another_callers_key_is_another_key(stores: Stores) -> None:
    await stores.idempotency.begin(*CALL)
    assert await stores.idempotency.begin("ravi POST /refund", *CALL[1:]) is None


async def test_a_call_that_changed_nothing_frees_its_key(stores: Stores) -> None:
    await stores.idempotency.begin(*CALL)
    await stores.idempotency.abandon(*CALL[:2])
    assert await stores.idempotency.begin(*CALL) is None


async def test_a_finished_call_cannot_be_abandoned(stores: Stores) -> None:
    await stores.idempotency.begin(*CALL)
    await stores.idempotency.finish(*CALL[:2], 201, b"{}")
    await stores.idempotency.abandon(*CALL[:2])
    assert await stores.idempotency.begin(*CALL) == Replay(201, b"{}")


@pytest.mark.parametrize(("age", "taken"), [(59, 0), (61, 1)])
async def test_a_call_that_died_is_taken_over_by_one(stores: Stores, age: int, taken: int) -> None:
    await stores.idempotency.begin(*CALL)
    started = now() - timedelta(seconds=age)
    await stores.database["idempotency"].update_one({}, {"$set": {"started_at": started}})
    outcomes = await asyncio.gather(*(stores.idempotency.begin(*CALL) for _ in range(20)), return_exceptions=True)
    assert outcomes.count(None) == taken


async def test_a_call_is_not_taken_for_dead_by_a_process_whose_clock_is_ahead(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stores.idempotency.begin(*CALL)
    monkeypatch.setattr(idempotency, "now", lambda: now() + timedelta(hours=1), raising=False)
    with pytest.raises(InFlight):
        await stores.idempotency.begin(*CALL)
