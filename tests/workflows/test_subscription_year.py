"""A year of subscriptions in four zones, two years of one, against a calendar made by hand and the shop's books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.testing import WorkflowEnvironment

from bench.counting import actions, runs
from care.models.subscription import CancelSubscription
from care.stores import Stores
from tests.workflows.books import assert_charged_once_each, documents
from tests.workflows.recording import in_event
from tests.workflows.subscriptions import MILK, Shop
from tests.workflows.wall_calendar import DAY, WISHES, ZONES, nine, planned
from workflows.subscription import SubscriptionWorkflow

# The test server gives a call 30 real seconds, and on a busy machine a year takes longer.
YEAR = [28 * DAY] * 13 + [7 * DAY]
# The clock of the test server runs on while something is being done. Far below what a mistake with a zone would make.
SOON = timedelta(minutes=10)
NEVER_DAILY = [kind for kind in WISHES if kind != "daily"]


@pytest.fixture
async def shop(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> Shop:
    opened = await Shop(time_skipping, stores, task_queue).open()
    await stores.products.put(MILK.model_copy(update={"stock": 10_000}))
    return opened


async def test_a_year_of_every_kind_in_every_zone_is_delivered_charged_and_announced_to_the_day(shop: Shop) -> None:
    await shop.wait_until(12)  # in Berlin: nowhere is it about nine, neither now nor at the end
    lives: dict[str, tuple[str, str]] = {}
    made: dict[str, datetime] = {}
    async with shop.worker():
        handles = []
        for kind in NEVER_DAILY:
            for zone in ZONES:
                handles.append(await shop.subscribe(timezone=zone, **WISHES[kind]))
                state = await handles[-1].query(SubscriptionWorkflow.state)
                lives[state.subscription_id] = kind, zone
                made[state.subscription_id] = state.created_at
        for month in YEAR:
            await shop.env.sleep(month)
        end = await shop.env.get_current_time()
        for each in handles:
            await each.execute_update(SubscriptionWorkflow.cancel, CancelSubscription())
        for each in handles:  # one by one: the test server can be asked to skip time only once at a time
            await each.result()

    due = {
        one: {day: nine(day, zone) for day in planned(kind, zone, made[one], end)}
        for one, (kind, zone) in lives.items()
    }
    assert sum(map(len, due.values())) > 400
    await assert_ordered_at(shop, due)
    await assert_charged_once_each(shop.stores)
    await assert_announced(shop, lives, made, end)


async def assert_ordered_at(shop: Shop, due: dict[str, dict[date, datetime]]) -> None:
    """One order for each date, made at nine local time, and none beside."""
    ordered: dict[str, dict[date, datetime]] = defaultdict(dict)
    orders = await documents(shop.stores, "orders")
    for order in orders:
        ordered[order["subscription_id"]][date.fromisoformat(order["occurrence"])] = order["placed_at"]
    assert {one: sorted(days) for one, days in ordered.items()} == {one: list(days) for one, days in due.items()}
    assert len(orders) == sum(map(len, due.values()))
    late = {
        (one, day): ordered[one][day] - at
        for one, days in due.items()
        for day, at in days.items()
        if not timedelta(0) <= ordered[one][day] - at < SOON
    }
    assert late == {}
    (milk,) = await documents(shop.stores, "products")
    assert milk["stock"] == 10_000 - 2 * len(orders)


async def assert_announced(
    shop: Shop, lives: dict[str, tuple[str, str]], made: dict[str, datetime], end: datetime
) -> None:
    """Two days and one day before, at nine local time, once each, in the words of the contract."""
    expected = []
    for one, (kind, zone) in lives.items():
        for day in planned(kind, zone, made[one], end + 3 * DAY):
            text = f"Reminder: Your subscription {one} will restock Amul Milk 1L on {day}."
            told = [nine(day - lead, zone) for lead in (2 * DAY, DAY)]
            # A cancellation takes back what it had announced.
            expected += [(text, at) for at in told if made[one] < at and nine(day, zone) <= end]
    reminders = [
        (each["message"], each["created_at"]) for each in await documents(shop.stores, "notifications", kind="reminder")
    ]
    assert len(reminders) == len(expected)
    wrong = [
        (before, after)
        for before, after in zip(sorted(expected), sorted(reminders), strict=True)
        if before[0] != after[0] or not timedelta(0) <= after[1] - before[1] < SOON
    ]
    assert wrong == []


async def test_two_years_run_over_short_histories_and_a_week_costs_what_was_promised(shop: Shop) -> None:
    """At most 24 events, and 19 as the delivery is made at hand; six Actions, and a seventh that keeps CareNextDelivery
    searchable."""
    await shop.wait_until(12)
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=105")
        ended = await handle.result()
    assert ended.deliveries == len(await documents(shop.stores, "orders")) == 105
    histories = await runs(shop.env.client, handle.id)
    assert len(histories) > 1
    assert max(map(len, histories)) < 1000
    cycles = [cycle for run in histories for cycle in cycles_of(run)]
    assert len(cycles) > 80
    assert max(map(len, cycles)) <= 19
    assert max(map(actions, cycles)) <= 6 + 1


def cycles_of(run: Iterable[HistoryEvent]) -> list[list[HistoryEvent]]:
    """What lies between the starts of two deliveries in one run: one delivery and the two reminders of the next."""
    events = list(run)
    starts = [n for n, each in enumerate(events) if "deliver_at_hand" in in_event(each)]
    return [events[one:next_one] for one, next_one in pairwise(starts)]
