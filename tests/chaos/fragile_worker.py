"""Workers that kill themselves at a planned step, and are there again at once: `python -m ... CONFIG.json`.

Each case has a worker, and a task queue, of its own: nobody dies of somebody else's step.

A step of a case is a command to MongoDB or a call to Stripe that names it: one step before it goes out, one when its
answer has come and nobody has acted on it yet. The parent has loaded everything and forks, so that a new life costs
milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import stripe
from pymongo import monitoring
from temporalio.client import Client
from temporalio.worker import Worker

import worker
from activities.graphs import refund as graph
from activities.refund import RefundActivities
from care import logs
from care.brains.protocols import Claim
from care.gateways import payments_for
from care.models.refund import Judgement
from care.policy import load_policy
from care.settings import Settings
from care.stores import over
from care.stores.mongo import connect
from care.temporal import data_converter
from tests.conftest import TEST_KEY
from workflows import refund as workflow
from workflows.graphs import graph_plugins

CASE = re.compile(r"K\d{4}")
# A case is written several times, each time under another version.
VERSION = re.compile(r"'version': \d+")
# Somebody who was killed is missed after this, and not after the product's more patient 10 to 60 seconds.
MISSED = timedelta(seconds=2)


class Steps(monitoring.CommandListener):
    """Writes each case's steps to a file that outlives us, and ends this life when the planned one first comes."""

    def __init__(self, folder: Path, plan: dict[str, str]) -> None:
        deaths = folder / "deaths"
        dead = deaths.read_text().split() if deaths.exists() else []
        self._plan = {case: step for case, step in plan.items() if case not in dead}
        self._file = (folder / "steps").open("a")
        self._deaths = deaths.open("a")
        # The case of a transaction, and what it did last: its commit names neither.
        self._transactions: dict[tuple[bytes, int], tuple[str, str]] = {}
        self._named: dict[int, tuple[str, str]] = {}
        self._lock = threading.Lock()

    def step(self, case: str, step: str) -> None:
        with self._lock:
            self._file.write(f"{case} {step}\n")
            self._file.flush()
            if self._plan.get(case) == step:
                self._deaths.write(f"{case}\n")
                self._deaths.flush()
                os.kill(os.getpid(), signal.SIGKILL)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        command, text = event.command, str(event.command)
        case, version = _case(text), VERSION.search(text)
        what = f"{event.command_name} {command[event.command_name]} {version.group() if version else ''}".strip()
        if "autocommit" in command:
            transaction = (bytes(command["lsid"]["id"]), command["txnNumber"])
            if case:
                self._transactions[transaction] = case, what
            elif transaction in self._transactions:
                case, last = self._transactions[transaction]
                what = f"{event.command_name} of {last}"
        if case:
            self._named[event.request_id] = case, what
            self.step(case, f"before {what}")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        if event.request_id in self._named:
            case, what = self._named.pop(event.request_id)
            self.step(case, f"after {what}")

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        self._named.pop(event.request_id, None)


def _case(text: str) -> str | None:
    found = CASE.search(text)
    return found.group() if found else None


class Calls(stripe.HTTPXClient):
    """Stripe's client; what it sends and gets are steps too."""

    steps: Steps

    async def request_async(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        case, what = _case(f"{url} {post_data}"), f"{method} {urlsplit(url).path}"
        if case:
            self.steps.step(case, f"before {what}")
        answer = await super().request_async(method, url, headers, post_data)
        if case:
            self.steps.step(case, f"after {what}")
        return answer


class Judge:
    """Sure of a claim unless its complaint says that nobody can be."""

    async def judge(self, claim: Claim) -> Judgement:
        if "unclear" in claim.complaint:
            return Judgement(decision="unclear", confidence=0.4, model="test")
        return Judgement(decision="valid", confidence=0.97, model="test")


async def life(config: dict[str, Any], folder: Path, case: str) -> None:
    steps = Steps(folder, config["plan"])
    monitoring.register(steps)
    Calls.steps = steps
    stripe.HTTPXClient = Calls  # type: ignore[misc]
    settings = Settings.model_validate(config["settings"])
    converter = data_converter(TEST_KEY)
    temporal = await Client.connect(settings.temporal_address, data_converter=converter)
    stores = over(connect(settings.mongodb_uri)[settings.mongodb_database])
    async with payments_for(settings, stores) as payments:
        policy = load_policy(None)
        cases = RefundActivities(stores, payments, policy)
        nodes = graph.RefundNodes(stores, Judge(), policy)
        async with Worker(
            temporal,
            task_queue=f"{settings.task_queue}-{case}",
            workflows=[workflow.RefundWorkflow],
            activities=cases.all,
            plugins=graph_plugins({"refund": graph.refund_graph(nodes)}),
            workflow_runner=worker.SANDBOX,
            max_cached_workflows=0,  # nobody waits for a dead worker's own queue
        ):
            await asyncio.Event().wait()


def impatient() -> None:
    for calls in (workflow.PAYMENT_CALL, graph._LOOK, graph._ASK):
        calls["start_to_close_timeout"] = MISSED


def main(path: Path) -> None:
    config = json.loads(path.read_text())
    impatient()
    living: dict[int, str] = {}

    def born(case: str) -> None:
        child = os.fork()
        if child:
            living[child] = case
            return
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        logs.configure("warning", "fragile")
        asyncio.run(life(config, path.parent, case))

    def stop(*_: object) -> None:
        for child in living:
            os.kill(child, signal.SIGKILL)
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    for case in config["cases"]:
        born(case)
    while True:
        child, status = os.wait()
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            sys.exit("a worker ended by itself")
        born(living.pop(child))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
