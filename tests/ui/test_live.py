"""Pages hear of changes, also after the stream has broken off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from care.models.notification import Notification
from care.stores import Change, Stores
from ui import live


def _notice(number: int) -> Notification:
    return Notification(
        notification_id=f"N{number}",
        customer_id="CUST001",
        kind="reminder",
        message="Soon.",
        created_at=datetime.now(UTC),
    )


async def test_a_stored_notification_reaches_its_customer_and_nobody_else(stores: Stores) -> None:
    heard: list[tuple[str, str]] = []
    ana, ravi = live.topic("CUST001"), live.topic("CUST002")
    ana.subscribe(lambda kind: heard.append(("ana", kind)))
    ravi.subscribe(lambda kind: heard.append(("ravi", kind)))
    async with live.watching(stores.watch), asyncio.timeout(20):
        number = 0
        while not heard:  # the stream opens in its own time: what came before is not told
            number += 1
            await stores.notifications.add(_notice(number))
            await asyncio.sleep(0.1)
    assert set(heard) == {("ana", "notifications")}


async def test_a_broken_stream_is_taken_up_again() -> None:
    heard: list[str] = []
    done = asyncio.Event()
    desk = live.topic(live.DESK)

    def hears(kind: str) -> None:
        heard.append(kind)

    desk.subscribe(hears)
    amy = live.topic("account:amy@shop.test")  # whose open pages look whether they may stay
    amy.subscribe(lambda kind: done.set())
    broken = iter([True])

    async def changes() -> AsyncIterator[Change]:
        if next(broken, False):
            raise ConnectionError("the database went away")
        yield Change("refunds", None, "REF001")
        yield Change("accounts", None, "amy@shop.test")
        await asyncio.Event().wait()

    async with live.watching(changes), asyncio.timeout(20):
        await done.wait()
    assert heard == [live.MISSED, "refunds", "accounts"]


async def test_many_writes_of_one_action_redraw_a_page_once() -> None:
    drawn: list[str] = []
    page = live.topic("CUST009")

    async def redraw() -> None:
        drawn.append("once")

    async with live.follow("CUST009", {"refunds"}, redraw):
        pass
    await asyncio.gather(*(page.call(kind) for kind in ("refunds", "orders", "refunds", "refunds")))
    assert drawn == ["once"]


async def test_what_changes_while_a_page_is_first_drawn_is_drawn_after_it() -> None:
    drawn: list[str] = []
    page = live.topic("CUST010")

    async def redraw() -> None:
        drawn.append("again")

    async with asyncio.TaskGroup() as tasks:
        async with live.follow("CUST010", {"refunds"}, redraw):
            told = tasks.create_task(page.call("refunds"))
            await asyncio.sleep(0.5)  # longer than changes are gathered for
            drawn.append("first")
        await told
    assert drawn == ["first", "again"]


async def test_the_desk_hears_that_time_goes_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_MINUTE", 0.01)
    heard, desk = asyncio.Event(), live.topic(live.DESK)
    desk.subscribe(lambda kind: heard.set() if kind == live.MINUTE else None)

    async def changes() -> AsyncIterator[Change]:
        await asyncio.Event().wait()
        yield Change("refunds", None, "REF001")

    async with live.watching(changes), asyncio.timeout(20):
        await heard.wait()
