"""How long somebody waits for an answer: a new subscription, a list, a chat turn, a refund until it is paid.

The product runs as it is deployed, a web process and a worker beside both servers, with models that answer at once.
Each yardstick takes turns with it, piece by piece, on the same servers.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from uuid import uuid4

import httpx
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker

from activities.graphs.conversation import conversation_graph
from activities.graphs.conversation_nodes import ConversationNodes
from activities.graphs.refund import RefundNodes, refund_graph
from bench import Figure, of_rounds
from bench.at_once import Understanding
from bench.servers import Servers, servers
from bench.shop import CUSTOMER, MILK, Judge, Shop, keyed
from bench.workers import several
from bench.yardsticks import RUNNER, Answering, Case, nothing
from care import embedded
from care.gateways.ledger import LedgerGateway
from care.models.customer import Account, Role
from care.models.memory import ChatTurn, ConversationState
from care.models.money import Money
from care.models.order import Order
from care.models.refund import RefundStatus
from care.passwords import hash_password
from care.policy import load_policy
from care.stores import Stores, open_stores
from care.temporal import connect, refund_workflow_id
from worker import CAPACITY

ROUNDS = 3
ADMIN, PASSWORD = "admin@shop.test", "only for a benchmark"
BARE_QUEUE, QUESTION = "bare", "Where is my order?"
_UNBOUNDED = "1000000/minute"
_RATES = {f"CARE_RATE_{what}": _UNBOUNDED for what in ("CREATE", "CHAT", "CALLS", "ADDRESS")}
_PATIENCE = 60.0  # seconds
Piece = Callable[[], Awaitable[object]]


class Deployment:
    """`bare` is a client without CARE, and BARE_QUEUE what a worker of it serves."""

    def __init__(self, stores: Stores, shop: Shop, web: httpx.AsyncClient, bare: Client) -> None:
        self.stores, self.shop, self.web, self.bare = stores, shop, web, bare
        self.paid: list[str] = []
        self._claimable: list[Order] = []

    async def deliver(self, many: int) -> None:
        """So many orders can be claimed for."""
        self._claimable += [await self.shop.delivered(f"ORD-{uuid4().hex}") for _ in range(many)]

    async def subscribe(self) -> None:
        wish = {"customer_id": CUSTOMER, "items": [{"sku": MILK.sku, "quantity": 1}], "frequency": "monthly"}
        (await self.web.post("/subscription", json=wish)).raise_for_status()

    async def read_list(self) -> None:
        (await self.web.get(f"/subscriptions/{CUSTOMER}?limit=20")).raise_for_status()

    async def ask(self) -> None:
        (await self.web.post(f"/chat/{CUSTOMER}", json={"message": QUESTION})).raise_for_status()

    async def refund(self) -> None:
        """Until it is paid."""
        order = self._claimable.pop().order_id
        claim = {"order_id": order, "reason": "damaged", "complaint": "Crushed.", "evidence_ids": [f"EV-{order}"]}
        opened = (await self.web.post("/refund", json=claim)).raise_for_status().json()["refund_id"]
        case = await self.shop.temporal.get_workflow_handle(refund_workflow_id(opened), result_type=dict).result()
        if case["status"] != RefundStatus.PAID:
            raise RuntimeError(f"{opened} is {case['status']}")
        self.paid.append(opened)

    async def query(self) -> None:
        """What a list costs in MongoDB alone."""
        found = self.stores.database["subscriptions"].find({"customer_id": CUSTOMER})
        await found.sort([("created_at", -1), ("_id", -1)]).limit(20).to_list()


def start(many: int) -> list[Figure]:
    """`many` pieces a round, as the others."""
    return in_deployment(lambda there: _start(there, many))


def turn(many: int) -> list[Figure]:
    return in_deployment(lambda there: _turn(there, many))


def refund(many: int) -> list[Figure]:
    return in_deployment(lambda there: _refund(there, many))


async def _start(there: Deployment, many: int) -> list[Figure]:
    async def begun() -> None:
        await there.bare.start_workflow(Case.run, id=uuid4().hex, task_queue="nobody's")

    async def answered() -> None:
        operation = WithStartWorkflowOperation(
            Answering.run, id=uuid4().hex, task_queue=BARE_QUEUE, id_conflict_policy=WorkflowIDConflictPolicy.FAIL
        )
        await there.bare.execute_update_with_start_workflow(Answering.ask, start_workflow_operation=operation)

    return [
        await compared("POST /subscription, over a bare start", there.subscribe, begun, many, "ratio <= 3"),
        await compared("POST /subscription, over a bare start with an answer", there.subscribe, answered, many),
        await compared("GET /subscriptions, over a bare query", there.read_list, there.query, many),
    ]


async def _turn(there: Deployment, many: int) -> list[Figure]:
    stores, payments = there.stores, LedgerGateway(there.stores.ledger)
    nodes = ConversationNodes(stores, Understanding(), there.shop.client, payments, load_policy(None), None)
    graph = conversation_graph(nodes).compile()
    memory = ConversationState(conversation_id="CNV-BARE", customer_id=CUSTOMER).model_dump(mode="json")

    async def bare() -> None:
        said = ChatTurn(customer_id=CUSTOMER, message=QUESTION).model_dump(mode="json")
        await graph.ainvoke({"now": datetime.now(UTC).isoformat(), "turn": said, "memory": memory})

    what = "a chat turn, over its graph in-process"
    return [await compared(what, there.ask, bare, many, "ratio <= 5, and < 150")]


async def _refund(there: Deployment, many: int) -> list[Figure]:
    stores, ledger = there.stores, LedgerGateway(there.stores.ledger)
    graph = refund_graph(RefundNodes(stores, Judge(), load_policy(None))).compile()
    await there.deliver(ROUNDS * many + 1)

    async def bare() -> None:
        """The case that was paid last, judged again, and a transaction of the ledger."""
        evidence = (await stores.refunds.get(there.paid[-1])).evidence_ids
        await graph.ainvoke({"refund_id": there.paid[-1], "evidence_ids": evidence})
        await ledger.credit_wallet(CUSTOMER, Money(amount=1, currency="EUR"), uuid4().hex)

    what = "a refund until it is paid, over its graph and a transaction"
    return [await compared(what, there.refund, bare, many, "< 400")]


async def compared(what: str, product: Piece, yardstick: Piece, many: int, target: str = "") -> Figure:
    """The median of each round, in milliseconds. What is done first is not counted."""
    await product()
    await yardstick()
    values, yardsticks = [], []
    for _ in range(ROUNDS):
        pairs = [(await milliseconds(product), await milliseconds(yardstick)) for _ in range(many)]
        values.append(median(each for each, _ in pairs))
        yardsticks.append(median(each for _, each in pairs))
    return of_rounds(what, values, "ms", yardsticks, target)


async def milliseconds(piece: Piece) -> float:
    began = time.perf_counter()
    await piece()
    return 1000 * (time.perf_counter() - began)


def in_deployment(measure: Callable[[Deployment], Awaitable[list[Figure]]]) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder, servers(Path(folder)) as both:
        return asyncio.run(_deployed(both, Path(folder), measure))


async def _deployed(
    both: Servers, folder: Path, measure: Callable[[Deployment], Awaitable[list[Figure]]]
) -> list[Figure]:
    settings = keyed(
        mongodb_uri=both.mongodb_uri,
        mongodb_database="bench",
        temporal_address=both.temporal_address,
        task_queue="bench",
    )
    port = embedded.free_port()
    parts = [["bench.at_once"], ["care.cli", "serve", "--port", str(port)]]
    async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
        shop = await Shop(await connect(settings, stores), stores, Judge(), settings.task_queue).open()
        admin = Account(
            email=ADMIN, password_hash=await hash_password(PASSWORD), role=Role.ADMIN, created_at=datetime.now(UTC)
        )
        await stores.accounts.add(admin)
        with several(parts, settings, folder, _RATES):
            bare = await Client.connect(settings.temporal_address)
            worker = Worker(
                bare,
                task_queue=BARE_QUEUE,
                workflows=[Answering],
                activities=[nothing],
                workflow_runner=RUNNER,
                **CAPACITY,
            )
            async with worker, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=_PATIENCE) as web:
                await _signed_in(web)
                return await measure(Deployment(stores, shop, web, bare))


async def _signed_in(web: httpx.AsyncClient) -> None:
    """Once the process answers, and the worker behind it."""
    async with asyncio.timeout(_PATIENCE):
        while not await _ready(web):  # noqa: ASYNC110  other processes
            await asyncio.sleep(0.2)
    form = {"username": ADMIN, "password": PASSWORD}
    token = (await web.post("/auth/token", data=form)).raise_for_status().json()["access_token"]
    web.headers["Authorization"] = f"Bearer {token}"


async def _ready(web: httpx.AsyncClient) -> bool:
    try:
        return (await web.get("/readyz")).is_success
    except httpx.TransportError:
        return False
