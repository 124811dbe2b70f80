"""The model that needs no key. The messages here were written for these tests and are not among its utterances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from care.brains import intent_model
from care.brains.local import LocalUnderstanding
from care.brains.protocols import Utterance
from care.evaluation import Predicted, read_labelled, score
from care.models.understanding import Intent
from care.rules.clauses import clauses_of

MESSAGES = [
    ("Has the postman already got the box with my trainers?", "ORDER_STATUS"),
    ("what day do my groceries get to me", "ORDER_STATUS"),
    ("The eggs were smashed when I unpacked the bag, I want the money for them back", "REFUND_REQUEST"),
    ("I'd like to send these headphones back and be reimbursed", "REFUND_REQUEST"),
    ("When does the money for the kettle I returned reach my bank?", "REFUND_REQUEST"),
    ("The app claims the box was handed over at noon, but my doorstep is empty", "DELIVERY_ISSUE"),
    ("my parcel is five days overdue", "DELIVERY_ISSUE"),
    ("Bring me four cartons of oat milk every Tuesday from now on", "SUBSCRIPTION_REQUEST"),
    ("could you send coffee beans each month without me asking", "SUBSCRIPTION_REQUEST"),
    ("No milk next Friday please, skip that one", "SUBSCRIPTION_MANAGE"),
    ("put my weekly vegetable box on hold until we are back from vacation", "SUBSCRIPTION_MANAGE"),
    ("pls skp my nxt mlik delivry", "SUBSCRIPTION_MANAGE"),
    ("I see the same amount taken from my card two times", "PAYMENT_ISSUE"),
    ("your checkout refuses my visa", "PAYMENT_ISSUE"),
    ("I loaded 30 euros into the wallet and it still says zero", "WALLET_ISSUE"),
    ("Please cancel the order I placed an hour ago", "CANCEL_ORDER"),
    ("the parcel should go to my office address instead, can you alter the order", "CHANGE_ORDER"),
    ("Does the blender come with a glass jug, and what is its price?", "PRODUCT_QUESTION"),
    ("I can't remember my password", "ACCOUNT"),
    ("Let me speak with a real employee", "HUMAN_AGENT"),
    ("what a lovely morning, how are you doing", "OTHER"),
]


@pytest.mark.parametrize(("text", "intent"), MESSAGES)
async def test_a_message_in_other_words_is_understood(local: LocalUnderstanding, text: str, intent: str) -> None:
    understood = await local.understand(Utterance(text=text))
    assert understood.intents[0].intent == intent
    assert understood.model == "local"


def test_no_test_message_is_an_utterance_that_was_learnt() -> None:
    learnt = {text.lower() for _, text in intent_model.utterances()}
    assert not learnt & {text.lower() for text, _ in MESSAGES}


async def test_several_wishes_in_one_message_are_all_found(local: LocalUnderstanding) -> None:
    text = "Where is ORD-12? Also I want a refund for the broken jar in ORD-13."
    understood = await local.understand(Utterance(text=text))
    assert {score.intent for score in understood.intents} == {Intent.ORDER_STATUS, Intent.REFUND_REQUEST}
    assert understood.entities.order_ids == ["ORD-12", "ORD-13"]


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        (
            "where is ORD-1 and also skip my next milk delivery and what's in my wallet",
            {
                "ORDER_STATUS": "where is ORD-1",
                "SUBSCRIPTION_MANAGE": "skip my next milk delivery",
                "WALLET_ISSUE": "what's in my wallet",
            },
        ),
        (
            "cancel ORD-1 and change the address of ORD-2",
            {"CANCEL_ORDER": "cancel ORD-1", "CHANGE_ORDER": "change the address of ORD-2"},
        ),
        (
            "where is ORD-1, oh and reset my password",
            {"ORDER_STATUS": "where is ORD-1", "ACCOUNT": "reset my password"},
        ),
        (
            "track ORD-3 btw what's my wallet balance",
            {"ORDER_STATUS": "track ORD-3", "WALLET_ISSUE": "what's my wallet balance"},
        ),
        (
            "my milk was sour and please skip next friday as well",
            {"REFUND_REQUEST": "my milk was sour", "SUBSCRIPTION_MANAGE": "please skip next friday as well"},
        ),
        (
            "cancel ORD-1 plus pause my milk subscription",
            {"CANCEL_ORDER": "cancel ORD-1", "SUBSCRIPTION_MANAGE": "pause my milk subscription"},
        ),
        (
            "where is my order, cancel ORD-5, and top up my wallet",
            {"ORDER_STATUS": "where is my order", "CANCEL_ORDER": "cancel ORD-5", "WALLET_ISSUE": "top up my wallet"},
        ),
        (
            "Thanks! Where is my order? And cancel the other one.",
            {"ORDER_STATUS": "Thanks! Where is my order?", "CANCEL_ORDER": "And cancel the other one."},
        ),
        (
            "I want to return the shoes and get a refund then cancel my subscription",
            {
                "REFUND_REQUEST": "I want to return the shoes and get a refund",
                "SUBSCRIPTION_MANAGE": "cancel my subscription",
            },
        ),
    ],
)
async def test_each_wish_of_a_message_has_its_own_words(
    local: LocalUnderstanding, text: str, wishes: dict[str, str]
) -> None:
    assert {wish.intent.value: wish.text for wish in (await local.understand(Utterance(text=text))).wishes} == wishes


async def test_two_things_asked_of_subscriptions_are_two_wishes_with_their_own_ids(local: LocalUnderstanding) -> None:
    wishes = (await local.understand(Utterance(text="pause SUB001 and cancel SUB002"))).wishes
    assert [wish.entities.subscription_ids for wish in wishes] == [["SUB001"], ["SUB002"]]


@pytest.mark.parametrize(
    "text",
    [
        "I bought milk and it arrived broken and I want a refund",
        "Cancel ORD-1 and ORD-2",
        "My parcel never came, I want my money back",
        "I was charged twice, please give me my money back",
        "cancel my order and refund me",
        "refund for the milk and the eggs",
        "I want milk and bread every Friday",
        "add two bananas and remove the bread from ORD-7",
        "I ordered a jacket, it is too small, so I'd like to send it back and get my money.",
        "Please cancel my order. The delivery date moved to next month and I need it this week.",
    ],
)
async def test_one_wish_told_in_many_words_stays_one(local: LocalUnderstanding, text: str) -> None:
    assert (await local.understand(Utterance(text=text))).wishes == []


@pytest.mark.parametrize(
    "text", ["flurb gnarl wix", "blorp zint", "dorfle wumpen trasc", "the blue one over there", "?", "🙂🙂"]
)
async def test_the_model_does_not_guess_at_what_it_cannot_tell(local: LocalUnderstanding, text: str) -> None:
    first = (await local.understand(Utterance(text=text))).intents[0]
    assert first.intent is Intent.OTHER or first.confidence < 0.6


async def test_what_a_mistyped_word_names_is_named(local: LocalUnderstanding) -> None:
    found = (await local.understand(Utterance(text="my mug from ORD-7 arived brokn, send a replacment"))).entities
    assert (found.order_ids, found.reason, found.remedy) == (["ORD-7"], "damaged", "replacement")


@pytest.mark.parametrize("order_id", ["ORD004", "ORD-86004", "ord 12345"])
async def test_the_figures_of_an_id_sway_nothing(local: LocalUnderstanding, order_id: str) -> None:
    said, plain = f"order {order_id} never came", "my order never came"
    found = [(await local.understand(Utterance(text=text))).intents[0] for text in (said, plain)]
    assert found[0] == found[1]


async def test_another_language_is_named_and_not_guessed_at(local: LocalUnderstanding) -> None:
    understood = await local.understand(Utterance(text="Hola, quiero saber dónde está mi pedido ORD-9"))
    assert understood.language == "es"
    assert [(s.intent, s.confidence) for s in understood.intents] == [(Intent.OTHER, 0.0)]
    assert understood.entities.order_ids == ["ORD-9"]


async def test_a_yes_counts_only_where_something_was_asked(local: LocalUnderstanding) -> None:
    asked = Utterance(text="yes please", asked="Skip 27 November for SUB002?")
    assert (await local.understand(asked)).answer == "yes"
    assert (await local.understand(Utterance(text="yes please"))).answer is None


def test_a_lone_word_is_no_clause() -> None:
    assert clauses_of("Where is my order?") == []
    assert clauses_of("Thanks! Where is my order? And cancel the other one.") == [
        "Thanks! Where is my order?",
        "And cancel the other one.",
    ]


def test_every_intent_has_many_utterances_and_none_has_two() -> None:
    said = intent_model.utterances()
    counts = {intent: sum(i is intent for i, _ in said) for intent in Intent}
    assert min(counts.values()) >= 250
    assert len({text.lower() for _, text in said}) == len(said)


def _random_vectors(sentences: object) -> intent_model.Vectors:
    vectors = np.random.default_rng(1).normal(size=(len(list(sentences)), 384))  # type: ignore[call-overload]
    unit: intent_model.Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_a_trained_model_is_kept_and_a_broken_one_is_trained_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(intent_model, "utterances", lambda: [(intent, intent.value) for intent in Intent])
    trained = intent_model.load_or_train(_random_vectors, tmp_path)
    (kept,) = tmp_path.iterdir()
    again = intent_model.load_or_train(_must_not_train, tmp_path)
    assert np.array_equal(trained.weights, again.weights)
    kept.write_bytes(b"half")
    assert np.array_equal(trained.weights, intent_model.load_or_train(_random_vectors, tmp_path).weights)
    assert "trained anew" in caplog.text


def _must_not_train(sentences: object) -> intent_model.Vectors:
    raise AssertionError("the model was in the cache")


async def test_messages_of_other_shops_are_understood(local: LocalUnderstanding, shared_data: Path) -> None:
    # Every sixth line keeps this short; `care eval intents` reads them all.
    lines = read_labelled(shared_data / "intents_public.jsonl")[::6]
    first = [(await local.understand(Utterance(text=line.text))).intents[0] for line in lines]
    predicted = [Predicted(intent=s.intent, confidence=s.confidence) for s in first]
    scores = score([line.intent for line in lines], predicted)
    assert scores.accuracy >= 0.85
    assert scores.per_intent["REFUND_REQUEST"].precision >= 0.9
    assert scores.calibration_error <= 0.08
