"""A `care worker` whose models answer at once: `python -m bench.at_once`."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import worker
from bench.shop import Judge
from care.brains import ChatBrains
from care.brains.hosted import Meters
from care.brains.metered import MeteredUnderstanding
from care.brains.protocols import Utterance
from care.models.understanding import Intent, IntentScore, Understood
from care.rules.entities import find_entities
from care.settings import load


class Understanding:
    """Takes every message for a question about an order."""

    async def understand(self, utterance: Utterance) -> Understood:
        return Understood(
            intents=[IntentScore(intent=Intent.ORDER_STATUS, confidence=0.97)],
            entities=find_entities(utterance.text, utterance.products),
            model="bench",
        )

    async def warm(self) -> None:
        """Nothing is to be loaded."""


def brains(settings: Any, meters: Meters, *more: Any) -> ChatBrains:
    return ChatBrains(MeteredUnderstanding(None, Understanding(), meters), None, None)


if __name__ == "__main__":
    with patch.multiple(worker, chat_brains=brains, judge_for=lambda *_: Judge()):
        worker.run(load())
