"""Asking a hosted model: within a time, at most twice, not at all while it fails, and every call on the meter."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeVar

from care.brains.protocols import Spent
from care.brains.watched import watched
from care.errors import ModelTrouble
from care.models.analytics import Usage
from care.rules.breaker import Breaker

T = TypeVar("T")

# With less time left than this, an answer would hardly come before the end: the local model answers instead.
SECOND_TRY_SECONDS = 0.8

log = logging.getLogger(__name__)


class Question(NamedTuple):
    """What is asked: our instructions, the data they are about, and the JSON schema of the answer under its name."""

    name: str
    schema: dict[str, Any]
    instructions: str
    data: dict[str, Any]


class Answer(NamedTuple):
    """What a model wrote, and the tokens that it took; `trouble` where it wrote nothing that can be used."""

    text: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    trouble: str | None = None


class Prices(NamedTuple):
    """Millionths of `currency` for a million tokens: $0.10 is 100,000."""

    tokens_in: int = 0
    tokens_out: int = 0
    currency: str = "USD"

    def usage(self, tokens_in: int, tokens_out: int) -> Usage:
        """So many tokens, and what they cost."""
        cost = tokens_in * self.tokens_in + tokens_out * self.tokens_out
        return Usage(tokens_in=tokens_in, tokens_out=tokens_out, cost=cost, currency=self.currency)


class Meters(Protocol):
    async def count(
        self, name: str, *, ok: bool, milliseconds: int, retry: bool = False, usage: Usage | None = None
    ) -> None:
        """One model call of the day, for analytics. `retry`: it repeats one that failed."""
        ...

    async def rests(self, name: str, seconds: float) -> None:
        """The model is left alone for so long, because it fails."""
        ...


class Client(Protocol):
    async def ask(self, question: Question, seconds: float) -> Answer:
        """Raises ModelTrouble."""
        ...

    async def aclose(self) -> None: ...


class Hosted:
    """One model at one provider. All that ask it share this, so that they stop together when it fails.

    `clock` gives seconds that never go back.
    """

    def __init__(
        self,
        client: Client,
        meters: Meters,
        name: str,
        prices: Prices,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._meters = meters
        self._name = name
        self._prices = prices
        self._clock = clock
        self._breaker = Breaker()

    async def ask(self, question: Question, read: Callable[[str], T], seconds: float, spent: Spent | None = None) -> T:
        """What `read` makes of the answer. Asks once more after an unusable answer or a failure that may pass. Adds to
        `spent` what the answers took, whether they can be used or not.

        Raises ModelTrouble, after `seconds` at the latest. `read` raises it for what it cannot use.
        """
        spent = spent or Spent()
        end = self._clock() + seconds
        try:
            return await self._call(question, read, seconds, spent)
        except ModelTrouble as trouble:
            left = end - self._clock()
            if not trouble.retryable or trouble.wait is not None or left < SECOND_TRY_SECONDS:
                raise
        return await self._call(question, read, left, spent, retry=True)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _call(
        self, question: Question, read: Callable[[str], T], seconds: float, spent: Spent, retry: bool = False
    ) -> T:
        with watched(self._name, retry=retry, breaker=self._breaker.state(self._clock())) as took:
            try:
                return await self._answered(question, read, seconds, took, retry)
            finally:
                spent.tokens_in += took.tokens_in
                spent.tokens_out += took.tokens_out

    async def _answered(
        self, question: Question, read: Callable[[str], T], seconds: float, took: Spent, retry: bool
    ) -> T:
        began = self._clock()
        if not self._breaker.admits(began):
            raise ModelTrouble(f"{self._name} is left alone for a while", retryable=False)
        answer = Answer()
        try:
            answer = await self._client.ask(question, seconds)
            took.tokens_in, took.tokens_out = answer.tokens_in, answer.tokens_out
            result = read(_text(answer))
        except ModelTrouble as trouble:
            await self._failed(trouble)
            await self._count(answer, began, retry, ok=False)
            raise
        self._breaker.succeeded()
        await self._count(answer, began, retry, ok=True)
        return result

    async def _failed(self, trouble: ModelTrouble) -> None:
        now = self._clock()
        if self._breaker.failed(now, trouble.wait):
            rest = self._breaker.rest(now)
            log.warning("%s: %s; left alone for %d s.", self._name, trouble.reason, rest)
            await self._meters.rests(self._name, rest)

    async def _count(self, answer: Answer, began: float, retry: bool, *, ok: bool) -> None:
        usage = self._prices.usage(answer.tokens_in, answer.tokens_out)
        milliseconds = round((self._clock() - began) * 1000)
        await self._meters.count(self._name, ok=ok, milliseconds=milliseconds, retry=retry, usage=usage)


def _text(answer: Answer) -> str:
    if answer.trouble:
        raise ModelTrouble(answer.trouble, retryable=True)
    return answer.text
