"""What a hosted model wrote, read as tables."""

from __future__ import annotations

import pytest

from care.brains.protocols import Utterance
from care.brains.reading import read_understood


def test_one_intent_instead_of_a_list_is_read() -> None:
    read = read_understood('{"intent": "WALLET_ISSUE", "confidence": 0.8}', Utterance(text="My wallet is wrong"), "m")
    assert [(s.intent, s.confidence) for s in read.intents] == [("WALLET_ISSUE", 0.8)]


@pytest.mark.parametrize(("day", "expected"), [("Friday", "friday"), ("5", 5), (31, 31), (32, None), ("someday", None)])
def test_a_delivery_day_is_a_weekday_or_a_day_of_the_month(day: object, expected: object) -> None:
    import json

    text = json.dumps({"intent": "SUBSCRIPTION_REQUEST", "confidence": 0.9, "entities": {"delivery_day": day}})
    assert read_understood(text, Utterance(text="subscribe"), "m").entities.delivery_day == expected
