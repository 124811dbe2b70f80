"""What customers may ask for, the dates that follow, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from care.errors import Invalid
from care.models.subscription import Frequency, Item, Schedule, SubscriptionRequest
from care.rules.recurrence import delivery_day, occurrence, schedule_for, upcoming

# A Sunday, 15:00 in Berlin.
NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)


def schedule(now: datetime = NOW, *, allow_subdaily: bool = False, **wish: Any) -> Schedule:
    request = SubscriptionRequest(customer_id="CUST001", items=[Item(sku="MILK", quantity=1)], **wish)
    return schedule_for(request, customer_timezone="Europe/Berlin", now=now, allow_subdaily=allow_subdaily)


def dates(n: int = 4, now: datetime = NOW, **wish: Any) -> list[str]:
    return [planned.key for planned in upcoming(schedule(now, **wish), now, n)]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"frequency": "daily"}, ["2026-11-23", "2026-11-24"]),
        ({"frequency": "weekly", "delivery_day": "Friday"}, ["2026-11-27", "2026-12-04"]),
        ({"frequency": "weekly", "delivery_day": "SUNDAY"}, ["2026-11-29", "2026-12-06"]),
        ({"frequency": "weekly"}, ["2026-11-29", "2026-12-06"]),
        ({"frequency": "weekly", "start_date": date(2026, 12, 1)}, ["2026-12-01", "2026-12-08"]),
        ({"frequency": "biweekly", "delivery_day": "friday"}, ["2026-11-27", "2026-12-11"]),
        ({"frequency": "biweekly", "delivery_day": "sunday"}, ["2026-11-29", "2026-12-13"]),
        ({"frequency": "monthly", "delivery_day": 15}, ["2026-12-15", "2027-01-15"]),
        ({"frequency": "monthly", "delivery_day": 31}, ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]),
        ({"frequency": "monthly", "delivery_day": 30}, ["2026-11-30", "2026-12-30", "2027-01-30", "2027-02-28"]),
        ({"frequency": "monthly", "delivery_day": 29, "start_date": date(2028, 2, 1)}, ["2028-02-29", "2028-03-29"]),
        ({"recurrence": "RRULE:FREQ=MONTHLY;BYDAY=-1FR"}, ["2026-11-27", "2026-12-25"]),
        ({"recurrence": "freq=monthly;bymonthday=31"}, ["2026-12-31", "2027-01-31", "2027-03-31"]),
        ({"recurrence": "FREQ=DAILY;COUNT=2"}, ["2026-11-23", "2026-11-24"]),
        ({"recurrence": "FREQ=DAILY;UNTIL=20261124"}, ["2026-11-23", "2026-11-24"]),
        ({"recurrence": "FREQ=DAILY;UNTIL=20261124T075959Z"}, ["2026-11-23"]),
        ({"recurrence": "FREQ=DAILY;COUNT=2", "start_date": date(2026, 11, 22)}, ["2026-11-23"]),
        ({"recurrence": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"}, ["2028-02-29", "2032-02-29"]),
        ({"recurrence": "FREQ=YEARLY", "start_date": date(2028, 2, 29)}, ["2028-02-29", "2032-02-29"]),
    ],
)
def test_deliveries_fall_on_the_dates_asked_for(wish: dict[str, Any], expected: list[str]) -> None:
    found = dates(**wish)
    assert found[: len(expected)] == expected
    ends = "COUNT" in str(wish) or "UNTIL" in str(wish)
    assert not ends or len(found) == len(expected)


def test_todays_delivery_is_still_made_when_the_customer_subscribes_before_nine() -> None:
    early = datetime(2026, 11, 22, 7, 59, tzinfo=UTC)
    assert dates(1, early, frequency="weekly", delivery_day="sunday") == ["2026-11-22"]
    assert dates(1, early + timedelta(minutes=1), frequency="weekly", delivery_day="sunday") == ["2026-11-29"]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "frequency"),
        ({"frequency": "daily", "recurrence": "FREQ=DAILY"}, "frequency"),
        ({"recurrence": "FREQ=DAILY", "delivery_day": 3}, "delivery_day"),
        ({"frequency": "daily", "delivery_day": "friday"}, "delivery_day"),
        ({"frequency": "weekly", "delivery_day": 3}, "delivery_day"),
        ({"frequency": "weekly", "delivery_day": "someday"}, "delivery_day"),
        ({"frequency": "monthly", "delivery_day": "friday"}, "delivery_day"),
        ({"frequency": "daily", "timezone": "Mars/Olympus"}, "timezone"),
        ({"frequency": "daily", "timezone": "../../etc/passwd"}, "timezone"),
        ({"frequency": "daily", "timezone": "localtime"}, "timezone"),
        ({"frequency": "daily", "start_date": date.min}, "start_date"),
        ({"frequency": "daily", "start_date": date.max}, "start_date"),
        ({"frequency": "daily", "remind_before": [timedelta(days=-1)]}, "remind_before"),
        ({"frequency": "daily", "remind_before": [timedelta(0)]}, "remind_before"),
        ({"frequency": "daily", "remind_before": [timedelta(days=31)]}, "remind_before"),
    ],
)
def test_what_contradicts_itself_is_refused_with_the_name_of_the_field(wish: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        schedule(**wish)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        ";",
        "hello",
        "FREQ",
        "FREQ=",
        "FREQ=FORTNIGHTLY",
        "INTERVAL=2",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;X-SHOP=1",
        "FREQ=YEARLY;BYEASTER=1",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=YEARLY;INTERVAL=6",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=3;UNTIL=20270101",
        "FREQ=WEEKLY;COUNT=9999",
        "FREQ=DAILY;UNTIL=20200101",
        "FREQ=DAILY;UNTIL=20261399",
        "FREQ=DAILY;UNTIL=99991231T235959Z",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY;BYMONTHDAY=0",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=1FR",
        "FREQ=WEEKLY;BYDAY=FRIDAY",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=5",
        "FREQ=WEEKLY;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
        "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=2",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=DAILY;WKST=XX",
        "DTSTART:20261122\nRRULE:FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=\N{ARABIC-INDIC DIGIT TWO}",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=" + ",".join(["30"] * 155),
        "A" * 500,
    ],
)
def test_a_recurrence_that_is_not_sound_or_never_comes_is_refused_with_a_sentence(rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        schedule(recurrence=rule)
    assert list(refused.value.fields) == ["recurrence"]
    assert refused.value.detail.endswith((".", "BYDAY=FR."))
    assert len(refused.value.detail) < 160


@pytest.mark.parametrize("rule", ["FREQ=HOURLY", "FREQ=MINUTELY;INTERVAL=5", "FREQ=SECONDLY;INTERVAL=86400"])
def test_faster_than_daily_needs_the_setting_and_the_refusal_names_it(rule: str) -> None:
    with pytest.raises(Invalid, match="CARE_ALLOW_SUBDAILY=1"):
        schedule(recurrence=rule)


def test_a_demonstration_counts_from_the_moment_it_was_asked_for() -> None:
    asked = NOW + timedelta(milliseconds=789)
    demo = schedule(
        asked, recurrence="FREQ=SECONDLY;INTERVAL=10", remind_before=[timedelta(seconds=4)], allow_subdaily=True
    )
    assert [planned.key for planned in upcoming(demo, asked, 2)] == ["2026-11-22T15:00:10", "2026-11-22T15:00:20"]
    assert demo.remind_before == [timedelta(seconds=4)]
    assert schedule(recurrence="FREQ=SECONDLY;INTERVAL=10", allow_subdaily=True).remind_before == []


@pytest.mark.parametrize("wish", [{"recurrence": "FREQ=HOURLY;BYMINUTE=5"}, {"recurrence": "FREQ=SECONDLY;BYDAY=MO"}])
def test_a_demonstration_takes_an_interval_and_nothing_finer(wish: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        schedule(allow_subdaily=True, **wish)


def test_hours_that_a_change_of_clocks_repeats_keep_keys_of_their_own() -> None:
    before = datetime(2026, 11, 1, 4, 45, tzinfo=UTC)
    hourly = schedule(before, recurrence="FREQ=MINUTELY;INTERVAL=30", timezone="America/New_York", allow_subdaily=True)
    planned = upcoming(hourly, before, 6)
    assert [p.key for p in planned] == [
        "2026-11-01T01:15:00-04:00",
        "2026-11-01T01:45:00-04:00",
        "2026-11-01T01:15:00-05:00",
        "2026-11-01T01:45:00-05:00",
        "2026-11-01T02:15:00",
        "2026-11-01T02:45:00",
    ]
    assert [occurrence(hourly, p.key) for p in planned] == planned


@pytest.mark.parametrize("key", ["2026-11-28", "2020-11-27", "soon", "9999-12-31", "2026-11-27T09:00:00", ""])
def test_a_date_without_a_delivery_is_not_an_occurrence(key: str) -> None:
    with pytest.raises(Invalid):
        occurrence(schedule(frequency="weekly", delivery_day="friday"), key)


@pytest.mark.parametrize(
    ("wish", "day"),
    [
        ({"frequency": "weekly", "delivery_day": "Friday"}, "friday"),
        ({"frequency": "biweekly"}, "sunday"),
        ({"frequency": "monthly", "delivery_day": 31}, 31),
        ({"frequency": "monthly"}, 22),
        ({"frequency": "daily"}, None),
    ],
)
def test_the_delivery_day_is_named_even_where_the_customer_left_it_open(wish: dict[str, Any], day: object) -> None:
    assert delivery_day(Frequency(wish["frequency"]), schedule(**wish)) == day
