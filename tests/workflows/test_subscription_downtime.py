"""A worker that comes back late: what is delivered, what is skipped, and that nobody is charged for a pile."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from temporalio.testing import WorkflowEnvironment

from care.models.carried import CarriedSubscription
from care.models.subscription import CancelSubscription, Subscription
from care.stores import Stores
from tests.workflows.books import assert_charged_once_each, documents
from tests.workflows.subscriptions import Handle, Shop
from tests.workflows.wall_calendar import DAY, WISHES, ZONES, nine, planned
from workflows.subscription import SubscriptionWorkflow

HOUR = timedelta(hours=1)
KINDS = ("daily", "weekly", "biweekly")


@pytest.fixture
async def shop(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> Shop:
    return await Shop(time_skipping, stores, task_queue).open()


@dataclass(frozen=True)
class Life:
    """A subscription: `one` is its id, `made` when it was asked for."""

    handle: Handle
    kind: str
    zone: str
    one: str
    made: datetime


async def asleep(lives: list[Life]) -> list[Subscription]:
    """Ends the runs, and returns what they carried."""
    states = [await life.handle.query(SubscriptionWorkflow.state) for life in lives]
    for life in lives:
        await life.handle.terminate()
    return states


async def left_alone(shop: Shop, lives: list[Life], states: list[Subscription], away: timedelta) -> list[Life]:
    """The subscriptions after that long without a worker.

    The test server stops its clock while a task waits for a worker. So each run has been ended, and after the time a
    new one takes over its state, as continue-as-new does: it finds what a sleeper finds that is woken too late.
    """
    await shop.env.sleep(away)
    return [
        replace(life, handle=await _taken_over(shop, life, state)) for life, state in zip(lives, states, strict=True)
    ]


async def _taken_over(shop: Shop, life: Life, state: Subscription) -> Handle:
    return await shop.env.client.start_workflow(
        SubscriptionWorkflow.run, CarriedSubscription.of(state), id=life.handle.id, task_queue=shop.task_queue
    )


def delivered_late(day: date, zone: str, back: datetime, dates: list[date]) -> bool:
    """At most a day late is delivered, but not on a date that has a delivery of its own."""
    today = back.astimezone(ZoneInfo(zone)).date()
    return back - nine(day, zone) <= DAY and (day == today or today not in dates)


async def assert_caught_up(shop: Shop, life: Life, left: datetime, back: datetime) -> None:
    """One order and one charge at the most, and one notice for all that was skipped."""
    dates = list(planned(life.kind, life.zone, life.made, back + DAY))
    before = [day for day in dates if nine(day, life.zone) <= left]
    due = [day for day in dates if left < nine(day, life.zone) <= back]
    late = [day for day in due if delivered_late(day, life.zone, back, dates)]
    lost = [day for day in due if day not in late]
    assert len(late) <= 1
    orders = [order["occurrence"] for order in await documents(shop.stores, "orders", subscription_id=life.one)]
    assert sorted(orders) == [day.isoformat() for day in [*before, *late]], life
    notices = await documents(shop.stores, "notifications", subscription_id=life.one, kind="missed")
    expected = [(len(lost), {lost[0].isoformat(), lost[-1].isoformat()})] if lost else []
    assert [told(notice["message"]) for notice in notices] == expected, life
    state = await life.handle.query(SubscriptionWorkflow.state)
    ends = [(each.occurrence, each.outcome) for each in state.recent[len(state.recent) - len(due) :]]
    assert ends == [(day.isoformat(), "delivered" if day in late else "missed") for day in due], life


def told(message: str) -> tuple[int, set[str]]:
    """How many deliveries the notice gives up, and the dates that it names as theirs."""
    lost, _, rest = message.partition(". ")
    assert "you were not charged" in rest
    number = re.match(r"We are sorry: we could not make (your delivery|(\d+) deliveries) of Amul Milk 1L ", lost)
    assert number, message
    return int(number[2] or 1), set(re.findall(r"\d{4}-\d\d-\d\d", lost))


async def test_after_a_week_away_each_gets_one_delivery_at_most_and_one_notice_for_the_rest(shop: Shop) -> None:
    await shop.wait_until(12)  # in Berlin: in none of the zones it is about nine
    async with shop.worker():
        lives = [await begun(shop, kind, zone) for kind in KINDS for zone in ZONES]
        # On the day before a Friday on which all of them deliver, and which is not their first.
        started = await shop.env.get_current_time()
        friday = next(day for day in planned("weekly", "UTC", started, started + 7 * DAY)) + 14 * DAY
        await shop.env.sleep(datetime.combine(friday - DAY, started.timetz()) - started)
        left = await shop.env.get_current_time()
        states = await asleep(lives)
    lives = await left_alone(shop, lives, states, 7 * DAY)
    back = await shop.env.get_current_time()
    await went_on(shop, lives, left, back)
    missed = {
        life.kind
        for life in lives
        if await documents(shop.stores, "notifications", subscription_id=life.one, kind="missed")
    }
    assert missed == set(KINDS)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("late", [23 * HOUR, 25 * HOUR], ids=["23 h late", "25 h late"])
async def test_a_delivery_is_made_within_a_day_and_skipped_after_it(shop: Shop, zone: str, late: timedelta) -> None:
    await shop.wait_until(12)
    async with shop.worker():
        lives = [await begun(shop, kind, zone) for kind in KINDS]
        started = await shop.env.get_current_time()
        friday = next(planned("weekly", zone, started, started + 8 * DAY))
        await shop.env.sleep(nine(friday, zone) - HOUR - started)
        left = await shop.env.get_current_time()
        states = await asleep(lives)
    lives = await left_alone(shop, lives, states, HOUR + late)
    back = await shop.env.get_current_time()
    await went_on(shop, lives, left, back)
    weekly = [
        order["occurrence"] for order in await documents(shop.stores, "orders") if order["subscription_id"] != "SUB001"
    ]
    assert weekly == [friday.isoformat()] * 2 * (late < DAY)


async def begun(shop: Shop, kind: str, zone: str) -> Life:
    handle = await shop.subscribe(timezone=zone, **WISHES[kind])
    state = await handle.query(SubscriptionWorkflow.state)
    return Life(handle, kind, zone, state.subscription_id, state.created_at)


async def went_on(shop: Shop, lives: list[Life], left: datetime, back: datetime) -> None:
    async with shop.worker():
        await shop.env.sleep(HOUR / 2)  # and so until nothing is left to do
        for life in lives:
            await assert_caught_up(shop, life, left, back)
        await assert_charged_once_each(shop.stores)
        for life in lives:
            await life.handle.execute_update(SubscriptionWorkflow.cancel, CancelSubscription())
        for life in lives:
            await life.handle.result()
