"""How dates, ages and statuses read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from care.models.order import OrderStatus, PaymentStatus
from care.models.refund import Refund, RefundReason, RefundStatus
from care.models.subscription import Frequency, Schedule, Subscription, SubscriptionStatus
from ui.parts import words

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def subscription(frequency: Frequency | None, day: int | str | None) -> Subscription:
    return Subscription.model_validate(
        {
            "subscription_id": "SUB001",
            "customer_id": "CUST001",
            "items": [
                {"sku": "MILK", "name": "Amul Milk 1L", "quantity": 2, "price": {"amount": 169, "currency": "EUR"}},
                {"sku": "WHEY", "name": "Whey Protein", "quantity": 1, "price": {"amount": 2490, "currency": "EUR"}},
            ],
            "frequency": frequency,
            "delivery_day": day,
            "recurrence": "FREQ=WEEKLY",
            "timezone": "Europe/Berlin",
            "schedule": Schedule(recurrence="FREQ=WEEKLY", timezone="Europe/Berlin", start="2026-11-27"),
            "created_at": NOW,
        }
    )


def refund(status: RefundStatus, due_at: datetime | None = None) -> Refund:
    return Refund.model_validate(
        {
            "refund_id": "REF001",
            "order_id": "ORD1",
            "customer_id": "CUST001",
            "status": status,
            "items": [],
            "amount": {"amount": 1299, "currency": "EUR"},
            "reason": "damaged",
            "complaint": "broken",
            "evidence_ids": [],
            "remedy": "refund",
            "timeline": [],
            "policy_version": "1",
            "due_at": due_at,
            "created_at": NOW,
            "updated_at": NOW,
        }
    )


def test_a_day_names_its_year_only_when_it_is_not_this_one() -> None:
    assert words.day(date(2026, 11, 27)) == "Fri 27 Nov"
    assert words.day(date(2026, 11, 27), today=date(2026, 1, 1)) == "Fri 27 Nov"
    assert words.day(date(2027, 1, 1), today=date(2026, 1, 1)) == "Fri 1 Jan 2027"


def test_american_readers_get_the_month_first() -> None:
    assert words.day(date(2026, 11, 27), locale="en-US") == "Fri, Nov 27"


def test_a_moment_is_told_in_the_readers_own_zone() -> None:
    assert words.moment(NOW, "Asia/Kolkata") == "Mon 23 Nov, 01:30"
    assert words.clock(NOW, "America/New_York") == "15:00"


def test_an_occurrence_faster_than_daily_names_its_time() -> None:
    assert words.occurrence("2026-11-27") == "Fri 27 Nov"
    assert words.occurrence("2026-11-27T09:00:10") == "Fri 27 Nov, 09:00:10"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        *((0, "under a minute"), (59, "under a minute"), (60, "1 min"), (3_599, "59 min"), (3_600, "1 h")),
        *((48 * 3_600 - 1, "47 h"), (48 * 3_600, "2 days"), (-7_200, "2 h")),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_fitting_unit(seconds: int, said: str) -> None:
    assert words.span(seconds) == said


@pytest.mark.parametrize(
    ("left", "said", "tone"),
    [
        (timedelta(hours=30), "due in 30 h", "plain"),
        (timedelta(hours=2), "due in 2 h", "warn"),
        (timedelta(hours=-1), "overdue by 1 h", "bad"),
    ],
)
def test_a_deadline_grows_louder_as_it_comes_near(left: timedelta, said: str, tone: str) -> None:
    assert words.due(NOW + left, NOW) == (said, tone)


def test_no_deadline_is_said_as_such() -> None:
    assert words.due(None, NOW) == ("no deadline", "plain")


@pytest.mark.parametrize(
    ("frequency", "day", "said"),
    [
        (Frequency.DAILY, None, "Every day"),
        (Frequency.WEEKLY, "friday", "Every week on Friday"),
        (Frequency.BIWEEKLY, "monday", "Every 2 weeks on Monday"),
        (Frequency.MONTHLY, 31, "Every month on the 31st"),
        (Frequency.MONTHLY, 12, "Every month on the 12th"),
        (None, None, "On a rhythm of its own"),
    ],
)
def test_a_rhythm_reads_as_one_would_say_it(frequency: Frequency | None, day: int | str | None, said: str) -> None:
    assert words.rhythm(subscription(frequency, day)) == said


def test_items_read_as_one_line() -> None:
    assert words.what(subscription(Frequency.DAILY, None)) == "2 \N{MULTIPLICATION SIGN} Amul Milk 1L, Whey Protein"


@pytest.mark.parametrize("number", [1, 2, 3, 4, 11, 12, 13, 21, 22, 31])
def test_ordinals_end_as_english_has_them(number: int) -> None:
    endings = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 31: "st"}
    assert words.ordinal(number) == f"{number}{endings.get(number, 'th')}"


def test_a_customer_reads_what_happens_next_and_by_when() -> None:
    waiting = refund(RefundStatus.IN_REVIEW, NOW + timedelta(hours=8))
    assert words.next_step(waiting, NOW) == "A colleague looks at it and decides within 8 h."


def test_a_missed_deadline_is_no_promise() -> None:
    late = refund(RefundStatus.IN_REVIEW, NOW - timedelta(hours=8))
    assert words.next_step(late, NOW) == "A colleague looks at it and decides soon."


@pytest.mark.parametrize("status", [s for s in RefundStatus if s.is_settled])
def test_nothing_comes_after_a_settled_refund(status: RefundStatus) -> None:
    assert words.next_step(refund(status), NOW) is None


def test_every_state_has_its_words() -> None:
    assert set(words.ORDER_WORDS) == set(OrderStatus)
    assert set(words.PAYMENT_WORDS) == set(PaymentStatus)
    assert set(words.REFUND_WORDS) == set(RefundStatus)
    assert set(words.SUBSCRIPTION_WORDS) == set(SubscriptionStatus)
    assert set(words.REASON_WORDS) == set(RefundReason)


def test_reviewers_are_not_named_to_customers() -> None:
    assert words.actor("amy@demo.test") == "Our team"
    assert words.actor("customer") == "You"


@pytest.mark.parametrize(("hour", "said"), [(6, "Good morning"), (12, "Good afternoon"), (18, "Good evening")])
def test_a_greeting_fits_the_hour(hour: int, said: str) -> None:
    assert words.greeting(hour) == said


def test_numbers_agree_with_their_nouns() -> None:
    assert words.count(1, "delivery", "deliveries") == "1 delivery"
    assert words.count(2, "delivery", "deliveries") == "2 deliveries"
    assert words.count(0, "order") == "0 orders"


def test_sizes_read_in_round_units() -> None:
    assert words.size(640_000) == "640 kB"
    assert words.size(20 * 1024 * 1024) == "21.0 MB"
