"""What every message and claim costs is counted and bounded, and a chat falls back to the local model."""

from __future__ import annotations

import logging
import time
from typing import Protocol

from care.brains.budget import Budget
from care.brains.hosted import Meters, Prices
from care.brains.protocols import Claim, Payer, Saying, Spent, Understanding, Utterance, Worded
from care.brains.watched import watched
from care.errors import ModelTrouble
from care.models.refund import Judgement
from care.models.understanding import Understood

LOCAL = "local"

log = logging.getLogger(__name__)


class LocalModel(Understanding, Protocol):
    async def warm(self) -> None: ...


class HostedUnderstanding(Protocol):
    async def understand(self, utterance: Utterance, spent: Spent | None = None) -> Understood:
        """Raises ModelTrouble. Adds to `spent` what the answers took."""
        ...


class HostedWording(Protocol):
    async def word(self, saying: Saying, seconds: float, spent: Spent | None = None) -> Worded:
        """Raises ModelTrouble. Adds to `spent` what the answers took."""
        ...


class HostedJudge(Protocol):
    async def judge(self, claim: Claim, spent: Spent | None = None) -> Judgement:
        """Raises ModelTrouble. Adds to `spent` what the answer took, whether it can be used or not."""
        ...

    async def aclose(self) -> None: ...


class MeteredUnderstanding:
    """Asks the hosted model, if there is one and the conversation may cost more; else, and on trouble, the local one
    answers, and its answer names it.

    A hosted model is on the meter itself, call by call.
    """

    def __init__(
        self, hosted: HostedUnderstanding | None, local: LocalModel, meters: Meters, budget: Budget | None = None
    ) -> None:
        self._hosted = hosted
        self._local = local
        self._meters = meters
        self._budget = budget

    async def understand(self, utterance: Utterance) -> Understood:
        if self._hosted and not await _used_up(self._budget, utterance.payer):
            spent = Spent()
            try:
                return await self._hosted.understand(utterance, spent)
            except ModelTrouble as trouble:
                log.warning("%s; the local model answers.", trouble.reason)
            finally:
                await _pay(self._budget, utterance.payer, spent.tokens)
        started = time.monotonic()
        with watched(LOCAL):
            understood = await self._local.understand(utterance)
        await self._meters.count(LOCAL, ok=True, milliseconds=_since(started))
        return understood

    async def warm(self) -> None:
        """Loads the local model now, so that nobody waits for it when it has to answer."""
        await self._local.warm()


class MeteredWording:
    """A reply is worded while the conversation may cost more, as its message was read by the hosted model."""

    def __init__(self, hosted: HostedWording, budget: Budget | None = None) -> None:
        self._hosted = hosted
        self._budget = budget

    async def word(self, saying: Saying, seconds: float) -> Worded:
        if await _used_up(self._budget, saying.payer):
            raise ModelTrouble("this conversation has cost enough", retryable=False)
        spent = Spent()
        try:
            return await self._hosted.word(saying, seconds, spent)
        finally:
            await _pay(self._budget, saying.payer, spent.tokens)


class MeteredJudge:
    """Lets ModelTrouble through: the activity retries it, and then a person gets the case with the reason. The budget
    counts the times that it was asked."""

    def __init__(
        self, judge: HostedJudge, meters: Meters, name: str, prices: Prices, budget: Budget | None = None
    ) -> None:
        self._judge = judge
        self._meters = meters
        self._name = name
        self._prices = prices
        self._budget = budget

    async def judge(self, claim: Claim) -> Judgement:
        if await _used_up(self._budget, claim.payer):
            raise ModelTrouble("the model has looked at this often enough", retryable=False)
        await _pay(self._budget, claim.payer, 1)
        started = time.monotonic()
        with watched(self._name) as spent:
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


async def _used_up(budget: Budget | None, payer: Payer | None) -> bool:
    return budget is not None and payer is not None and await budget.is_used_up(payer)


async def _pay(budget: Budget | None, payer: Payer | None, amount: int) -> None:
    if budget and payer and amount:
        await budget.spend(payer, amount)


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
