"""What a message wants done with a subscription, and what it asks of one: tables, no servers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from care.models.customer import StoredMethod
from care.models.dialogue import Context, NamedSku, OrderBrief, SubscriptionBrief
from care.models.memory import ConversationState, Proposal, Slots
from care.models.order import OrderStatus, PaymentStatus
from care.models.subscription import SubscriptionStatus
from care.models.understanding import Intent
from care.rules.delivery_dates import apart, deliveries_named, pause_end, range_named, target_named
from care.rules.entities import find_entities
from care.rules.item_wishes import wished
from care.rules.items_named import items_named
from care.rules.subscription_meant import intent_meant
from care.rules.subscription_questions import questions_in
from care.rules.subscription_wishes import action_in, ends_after_next
from care.rules.terms_wishes import method_named, rhythm_wanted

ASKED_FOR: dict[str, list[str]] = {
    "skip": [
        "skip the next delivery",
        "Skip 27 November for SUB002?",
        "please skpip the milk on friday",
        "can you skip next week",
        "is it possible to skip a week",
        "what about skipping friday",
        "I'm away next week, don't send the milk",
        "no delivery this week please",
        "cancel the next delivery",
        "cancel friday's delivery",
        "dont deliver on monday",
        "leave out the eggs next time",
        "I don't need milk this week",
        "I won't be home on friday, skip it",
    ],
    "unskip": [
        "unskip friday",
        "don't skip it",
        "I want friday's delivery after all",
        "undo the skip",
        "deliver the skipped one after all",
        "actually do deliver on friday",
    ],
    "pause": [
        "pause my subscription",
        "puase SUB001 until january",
        "put it on hold",
        "stop deliveries for two weeks",
        "I'm on vacation for three weeks",
        "suspend it till 15 december",
        "hold my deliveries until monday",
        "I don't want to cancel, just pause it",
        "pause and resume on 15 december",
        "postpone my subscription until 5 december",
        "pausar mi suscripción",
    ],
    "resume": [
        "resume my subscription",
        "unpause pls",
        "restart my paused plan",
        "start my milk again",
        "end the pause",
        "reactivate SUB001",
    ],
    "reschedule": [
        "move friday's delivery to saturday",
        "postpone the next delivery by a week",
        "can you deliver a day later",
        "bring the delivery forward a day",
        "deliver it on saturday instead",
        "resheduled my delivery to the 5th",
        "change the next delivery to saturday",
        "could you push my friday box back to monday",
    ],
    "change": [
        "move my delivery day to monday",
        "move my subscription to mondays",
        "change it to every two weeks",
        "make it monthly instead of weekly",
        "chnage it to monthly",
        "make it 2",
        "add whey protein",
        "remove the eggs",
        "swap milk for oats",
        "send it to Lindenweg 4, 10969 Berlin",
        "use my other card",
        "one more bottle please",
    ],
    "cancel": [
        "cancel my subscription",
        "cancle SUB001",
        "stop the monthly box",
        "unsubscribe me",
        "I no longer want the milk",
        "I don't want it anymore",
        "cancel after the next delivery",
        "stop after one more delivery",
        "how do I cancel?",
        "cancelar la suscripción",
    ],
    "uncancel": ["don't cancel it", "keep my subscription", "undo the cancellation", "please keep it going"],
    "resubscribe": ["resubscribe", "subscribe to it again", "renew my cancelled subscription"],
    "order_now": ["order now", "send me one today", "I need an extra delivery", "order my next delivery now"],
}


@pytest.mark.parametrize(("text", "action"), [(text, a) for a, texts in ASKED_FOR.items() for text in texts])
def test_the_words_tell_what_shall_be_done(text: str, action: str) -> None:
    assert action_in(text) == action


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("when is my next delivery", ["next"]),
        ("tell me when the milk comes", ["next"]),
        ("how much is my subscription?", ["price"]),
        ("what's my next delivery date and how much does it cost?", ["price", "next"]),
        ("show upcoming dates", ["upcoming"]),
        ("which deliveries are skipped", ["upcoming"]),
        ("what did SUB001 deliver last", ["last"]),
        ("where does it go?", ["address"]),
        ("which card pays for it", ["payment"]),
        ("is SUB001 paused?", ["standing"]),
        ("was it cancelled?", ["standing"]),
        ("what do I subscribe to", ["standing"]),
    ],
)
def test_a_question_asks_for_nothing_to_be_done(text: str, asked: list[str]) -> None:
    assert action_in(text) is None
    assert questions_in(text) == asked


def test_an_end_after_the_next_delivery_is_told_from_an_end_now() -> None:
    assert ends_after_next("cancel it after the next delivery")
    assert ends_after_next("stop after one more delivery")
    assert not ends_after_next("cancel my next delivery")
    assert not ends_after_next("cancel now")


MILK = NamedSku(sku="MILK", name="Amul Milk 1L")
GHEE = NamedSku(sku="GHEE", name="Amul Ghee 500g")
EGGS = NamedSku(sku="EGGS", name="Free-Range Eggs, 10")
OATS = NamedSku(sku="OATS", name="Rolled Oats 500g")
CATALOGUE = [MILK, GHEE, EGGS, OATS]


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("make it 2", {"MILK": 1}, {"MILK": 2}),
        ("change the quantity from 1 to 3", {"MILK": 1}, {"MILK": 3}),
        ("one more please", {"MILK": 1}, {"MILK": 2}),
        ("double it", {"MILK": 2}, {"MILK": 4}),
        ("add milk", {"MILK": 1}, {"MILK": 2}),
        ("add 2 oats", {"MILK": 1}, {"MILK": 1, "OATS": 2}),
        ("I want oats instead", {"MILK": 2}, {"OATS": 2}),
        ("swap the eggs for oats", {"MILK": 2, "EGGS": 1}, {"MILK": 2, "OATS": 1}),
        ("oats instead of the eggs", {"MILK": 2, "EGGS": 3}, {"MILK": 2, "OATS": 3}),
        ("make the eggs 2", {"MILK": 2, "EGGS": 1}, {"MILK": 2, "EGGS": 2}),
        ("3 milk and 2 eggs", {"MILK": 2, "EGGS": 1}, {"MILK": 3, "EGGS": 2}),
        ("stop sending eggs", {"MILK": 2, "EGGS": 1}, {"MILK": 2}),
        ("remove one of the milks", {"MILK": 2, "EGGS": 1}, {"MILK": 1, "EGGS": 1}),
        ("remove the milk", {"MILK": 1}, {}),
        ("change it to every two weeks", {"MILK": 1}, None),
        ("it is too much milk, make it every two weeks", {"MILK": 1}, None),
        ("another delivery day", {"MILK": 1}, None),
    ],
)
def test_a_change_of_items_says_what_comes_from_then_on(
    text: str, before: dict[str, int], after: dict[str, int] | None
) -> None:
    assert wished(text, before, CATALOGUE, replaces=True).pieces == after


def test_a_name_that_fits_two_products_is_asked_back() -> None:
    assert items_named("amul every monday", CATALOGUE).unclear == ["MILK", "GHEE"]
    assert items_named("amul every monday", CATALOGUE, "GHEE").pieces == {"GHEE": None}
    assert wished("make it 2", {"MILK": 1, "EGGS": 1}, CATALOGUE).between == [MILK, EGGS]
    assert wished("make it 2", {"MILK": 1, "EGGS": 1}, CATALOGUE, about="EGGS").pieces == {"MILK": 1, "EGGS": 2}


def test_each_product_of_a_wish_has_its_own_number() -> None:
    assert items_named("2 milk and 3 eggs every friday", CATALOGUE).pieces == {"MILK": 2, "EGGS": 3}
    assert items_named("Free-Range Eggs, 10 every week", CATALOGUE).pieces == {"EGGS": None}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("change from weekly to monthly", {"frequency": "monthly"}),
        ("monthly instead of weekly", {"frequency": "monthly"}),
        ("on saturday instead of friday", {"delivery_day": "saturday"}),
        ("move it from friday to monday", {"delivery_day": "monday"}),
        ("every month on the 15th", {"frequency": "monthly", "delivery_day": 15}),
        ("every other tuesday", {"frequency": "biweekly", "delivery_day": "tuesday"}),
        ("every day", {"frequency": "daily"}),
        ("add whey", {}),
    ],
)
def test_a_new_rhythm_is_told_from_the_old_one(text: str, wanted: dict[str, object]) -> None:
    assert rhythm_wanted(text, find_entities(text)) == wanted


def test_a_payment_method_is_named_by_its_own_words() -> None:
    methods = [
        StoredMethod(payment_method="pm_usual", label="Your usual payment method"),
        StoredMethod(payment_method="pm_1", label="Visa ending in 4242"),
        StoredMethod(payment_method="pm_2", label="Visa ending in 1881"),
    ]
    assert method_named("use the visa 4242 card", methods) == methods[1]
    assert method_named("the usual one", methods) == methods[0]
    assert method_named("use my visa", methods) is None
    assert method_named("3", methods) is None
    assert method_named("3", methods, offered=True) == methods[2]


THURSDAY = date(2026, 11, 26)
FRIDAYS = [date(2026, 11, 27), date(2026, 12, 4), date(2026, 12, 11), date(2026, 12, 18)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("friday's delivery", FRIDAYS[:1]),
        ("the delivery of 4 december", FRIDAYS[1:2]),
        ("next week's", FRIDAYS[1:2]),
        ("the 11th", FRIDAYS[2:3]),
        ("the one after next", FRIDAYS[1:2]),
        ("the next two deliveries", FRIDAYS[:2]),
        ("27 november and 4 december", FRIDAYS[:2]),
        ("on 28 november", [date(2026, 11, 28)]),
        ("my next delivery", []),
    ],
)
def test_words_name_a_planned_delivery(text: str, named: list[date]) -> None:
    assert deliveries_named(text, find_entities(text), FRIDAYS, THURSDAY) == named


def test_the_week_after_is_counted_from_the_delivery_spoken_of() -> None:
    text = "no, the week after"
    assert deliveries_named(text, find_entities(text), FRIDAYS, THURSDAY, FRIDAYS[1]) == FRIDAYS[2:3]


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("move friday's delivery to saturday", date(2026, 12, 5)),
        ("deliver on thursday instead of friday", date(2026, 12, 3)),
        ("bring it forward two days", date(2026, 12, 2)),
        ("postpone it by a week", date(2026, 12, 11)),
        ("reschedule to the 1st of december", date(2026, 12, 1)),
        ("reschedule my next delivery", None),
    ],
)
def test_a_delivery_is_moved_to_the_day_nearest_to_it(text: str, to: date | None) -> None:
    _, target = apart(text)
    assert (target_named(target, find_entities(text), FRIDAYS[1], THURSDAY) if target else None) == to


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("until 15 december", date(2026, 12, 15)),
        ("pause it for two weeks", date(2026, 12, 10)),
        ("until january", date(2027, 1, 1)),
        ("pause it", None),
    ],
)
def test_a_pause_ends_when_the_words_say(text: str, until: date | None) -> None:
    assert pause_end(text, find_entities(text), THURSDAY) == until


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("I'm away from 1 to 15 december", (date(2026, 12, 1), date(2026, 12, 15))),
        ("pause from monday until 20 december", (date(2026, 11, 30), date(2026, 12, 20))),
        ("pause for two weeks starting 1 december", (date(2026, 12, 1), date(2026, 12, 14))),
        ("pause until 20 december", None),
    ],
)
def test_days_between_two_are_read(text: str, days: tuple[date, date] | None) -> None:
    assert range_named(text, THURSDAY) == days


def brief(number: str, *items: NamedSku, status: str = "active") -> SubscriptionBrief:
    return SubscriptionBrief(subscription_id=number, status=SubscriptionStatus(status), items=list(items))


def order(number: str, status: str, *items: NamedSku) -> OrderBrief:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    paid = PaymentStatus.PAID
    return OrderBrief(order_id=number, status=OrderStatus(status), payment=paid, placed_at=at, items=list(items))


MINE = Context(
    customer_name="Ana",
    timezone="UTC",
    orders=[order("ORD001", "shipped", OATS)],
    subscriptions=[brief("SUB002", MILK)],
)
WITH_MILK_ORDERED = MINE.model_copy(update={"orders": [order("ORD002", "pending", MILK)]})
ALONE = Context(customer_name="Ana", timezone="UTC")
QUIET = ConversationState(conversation_id="CNV001", customer_id="CUST001")
TALKED = QUIET.model_copy(
    update={"topic": Intent.SUBSCRIPTION_MANAGE, "slots": Slots(subscription_id="SUB002", order_id="ORD001")}
)
SHOWN = TALKED.model_copy(
    update={"pending": Proposal(kind="skip_delivery", payload={"subscription_id": "SUB002"}, shown="Skip SUB002?")}
)
STARTING = QUIET.model_copy(update={"pending": Proposal(kind="subscribe", payload={}, shown="Deliver 1 x Milk?")})

MANAGE, REQUEST = Intent.SUBSCRIPTION_MANAGE, Intent.SUBSCRIPTION_REQUEST


@pytest.mark.parametrize(
    ("said", "text", "state", "context", "meant"),
    [
        (Intent.CANCEL_ORDER, "cancel my milk", QUIET, MINE, MANAGE),
        (Intent.CANCEL_ORDER, "cancel my milk", QUIET, WITH_MILK_ORDERED, Intent.CANCEL_ORDER),
        (Intent.CANCEL_ORDER, "cancel my subscription", QUIET, WITH_MILK_ORDERED, MANAGE),
        (Intent.CANCEL_ORDER, "cancel my order", TALKED, MINE, Intent.CANCEL_ORDER),
        (MANAGE, "cancel my order", TALKED, MINE, Intent.CANCEL_ORDER),
        (MANAGE, "cancel my milk order", QUIET, MINE, Intent.CANCEL_ORDER),
        (Intent.CANCEL_ORDER, "cancel that", TALKED, MINE, MANAGE),
        (Intent.CANCEL_ORDER, "cancel ORD001", TALKED, MINE, Intent.CANCEL_ORDER),
        (Intent.CHANGE_ORDER, "change SUB002 to every two weeks", QUIET, MINE, MANAGE),
        (Intent.CHANGE_ORDER, "change the delivery day to monday", QUIET, MINE, MANAGE),
        (Intent.CHANGE_ORDER, "can you deliver a day later?", QUIET, MINE, MANAGE),
        (Intent.CHANGE_ORDER, "can you deliver a day later?", QUIET, WITH_MILK_ORDERED, Intent.CHANGE_ORDER),
        (Intent.ORDER_STATUS, "when does my next milk come?", QUIET, MINE, MANAGE),
        (Intent.ORDER_STATUS, "when is my next delivery?", QUIET, MINE, MANAGE),
        (Intent.ORDER_STATUS, "when is my next delivery?", QUIET, ALONE, Intent.ORDER_STATUS),
        (Intent.ORDER_STATUS, "where is my order?", TALKED, MINE, Intent.ORDER_STATUS),
        (Intent.OTHER, "skip it", TALKED, MINE, MANAGE),
        (Intent.OTHER, "puase it", TALKED, MINE, MANAGE),
        (Intent.OTHER, "no, the week after", SHOWN, MINE, MANAGE),
        (Intent.ORDER_STATUS, "no, SUB003", SHOWN, MINE, MANAGE),
        (Intent.OTHER, "thanks", TALKED, MINE, Intent.OTHER),
        (Intent.PRODUCT_QUESTION, "how much is it?", TALKED, MINE, MANAGE),
        (Intent.PRODUCT_QUESTION, "how much are the oats?", SHOWN, MINE, Intent.PRODUCT_QUESTION),
        (Intent.PAYMENT_ISSUE, "I was charged twice for my subscription", QUIET, MINE, Intent.PAYMENT_ISSUE),
        (Intent.PAYMENT_ISSUE, "pay my subscription with another card", QUIET, MINE, MANAGE),
        (Intent.REFUND_REQUEST, "the milk was sour, I want a refund", TALKED, MINE, Intent.REFUND_REQUEST),
        (Intent.PRODUCT_QUESTION, "milk every friday please", QUIET, ALONE, REQUEST),
        (MANAGE, "set up a subscription", QUIET, MINE, REQUEST),
        (REQUEST, "I want milk every two weeks instead", QUIET, MINE, MANAGE),
        (REQUEST, "what do I subscribe to?", QUIET, MINE, MANAGE),
        (MANAGE, "change it to 3", STARTING, MINE, REQUEST),
        (Intent.ORDER_STATUS, "make it monday", STARTING, MINE, REQUEST),
        (MANAGE, "subscribe to oats", SHOWN, MINE, REQUEST),
        (MANAGE, "subscribe to it again", TALKED, MINE, REQUEST),
        (Intent.HUMAN_AGENT, "talk to a person about my subscription", QUIET, MINE, Intent.HUMAN_AGENT),
    ],
)
def test_what_is_about_a_subscription_is_told_by_its_words(
    said: Intent, text: str, state: ConversationState, context: Context, meant: Intent
) -> None:
    found = find_entities(text, [p.name for p in CATALOGUE])
    assert intent_meant(said, text, found, state, context) is meant
