from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from care.errors import NotFound
from care.models.notification import Notification
from care.stores import Stores
from tests.stores.make import AT


def notification(notification_id: str = "N1", *, minutes: int = 0) -> Notification:
    return Notification(
        notification_id=notification_id,
        customer_id="CUST001",
        kind="reminder",
        message="Your milk comes tomorrow.",
        created_at=AT + timedelta(minutes=minutes),
    )


async def test_telling_twice_stores_once(stores: Stores) -> None:
    told = await asyncio.gather(*(stores.notifications.add(notification()) for _ in range(20)))
    assert told.count(True) == 1
    assert len((await stores.notifications.page("CUST001")).items) == 1


async def test_the_newest_comes_first_and_unread_ones_are_counted(stores: Stores) -> None:
    for number in range(3):
        await stores.notifications.add(notification(f"N{number}", minutes=number))
    await stores.notifications.mark_read("N1", "CUST001")
    page = await stores.notifications.page("CUST001")
    assert [each.notification_id for each in page.items] == ["N2", "N1", "N0"]
    assert await stores.notifications.unread("CUST001") == 2
    assert await stores.notifications.unread("CUST002") == 0


async def test_reading_again_keeps_the_first_time(stores: Stores) -> None:
    await stores.notifications.add(notification())
    first = await stores.notifications.mark_read("N1", "CUST001")
    assert first.read_at is not None
    assert await stores.notifications.mark_read("N1", None) == first


async def test_another_customers_notification_is_not_found_and_stays_unread(stores: Stores) -> None:
    await stores.notifications.add(notification())
    for notification_id, customer_id in (("N1", "CUST002"), ("NONE", None)):
        with pytest.raises(NotFound):
            await stores.notifications.mark_read(notification_id, customer_id)
    assert await stores.notifications.unread("CUST001") == 1


async def test_who_reads_a_conversation_has_read_what_was_told_of_it(stores: Stores) -> None:
    told = [
        notification("N1").model_copy(update={"conversation_id": "CNV1"}),
        notification("N2").model_copy(update={"conversation_id": "CNV2"}),
        notification("N3").model_copy(update={"conversation_id": "CNV1", "customer_id": "CUST002"}),
    ]
    for each in told:
        await stores.notifications.add(each)
    await stores.notifications.read_conversation("CNV1", "CUST001")
    read = [(await stores.notifications.find(each.notification_id)) for each in told]
    assert [each is not None and each.read_at is not None for each in read] == [True, False, False]
