"""Corrections, parts and answers with something behind them: tables, no servers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from care.models.conversation import ChatAction, Handoff
from care.models.dialogue import Context, NamedSku, OrderBrief, Reading, SubscriptionBrief
from care.models.memory import Choice, ConversationState, Open, Proposal, Slots
from care.models.order import OrderStatus, PaymentStatus
from care.models.subscription import SubscriptionStatus
from care.models.understanding import Entities, Intent, IntentScore, Understood, Wish
from care.rules import dialogue, digest, matters, phrases, words
from care.rules.corrections import settled
from care.rules.entities import find_entities
from care.rules.references import choice_in

PRODUCTS = ["Amul Milk 1L", "Potato Chips"]
CANCEL = Proposal(kind="cancel_order", payload={"order_id": "ORD004"}, shown="Cancel ORD004 (2 x Milk)?", turn=1)
PLACED = datetime(2026, 3, 1, tzinfo=UTC)


def order(order_id: str) -> OrderBrief:
    return OrderBrief(
        order_id=order_id,
        status=OrderStatus.PENDING,
        payment=PaymentStatus.PENDING,
        placed_at=PLACED,
        items=[NamedSku(sku="MILK", name="Amul Milk 1L")],
    )


def subscription(subscription_id: str) -> SubscriptionBrief:
    return SubscriptionBrief(subscription_id=subscription_id, status=SubscriptionStatus.ACTIVE, items=[])


CONTEXT = Context(
    customer_name="Ana",
    timezone="UTC",
    orders=[order("ORD004"), order("ORD005"), order("ORD006")],
    subscriptions=[subscription("SUB001"), subscription("SUB002")],
)


def state(**given: Any) -> ConversationState:
    return ConversationState(conversation_id="CNV001", customer_id="CUST001", **given)


def heard(text: str, *intents: Intent) -> Understood:
    scores = [IntentScore(intent=each, confidence=0.9) for each in intents or (Intent.OTHER,)]
    return Understood(intents=scores, entities=find_entities(text, PRODUCTS), model="test")


def read(text: str, *intents: Intent, **before: Any) -> Reading:
    return dialogue.read(heard(text, *intents), text, False, state(**before), CONTEXT)


@pytest.mark.parametrize(
    ("text", "field", "left"),
    [
        ("not the milk, the chips", "products", ["Potato Chips"]),
        ("the chips, not the milk", "products", ["Potato Chips"]),
        ("the chips instead of the milk", "products", ["Potato Chips"]),
        ("not ORD004, ORD005", "order_ids", ["ORD005"]),
        ("ORD005 rather than ORD004", "order_ids", ["ORD005"]),
        ("not ORD004 but ORD005", "order_ids", ["ORD005"]),
        ("not SUB001, I meant SUB002", "subscription_ids", ["SUB002"]),
        ("sorry, 3 not 2", "quantity", 3),
        ("not 2, 3", "quantity", 3),
        ("not Friday, Monday", "delivery_day", "monday"),
        ("I said Monday, not Friday", "delivery_day", "monday"),
        ("I have not received ORD004", "order_ids", ["ORD004"]),
        ("why is ORD004 not here", "order_ids", ["ORD004"]),
        ("the milk is not good", "products", ["Amul Milk 1L"]),
        ("not the milk", "products", ["Amul Milk 1L"]),
    ],
)
def test_what_is_taken_back_is_not_meant(text: str, field: str, left: object) -> None:
    assert getattr(settled(text, find_entities(text, PRODUCTS)), field) == left


@pytest.mark.parametrize(
    ("text", "shown", "answer"),
    [
        ("ok, keep it", "Cancel ORD004?", "no"),
        ("yes, leave it", "Cancel ORD004?", None),
        ("keep it please", "Cancel ORD004?", "no"),
        ("ok, I changed my mind", "Cancel ORD004?", "no"),
        ("I changed my mind", "Cancel ORD004?", "no"),
        ("yes, 2", "Deliver 3 x Milk, first on 2 March?", None),
        ("yes, 3", "Deliver 3 x Milk, first on 2 March?", None),
        ("yes, 3 x milk", "Deliver 3 x Milk, first on 2 March?", "yes"),
        ("yes, skip 27 november", "Skip 27 November 2026 for SUB002?", "yes"),
        ("yes, skip 28 november", "Skip 27 November 2026 for SUB002?", None),
        ("ok not now", "Cancel ORD004?", "no"),
        ("sorry, no", "Cancel ORD004?", "no"),
        ("yes, ORD005", "Cancel ORD004?", None),
        ("yes to everything", "Cancel ORD004?", None),
        ("ok thanks", "Cancel ORD004?", None),
        ("yes thanks", "Cancel ORD004?", "yes"),
        ("ok, no", "Cancel ORD004? It can no longer be changed then.", "no"),
        ("ok do not", "Skip it? It will not come.", "no"),
        ("cancel", "Cancel ORD004?", None),
        ("yes sir", "Cancel ORD004?", "yes"),
    ],
)
def test_a_yes_that_turns_round_or_names_something_else_is_none(text: str, shown: str, answer: str | None) -> None:
    assert words.answer_in(text, shown) == answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes, cancel it and cancel ORD005", ("yes", "cancel ORD005", True)),
        ("Yes. Where is ORD001?", ("yes", "Where is ORD001?", False)),
        ("yes please, and also what is my balance", ("yes", "what is my balance", True)),
        ("no, where is ORD001?", ("no", "where is ORD001?", False)),
        ("yes, but only one", None),
        ("yes, if it is free", None),
        ("where is ORD001?", None),
        ("yes", None),
    ],
)
def test_what_stands_behind_an_answer_is_told_from_it(text: str, expected: tuple[str, str, bool] | None) -> None:
    assert words.answer_and_more(text, CANCEL.shown) == expected


@pytest.mark.parametrize(
    ("text", "intent", "act", "waits"),
    [
        ("Yes. Where is ORD001?", Intent.ORDER_STATUS, "confirm", Intent.ORDER_STATUS),
        ("Yes and cancel ORD005", Intent.CANCEL_ORDER, "confirm", Intent.CANCEL_ORDER),
        ("Yes, and cancel ORD005 as well", Intent.CANCEL_ORDER, "confirm", Intent.CANCEL_ORDER),
        ("Yes, cancel ORD005", Intent.CANCEL_ORDER, "serve", None),
        ("Yes, cancel it", Intent.SUBSCRIPTION_MANAGE, "confirm", None),
        ("Yes, the chips", Intent.PRODUCT_QUESTION, "serve", None),
        ("No. What is my wallet balance?", Intent.WALLET_ISSUE, "decline", Intent.WALLET_ISSUE),
        ("No, cancel ORD005", Intent.CANCEL_ORDER, "serve", None),
    ],
)
def test_a_yes_with_a_wish_of_its_own_is_a_yes_and_one_with_details_is_none(
    text: str, intent: Intent, act: str, waits: Intent | None
) -> None:
    reading = read(text, intent, pending=CANCEL, topic=Intent.CANCEL_ORDER)
    assert reading.act == act
    assert [wish.intent for wish in reading.waiting] == ([waits] if waits else [])


def test_a_nod_after_an_answer_is_no_yes_to_the_question_behind_it() -> None:
    before: dict[str, Any] = {"pending": CANCEL, "pointed": Slots(order_id="ORD005")}
    assert read("ok", **before).act == "ask_again"
    assert read("yes", **before).act == "confirm"


def test_a_file_that_comes_with_a_yes_is_shown_first() -> None:
    refund = Proposal(kind="open_refund", payload={}, shown="Open a refund of €2.00 for Milk?")
    reading = dialogue.read(heard("yes"), "yes", True, state(pending=refund), CONTEXT)
    assert (reading.act, reading.intent) == ("serve", Intent.REFUND_REQUEST)


def test_a_yes_that_was_sent_before_the_proposal_was_shown_is_none() -> None:
    said = heard("yes")
    reading = dialogue.read(said, "yes", False, state(pending=CANCEL), CONTEXT, hasty=True)
    assert reading.act == "ask_again"


@pytest.mark.parametrize(
    ("text", "intent", "matter"),
    [
        ("wait, where is ORD005?", Intent.ORDER_STATUS, "parked"),
        ("how much is the milk?", Intent.PRODUCT_QUESTION, "parked"),
        ("hello", Intent.OTHER, "parked"),
        ("stop SUB001", Intent.SUBSCRIPTION_MANAGE, "parked"),
        ("actually stop SUB001", Intent.SUBSCRIPTION_MANAGE, "dropped"),
        ("rather stop SUB001", Intent.SUBSCRIPTION_MANAGE, "dropped"),
        ("change the address of ORD005", Intent.CHANGE_ORDER, "parked"),
        ("also cancel ORD005", Intent.CANCEL_ORDER, "parked"),
        ("no, ORD005", Intent.OTHER, "kept"),
        ("no, cancel ORD005 instead", Intent.CANCEL_ORDER, "kept"),
        ("forget everything", Intent.OTHER, "all_dropped"),
        ("a person please", Intent.HUMAN_AGENT, "parked"),
    ],
)
def test_another_wish_sets_the_open_one_aside_or_takes_its_place(text: str, intent: Intent, matter: str) -> None:
    assert read(text, intent, pending=CANCEL, topic=Intent.CANCEL_ORDER).matter == matter


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("wait, where is ORD001?", Intent.ORDER_STATUS),
        ("is ORD001 shipped", Intent.ORDER_STATUS),
        ("do you have chips", Intent.PRODUCT_QUESTION),
        ("what's my balance", Intent.WALLET_ISSUE),
    ],
)
def test_a_question_is_no_answer_to_which_order(text: str, intent: Intent) -> None:
    reading = read(text, intent, awaiting="order", topic=Intent.REFUND_REQUEST)
    assert (reading.intent, reading.matter) == (intent, "parked")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("wait, where is ORD001?", True),
        ("what's my wallet balance", True),
        ("has it shipped", True),
        ("is it shipped", True),
        ("which day is the next one", True),
        ("what came is broken", False),
        ("when it arrived it was broken", False),
        ("what about Monday?", False),
        ("can I get a refund?", False),
    ],
)
def test_a_question_is_told_from_a_wish(text: str, asks: bool) -> None:
    assert phrases.only_asks(text) is asks


@pytest.mark.parametrize(
    ("text", "intent", "first", "others"),
    [
        ("cancel ORD004 and ORD005", Intent.CANCEL_ORDER, "ORD004", ["ORD005"]),
        ("cancel ord 004, #ORD005 & ord006 please", Intent.CANCEL_ORDER, "ORD004", ["ORD005", "ORD006"]),
        ("where are ORD004 and ORD005?", Intent.ORDER_STATUS, "ORD004", ["ORD005"]),
        ("cancel both my orders", Intent.CANCEL_ORDER, "ORD004", ["ORD005", "ORD006"]),
        ("skip SUB001 and SUB002", Intent.SUBSCRIPTION_MANAGE, "SUB001", ["SUB002"]),
        ("cancel all my subscriptions", Intent.SUBSCRIPTION_MANAGE, "SUB001", ["SUB002"]),
        ("cancel ORD004 and SUB002", Intent.CANCEL_ORDER, "ORD004", ["SUB002"]),
        ("what subscriptions do I have?", Intent.SUBSCRIPTION_MANAGE, "SUB001", []),
    ],
)
def test_each_of_several_is_a_wish_of_its_own(text: str, intent: Intent, first: str, others: list[str]) -> None:
    reading = read(text, intent)
    ids = reading.subscription_ids if first.startswith("SUB") else reading.order_ids
    assert ids[0] == first
    named = [[*wish.entities.order_ids, *wish.entities.subscription_ids] for wish in reading.waiting]
    assert named == [[each] for each in others]


CHOICES = [
    Choice(kind="order", id="ORD006", label="Milk, being prepared, ordered on 3 March 2026 at 10:00, €12.99"),
    Choice(kind="order", id="ORD005", label="Milk, being prepared, ordered on 2 March 2026 at 10:00, €4.50"),
]


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("the older one", "ORD005"),
        ("the newer one", "ORD006"),
        ("the latest", "ORD006"),
        ("my last order", "ORD006"),
        ("the oldest", "ORD005"),
        ("the one from 2 March", "ORD005"),
        ("the one for 12.99", "ORD006"),
        ("no, 2", "ORD005"),
        ("ord005 please", "ORD005"),
        ("the milk", None),
        ("both", None),
    ],
)
def test_what_was_offered_is_picked_by_what_tells_it_apart(text: str, picked: str | None) -> None:
    choice = choice_in(text, state(choices=CHOICES))
    assert (choice.id if choice else None) == picked


def test_both_repeats_what_was_asked_for_with_each() -> None:
    before = {"choices": CHOICES, "awaiting": "order", "topic": Intent.CANCEL_ORDER}
    reading = read("both of them please", history=["customer: cancel my milk"], **before)
    assert (reading.intent, reading.order_ids) == (Intent.CANCEL_ORDER, ["ORD005"])
    [wish] = reading.waiting
    assert (wish.text, wish.entities.order_ids) == ("cancel my milk (ORD006)", ["ORD006"])


@pytest.mark.parametrize("text", ["I meant ORD005", "sorry, ORD005", "no, I meant ORD005"])
def test_i_meant_another_asks_the_same_of_the_other(text: str) -> None:
    reading = read(text, Intent.ORDER_STATUS, topic=Intent.DELIVERY_ISSUE, slots=Slots(order_id="ORD004"))
    assert (reading.intent, reading.order_ids) == (Intent.DELIVERY_ISSUE, ["ORD005"])


def test_it_is_what_was_asked_about_in_between_and_an_answer_is_about_what_was_asked() -> None:
    before: dict[str, Any] = {
        "topic": Intent.CHANGE_ORDER,
        "awaiting": "address",
        "slots": Slots(order_id="ORD006"),
        "pointed": Slots(order_id="ORD004"),
    }
    assert read("when will it arrive?", Intent.ORDER_STATUS, **before).order_ids == ["ORD004"]
    assert read("Lindenweg 4, 10969 Berlin", Intent.OTHER, **before).order_ids == ["ORD006"]


def test_more_than_can_be_kept_in_mind_is_named() -> None:
    wishes = [
        Wish(intent=Intent.ORDER_STATUS, text=f"where is it? {n}", entities=Entities(order_ids=[f"ORD00{n}"]))
        for n in range(7)
    ]
    said = heard("seven things", Intent.ORDER_STATUS).model_copy(update={"wishes": wishes})
    reading = dialogue.read(said, "seven things", False, state(), CONTEXT)
    begun = matters.begin(state(), reading)
    assert len(begun.waiting) == matters.MOST_WAITING
    assert reading.not_done is not None
    assert "where your order is (ORD006)" in reading.not_done


def test_the_digest_says_what_was_done_in_ids_and_stays_short() -> None:
    lines: list[str] = []
    served = Reading(act="serve", intent=Intent.ORDER_STATUS, family="orders", order_ids=["ORD004"])
    for n in range(30):
        lines = digest.noted(lines, served, [ChatAction(kind="order_cancelled", status="done", id=f"ORD{n}")])
    lines = digest.noted(lines, served, [])
    assert len(lines) == 12
    assert lines[-2:] == ["order cancelled ORD29: done", "asked about where your order is ORD004"]
    assert digest.noted(lines, served.model_copy(update={"intent": Intent.OTHER}), []) == lines


def test_a_model_is_told_what_went_before_the_lines_that_it_reads() -> None:
    history = [f"customer: {n}" for n in range(digest.HISTORY)]
    long = state(history=history, digest=["order cancelled ORD004: done"])
    assert digest.recalled(long) == ["earlier: order cancelled ORD004: done", *history]
    assert digest.recalled(state(history=history[:3], digest=["x"])) == history[:3]


def test_a_summary_names_what_is_open_what_waits_and_what_was_done() -> None:
    left = Open(
        topic=Intent.REFUND_REQUEST,
        awaiting="reason",
        asked="What is wrong with ORD004?",
        slots=Slots(order_id="ORD004"),
        waiting=[Wish(intent=Intent.ACCOUNT, text="change my email")],
    )
    before = state(
        parked=[left], history=['customer: refund "ORD004"'], digest=["asked about your refund ORD004"], language="es"
    )
    summary = digest.handoff_summary(before, Handoff(reason="asked", at=PLACED), "a person, please", [])
    assert summary.splitlines() == [
        "The customer asked for a person.",
        "About: your refund, ORD004.",
        'Last said: "refund \'ORD004\'" "a person, please"',
        "So far: asked about your refund ORD004.",
        "Open: What is wrong with ORD004?",
        "Also asked for: your account.",
        "Language: es.",
    ]


def test_a_wish_that_names_nothing_stays_one() -> None:
    assert read("cancel my subscription", Intent.SUBSCRIPTION_MANAGE).waiting == []
    assert read("where is my order", Intent.ORDER_STATUS).waiting == []
    assert dialogue.read_part(
        Wish(intent=Intent.CANCEL_ORDER, text="cancel it", entities=Entities()),
        heard("x"),
        state(slots=Slots(order_id="ORD005")),
        CONTEXT,
    ).order_ids == ["ORD005"]


@pytest.mark.parametrize("text", ["ORD" * 1300, "9" * 4000, "not " * 1000])
def test_a_huge_message_is_read_and_keeps_nobody_waiting(text: str) -> None:
    assert settled(text, find_entities("")) == find_entities("")
