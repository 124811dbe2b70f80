"""Each workflow's payloads are sealed under a key of its own, which every process finds and soon forgets."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    SerializationContext,
    WorkflowSerializationContext,
)

from care.errors import Gone, Unavailable
from care.keyring import KeyRing
from care.payload_keys import HELD_SECONDS, DataKeys
from care.stores import Stores
from care.temporal import data_converter
from tests.stores.plans import overheard

RING = KeyRing([bytes(range(32))])
SUBSCRIPTION, REFUND = "subscription-SUB001", "refund-REF001"


def within(workflow_id: str) -> SerializationContext:
    return WorkflowSerializationContext("default", workflow_id)


def an_activity_of(workflow_id: str) -> SerializationContext:
    return ActivitySerializationContext(
        "default", "1", "place_order", "care", workflow_id, "SubscriptionWorkflow", False
    )


def process(stores: Stores, ring: KeyRing = RING) -> DataConverter:
    return data_converter(ring, stores.data_keys)


async def test_a_workflow_and_its_activities_share_a_key_that_no_other_workflow_has(stores: Stores) -> None:
    here = process(stores)
    contexts = within(SUBSCRIPTION), an_activity_of(SUBSCRIPTION), within(REFUND)
    payloads = [(await here.with_context(context).encode(["hello"]))[0] for context in contexts]
    named = [payload.metadata["encryption-key-id"].decode() for payload in payloads]
    assert named[0] == named[1] != named[2]
    key = await stores.data_keys.of(SUBSCRIPTION)
    assert key is not None
    assert named[0] == key.key_id


async def test_another_process_opens_it_and_so_does_one_that_knows_of_no_workflow(stores: Stores) -> None:
    sealed = await process(stores).with_context(within(SUBSCRIPTION)).encode(["hello"])
    assert await process(stores).with_context(within(SUBSCRIPTION)).decode(sealed) == ["hello"]
    assert await process(stores).decode(sealed) == ["hello"]


async def test_what_was_sealed_before_workflows_had_keys_stays_readable(stores: Stores) -> None:
    sealed = await data_converter(RING).encode(["hello"])
    assert await process(stores).with_context(within(SUBSCRIPTION)).decode(sealed) == ["hello"]


async def test_after_its_key_was_dropped_a_history_opens_nowhere_and_grows_no_more(stores: Stores) -> None:
    here = process(stores)
    mine, other = here.with_context(within(SUBSCRIPTION)), here.with_context(within(REFUND))
    sealed, others = await mine.encode(["hello"]), await other.encode(["hello"])
    await stores.data_keys.forget([SUBSCRIPTION])
    fresh = process(stores)
    for attempt in (fresh.decode(sealed), fresh.with_context(within(SUBSCRIPTION)).encode(["more"])):
        with pytest.raises(Gone, match="its key was dropped"):
            await attempt
    assert await fresh.decode(others) == ["hello"]


@dataclass
class Clock:
    at: float = 0.0

    def __call__(self) -> float:
        return self.at


async def test_a_process_that_uses_a_key_all_the_time_forgets_a_dropped_one_within_a_minute(stores: Stores) -> None:
    clock = Clock()
    keys = DataKeys(stores.data_keys, RING, clock)
    key = await keys.sealing(SUBSCRIPTION)
    await stores.data_keys.forget([SUBSCRIPTION])
    clock.at = HELD_SECONDS - 1
    assert await keys.opening(key.key_id) == [key]
    clock.at = HELD_SECONDS
    with pytest.raises(Gone):
        await keys.opening(key.key_id)
    with pytest.raises(Gone):
        await keys.sealing(SUBSCRIPTION)


async def test_many_payloads_of_a_workflow_cost_one_read(mongodb_uri: str) -> None:
    async with overheard(mongodb_uri, "test_payload_keys") as heard:
        sealed = await process(heard.stores).with_context(within(SUBSCRIPTION)).encode(["hello"] * 5)
        other = process(heard.stores)

        async def a_task() -> None:
            for context in (within(SUBSCRIPTION), an_activity_of(SUBSCRIPTION)):
                assert await other.with_context(context).decode(sealed) == ["hello"] * 5
                await other.with_context(context).encode(["an answer"])

        assert len(await heard.plans(a_task())) == 1


async def test_the_key_of_a_workflow_that_is_about_to_begin_is_made_without_a_look(mongodb_uri: str) -> None:
    async with overheard(mongodb_uri, "test_payload_keys") as heard:
        keys = DataKeys(heard.stores.data_keys, RING)

        async def begun() -> None:
            await keys.begin(SUBSCRIPTION)
            await keys.sealing(SUBSCRIPTION)

        assert await heard.plans(begun()) == []
        elsewhere = DataKeys(heard.stores.data_keys, RING)
        await elsewhere.begin(SUBSCRIPTION)  # a call that is asked for again
        assert await elsewhere.sealing(SUBSCRIPTION) == await keys.sealing(SUBSCRIPTION)
        await heard.stores.data_keys.forget([SUBSCRIPTION])
        with pytest.raises(Gone):
            await DataKeys(heard.stores.data_keys, RING).begin(SUBSCRIPTION)


async def test_a_key_wrapped_under_one_that_is_not_here_is_said_to_be_missing(stores: Stores) -> None:
    elsewhere = KeyRing([bytes(32)])
    sealed = await process(stores, elsewhere).with_context(within(SUBSCRIPTION)).encode(["hello"])
    with pytest.raises(Unavailable, match=elsewhere.current):
        await process(stores).decode(sealed)
    both = KeyRing([*RING.keys.values(), *elsewhere.keys.values()])
    assert await process(stores, both).decode(sealed) == ["hello"]
