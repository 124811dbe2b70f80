"""The arithmetic of docs/scale.md: nothing is lost or counted twice, and a small shop laid out in full agrees."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.scale import DOCS, MEASURED, TIERS, limits, needs, price, tables, units_of, written
from bench.simulation import Calendar, Mix, calendar, fullest
from care.rules.spreading import offset_of

HOUR = timedelta(hours=1)
MONTH = (datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))
INSTANTS = st.dictionaries(
    st.integers(0, 10_000).map(lambda minutes: MONTH[0] + timedelta(minutes=minutes)), st.floats(0, 1), min_size=1
)


@pytest.fixture(scope="module")
def due() -> Calendar:
    return calendar(Mix(), *MONTH)


def test_every_share_is_delivered_as_often_as_its_frequency_says(due: Calendar) -> None:
    # March 2027 has 31 days, 4 weeks and 3 days (Monday to Wednesday), and each day of the month once.
    mix = Mix()
    daily, weekly, biweekly, monthly = mix.frequencies.values()
    weeks = 4 + sum(mix.weekdays[:3])
    expected = daily * 31 + weekly * weeks + biweekly * weeks / 2 + monthly
    # Of every two weeks, the odd days fall to either half.
    assert sum(due.deliveries.values()) == pytest.approx(expected, abs=biweekly * sum(mix.weekdays[:3]) / 2)


def test_the_shares_of_a_mix_make_one() -> None:
    mix = Mix()
    for shares in (mix.zones.values(), mix.frequencies.values(), mix.weekdays):
        assert sum(shares) == pytest.approx(1)


def test_there_are_two_reminders_for_a_delivery(due: Calendar) -> None:
    # Those at the ends of the month belong to deliveries of others.
    deliveries, reminders = sum(due.deliveries.values()), sum(due.reminders.values())
    assert reminders == pytest.approx(2 * deliveries, rel=0.05)


def test_all_is_due_at_nine_local(due: Calendar) -> None:
    # In Berlin, London, New York, Los Angeles and Kolkata, before and after both changes of clocks in March.
    hours = {(at.hour, at.minute) for at in due.deliveries.keys() | due.reminders.keys()}
    assert hours == {(8, 0), (7, 0), (9, 0), (14, 0), (13, 0), (17, 0), (16, 0), (3, 30)}


@given(INSTANTS, st.integers(0, 480))
def test_a_spread_makes_no_second_fuller_and_loses_nothing(instants: dict[datetime, float], minutes: int) -> None:
    spread = timedelta(minutes=minutes)
    one = Calendar(instants, {})
    sharp, spreading = one.peak(timedelta(0), delivery=1), one.peak(spread, delivery=1)
    assert sharp == pytest.approx(max(instants.values()))
    assert spreading <= sum(instants.values()) / max(1, spread.total_seconds()) + 1e-9
    assert spreading >= sharp / max(1, spread.total_seconds()) - 1e-9


@given(INSTANTS, st.integers(1, 480))
def test_a_peak_is_that_of_a_window_walked_minute_by_minute(instants: dict[datetime, float], minutes: int) -> None:
    spread = timedelta(minutes=minutes)
    sums = [sum(share for other, share in instants.items() if at - spread < other <= at) for at in instants]
    assert Calendar(instants, {}).peak(spread, delivery=1) == pytest.approx(max(sums) / spread.total_seconds())


def test_a_shop_laid_out_subscription_by_subscription_has_the_peak_that_is_foretold() -> None:
    # All of 36,000 are due at nine: with their real moments, the fullest second is not above what is foretold.
    many = 36_000
    seconds = Counter(offset_of(f"SUB{n:03}", HOUR) for n in range(1, many + 1))
    mean = many * Calendar({MONTH[0]: 1.0}, {}).peak(HOUR, delivery=1)
    assert sum(seconds.values()) == many
    assert mean == pytest.approx(10)
    assert mean < max(seconds.values()) <= fullest(mean) * 1.25


@settings(deadline=None)
@given(st.integers(1, 10**9), st.integers(2, 20))
def test_so_many_times_the_subscriptions_need_so_many_times_as_much(many: int, times: int) -> None:
    measured, due = json.loads(MEASURED.read_text()), Calendar({MONTH[0]: 0.5}, {MONTH[0]: 1.0})
    units = units_of(measured)
    one, more = (needs(n, due, units, Mix(), HOUR) for n in (many, many * times))
    for name, value in one.items():
        if "Actions" in name and "dollars" in name:
            assert more[name] <= value * times * (1 + 1e-9)  # what is bought in bulk costs less
        elif "spread" in name:
            assert more[name] <= value * times * (1 + 1e-9)  # chance evens out
        else:
            assert more[name] == pytest.approx(value * times)


@pytest.mark.parametrize(
    ("millions", "dollars"),
    [(0, 0), (1, 50), (5, 250), (6, 295), (11.25, 525), (100, 250 + 225 + 400 + 1050 + 1500), (201, 3425 + 2525)],
)
def test_actions_cost_what_the_list_says(millions: float, dollars: float) -> None:
    assert price(millions * 1e6) == pytest.approx(dollars)
    assert TIERS[-1][0] == float("inf")


def test_the_first_limit_comes_first(due: Calendar) -> None:
    found = limits(due, units_of(json.loads(MEASURED.read_text())), Mix(), HOUR)
    assert [at for _, _, at in found] == sorted(at for _, _, at in found)
    assert all(rate > 0 for _, rate, _ in found)


def test_the_documents_say_what_was_measured_last() -> None:
    found = tables(json.loads(MEASURED.read_text()), Mix(), HOUR)
    for name in ("scale.md", "performance.md"):
        text = (DOCS / name).read_text()
        assert written(text, found) == text, "run `python -m bench.scale --docs`"
    both = "".join((DOCS / name).read_text() for name in ("scale.md", "performance.md"))
    assert all(f"<!-- {name} -->\n{table}\n<!-- /{name} -->\n" in both for name, table in found.items())
