"""The audit record on a real MongoDB: numbered without a gap, tied together, and with the act or not at all."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from care.auditing import checked
from care.errors import Unavailable
from care.models.audit import Act, AuditEvent, Head
from care.stores import Stores, over
from care.stores.migrations.m0001_account_record import ACCOUNT_RECORD
from care.stores.mongo import Session, in_transaction
from tests.stores.migrations import migrated

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)


async def written(stores: Stores) -> list[AuditEvent]:
    """All lines, oldest first."""
    return [event async for event in stores.audit.lines()]


async def right(stores: Stores) -> bool:
    return (await checked(stores)).fault is None


async def test_lines_written_at_once_are_numbered_without_a_gap_and_tied_together(stores: Stores) -> None:
    assert await stores.audit.head() is None
    await asyncio.gather(
        *(stores.audit.append("case_claimed", by="amy@shop.test", about=f"REF{n:03d}", n=str(n)) for n in range(8))
    )
    events = await written(stores)
    assert [event.number for event in events] == list(range(1, 9))
    assert await right(stores)
    assert await stores.audit.head() == Head(number=8, hash=events[-1].hash, at=events[-1].at)
    assert {event.about for event in events} == {f"REF{n:03d}" for n in range(8)}


async def test_acts_that_collide_at_the_head_each_get_their_line(stores: Stores) -> None:
    async def act(session: Session) -> None:
        await stores.audit.append("role_changed", by="root@shop.test", session=session)

    await asyncio.gather(*(in_transaction(stores.database, act) for _ in range(8)))
    assert [event.number for event in await written(stores)] == list(range(1, 9))
    assert await right(stores)


async def test_processes_that_write_in_turn_write_one_chain(stores: Stores) -> None:
    """Each remembers where it wrote last."""
    here, there = stores.audit, over(stores.database).audit

    async def twice(session: Session) -> None:
        for _ in range(2):
            await here.append("role_changed", by="root@shop.test", session=session)

    for by in (here, here, there, there, here):
        await by.append("case_claimed", by="amy@shop.test")
    await in_transaction(stores.database, twice)
    await there.append("case_claimed", by="amy@shop.test")
    assert [event.number for event in await written(stores)] == list(range(1, 9))
    assert await right(stores)


async def test_a_line_stands_and_falls_with_the_act_that_it_tells_of(stores: Stores) -> None:
    async def fails(session: Session) -> None:
        raise RuntimeError

    with capture_logs() as logged, pytest.raises(RuntimeError):
        await stores.audit.together(fails, "role_changed", by="root@shop.test")
    assert await stores.audit.head() is None
    assert await written(stores) == []
    assert logged == []


async def test_number_and_hash_of_a_line_are_logged_once_it_is_written(stores: Stores) -> None:
    async def act(session: Session) -> None:
        await stores.audit.append("role_changed", by="root@shop.test", session=session)
        assert logged == []

    with capture_logs() as logged:
        await in_transaction(stores.database, act)
        await stores.audit.append("case_claimed", by="amy@shop.test")
    events = await written(stores)
    assert [(each["number"], each["hash"], each["act"]) for each in logged] == [
        (1, events[0].hash, "role_changed"),
        (2, events[1].hash, "case_claimed"),
    ]
    assert not any("amy" in str(each) for each in logged)


async def test_what_must_not_be_told_twice_is_told_once(stores: Stores) -> None:
    lines = await asyncio.gather(
        *(stores.audit.append("case_decided", by="amy", about="REF001", once="REF001 3") for _ in range(5))
    )
    again = await stores.audit.append("case_decided", by="bob", once="REF001 3")
    assert {line.number for line in [*lines, again]} == {1}
    assert len(await written(stores)) == 1


async def test_pages_are_newest_first_and_may_be_about_one_thing_by_one_person_or_of_one_kind(stores: Stores) -> None:
    for n in range(5):
        act: Act = "case_claimed" if n < 3 else "case_released"
        await stores.audit.append(act, by="amy" if n % 2 else "bob", about=f"REF{n % 3}")
    page = await stores.audit.page(limit=3)
    rest = await stores.audit.page(limit=3, cursor=page.next)
    assert [event.number for event in page.items + rest.items] == [5, 4, 3, 2, 1]

    async def found(**asked: str) -> list[int]:
        acts = [asked.pop("act")] if "act" in asked else []
        return [event.number for event in (await stores.audit.page(acts=acts, **asked)).items]  # type: ignore[arg-type]

    assert await found(about="REF0") == [4, 1]
    assert await found(by="amy") == [4, 2]
    assert await found(act="case_released") == [5, 4]
    assert await found(by="bob", act="case_claimed") == [3, 1]


async def test_lines_since_a_day_are_found_and_times_never_go_back(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (0, 2, 1, 4):
        monkeypatch.setattr("care.stores.audit.now", lambda at=AT + timedelta(days=day): at)
        await stores.audit.append("signed_in", by="amy")
    assert [event.at for event in await written(stores)] == [AT + timedelta(days=n) for n in (0, 2, 2, 4)]
    found = [await stores.audit.page(since=AT + timedelta(days=day)) for day in (2, 3, 5)]
    assert [[event.number for event in page.items] for page in found] == [[4, 3, 2], [4], []]


async def test_what_was_written_of_accounts_before_becomes_lines_once(stores: Stores) -> None:
    old = [("added", None, "agent"), ("role_changed", "agent", "supervisor"), ("closed", None, "supervisor")]
    await stores.database["account_record"].insert_many(
        {"_id": n, "at": AT, "by": "root", "email": "amy@shop.test", "kind": kind, "before": before, "role": role}
        for n, (kind, before, role) in enumerate(old, start=1)
    )
    await asyncio.gather(*(migrated(stores, [ACCOUNT_RECORD]) for _ in range(2)))
    events = await written(stores)
    assert [(each.act, each.at, each.by, each.about) for each in events] == [
        (act, AT, "root", "amy@shop.test") for act in ("account_added", "role_changed", "account_closed")
    ]
    assert events[1].detail == {"before": "agent", "role": "supervisor"}
    assert await stores.database["account_record"].count_documents({}) == 0
    assert await right(stores)


async def test_a_record_whose_head_was_set_back_takes_no_more_lines(stores: Stores) -> None:
    for _ in range(3):
        await stores.audit.append("signed_in", by="amy")
    first = (await written(stores))[0]
    await stores.database["audit_head"].update_one({}, {"$set": {"number": 1, "hash": first.hash}})
    with pytest.raises(Unavailable, match="care audit verify"):
        await stores.audit.append("signed_in", by="amy")


async def test_lines_that_come_during_a_check_are_no_fault(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    await stores.audit.append("signed_in", by="amy")
    head, coming = stores.audit.head, [2, 3]

    async def overtaken() -> Head | None:
        known = await head()
        if coming:
            coming.pop()
            await stores.audit.append("signed_in", by="amy")
        return known

    monkeypatch.setattr(stores.audit, "head", overtaken)
    check = await checked(stores)
    assert (check.fault, check.last.number) == (None, 3)


async def test_a_line_that_nobody_here_has_written_breaks_no_page(stores: Stores) -> None:
    for _ in range(3):
        await stores.audit.append("signed_in", by="amy")
    await stores.database["audit"].update_one({"_id": 2}, {"$set": {"by": ["amy"]}})
    await stores.database["audit"].insert_one({"nonsense": True})
    assert [event.number for event in (await stores.audit.page()).items] == [3, 1]
