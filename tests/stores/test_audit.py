"""The audit record on a real MongoDB: numbered without a gap, tied together, and with the act or not at all."""

from __future__ import annotations

import asyncio

import pytest

from care.rules.audit_chain import BEGINNING, first_fault
from care.stores import Stores
from care.stores.mongo import Session, in_transaction


async def test_lines_written_at_once_are_numbered_without_a_gap_and_tied_together(stores: Stores) -> None:
    assert await stores.audit.head() == (0, BEGINNING)
    await asyncio.gather(
        *(stores.audit.append("case_claimed", by="amy@shop.test", about=f"REF{n:03d}", n=str(n)) for n in range(8))
    )
    events = [event async for event in stores.audit.lines()]
    assert [event.number for event in events] == list(range(1, 9))
    assert first_fault(events) is None
    assert await stores.audit.head() == (8, events[-1].hash)
    assert {event.about for event in events} == {f"REF{n:03d}" for n in range(8)}


async def test_a_line_stands_and_falls_with_the_act_that_it_tells_of(stores: Stores) -> None:
    async def fails(session: Session) -> None:
        await stores.audit.append("role_changed", by="root@shop.test", session=session)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await in_transaction(stores.database, fails)
    assert await stores.audit.head() == (0, BEGINNING)
    assert [event async for event in stores.audit.lines()] == []


async def test_pages_are_newest_first_and_may_be_about_one_thing_or_by_one_person(stores: Stores) -> None:
    for n in range(5):
        await stores.audit.append("case_claimed", by="amy" if n % 2 else "bob", about=f"REF{n % 3}")
    page = await stores.audit.page(limit=3)
    rest = await stores.audit.page(limit=3, cursor=page.next)
    assert [event.number for event in page.items + rest.items] == [5, 4, 3, 2, 1]
    assert [event.number for event in (await stores.audit.page(about="REF0")).items] == [4, 1]
    assert [event.number for event in (await stores.audit.page(by="amy")).items] == [4, 2]
