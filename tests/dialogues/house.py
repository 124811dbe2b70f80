"""The whole product for dialogues: application, worker and servers, with the local model or a stand-in for Groq."""

from __future__ import annotations

import asyncio
import base64
import itertools
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

import worker
from api.main import create_app
from care.models.customer import Role
from care.models.subscription import CancelSubscription, Frequency, Item, SubscriptionRequest
from care.settings import Settings
from tests.api.shop import Shop, Someone
from tests.conftest import TEST_KEY
from tests.dialogues import heard
from tests.dialogues.grammar import CATALOGUE
from tests.dialogues.script import Said
from tests.fakes import groq_server
from tests.fakes.wire import Answer, FakeServer

TRANSLATED = "~"  # before each sentence that the stand-in has put in another language
_TIMEOUT = 2.5  # seconds that Groq is given
# Enough for a conversation and what it sets in motion: a turn that is replayed takes four times as long.
_CACHED = 3
_RANGES = itertools.count(100_000, 100_000)
_SLOW = Answer(groq_server.USUAL.body, delay=2 * _TIMEOUT)


class StandIn:
    """Groq as a dialogue says that it answers. What it was asked besides is kept as `surprises`."""

    def __init__(self, server: FakeServer) -> None:
        self.surprises: list[str] = []
        self._text, self._answer = "", groq_server.USUAL
        self._words: str | None = None
        server.will_reply(groq_server.talking(self._understand, self._word))

    def hears(self, said: Said, text: str, in_shop: Callable[[str], str]) -> None:
        """The next message; `text` is what the customer really sends."""
        self._text, self._words = text, said.words and in_shop(said.words)
        if said.misbehaves:
            self._answer = _SLOW if said.misbehaves == "slow" else groq_server.MISBEHAVIOUR[said.misbehaves][0]
        elif said.heard:
            self._answer = heard.answer(said.heard, said.parts, in_shop)

    def _understand(self, data: dict[str, Any]) -> Answer:
        if data["message"] != self._text:
            self.surprises.append(f"Groq was asked about {data['message']!r}")
        return self._answer

    def _word(self, data: dict[str, Any]) -> Answer:
        """A "translation" that a dialogue can see and whose facts are the same, unless it says another."""
        worded = [self._words or f"{TRANSLATED} {sentence}" for sentence in data["sentences"]]
        return groq_server.worded(*worded, suggestions=data["suggestions"])


@dataclass
class House:
    """`agent` is a colleague at the desk."""

    shop: Shop
    agent: Someone
    stand_in: StandIn | None = None

    @property
    def model(self) -> str:
        return self.shop.settings.groq_model if self.stand_in else "local"

    async def restock(self) -> None:
        """The prices and the stock that every dialogue begins with."""
        for product in CATALOGUE.values():
            await self.shop.services.stores.products.put(product)


@asynccontextmanager
async def opened(mongodb_uri: str, temporal_address: str, groq: FakeServer | None = None) -> AsyncIterator[House]:
    name = uuid.uuid4().hex[:12]
    settings = Settings(
        _env_file=None,
        mongodb_uri=mongodb_uri,
        mongodb_database=f"test_dialogues_{name}",
        temporal_address=temporal_address,
        task_queue=f"care-dialogues-{name}",
        public_url="http://care.test",
        secret_key="a secret that only this test run has had",
        encryption_key=base64.b64encode(TEST_KEY).decode(),
        groq_api_key="key" if groq else None,
        groq_base_url=groq.url if groq else None,
        gemini_api_key=None,
        model_timeout_seconds=_TIMEOUT,
    )
    app, stop = create_app(settings), asyncio.Event()
    async with app.router.lifespan_context(app):
        shop = Shop(app, settings)
        # The Temporal server is shared, and its workflows are called after our ids.
        counters = [{"_id": prefix, "last": next(_RANGES)} for prefix in ("SUB", "REF", "CNV")]
        await shop.services.stores.database["counters"].insert_many(counters)
        house = House(shop, await shop.hires(Role.AGENT), StandIn(groq) if groq else None)
        await house.restock()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worker, "CAPACITY", worker.CAPACITY | {"max_cached_workflows": _CACHED})
            working = asyncio.create_task(worker.main(settings, stop))
            await _ready(shop)
        try:
            yield house
            await _out_of_the_cache(shop)
        finally:
            stop.set()
            await working
            await shop.close()
            await shop.services.stores.drop()


async def _ready(shop: Shop) -> None:
    visitor = shop.browser()
    async with asyncio.timeout(60):
        while (await visitor.get("/readyz")).status_code != 200:  # noqa: ASYNC110 it tells nobody
            await asyncio.sleep(0.1)


async def _out_of_the_cache(shop: Shop) -> None:
    """Has other workflows take the places of those that a stopped worker would leave half-run in memory, which the
    clean-up of the LangGraph plugin does not survive; and ends these."""
    last = await shop.welcomes()
    milk = [Item(sku=CATALOGUE["milk"].sku, quantity=1)]
    wish = SubscriptionRequest(customer_id=last.customer_id, items=milk, frequency=Frequency.MONTHLY, delivery_day=1)
    subscriptions = [await shop.services.client.subscribe(wish) for _ in range(_CACHED)]
    for each in subscriptions:
        await shop.services.client.cancel_subscription(each.subscription_id, CancelSubscription())
