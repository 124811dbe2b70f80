"""The worker: the composition root where workflows, activities and graphs meet their clients.

`python worker.py [--data-dir DIR]`, or `care worker`. Any number of them share the work.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import structlog
from langgraph.graph import StateGraph
from temporalio.client import Client
from temporalio.worker import PollerBehaviorSimpleMaximum, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.conversation import ConversationActivities
from activities.graphs.conversation import conversation_graph
from activities.graphs.conversation_nodes import ConversationNodes
from activities.graphs.refund import RefundNodes, refund_graph
from activities.measured import MeasuredActivities
from activities.refund import RefundActivities
from activities.subscription import SubscriptionActivities
from activities.tracing import ActivityTracing
from care import logs, tracing_setup
from care.brains import ChatBrains, chat_brains, close, judge_for
from care.brains.protocols import EvidenceJudge
from care.dispatch import Dispatcher
from care.errors import CareError, SetupError
from care.gateways import payments_for
from care.gateways.mail import mail_for
from care.gateways.payments import PaymentGateway
from care.gateways.watched import Watched
from care.gateways.webhooks import HttpPoster
from care.links import Links
from care.metrics.endpoint import SdkMetrics, serving
from care.metrics.worker import MeasuredMeters, WorkerMetrics
from care.models.policy import RefundPolicy
from care.order_changes import settle_changes
from care.ordering import pay_back_cancelled
from care.policy import load_policy
from care.process import keep_what_is_loaded
from care.production import refuse_unsafe
from care.settings import Settings, load
from care.stores import CONNECTION_ERRORS, Stores, open_stores
from care.stores.migrating import refuse_unmigrated
from care.temporal import connect
from care.webhooks import Webhooks
from workflows.client import CareClient
from workflows.conversation import ConversationWorkflow
from workflows.graphs import graph_plugins
from workflows.patches import is_set
from workflows.refund import RefundWorkflow
from workflows.subscription import SubscriptionWorkflow
from workflows.tracing import WorkflowTracing

T = TypeVar("T")

PATIENCE = 60.0  # seconds a worker waits at its start for servers that are not there yet
ROUND = 30.0  # seconds between two looks for orders whose money has yet to move
# What runs at SIGTERM may finish; the rest is retried by another worker. With the dispatcher's time, less than the
# 15 seconds of `care up`.
GRACE = timedelta(seconds=8)

# Each workflow would else hold its own copy of our workflow modules, which weighs more than the workflow: 160 KB
# against 75 (bench/memory.py). They keep no state; the workers of the tests share nothing, and see to it that no
# workflow asks a clock.
SANDBOX = SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules("workflows"))

# Measured in bench/, on two cores (docs/performance.md, "What was chosen"). A larger cache costs memory, some 100 KB a
# workflow, and only saves replays of workflows that sleep for days anyway. 600 deliveries that were due at once went
# at 58 a second with 20 pollers of each kind, 63 with 5, and 59 where they scale by themselves: the same, as rounds
# differ by a fifth. So did 15 (62), 40 (58) and 100 (61) local activities at once; with 200 each took so long, on a
# busy machine, that some ran into their five seconds, and were made again as activities.
CAPACITY: dict[str, Any] = {
    "max_cached_workflows": 700,
    "max_concurrent_workflow_tasks": 200,
    "max_concurrent_activities": 200,
    "max_concurrent_local_activities": 40,
    "workflow_task_poller_behavior": PollerBehaviorSimpleMaximum(maximum=20),
    "activity_task_poller_behavior": PollerBehaviorSimpleMaximum(maximum=20),
}

log = structlog.get_logger("worker")


async def main(settings: Settings, stop: asyncio.Event, loaded: Callable[[], None] = lambda: None) -> None:
    """Runs until `stop` is set; `loaded` is called once all is there. Raises SetupError if a server cannot be reached
    for a minute, and before a migration that this version needs."""
    async with AsyncExitStack() as stack:

        def opened() -> Awaitable[Stores]:
            return stack.enter_async_context(open_stores(settings.mongodb_uri, settings.mongodb_database))

        metrics = WorkerMetrics()
        sdk = SdkMetrics() if settings.metrics_port else None
        if settings.metrics_port and sdk:
            stack.enter_context(serving(metrics.registry, sdk, settings.metrics_host, settings.metrics_port))
        stores = await _patiently(opened, CONNECTION_ERRORS, "MongoDB")
        await refuse_unmigrated(stores)
        where = f"Temporal at {settings.temporal_address}"
        runtime = sdk.runtime if sdk else None
        temporal = await _patiently(lambda: connect(settings, stores, runtime=runtime), RuntimeError, where)
        payments = Watched(await stack.enter_async_context(payments_for(settings, stores)))
        meters = MeasuredMeters(stores.meters, metrics)
        brains = chat_brains(settings, meters, stores.budgets, metrics.used_up)
        stack.push_async_callback(brains.aclose)
        judge = judge_for(settings, meters, stores.budgets, metrics.used_up)
        stack.push_async_callback(close, judge)
        links = _links(settings)
        dispatcher = _dispatcher(settings, stores, links, metrics)
        policy = load_policy(settings.policy_file)
        await stores.policies.put(policy)
        async with _worker(settings, temporal, stores, brains, judge, payments, policy, links, metrics):
            log.info("ready", task_queue=settings.task_queue)
            await brains.understanding.warm()  # nobody should wait for it, when it is alone or has to fill in
            loaded()
            async with asyncio.TaskGroup() as group:
                group.create_task(tend(stores, payments, stop))
                group.create_task(dispatcher.run(stop))
            log.info("stopping")


async def tend(stores: Stores, payments: PaymentGateway, stop: asyncio.Event) -> None:
    """Until `stop`: now and every half a minute, pays back what a cancellation owes that was cut off half-way, and goes
    on with changes of orders that were."""
    while not stop.is_set():
        for settle in (pay_back_cancelled, settle_changes):
            try:
                await settle(stores, payments)
            except CONNECTION_ERRORS as error:
                log.warning("database_lost", error=type(error).__name__)  # the next round finds the same debts
            except CareError as error:
                log.warning("not_paid_back", error=type(error).__name__)  # and so does it here
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), ROUND)


def _dispatcher(settings: Settings, stores: Stores, links: Links | None, metrics: WorkerMetrics) -> Dispatcher:
    production = settings.env == "production"
    webhooks = Webhooks(stores, settings.key_ring(), production=production)
    poster = HttpPoster(production=production)
    return Dispatcher(stores, mail_for(settings), poster, webhooks, settings.public_url, links, metrics.message)


def _worker(
    settings: Settings,
    temporal: Client,
    stores: Stores,
    brains: ChatBrains,
    judge: EvidenceJudge,
    payments: PaymentGateway,
    policy: RefundPolicy,
    links: Links | None,
    metrics: WorkerMetrics,
) -> Worker:
    cases = CareClient(
        *(temporal, stores, policy, payments),
        task_queue=settings.task_queue,
        allow_subdaily=settings.allow_subdaily,
        delivery_spread=settings.delivery_spread,
    )
    subscription = SubscriptionActivities(stores, payments, links)
    refund = RefundActivities(stores, payments, policy, links)
    refunds = RefundNodes(stores, judge, policy)
    conversations = ConversationNodes(stores, brains.understanding, cases, payments, policy, brains.wording)
    graphs: dict[str, StateGraph[Any, Any, Any, Any]] = {
        "refund": refund_graph(refunds),
        "conversation": conversation_graph(conversations),
    }
    return Worker(
        temporal,
        task_queue=settings.task_queue,
        workflows=[SubscriptionWorkflow, RefundWorkflow, ConversationWorkflow],
        activities=[*subscription.all, *refund.all, *ConversationActivities(stores).all],
        plugins=graph_plugins(graphs),
        interceptors=[ActivityTracing(), WorkflowTracing(), MeasuredActivities(metrics)],
        workflow_runner=SANDBOX,
        graceful_shutdown_timeout=GRACE,
        patch_activation_callback=is_set,
        **CAPACITY,
    )


def _links(settings: Settings) -> Links | None:
    """None, said once in the log, without a key to sign with: reminders go out all the same."""
    try:
        return Links(settings)
    except SetupError:
        log.warning("reminders_without_skip_links", fix="set CARE_SECRET_KEY to the key of the web processes")
        return None


async def _patiently(
    attempt: Callable[[], Awaitable[T]], errors: type[Exception] | tuple[type[Exception], ...], what: str
) -> T:
    """Tries again every second: at a start of the whole, the servers may come up after their worker."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await attempt()
        except errors:
            if asyncio.get_running_loop().time() > deadline:
                raise SetupError(
                    f"{what} cannot be reached: check that it runs and that the address is right."
                ) from None
        await asyncio.sleep(1)


def run(settings: Settings) -> None:
    """Until SIGINT or SIGTERM; a second one ends at once. Raises SetupError."""
    settings.key_ring()
    refuse_unsafe(settings)
    logs.configure(settings.log_level, "worker")
    end_tracing = tracing_setup.configure(settings, "worker")

    async def until_told() -> None:
        stop = asyncio.Event()
        loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)

        def told() -> None:
            stop.set()
            for number in signals:
                loop.remove_signal_handler(number)  # what is not handled ends the process
                signal.signal(number, signal.SIG_DFL)

        for number in signals:
            loop.add_signal_handler(number, told)
        await main(settings, stop, keep_what_is_loaded)

    try:
        asyncio.run(until_told())
    finally:
        end_tracing()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Run one CARE worker.")
    arguments.add_argument("--data-dir", type=Path, help="join what `care up` runs on this directory")
    arguments.add_argument("--metrics-port", type=int, help="show metrics on this port of CARE_METRICS_HOST")
    given = arguments.parse_args()
    asked = {"metrics_port": given.metrics_port} if given.metrics_port else {}
    try:
        run(load(given.data_dir, **asked))
    except SetupError as error:
        sys.exit(f"care: {error}")
