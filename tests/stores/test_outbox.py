"""The outbox on a real MongoDB: nothing is lost, nothing is sent by two at once, whoever dies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from care import embedded
from care.errors import Conflict
from care.models.dispatch import Attempt, Channel, DispatchStatus
from care.models.webhook import NewEndpoint
from care.rules.dispatching import LEASE, after
from care.stores import Stores, over
from care.stores.mongo import connect
from tests.channels.notices import NOW, Recorder, dispatcher, notice, webhooks

HOOK = NewEndpoint(url="http://127.0.0.1:9/")


async def test_a_notification_and_its_place_in_the_outbox_are_one_write(stores: Stores) -> None:
    await stores.notifications.add(notice("N"))
    assert [each.notification_id for each in await stores.notifications.undispatched(10)] == ["N"]
    await stores.notifications.dispatched("N")
    assert not await stores.notifications.add(notice("N"))
    assert await stores.notifications.undispatched(10) == []


async def test_two_dispatchers_at_once_send_each_message_once(stores: Stores) -> None:
    poster = Recorder()
    await webhooks(stores).register(HOOK, by="root")
    for number in range(30):
        await stores.notifications.add(notice(f"N{number}"))
    several = [dispatcher(stores, poster) for _ in range(4)]
    await asyncio.gather(*(each.fan_out(NOW) for each in several))
    assert sum(await asyncio.gather(*(each.send_due(NOW) for each in several))) == 30
    assert sorted(each["webhook-id"] for each in poster.posted) == sorted(f"N{number}" for number in range(30))
    assert {each.status for each in (await stores.outbox.page("WHK001")).items} == {DispatchStatus.SENT}


async def test_dying_between_the_outbox_and_the_flag_repeats_nothing(stores: Stores) -> None:
    poster = Recorder()
    working = dispatcher(stores, poster)
    await webhooks(stores).register(HOOK, by="root")
    await stores.notifications.add(notice("N"))
    await working.fan_out(NOW)
    await working.send_due(NOW)
    # As if the process had died before it cleared the flag.
    await stores.database["notifications"].update_one({"_id": "N"}, {"$set": {"undispatched": True}})
    await working.fan_out(NOW)
    assert await working.send_due(NOW) == 0
    assert len(poster.posted) == 1


async def test_a_killed_workers_claim_runs_out(stores: Stores) -> None:
    poster = Recorder()
    working = dispatcher(stores, poster)
    await webhooks(stores).register(HOOK, by="root")
    await stores.notifications.add(notice("N"))
    await working.fan_out(NOW)
    killed = await stores.outbox.claim(Channel.WEBHOOK, NOW, LEASE)
    assert killed is not None
    assert await working.send_due(NOW + LEASE - timedelta(seconds=1)) == 0
    assert await working.send_due(NOW + LEASE) == 1
    sent = await stores.outbox.get("N:WHK001")
    assert (sent.status, sent.attempts) == (DispatchStatus.SENT, 2)
    # Not dead after all, only slow: what it says now counts no more.
    late = after(killed.dispatch, Attempt(delivered=False, reason="timeout"), NOW)
    assert not await stores.outbox.record(killed, late)
    assert await stores.outbox.get("N:WHK001") == sent


async def test_a_withdrawn_reminder_is_not_sent(stores: Stores) -> None:
    poster = Recorder()
    working = dispatcher(stores, poster)
    await webhooks(stores).register(HOOK, by="root")
    await stores.notifications.add(notice("N"))
    await working.fan_out(NOW)
    await stores.notifications.withdraw_reminders(
        "SUB001", after="2026-03-01", until=None, planned=[], skipped=["2026-03-06"]
    )
    await working.send_due(NOW)
    assert poster.posted == []
    assert (await stores.outbox.get("N:WHK001")).status is DispatchStatus.CANCELLED
    with pytest.raises(Conflict):
        await webhooks(stores).redeliver("N:WHK001", by="root")


async def test_a_reminder_that_comes_back_after_an_unskip_is_sent(stores: Stores) -> None:
    poster = Recorder()
    working = dispatcher(stores, poster)
    await webhooks(stores).register(HOOK, by="root")
    await stores.notifications.add(notice("N"))
    await working.fan_out(NOW)
    await stores.notifications.withdraw_reminders(
        "SUB001", after="2026-03-01", until=None, planned=[], skipped=["2026-03-06"]
    )
    await working.send_due(NOW)
    await stores.notifications.add(notice("N"))
    await working.fan_out(NOW)
    await working.send_due(NOW)
    assert len(poster.posted) == 1


async def test_what_breaks_the_sender_is_counted_and_holds_up_nothing(stores: Stores) -> None:
    class Broken(Recorder):
        async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
            if headers["webhook-id"] == "BAD":
                raise ValueError
            return await super().post(url, headers, body)

    poster = Broken()
    working = dispatcher(stores, poster)
    await webhooks(stores).register(HOOK, by="root")
    for notification_id in ("BAD", "GOOD"):
        await stores.notifications.add(notice(notification_id))
    await working.fan_out(NOW)
    assert await working.send_due(NOW) == 2
    bad, good = await stores.outbox.get("BAD:WHK001"), await stores.outbox.get("GOOD:WHK001")
    assert (bad.status, bad.attempts, bad.reason) == (DispatchStatus.PENDING, 1, "error")
    assert good.status is DispatchStatus.SENT


async def test_looking_for_work_reads_only_what_waits(stores: Stores) -> None:
    """A dispatcher looks every second: that must cost nothing, however much was ever told."""
    await webhooks(stores).register(HOOK, by="root")
    for number in range(20):
        await stores.notifications.add(notice(f"N{number}"))
    working = dispatcher(stores, Recorder())
    await working.fan_out(NOW)
    await working.send_due(NOW)
    await stores.database.command("profile", 2)
    await working.fan_out(NOW)
    await working.send_due(NOW)
    await stores.database.command("profile", 0)
    seen = stores.database["system.profile"]
    looks = [look async for look in seen.find({"ns": {"$not": {"$regex": "profile"}}})]
    await seen.drop()
    looks = [look for look in looks if look["op"] in ("query", "command") and "planSummary" in look]
    assert len(looks) == 2
    assert [look["docsExamined"] for look in looks] == [0, 0]
    assert all("COLLSCAN" not in look["planSummary"] for look in looks)


async def test_what_is_being_sent_is_not_sent_again_by_hand(stores: Stores) -> None:
    hooks, working = webhooks(stores), dispatcher(stores, Recorder())
    await hooks.register(HOOK, by="root")
    await stores.notifications.add(notice("N"))
    await working.fan_out(NOW)
    claim = await stores.outbox.claim(Channel.WEBHOOK, NOW, timedelta(days=3650))
    assert claim is not None
    with pytest.raises(Conflict, match="right now"):
        await hooks.redeliver("N:WHK001", by="root")


async def test_the_dispatcher_runs_until_it_is_told_to_stop(stores: Stores) -> None:
    poster, stop = Recorder(), asyncio.Event()
    await webhooks(stores).register(HOOK, by="root")
    running = asyncio.create_task(dispatcher(stores, poster).run(stop))
    await stores.notifications.add(notice("N", kind="missed"))
    async with asyncio.timeout(30):  # a bound, no expectation
        await poster.called.wait()
    stop.set()
    await running
    assert (await stores.outbox.get("N:WHK001")).status is DispatchStatus.SENT


async def test_a_database_that_is_away_ends_no_dispatcher() -> None:
    client = connect(f"mongodb://127.0.0.1:{embedded.free_port()}/", patience=timedelta(milliseconds=50))
    stop = asyncio.Event()
    with capture_logs() as logged:
        running = asyncio.create_task(dispatcher(over(client["gone"]), Recorder()).run(stop))
        async with asyncio.timeout(30):  # a bound, no expectation
            while not logged:  # noqa: ASYNC110  a log has no event to wait for
                await asyncio.sleep(0)
        assert not running.done()
        stop.set()
        await running
    assert logged[0]["event"] == "database_lost"
    client.close()
