"""What every message and claim costs is counted, and a chat falls back to the local model."""

from __future__ import annotations

import logging
import time
from typing import Protocol

from care.brains.hosted import Meters, Prices
from care.brains.protocols import Claim, Spent, Understanding, Utterance
from care.errors import ModelTrouble
from care.models.refund import Judgement
from care.models.understanding import Understood

LOCAL = "local"

log = logging.getLogger(__name__)


class LocalModel(Understanding, Protocol):
    async def warm(self) -> None: ...


class HostedJudge(Protocol):
    async def judge(self, claim: Claim, spent: Spent | None = None) -> Judgement:
        """Raises ModelTrouble. Adds to `spent` what the answer took, whether it can be used or not."""
        ...

    async def aclose(self) -> None: ...


class MeteredUnderstanding:
    """Asks the hosted model, if there is one; on trouble the local one answers, and its answer names it.

    A hosted model is on the meter itself, call by call.
    """

    def __init__(self, hosted: Understanding | None, local: LocalModel, meters: Meters) -> None:
        self._hosted = hosted
        self._local = local
        self._meters = meters

    async def understand(self, utterance: Utterance) -> Understood:
        if self._hosted:
            try:
                return await self._hosted.understand(utterance)
            except ModelTrouble as trouble:
                log.warning("%s; the local model answers.", trouble.reason)
        started = time.monotonic()
        understood = await self._local.understand(utterance)
        await self._meters.count(LOCAL, ok=True, milliseconds=_since(started))
        return understood

    async def warm(self) -> None:
        """Loads the local model now, so that nobody waits for it when it has to answer."""
        await self._local.warm()


class MeteredJudge:
    """Lets ModelTrouble through: the activity retries it, and then a person gets the case with the reason."""

    def __init__(self, judge: HostedJudge, meters: Meters, name: str, prices: Prices) -> None:
        self._judge = judge
        self._meters = meters
        self._name = name
        self._prices = prices

    async def judge(self, claim: Claim) -> Judgement:
        started, spent = time.monotonic(), Spent()
        try:
            judgement = await self._judge.judge(claim, spent)
        except ModelTrouble:
            await self._count(spent, started, ok=False)
            raise
        await self._count(spent, started, ok=True)
        return judgement

    async def _count(self, spent: Spent, started: float, *, ok: bool) -> None:
        usage = self._prices.usage(spent.tokens_in, spent.tokens_out)
        await self._meters.count(self._name, ok=ok, milliseconds=_since(started), usage=usage)

    async def aclose(self) -> None:
        await self._judge.aclose()


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
