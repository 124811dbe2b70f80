"""A storm over a whole deployment: customers and agents go on asking for things while everything around them fails.

Processes are killed, links cut and slowed, MongoDB's disk fills up, clocks jump, models fail; then all is made whole,
what was asked for is answered, and the books are audited. Each fault comes once, and briefly; in the long form, by
`make chaos`, CARE_STORM_ROUNDS times. CARE_STORM_SEED draws another schedule, and the same one again; it is printed.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from care.stores import open_stores
from care.temporal import connect
from tests.chaos.asking import Record
from tests.chaos.auditor import Shop, audited, read
from tests.chaos.cluster import DATABASE, Cluster, cluster
from tests.chaos.faults import Disk, Fault, Step, model_fails, schedule, small_disk
from tests.chaos.load import Load
from tests.chaos.shop import opened
from tests.fakes import gemini_server, groq_server
from tests.fakes.wire import HTML, Answer, FakeServer, Seen, running
from tests.running import PATIENCE

ROUNDS = int(os.environ.get("CARE_STORM_ROUNDS", "0"))
SEED = int(os.environ.get("CARE_STORM_SEED", "7"))
CUSTOMERS = 3 if ROUNDS else 2
LONGEST = 3.0 if ROUNDS else 1.0  # seconds that a fault lasts
WISHES = {"/subscription", "/refund", "/review", "/chat"}
CALM = timedelta(seconds=10 if ROUNDS else 5)  # before the first fault: all kinds of wishes are under way when it comes


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk | None]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


@pytest.fixture
def groq() -> Iterator[FakeServer]:
    with running(FakeServer(groq_server.USUAL), groq_server.PATH) as server:
        server.will_reply(understanding)
        yield server


@pytest.fixture
def gemini() -> Iterator[FakeServer]:
    with running(FakeServer(gemini_server.USUAL), gemini_server.PATH) as server:
        yield server


@pytest.fixture
def shop(tmp_path: Path, disk: Disk | None, groq: FakeServer, gemini: FakeServer) -> Iterator[Cluster]:
    models = {"GROQ_API_KEY": "gsk_test", "GROQ_BASE_URL": groq.url}
    models |= {"GEMINI_API_KEY": "test", "GEMINI_BASE_URL": gemini.url}
    settings = {f"CARE_{name}": value for name, value in models.items()}
    folder = disk.folder / "mongodb" if disk else None
    with cluster(tmp_path / "cluster", clocks=("worker",), mongodb_folder=folder, settings=settings) as started:
        yield started


@pytest.mark.timeout(600 + 300 * ROUNDS)
def test_whatever_fails_in_the_storm_the_books_are_right_and_nobody_was_told_a_falsehood(
    shop: Cluster, disk: Disk | None, groq: FakeServer, gemini: FakeServer
) -> None:
    models = [
        model_fails(groq, "Groq", HTML, understanding),
        model_fails(groq, "Groq", groq_server.OVERLOADED, understanding),
        model_fails(gemini, "Gemini", gemini_server.failing(503, "UNAVAILABLE"), lambda _: gemini_server.USUAL),
    ]
    steps = schedule(shop, seed=SEED, rounds=max(ROUNDS, 1), longest=LONGEST, disk=disk, more=models)
    print(f"CARE_STORM_SEED={SEED} CARE_STORM_ROUNDS={ROUNDS}", *steps, sep="\n  ")  # noqa: T201  to be repeated
    if disk is None:
        print("  and no full disk: only root can mount a small one")  # noqa: T201
    people = asyncio.run(opened(shop.mongodb_uri, database=DATABASE, customers=CUSTOMERS))
    before = books(shop)
    until = datetime.now(UTC) + 2 * CALM + timedelta(seconds=sum(step.seconds for step in steps))
    load = Load(webs=shop.urls, people=people, seed=SEED, until=until, temporal=lambda: shop.temporal_address)
    load.start()
    try:
        time.sleep(CALM.total_seconds())
        blow(shop, steps)
    finally:
        shop.restore()
        until_all_is_done(load)
        load.stop()
    time.sleep(max((until - datetime.now(UTC)).total_seconds(), 0))
    wrong = asyncio.run(differences(shop, load, before))
    assert wrong == [], "\n".join([*wrong, *about(load.record, wrong)])
    assert done(load) >= WISHES, "not everybody got something done"


def blow(shop: Cluster, steps: list[Step]) -> None:
    """Begins and ends each fault; one that lingers goes on through the next. Who ends by itself is started again."""
    lingering: list[Fault] = []
    for step in steps:
        print(f"{datetime.now(UTC):%T} {step}")  # noqa: T201  to be held against the logs
        step.fault.begin()
        end = time.monotonic() + step.seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 1.0))
            shop.start_the_fallen()
        for fault in [*lingering, *([] if step.lingers else [step.fault])]:
            fault.end()
        lingering = [step.fault] if step.lingers else []
    for fault in lingering:
        fault.end()


def understanding(request: Seen) -> Answer:
    """What Groq makes of the sentences of tests/chaos/load_chats.py."""
    return groq_server.talking(_understood)(request)


def _understood(data: dict[str, Any]) -> Answer:
    message = data["message"]
    named: dict[str, Any] = {
        "order_ids": re.findall(r"ORD-\S+\b", message),
        "subscription_ids": re.findall(r"SUB\d+", message),
    }
    intents = {
        "Where": "ORDER_STATUS",
        "Please": "CANCEL_ORDER",
        "Skip": "SUBSCRIPTION_MANAGE",
        "How": "WALLET_ISSUE",
    }
    return groq_server.understood((intents.get(message.split()[0], "OTHER"), 0.95), **named)


def books(shop: Cluster) -> Shop:
    with MongoClient[dict[str, Any]](shop.mongodb_uri, tz_aware=True) as client:
        return read(client[DATABASE])


async def differences(shop: Cluster, load: Load, before: Shop) -> list[str]:
    settings = shop.read_settings()
    async with open_stores(settings.mongodb_uri, DATABASE) as stores:
        temporal = await connect(settings, stores)
        with MongoClient[dict[str, Any]](shop.mongodb_uri, tz_aware=True) as client:
            return await audited(client[DATABASE], temporal, load.record, before)


def about(record: Record, wrong: list[str]) -> Iterator[str]:
    """What was asked about each subscription and case that is named in what is wrong, try by try."""
    for one in sorted(set(re.findall(r"\b(?:SUB|REF)\d+", " ".join(wrong)))):
        for call in record.calls:
            if one in call.path or one in str(call.answer)[:200]:
                tries = [f"{each.at:%T.%f} {each.web[-5:]} {each.status} {each.said}" for each in call.tries]
                yield f"{one}: {call.began:%T.%f} {call} {tries}"


def until_all_is_done(load: Load) -> None:
    """On a busy machine a short storm may be over before every kind of wish was granted once."""
    deadline = time.monotonic() + PATIENCE
    while not done(load) >= WISHES and time.monotonic() < deadline:
        time.sleep(0.5)


def done(load: Load) -> set[str]:
    """Where calls were answered that change something, as the first part of their paths."""
    return {"/" + call.path.split("/")[1] for call in load.record.calls if call.done and call.method == "POST"}
