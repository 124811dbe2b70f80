"""What a hosted model wrote, read as tables."""

from __future__ import annotations

import pytest

from care.brains.protocols import Utterance
from care.brains.reading import read_judgement, read_understood
from care.errors import ModelTrouble


@pytest.mark.parametrize(
    ("text", "decision", "confidence"),
    [
        ('{"decision": "valid", "confidence": 0.97, "findings": []}', "valid", 0.97),
        ('{"verdict": "VALID", "confidence": 0.97}', "valid", 0.97),
        ('{"validity": "invalid", "score": 0.1}', "invalid", 0.1),
        ('{"valid": true, "confidence": 0.97}', "valid", 0.97),
        ('{"is_valid": false, "probability": 0}', "invalid", 0.0),
        ('{"result": " uncertain ", "confidence": 1}', "unclear", 1.0),
        ('{"decision": "valid", "valid": true, "confidence": 0.9}', "valid", 0.9),
    ],
)
def test_a_judgement_may_say_the_same_in_other_words(text: str, decision: str, confidence: float) -> None:
    judgement = read_judgement(text, "m", "v")
    assert (judgement.decision, judgement.confidence) == (decision, confidence)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "valid, 0.97",
        "null",
        "[" * 100_000,
        '"valid"',
        "{}",
        '{"decision": "valid"}',
        '{"decision": "valid", "confidence": "0.97"}',
        '{"decision": "valid", "confidence": true}',
        '{"decision": "valid", "confidence": 97}',
        '{"decision": "valid", "confidence": -0.1}',
        '{"decision": "valid", "confidence": NaN}',
        '{"decision": "valid", "confidence": null}',
        '{"decision": ["valid"], "confidence": 0.9}',
        '{"decision": 1, "confidence": 0.9}',
        '{"decision": "valid", "valid": false, "confidence": 0.9}',
        '{"decision": "valid", "confidence": 0.9, "score": 0.2}',
        '{"answer": {"decision": "valid", "confidence": 0.9}}',
    ],
)
def test_nonsense_is_never_a_judgement(text: str) -> None:
    with pytest.raises(ModelTrouble):
        read_judgement(text, "m", "v")


def test_findings_are_short_sentences_whatever_the_model_wrote() -> None:
    text = '{"decision": "valid", "confidence": 0.9, "findings": ["  Torn. ", 3, "", null, "%s"]}' % ("x" * 999)
    assert read_judgement(text, "m", "v").findings == ["Torn.", "x" * 300]


def test_one_intent_instead_of_a_list_is_read() -> None:
    read = read_understood('{"intent": "WALLET_ISSUE", "confidence": 0.8}', Utterance(text="My wallet is wrong"), "m")
    assert [(s.intent, s.confidence) for s in read.intents] == [("WALLET_ISSUE", 0.8)]


@pytest.mark.parametrize(("day", "expected"), [("Friday", "friday"), ("5", 5), (31, 31), (32, None), ("someday", None)])
def test_a_delivery_day_is_a_weekday_or_a_day_of_the_month(day: object, expected: object) -> None:
    import json

    text = json.dumps({"intent": "SUBSCRIPTION_REQUEST", "confidence": 0.9, "entities": {"delivery_day": day}})
    assert read_understood(text, Utterance(text="subscribe"), "m").entities.delivery_day == expected
