"""A shop with one delivered order, and a worker that runs refunds on real stores; only the judge is made up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.graphs.refund import RefundNodes, RefundState, refund_graph
from activities.refund import RefundActivities
from activities.tracing import ActivityTracing
from care.brains.protocols import Claim
from care.errors import ModelTrouble
from care.gateways.ledger import LedgerGateway
from care.gateways.payments import PaymentGateway
from care.models.customer import Account, Role
from care.models.order import OrderStatus
from care.models.policy import RefundPolicy
from care.models.refund import Band, Judgement, Refund, RefundStatus, Wanted
from care.policy import load_policy
from care.rules.refund_waiting import wakes_at
from care.stores import Stores
from care.temporal import refund_workflow_id
from tests.stores.make import AT, customer, eur, evidence, order, product, refund
from workflows.graphs import graph_plugins
from workflows.refund import RefundWorkflow
from workflows.tracing import WorkflowTracing

POLICY = load_policy(None)
SURE = Judgement(decision="valid", confidence=0.97, findings=["The carton is crushed."], model="test")
UNSURE = Judgement(decision="unclear", confidence=0.4, model="test")
SMALL, LARGE = 1500, 25_000


@dataclass
class Judge:
    """Answers what it is told to, one answer a call and the last one for ever."""

    answers: list[Judgement | ModelTrouble] = field(default_factory=lambda: [SURE])
    claims: list[Claim] = field(default_factory=list)
    # Where the next verdicts lead, whatever the policy makes of the answers.
    bands: list[tuple[Band, Wanted | None]] = field(default_factory=list)

    async def judge(self, claim: Claim) -> Judgement:
        self.claims.append(claim)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, ModelTrouble):
            raise answer
        return answer


class Nodes(RefundNodes):
    """The real ones, but for the band of a verdict where the judge was told one."""

    def __init__(self, stores: Stores, judge: Judge, policy: RefundPolicy) -> None:
        super().__init__(stores, judge, policy)
        self._bands = judge.bands

    async def refund_decision(self, state: RefundState) -> dict[str, Any]:
        concluded = await super().refund_decision(state)
        if self._bands:
            band, wanted = self._bands.pop(0)
            concluded["verdict"] |= {"decision": "uncertain", "band": band.value, "wanted": wanted and wanted.value}
        return concluded


@dataclass
class Shop:
    client: Client
    stores: Stores
    judge: Judge
    task_queue: str

    async def open(self, claim: Refund) -> WorkflowHandle[RefundWorkflow, Refund]:
        """Starts the case as the client does, and waits until its amount is reserved."""
        start = WithStartWorkflowOperation(
            RefundWorkflow.run,
            claim,
            id=refund_workflow_id(claim.refund_id),
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        await self.client.execute_update_with_start_workflow(RefundWorkflow.opened, start_workflow_operation=start)
        return self.client.get_workflow_handle_for(RefundWorkflow.run, refund_workflow_id(claim.refund_id))

    async def money(self) -> tuple[int, int]:
        """What is reserved and what is refunded of ORD1, in cents."""
        stored = await self.stores.orders.get("ORD1")
        assert stored.reserved + stored.refunded <= stored.total
        return stored.reserved.amount, stored.refunded.amount

    async def paid_back(self, account: str = "customer:CUST001:card") -> int:
        """What the ledger has moved to the account, in cents."""
        assert set((await self.stores.ledger.total()).values()) <= {0}
        return (await self.stores.ledger.balance(account)).get("EUR", 0)

    async def told(self) -> list[str]:
        """Kinds of notifications, oldest first."""
        return [each.kind for each in reversed((await self.stores.notifications.page("CUST001")).items)]


async def hire(stores: Stores, email: str, role: Role) -> None:
    await stores.accounts.add(Account(email=email, password_hash="x", role=role, created_at=AT))


def claim(refund_id: str = "REF001", *, price: int = SMALL, **given: Any) -> Refund:
    """All of ORD1 is damaged, and a photo shows it."""
    at = datetime.now(UTC)
    fields: dict[str, Any] = {"evidence_ids": ["EV001"], "created_at": at, "updated_at": at}
    return refund(refund_id, items={"MILK": 1}, price=price, **fields | given)


@asynccontextmanager
async def shop(
    client: Client,
    stores: Stores,
    task_queue: str,
    *,
    price: int = SMALL,
    policy: RefundPolicy = POLICY,
    gateway: Callable[[PaymentGateway], PaymentGateway] = lambda real: real,
) -> AsyncIterator[Shop]:
    at = datetime.now(UTC)
    await stores.customers.put(customer())
    await stores.products.put(product(price=price))
    bought = order(items={"MILK": 1}, price=price, status=OrderStatus.DELIVERED, placed_at=at, delivered_at=at)
    await stores.orders.put(bought.model_copy(update={"shipping": eur(0)}))
    for number in (1, 2):
        await stores.evidence.put(evidence(f"EV00{number}"), b"jpg")
    judge = Judge()
    cases = RefundActivities(stores, gateway(LedgerGateway(stores.ledger)), policy)
    nodes = Nodes(stores, judge, policy)
    async with Worker(
        client,
        task_queue=task_queue,
        workflows=[RefundWorkflow],
        activities=cases.all,
        plugins=graph_plugins({"refund": refund_graph(nodes)}),
        interceptors=[ActivityTracing(), WorkflowTracing()],
        max_cached_workflows=0,  # see tests/workflows/recording.py
    ):
        try:
            yield Shop(client, stores, judge, task_queue)
        finally:
            # The server is shared: the next test opens a case of the same id.
            with contextlib.suppress(RPCError, WorkflowUpdateFailedError, WorkflowFailureError):
                left = client.get_workflow_handle_for(RefundWorkflow.run, refund_workflow_id("REF001"))
                await left.execute_update(RefundWorkflow.withdraw)
                await left.result()


async def until(
    handle: WorkflowHandle[RefundWorkflow, Refund], *wanted: RefundStatus, event: str | None = None, times: int = 1
) -> Refund:
    """Asks the workflow until its case has one of these statuses, and its timeline ends with `event`, there `times`."""
    async with asyncio.timeout(30):
        while True:
            case = await handle.query(RefundWorkflow.state)
            events = [line.event for line in case.timeline]
            if case.status in wanted and (event is None or (events[-1:] == [event] and events.count(event) >= times)):
                return case
            await asyncio.sleep(0.02)


async def silence(time_skipping: WorkflowEnvironment, handle: WorkflowHandle[RefundWorkflow, Refund]) -> None:
    """Nobody does anything until the case's next deadline has passed."""
    case = await handle.query(RefundWorkflow.state)
    wakes = case.retry_at or wakes_at(case)
    assert wakes, f"nothing happens by itself while a case is {case.status}"
    await time_skipping.sleep(wakes - await time_skipping.get_current_time() + timedelta(seconds=1))


async def in_review(
    shop: Shop, opened: Refund, *, judgement: Judgement = UNSURE
) -> WorkflowHandle[RefundWorkflow, Refund]:
    """A case that waits for a person, as its judge was not sure."""
    shop.judge.answers = [judgement]
    handle = await shop.open(opened)
    await until(handle, RefundStatus.IN_REVIEW)
    return handle


def in_clear(handle: WorkflowHandle[Any, Any], client: Client) -> WorkflowHandle[Any, Any]:
    """The workflow as the `temporal` command and the Web UI reach it: without our models, without our encryption."""
    return Client(client.service_client, namespace=client.namespace).get_workflow_handle(handle.id)


def refused_as(error: WorkflowUpdateFailedError) -> str | None:
    """The class name of the CareError in a refused update."""
    assert isinstance(error.cause, ApplicationError)
    return error.cause.type
