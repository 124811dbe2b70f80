"""How dates, ages and statuses read."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from care.language import language_of
from care.models.customer import Principal, Role
from care.models.notification import Notification
from care.models.order import Order, OrderStatus, PaymentStatus
from care.models.policy import BusinessHours
from care.models.refund import Band, Refund, RefundReason, RefundStatus, Remedy, Wanted
from care.models.subscription import Frequency, Overdue, Schedule, Subscription, SubscriptionStatus
from care.rules import refund_case
from care.rules.refund_notices import asked_for
from tests.ui.shop import eur, verdict
from ui.language import plural, speaking
from ui.parts import refund_words, words
from ui.parts.case import outcomes_of
from ui.parts.deciding import may_second
from ui.parts.exchanging import exchange_facts
from ui.parts.needs import needs
from ui.parts.orders import stops, unpaid
from ui.parts.queue import FILTERS, following, shown
from ui.parts.refund_asks import can_change, needed

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=8)


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


def refund(**given: Any) -> Refund:
    return Refund.model_validate(
        {
            "refund_id": "REF001",
            "order_id": "ORD1",
            "customer_id": "CUST001",
            "status": "in_review",
            "items": [],
            "amount": eur(1299),
            "reason": "damaged",
            "complaint": "broken",
            "evidence_ids": [],
            "remedy": "refund",
            "timeline": [],
            "policy_version": "1",
            "created_at": NOW,
            "updated_at": NOW,
        }
        | given
    )


def test_a_day_names_its_year_only_when_it_is_not_this_one() -> None:
    assert words.day(date(2026, 11, 27)) == "Fri 27 Nov"
    assert words.day(date(2026, 11, 27), today=date(2026, 1, 1)) == "Fri 27 Nov"
    assert words.day(date(2027, 1, 1), today=date(2026, 1, 1)) == "Fri 1 Jan 2027"


def test_american_readers_get_the_month_first() -> None:
    with speaking(language_of(["en-US"])):
        assert words.day(date(2026, 11, 27)) == "Fri, Nov 27"


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


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"status": "assessing", "due_at": None}, "goes to a colleague at once"),
        ({"status": "needs_evidence"}, "until Mon 23 Nov, 09:30. After that a colleague decides with what there is."),
        ({"status": "in_review"}, "decides by Mon 23 Nov, 09:30. If it takes longer we go on by ourselves"),
        ({"status": "in_review", "escalated": True}, "by Mon 23 Nov, 09:30. If nobody does, we close it and tell you"),
        ({"status": "in_review", "due_at": NOW - timedelta(hours=8)}, "looks at it and decides soon."),
        ({"status": "approved", "due_at": None}, "The money is on its way to you."),
        ({"status": "approved", "due_at": None, "remedy": "replacement"}, "Your replacement is being prepared."),
        ({"status": "approved", "retry_at": LATER}, "We try again on Mon 23 Nov, 09:30; you need not do anything."),
        ({"status": "payment_failed", "offered": "store_credit"}, "You can take the offer until Mon 23 Nov, 09:30."),
        ({"status": "payment_failed"}, "A colleague looks into the payment by Mon 23 Nov, 09:30"),
    ],
)
def test_a_customer_reads_what_happens_next_and_by_when(given: dict[str, Any], said: str) -> None:
    one = refund(**{"due_at": LATER} | given)
    assert said in str(refund_words.next_step(one, NOW, "Asia/Kolkata"))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, {"To be paid back": "€7.99"}),
        ({"status": "paid", "sent_as": "ORD-X"}, {"Paid back": "€7.99", "Sent as": "ORD-X"}),
        (
            {"status": "paid", "sent_as": "ORD-X", "remedy": "store_credit"},
            {"Store credit": "€7.99", "Sent as": "ORD-X"},
        ),
        (
            {"status": "paid", "amount": eur(500), "payment_reference": "ORD-X"},
            {"Paid back": "nothing", "Sent as": "ORD-X"},
        ),
        ({"status": "rejected"}, {}),
    ],
)
def test_an_exchange_names_what_goes_out_and_what_is_paid_back(given: dict[str, Any], shown: dict[str, str]) -> None:
    tea = {"sku": "TEA", "name": "Tea", "quantity": 2, "price": eur(250)}
    case = refund(**{"remedy": "replacement", "exchange_for": [tea]} | given)
    assert exchange_facts(case) == {"New items": f"{words.pieces(2, 'Tea')}, worth €5.00"} | shown


def test_once_the_new_items_are_sent_the_difference_is_what_comes_next() -> None:
    tea = {"sku": "TEA", "name": "Tea", "quantity": 2, "price": eur(250)}
    half = refund(remedy="replacement", exchange_for=[tea], sent_as="ORD-X", status="approved")
    assert refund_words.next_step(half, NOW) == "The money is on its way to you."
    assert refund_words.event("paid", half) == "Paid back"
    assert refund_words.given(half) == f"Sent already: {words.pieces(2, 'Tea')}. To be paid back: €7.99."
    stuck = half.model_copy(update={"status": RefundStatus.IN_REVIEW, "escalated": True})
    assert "or is asked again" in str(refund_words.desk_step(stuck, NOW))
    assert not can_change(stuck)


@pytest.mark.parametrize("status", RefundStatus)
def test_something_comes_next_until_a_refund_is_settled_and_nothing_after(status: RefundStatus) -> None:
    one = refund(status=status)
    assert (refund_words.next_step(one, NOW) is None) is status.is_settled
    assert (refund_words.desk_step(one, NOW) is None) is status.is_settled


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"status": "needs_evidence", "remind_at": NOW}, "answers by Mon 23 Nov, 04:00 UTC, or it comes back"),
        ({"status": "in_review"}, "A person decides by Mon 23 Nov, 04:00 UTC, or it is escalated."),
        ({"status": "in_review", "escalated": True}, "A supervisor decides by Mon 23 Nov, 04:00 UTC, or it expires"),
        ({"status": "payment_failed", "offered": "store_credit"}, "takes store credit by Mon 23 Nov, 04:00 UTC"),
        ({"status": "payment_failed", "due_at": None}, "A person decides soon, or it is escalated."),
        ({"status": "approved", "retry_at": LATER}, "tried again on Mon 23 Nov, 04:00 UTC."),
    ],
)
def test_the_desk_reads_what_silence_leads_to(given: dict[str, Any], said: str) -> None:
    assert said in str(refund_words.desk_step(refund(**{"due_at": LATER} | given), NOW))


@pytest.mark.parametrize("wanted", Wanted)
def test_a_case_that_waits_for_its_customer_says_for_what(wanted: Wanted) -> None:
    waits = refund(status="needs_evidence", wanted=wanted)
    assert refund_words.state(waits) != refund_words.state(refund(status="in_review"))
    assert (refund_words.add_words(wanted) == "Add a photo") is (wanted not in (Wanted.INVOICE, Wanted.RETURN))
    assert asked_for(waits) in str(needed(waits))


def test_we_promise_a_reminder_only_where_one_is_to_come() -> None:
    due = refund(status="needs_evidence", due_at=LATER)
    assert refund_words.by_when(due, "UTC") == "Please do so by Mon 23 Nov, 04:00."
    reminded = due.model_copy(update={"remind_at": NOW + timedelta(hours=1)})
    assert refund_words.by_when(reminded, "UTC").endswith("We remind you once before.")
    assert refund_words.by_when(refund(status="needs_evidence"), "UTC") == ""


def order(**given: Any) -> Order:
    return Order.model_validate(
        {
            "order_id": "ORD1",
            "customer_id": "CUST001",
            "status": "pending",
            "items": [],
            "shipping": eur(0),
            "total": eur(1290),
            "payment": {"status": "paid"},
            "placed_at": NOW,
            "refunded": eur(0),
            "reserved": eur(0),
        }
        | given
    )


@pytest.mark.parametrize(
    ("given", "way"),
    [
        ({}, [("Ordered", True), ("On its way", False), ("Delivered", False)]),
        ({"status": "shipped"}, [("Ordered", True), ("On its way", True), ("Delivered", False)]),
        ({"status": "delivered"}, [("Ordered", True), ("On its way", True), ("Delivered", True)]),
        ({"status": "cancelled"}, [("Ordered", True), ("Cancelled", True)]),
    ],
)
def test_the_way_of_an_order_shows_how_far_it_came(given: dict[str, Any], way: list[tuple[str, bool]]) -> None:
    assert [(label, reached) for label, _at, reached in stops(order(**given))] == way


@pytest.mark.parametrize("status", PaymentStatus)
def test_only_an_order_that_could_still_leave_waits_for_its_payment(status: PaymentStatus) -> None:
    waits = status in (PaymentStatus.PENDING, PaymentStatus.FAILED)
    assert unpaid(order(payment={"status": status})) is waits
    assert not unpaid(order(status="cancelled", payment={"status": status}))
    assert not unpaid(order(total=eur(0), payment={"status": status}))


def test_each_thing_that_needs_the_customer_is_named_once_and_leads_there() -> None:
    due = {"key": "2026-11-27", "due": LATER}
    owing = {"occurrence": due, "why": "payment", "next_try": None, "until": LATER}
    milk = subscription(Frequency.DAILY, None)
    declined = milk.model_copy(update={"overdue": Overdue.model_validate(owing)})
    gone = milk.model_copy(update={"overdue": Overdue.model_validate(owing | {"why": "stock"})})
    answered = {"kind": "conversation_answered", "message": "-", "created_at": NOW, "conversation_id": "CNV1"}
    notices = [
        Notification.model_validate({"customer_id": "CUST001", "notification_id": f"{n}"} | answered | read)
        for n, read in enumerate(({}, {}, {"read_at": NOW, "conversation_id": "CNV2"}))
    ]
    found = needs(
        [refund(status="in_review"), refund(status="needs_evidence", wanted="label")],
        [milk, gone, declined],
        [order(), order(payment={"status": "pending"}), order(payment={"status": "failed"}, subscription_id="SUB001")],
        notices,
    )
    assert [need.link for need in found] == [
        *("/ui/planner", "/ui/refunds?case=REF001#REF001", "/ui/orders?order=ORD1#ORD1"),
        "/ui/support?conversation=CNV1",
    ]


def test_the_first_page_is_silent_about_a_case_that_asks_nothing() -> None:
    assert needed(refund(status="in_review")) is None
    assert needed(refund(status="payment_failed")) is None
    offered = refund(status="payment_failed", offered="store_credit")
    assert "take €12.99 as store credit" in str(needed(offered))


def test_every_step_that_a_case_can_make_has_words() -> None:
    """The names stand in the rules, where `moved` and `to_a_person` are called with them."""
    calls = [
        node
        for path in Path(refund_case.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("moved", "to_a_person")
    ]
    named = {
        part.value
        for call in calls
        for part in call.args[2:5]
        if isinstance(part, ast.Constant) and str(part.value).islower()
    }
    assert len(named) > 10
    assert named <= set(refund_words.EVENT_WORDS)


@pytest.mark.parametrize(
    ("decision", "band", "said"),
    [
        *(("approve", Band.PAY, "Would pay"), ("approve", Band.PERSON, "Would pay")),
        *(("uncertain", Band.ASK, "Asked the customer"), ("uncertain", Band.RETURN_FIRST, "Goods first")),
        ("uncertain", Band.PERSON, "For a person"),
    ],
)
def test_a_verdict_says_where_it_leads(decision: str, band: Band, said: str) -> None:
    assert refund_words.band(verdict(decision=decision, band=band))[0] == said


@pytest.mark.parametrize(
    ("points", "said"), [(-10, "Light"), (15, "Light"), (16, "Medium"), (30, "Medium"), (31, "Heavy"), (80, "Heavy")]
)
def test_a_signal_weighs_what_the_policy_makes_of_it(points: int, said: str) -> None:
    assert refund_words.weight(points, 30)[0] == said


@pytest.mark.parametrize(
    ("given", "said", "tone"),
    [
        # NOW is a Sunday evening: the desk opens on Monday at nine.
        ({"due_at": NOW + timedelta(hours=14)}, "due in 1 business hour", "warn"),
        ({"due_at": NOW + timedelta(hours=13, minutes=30)}, "due in under a business hour", "warn"),
        ({"due_at": NOW + timedelta(days=2)}, "due in 18 business hours", "plain"),
        ({"due_at": NOW - timedelta(hours=2)}, "overdue by 2 h", "bad"),
        ({"due_at": NOW + timedelta(days=3), "offered": "store_credit"}, "due in 3 days", "plain"),
        ({"due_at": None}, "no deadline", "plain"),
    ],
)
def test_the_desk_counts_its_deadlines_in_business_hours(given: dict[str, Any], said: str, tone: str) -> None:
    assert refund_words.due(refund(**given), NOW, BusinessHours()) == (said, tone)


def test_other_refunds_are_summed_up_by_how_they_ended() -> None:
    assert outcomes_of([]) == "none"
    assert outcomes_of([refund(status=each) for each in ("paid", "rejected", "paid")]) == "3: 2 paid, 1 not approved"


@pytest.mark.parametrize(
    ("current", "others", "next_one"),
    [
        ("A", {}, "B"),
        ("C", {}, "A"),  # from the top again
        ("A", {"B": {"claimed_by": "omar@demo.test"}}, "C"),
        ("A", {"B": {"claimed_by": "Amy@demo.test"}}, "B"),
        ("A", {"B": {"approvals": [{"decision": "approve", "reviewer": "amy@demo.test"}]}}, "C"),
        ("gone", {}, "A"),
    ],
)
def test_the_next_case_is_the_next_that_one_can_decide(
    current: str, others: dict[str, dict[str, Any]], next_one: str
) -> None:
    cases = [refund(refund_id=each, **others.get(each, {})) for each in "ABC"]
    assert following(cases, current, "amy@demo.test") == next_one


def test_there_is_no_next_case_after_the_last() -> None:
    assert following([refund(refund_id="A")], "A", "amy@demo.test") is None


def test_the_queue_shows_its_parts() -> None:
    approval = {"decision": "approve", "reviewer": "omar@demo.test"}
    cases = [
        refund(refund_id="mine", claimed_by="amy@demo.test"),
        refund(refund_id="late", escalated=True),
        refund(refund_id="half", claimed_by="omar@demo.test", approvals=[approval]),
        refund(
            refund_id="failed", status="payment_failed", approvals=[approval], approved=eur(5), offered="store_credit"
        ),
    ]
    parts = {name: [each.refund_id for each in shown(cases, name, "amy@demo.test")] for name in FILTERS}
    assert parts == {
        "all": ["mine", "late", "half", "failed"],
        "mine": ["mine"],
        "unclaimed": ["late", "failed"],
        "escalated": ["late"],
        "second": ["half"],
    }


@pytest.mark.parametrize(
    ("email", "role", "second"),
    [
        ("sofia@demo.test", Role.SUPERVISOR, True),
        ("sofia@demo.test", Role.AGENT, False),
        ("Amy@demo.test", Role.ADMIN, False),
        ("Otto@demo.test", Role.SUPERVISOR, False),
    ],
)
def test_the_second_approval_is_offered_to_another_supervisor_only(email: str, role: Role, second: bool) -> None:
    passed_on = {"decision": "escalate", "reviewer": "otto@demo.test"}
    approved = refund(rulings=[passed_on], approvals=[{"decision": "approve", "reviewer": "amy@demo.test"}])
    assert may_second(approved, Principal(email=email, role=role)) is second
    assert not may_second(refund(), Principal(email=email, role=role))


def test_every_state_has_its_words() -> None:
    assert set(words.ORDER_WORDS) == set(OrderStatus)
    assert set(words.PAYMENT_WORDS) == set(PaymentStatus)
    assert set(words.REFUND_WORDS) == set(RefundStatus)
    assert set(words.SUBSCRIPTION_WORDS) == set(SubscriptionStatus)
    assert set(words.REASON_WORDS) == set(refund_words.HELPS) == set(RefundReason)
    assert set(refund_words.REMEDY_WORDS) == set(refund_words.GIVEN_WORDS) == set(Remedy)
    assert set(refund_words.BAND_WORDS) == set(Band)


def test_reviewers_are_not_named_to_customers() -> None:
    assert words.actor("amy@demo.test") == "Our team"
    assert words.actor("customer") == "You"


@pytest.mark.parametrize(("hour", "said"), [(6, "Good morning"), (12, "Good afternoon"), (18, "Good evening")])
def test_a_greeting_fits_the_hour(hour: int, said: str) -> None:
    assert words.greeting(hour) == said


def test_numbers_agree_with_their_nouns() -> None:
    assert plural("{n} delivery", "{n} deliveries", 1) == "1 delivery"
    assert plural("{n} delivery", "{n} deliveries", 1200) == "1,200 deliveries"
    assert plural("{n} order", "{n} orders", 0) == "0 orders"


def test_sizes_read_in_round_units() -> None:
    assert words.size(640_000) == "640 kB"
    assert words.size(20 * 1024 * 1024) == "21.0 MB"
