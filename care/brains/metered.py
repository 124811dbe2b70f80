"""Model calls are counted, and a chat falls back to the local model when the hosted one gives no usable answer."""

from __future__ import annotations

import logging
import time
from typing import Protocol

from care.brains.protocols import Claim, EvidenceJudge, Understanding, Utterance
from care.errors import ModelTrouble
from care.models.refund import Judgement
from care.models.understanding import Understood

log = logging.getLogger(__name__)


class Meters(Protocol):
    async def count(self, name: str, *, ok: bool, milliseconds: int) -> None:
        """One model call of the day, for analytics."""
        ...


class HostedUnderstanding(Understanding, Protocol):
    async def aclose(self) -> None: ...


class HostedJudge(EvidenceJudge, Protocol):
    async def aclose(self) -> None: ...


class UnderstandingWithFallback:
    """Asks `first` once; on trouble `second` answers, and its answer names its own model."""

    def __init__(self, first: HostedUnderstanding, second: Understanding, meters: Meters, name: str) -> None:
        self._first = first
        self._second = second
        self._meters = meters
        self._name = name

    async def understand(self, utterance: Utterance) -> Understood:
        started = time.monotonic()
        try:
            understood = await self._first.understand(utterance)
        except ModelTrouble as trouble:
            await self._meters.count(self._name, ok=False, milliseconds=_since(started))
            log.warning("%s: %s; the local model answers.", self._name, trouble.reason)
            return await self._second.understand(utterance)
        await self._meters.count(self._name, ok=True, milliseconds=_since(started))
        return understood

    async def aclose(self) -> None:
        await self._first.aclose()


class MeteredJudge:
    """Lets ModelTrouble through: the activity retries it, and then a person gets the case with the reason."""

    def __init__(self, judge: HostedJudge, meters: Meters, name: str) -> None:
        self._judge = judge
        self._meters = meters
        self._name = name

    async def judge(self, claim: Claim) -> Judgement:
        started = time.monotonic()
        try:
            judgement = await self._judge.judge(claim)
        except ModelTrouble:
            await self._meters.count(self._name, ok=False, milliseconds=_since(started))
            raise
        await self._meters.count(self._name, ok=True, milliseconds=_since(started))
        return judgement

    async def aclose(self) -> None:
        await self._judge.aclose()


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
