"""Prepaid terms: what is charged when, what is left, and what goes back."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.errors import CareError, Conflict, Invalid
from care.models.money import Money
from care.models.order import Order, Payment, PaymentStatus, Product
from care.models.subscription import (
    AgreedChange,
    CancelSubscription,
    ChangeSubscription,
    Delivery,
    Item,
    NamedItem,
    OneDelivery,
    Overdue,
    PaidTerm,
    PauseSubscription,
    Prepaid,
    Schedule,
    StepKind,
    Subscription,
    SubscriptionStatus,
)
from care.rules import prepaid
from care.rules import subscription_changes as changes
from care.rules import subscription_dates as dates
from care.rules.prepaid import Paying, check_terms, cost, paying, paying_later
from care.rules.prepaid_notices import after_delivery, returned
from care.rules.prepaid_words import announces_prices, remaining
from care.rules.reminders import is_resting, next_step
from care.rules.renewal import renewed
from care.rules.subscription import cancelled, is_over, missed, reminded, settled, way_of
from care.rules.subscription_calendar import changed
from care.rules.subscription_notices import reminder
from care.rules.subscription_orders import order_of
from tests.rules.test_recurrence_steps import DAILY, FRIDAY, subscription, the_step

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
THREE, AGAIN = Prepaid(deliveries=3), Prepaid(deliveries=3, renew=True)


def eur(cents: int) -> Money:
    return Money(amount=cents, currency="EUR")


MILK = NamedItem(sku="S0", name="Milk", quantity=2, price=eur(100))


def paid(left: int) -> PaidTerm:
    return PaidTerm(items=[MILK], reference="pay_1", left=left)


def one(
    terms: Prepaid | None = AGAIN, left: int | None = None, *, schedule: Schedule = FRIDAY, **more: Any
) -> Subscription:
    return subscription(schedule, prepaid=terms, paid=None if left is None else paid(left), **more)


def overdue(*, term: bool) -> Overdue:
    at = datetime(2026, 11, 27, 8, tzinfo=UTC)
    planned = the_step(one(), NOW).occurrence
    return Overdue(occurrence=planned, why="payment", order_id="ORD1", next_try=at, until=at, term=term)


@pytest.mark.parametrize(
    ("state", "beside", "way"),
    [
        (one(None), False, Paying.SINGLY),
        (one(), False, Paying.NEXT_TERM),
        (one(), True, Paying.SINGLY),
        (one(left=1), False, Paying.BY_TERM),
        (one(left=1), True, Paying.BY_TERM),
        (one(left=0), False, Paying.NEXT_TERM),
        (one(left=0), True, Paying.SINGLY),
        # The last one is not paid with others that will not come.
        (one(left=0, cancel_after_next=True), False, Paying.SINGLY),
        (one(left=2, cancel_after_next=True), False, Paying.BY_TERM),
        # Each try of a payment asks for the same, whatever was decided meanwhile.
        (one(overdue=overdue(term=True), cancel_after_next=True), False, Paying.NEXT_TERM),
        (one(overdue=overdue(term=False)), False, Paying.SINGLY),
    ],
)
def test_how_the_delivery_that_is_due_is_paid(state: Subscription, beside: bool, way: Paying) -> None:
    assert paying(state, beside=beside) is way


@pytest.mark.parametrize(("left", "ways"), [(None, "TPPTPP"), (0, "TPPTPP"), (1, "PTPPTP"), (2, "PPTPPT")])
def test_how_the_deliveries_after_it_will_be_paid(left: int | None, ways: str) -> None:
    letters = {Paying.NEXT_TERM: "T", Paying.BY_TERM: "P", Paying.SINGLY: "S"}
    assert "".join(letters[paying_later(one(left=left), place)] for place in range(6)) == ways


def test_without_renewal_no_more_dates_are_planned_than_are_paid() -> None:
    assert one(THREE).upcoming == ["2026-11-27", "2026-12-04", "2026-12-11"]
    assert one(THREE, 1).upcoming == ["2026-11-27"]
    assert len(one(AGAIN, 1).upcoming) == 5


@pytest.mark.parametrize(
    ("terms", "recurrence", "sentence"),
    [
        (THREE, "FREQ=WEEKLY;BYDAY=FR;UNTIL=20261205", "ends after 2 deliveries: 3 cannot be paid at once"),
        (AGAIN, "FREQ=WEEKLY;BYDAY=FR;UNTIL=20271205", "A recurrence that ends cannot be renewed"),
        (
            Prepaid(deliveries=52),
            "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=27",
            "52 deliveries would take more than five years",
        ),
    ],
)
def test_terms_that_their_calendar_cannot_hold_are_refused(terms: Prepaid, recurrence: str, sentence: str) -> None:
    schedule = Schedule(recurrence=recurrence, timezone="Europe/Berlin", start="2026-11-27")
    with pytest.raises(Invalid, match=sentence):
        check_terms(terms, schedule, terms.deliveries, NOW)


def test_terms_that_fill_their_calendar_to_its_end_are_taken() -> None:
    check_terms(THREE, FRIDAY.model_copy(update={"recurrence": "FREQ=WEEKLY;BYDAY=FR;UNTIL=20261212"}), 3, NOW)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (one(AGAIN, 2), "2 deliveries of the present items are paid.*after the last of them, planned on 2026-12-04"),
        (one(THREE, 1), "1 delivery of the present items is paid. For other items, cancel this subscription"),
        (one(overdue=overdue(term=True), status=SubscriptionStatus.PAST_DUE), "is overdue: pay or skip .* 2026-11-27"),
    ],
)
def test_items_that_are_paid_cannot_be_changed(state: Subscription, sentence: str) -> None:
    other = AgreedChange(
        wish=ChangeSubscription(items=[Item(sku="S0", quantity=3)]), items=[MILK.model_copy(update={"quantity": 3})]
    )
    with pytest.raises(Conflict, match=sentence):
        changed(state, other, NOW)


def test_between_two_terms_items_can_be_changed() -> None:
    other = [MILK.model_copy(update={"quantity": 3})]
    wish = ChangeSubscription(items=[Item(sku="S0", quantity=3)])
    assert changed(one(AGAIN, 0), AgreedChange(wish=wish, items=other), NOW).items == other


def test_asking_for_the_items_that_are_paid_changes_nothing_and_no_price() -> None:
    dearer = AgreedChange(
        wish=ChangeSubscription(items=[Item(sku="S0", quantity=2)]), items=[MILK.model_copy(update={"price": eur(999)})]
    )
    state = one(AGAIN, 2)
    assert changed(state, dearer, NOW) is state


def test_days_can_be_changed_as_long_as_the_paid_deliveries_find_room() -> None:
    def weekly_until(day: str) -> AgreedChange:
        return AgreedChange(wish=ChangeSubscription(recurrence=f"FREQ=WEEKLY;BYDAY=MO;UNTIL={day}"))

    assert changed(one(THREE, 2), weekly_until("20261201"), NOW).upcoming == ["2026-11-23", "2026-11-30"]
    with pytest.raises(Invalid, match="ends after 1 delivery: 2 cannot be paid at once"):
        changed(one(THREE, 2), weekly_until("20261125"), NOW)


def test_another_zone_asks_for_no_more_room_than_there_is() -> None:
    short = one(THREE, 2, schedule=FRIDAY.model_copy(update={"recurrence": "FREQ=WEEKLY;BYDAY=FR;UNTIL=20261128"}))
    zone = AgreedChange(wish=ChangeSubscription(timezone="UTC"))
    assert changed(short, zone, NOW).upcoming == ["2026-11-27"]


def test_a_single_item_of_a_paid_delivery_is_not_left_out() -> None:
    state = subscription(FRIDAY, "Milk", "Bread", prepaid=AGAIN)
    with pytest.raises(Conflict, match="skip all of it, and it stays paid for a later date"):
        dates.skipped_one(state, OneDelivery(sku="S0"), NOW)
    assert dates.skipped_one(state, OneDelivery(), NOW).next_delivery == "2026-12-04"


def test_subscribing_again_keeps_the_terms() -> None:
    assert renewed(cancelled(one(AGAIN, 2), CancelSubscription(), NOW)).prepaid == AGAIN


@pytest.mark.parametrize(
    ("state", "said", "announced"),
    [
        (one(None), "", True),
        (one(), " It is the first of your term: with it you pay €9.00 for 3 deliveries at once.", True),
        (one(left=0), " It begins your next term: with it you pay €9.00 for 3 deliveries at once.", True),
        (one(left=2), " It is paid already: 2 of 3.", False),
        (one(left=1), " It is paid already: 3 of 3.", False),
    ],
)
def test_a_reminder_says_how_the_delivery_is_paid(state: Subscription, said: str, announced: bool) -> None:
    step = the_step(state, NOW)
    assert announces_prices(state, step) is announced
    plain = reminder(one(None), step, NOW, {"S0": eur(150)}).message
    assert reminder(state, step, NOW, {"S0": eur(150)}).message == plain + said


def test_what_is_left_goes_back_at_the_end_and_is_told() -> None:
    ended = cancelled(one(AGAIN, 2), CancelSubscription(), NOW)
    assert ended.paid == paid(0).model_copy(update={"returned": eur(400)})
    assert cancelled(ended, CancelSubscription(), NOW) is ended
    told = returned(ended, "payment")
    assert told
    assert told.message == (
        "Your subscription SUB001 has ended with 2 deliveries paid but not delivered: €4.00 went back the way you paid."
    )
    assert returned(cancelled(one(AGAIN, 0), CancelSubscription(), NOW), "payment") is None


class Till:
    """Plays the workflow, its activities, the bank and the warehouse; remembers every charge by its key."""

    def __init__(self, state: Subscription) -> None:
        self.state = state
        self.charges: dict[str, Money] = {}
        self.orders: dict[str, Order] = {}
        self.price, self.stock, self.bank = 100, True, "ok"

    def work(self, now: datetime) -> None:
        while not is_over(self.state) and not (is_resting(self.state) and not self.state.extra):
            step = next_step(self.state, now)
            assert step is not None
            if step.at > now:
                return
            match step.kind:
                case StepKind.REMIND:
                    new = {"S0": eur(self.price)} if announces_prices(self.state, step) else {}
                    self.state = reminded(self.state, step, new)
                case StepKind.MISS:
                    self.state = missed(self.state, step, now)
                case StepKind.RESUME:
                    self.state = changes.resumed_by_itself(self.state)
                case _:
                    attempt = self._attempt(step, now)
                    after = settled(self.state, step, attempt)
                    after_delivery(after, step, attempt)
                    self.state = after

    def _attempt(self, step: Any, now: datetime) -> Delivery:
        key, way = step.occurrence.key, way_of(self.state, step)
        if key not in self.orders:
            if not self.stock or step.kind is StepKind.GIVE_UP:
                return Delivery(occurrence=key, outcome="awaiting_stock", at=now)
            product = Product(sku="S0", name="Milk", price=eur(self.price), stock=9)
            self.orders[key] = order_of(self.state, step, now, {"S0": product}, None)
        order = self.orders[key]
        if order.payment.status is not PaymentStatus.PAID:
            if self.bank != "ok" or step.kind is StepKind.GIVE_UP:
                outcome: Any = "declined" if self.bank == "ok" else self.bank
                return Delivery(occurrence=key, outcome=outcome, order_id=order.order_id, at=now)
            many = 3 if way is Paying.NEXT_TERM else 1
            self.charges[f"{way}:{key}"] = order.total * many
            order = order.model_copy(update={"payment": Payment(status=PaymentStatus.PAID, reference=key)})
            self.orders[key] = order
        term = prepaid.begun(order, AGAIN) if way is Paying.NEXT_TERM else None
        return Delivery(occurrence=key, outcome="delivered", order_id=order.order_id, at=now, term=term)

    def books(self) -> tuple[int, int]:
        """What was charged, and what that is: paid orders, deliveries that are still paid, and what goes back."""
        sold = sum(o.total.amount for o in self.orders.values() if o.payment.status is PaymentStatus.PAID)
        rest = self.state.paid
        owed = cost(rest.items).amount * rest.left + (rest.returned.amount if rest.returned else 0) if rest else 0
        return sum(each.amount for each in self.charges.values()), sold + owed


def call(state: Subscription, name: str, now: datetime) -> Subscription:
    match name:
        case "skip":
            return dates.skipped_one(state, OneDelivery(), now)
        case "pause":
            return changes.paused(state, PauseSubscription(until=now.date() + timedelta(days=9)), now)
        case "resume":
            return changes.resumed(state, now)
        case "order now":
            return changes.ordered_now(state, now)
        case "end later":
            return cancelled(state, CancelSubscription(when="after_next_delivery"), now)
        case "go on":
            return changes.uncancelled(state)
        case _:
            return cancelled(state, CancelSubscription(), now)


CALLS = ["skip", "pause", "resume", "order now", "order now", "end later", "go on", "go on", "cancel"]
# Mostly a quiet day after a quiet day, so that lives are long.
STEPS = st.tuples(
    st.sampled_from([6, 24, 24, 24, 60, 170]),
    st.one_of(st.none(), st.none(), st.sampled_from(CALLS)),
    st.tuples(
        st.integers(50, 200), st.sampled_from([True, True, True, False]), st.sampled_from(["ok"] * 4 + ["declined"])
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.booleans(), st.sampled_from([FRIDAY, DAILY]), st.lists(STEPS, min_size=20, max_size=30))
def test_every_cent_is_an_order_or_still_paid_or_goes_back(renew: bool, schedule: Schedule, life: Any) -> None:
    till, now = Till(one(Prepaid(deliveries=3, renew=renew), schedule=schedule)), NOW
    for hours, name, (till.price, till.stock, till.bank) in life:
        now += timedelta(hours=hours)
        if name and not is_over(till.state):
            with suppress(CareError):
                till.state = call(till.state, name, now)
        till.work(now)
        charged, accounted = till.books()
        assert charged == accounted
        assert 0 <= prepaid.left(till.state) < 3
    in_terms = [o for key, o in till.orders.items() if o.payment.status is PaymentStatus.PAID]
    terms = [o for o in in_terms if f"next_term:{o.occurrence}" in till.charges]
    for first in terms:  # each term has one price, that of its first delivery
        same = [o.total for o in in_terms if o.payment.reference == first.payment.reference]
        assert set(same) == {first.total}
        assert len(same) <= 3
    assert renew or len(terms) <= 1
    if not renew and terms and sum(o.payment.reference == terms[0].occurrence for o in in_terms) == 3:
        assert is_over(till.state)


def test_the_end_of_the_last_term_is_told() -> None:
    state = one(THREE, 1, schedule=FRIDAY.model_copy(update={"remind_before": []}))
    step = the_step(state, NOW)
    attempt = Delivery(occurrence=step.occurrence.key, outcome="delivered", order_id="ORD3", at=step.at)
    ended = settled(state, step, attempt)
    assert (ended.status, ended.cancel_reason) == (SubscriptionStatus.CANCELLED, "completed")
    assert remaining(ended) == "0 of 3 paid deliveries left"
    told = after_delivery(ended, step, attempt)
    assert told
    assert told.message.startswith("That was the last of 3 deliveries of Milk that you paid at once.")
    assert date.fromisoformat(told.occurrence or "") == date(2026, 11, 27)
