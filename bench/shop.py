"""A small shop on bare servers, with what the benchmarks need: customers, milk, a client, and a worker of our own."""

from __future__ import annotations

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from langgraph.graph import StateGraph
from temporalio.client import Client
from temporalio.worker import Worker

from activities.conversation import ConversationActivities
from activities.graphs.conversation import conversation_graph
from activities.graphs.conversation_nodes import ConversationNodes
from activities.graphs.refund import RefundNodes, refund_graph
from activities.refund import RefundActivities
from activities.subscription import SubscriptionActivities
from bench.yardsticks import RUNNER, YARDSTICKS, nothing
from care.brains.local import LocalUnderstanding
from care.brains.protocols import Claim
from care.gateways.ledger import LedgerGateway
from care.models.customer import Account, Customer, Role
from care.models.evidence import Evidence, Facts
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus, Product
from care.models.refund import Judgement
from care.policy import load_policy
from care.settings import Settings
from care.stores import Stores
from care.temporal import subscription_workflow_id
from worker import CAPACITY
from workflows.client import CareClient
from workflows.conversation import ConversationWorkflow
from workflows.failures import answered
from workflows.gate import LOOK
from workflows.graphs import graph_plugins
from workflows.refund import RefundWorkflow
from workflows.subscription import SubscriptionWorkflow

CUSTOMER, REVIEWER = "C1", "rex@shop.test"
MILK = Product(sku="MILK", name="Milk", price=Money(amount=149, currency="EUR"), stock=10**9)


def keyed(**given: Any) -> Settings:
    """Settings with keys of their own."""
    return Settings(
        encryption_key=base64.b64encode(secrets.token_bytes(32)).decode(),
        secret_key=secrets.token_urlsafe(48),
        **given,
    )


@dataclass
class Judge:
    """Answers at once."""

    sure: bool = True

    async def judge(self, claim: Claim) -> Judgement:
        if self.sure:
            return Judgement(decision="valid", confidence=0.97, findings=["It is crushed."], model="bench")
        return Judgement(decision="unclear", confidence=0.4, model="bench")


async def is_begun(temporal: Client, subscription_id: str) -> None:
    """Until a worker has taken the first step of it, which nobody waits for who subscribes. Raises Unavailable."""
    workflow_id = subscription_workflow_id(subscription_id)
    async with answered(LOOK):
        await temporal.get_workflow_handle_for(SubscriptionWorkflow.run, workflow_id).query(SubscriptionWorkflow.state)


@dataclass
class Shop:
    temporal: Client
    stores: Stores
    judge: Judge
    task_queue: str = "bench"

    @property
    def client(self) -> CareClient:
        payments = LedgerGateway(self.stores.ledger)
        return CareClient(self.temporal, self.stores, load_policy(None), payments, task_queue=self.task_queue)

    async def open(self) -> Shop:
        now = datetime.now(UTC)
        await self.stores.products.put(MILK)
        await self._customer(CUSTOMER)
        await self.stores.accounts.add(Account(email=REVIEWER, password_hash="-", role=Role.AGENT, created_at=now))
        return self

    async def _customer(self, customer_id: str) -> None:
        ana = Customer(customer_id=customer_id, name="Ana", email="ana@shop.test", created_at=datetime.now(UTC))
        await self.stores.customers.put(ana)

    async def delivered(self, order_id: str) -> Order:
        """An order that came, and a photo of what is wrong with it, by the id `EV-` and its own.

        Its customer has no other: who claims again and again is for a person.
        """
        customer_id = f"C-{order_id}"
        await self._customer(customer_id)
        now, price = datetime.now(UTC), Money(amount=1500, currency="EUR")
        none = Money(amount=0, currency="EUR")
        order = Order(
            order_id=order_id,
            customer_id=customer_id,
            status=OrderStatus.DELIVERED,
            items=[OrderLine(sku=MILK.sku, name=MILK.name, quantity=1, price=price)],
            shipping=none,
            total=price,
            payment=Payment(status=PaymentStatus.PAID),
            placed_at=now,
            delivered_at=now,
            refunded=none,
            reserved=none,
        )
        await self.stores.orders.put(order)
        photo = Evidence(
            evidence_id=f"EV-{order_id}",
            media_type="image/jpeg",
            bytes=3,
            sha256=sha256(order_id.encode()).hexdigest(),
            customer_id=customer_id,
            original_sha256=order_id.ljust(64, "0"),
            file_name="photo.jpg",
            facts=Facts(),
            created_at=now,
        )
        await self.stores.evidence.put(photo, b"jpg")
        return order

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """With the options of `care worker`, and the yardsticks beside the product.

        It counts, and is not timed: a busy machine must not look like a workflow that hangs, and be counted as well.
        """
        payments, policy = LedgerGateway(self.stores.ledger), load_policy(None)
        nodes = ConversationNodes(self.stores, LocalUnderstanding(), self.client, payments, policy, None)
        graphs: dict[str, StateGraph[Any, Any, Any, Any]] = {
            "refund": refund_graph(RefundNodes(self.stores, self.judge, policy)),
            "conversation": conversation_graph(nodes),
        }
        async with Worker(
            self.temporal,
            task_queue=self.task_queue,
            workflows=[SubscriptionWorkflow, RefundWorkflow, ConversationWorkflow, *YARDSTICKS],
            activities=[
                *SubscriptionActivities(self.stores, payments).all,
                *RefundActivities(self.stores, payments, policy).all,
                *ConversationActivities(self.stores).all,
                nothing,
            ],
            plugins=graph_plugins(graphs),
            workflow_runner=RUNNER,
            debug_mode=True,
            **CAPACITY,
        ):
            yield
