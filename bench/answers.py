"""How long somebody waits for an answer: a new subscription, a list, a chat turn, a refund until it is paid.

Each yardstick takes turns with the product, piece by piece, on the same servers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from temporalio.client import WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from activities.graphs.conversation import conversation_graph
from activities.graphs.conversation_nodes import ConversationNodes
from activities.graphs.refund import RefundNodes, refund_graph
from bench import Figure
from bench.alternating import ROUNDS, Piece, compared
from bench.at_once import Understanding
from bench.deployed import BARE_QUEUE, QUESTION, Deployment, in_deployment
from bench.shop import CUSTOMER, Judge
from bench.yardsticks import Answering, Case
from care.gateways.ledger import LedgerGateway
from care.models.memory import ChatTurn, ConversationState
from care.models.money import Money
from care.policy import load_policy


def start(many: int) -> list[Figure]:
    """`many` pieces a round, as the others."""
    return in_deployment(lambda there: _start(there, many))


def turn(many: int) -> list[Figure]:
    return in_deployment(lambda there: _turn(there, many))


def refund(many: int) -> list[Figure]:
    return in_deployment(lambda there: _refund(there, many))


async def _start(there: Deployment, many: int) -> list[Figure]:
    begun, answered = bare_start(there), bare_answer(there)
    return [
        await compared("POST /subscription, over a bare start", there.subscribe, begun, many, "ratio <= 3"),
        await compared("POST /subscription, over a bare start with an answer", there.subscribe, answered, many),
        await compared("GET /subscriptions, over a bare query", there.read_list, there.query, many),
    ]


async def _turn(there: Deployment, many: int) -> list[Figure]:
    what = "a chat turn, over its graph in-process"
    return [await compared(what, there.ask, bare_turn(there), many, "ratio <= 5, and < 150")]


async def _refund(there: Deployment, many: int) -> list[Figure]:
    await there.deliver(ROUNDS * many + 1)
    what = "a refund until it is paid, over its graph and a transaction"
    return [await compared(what, there.refund, bare_refund(there), many, "< 400")]


def bare_start(there: Deployment) -> Piece:
    async def begun() -> None:
        await there.bare.start_workflow(Case.run, id=uuid4().hex, task_queue="nobody's")

    return begun


def bare_answer(there: Deployment) -> Piece:
    async def answered() -> None:
        operation = WithStartWorkflowOperation(
            Answering.run, id=uuid4().hex, task_queue=BARE_QUEUE, id_conflict_policy=WorkflowIDConflictPolicy.FAIL
        )
        await there.bare.execute_update_with_start_workflow(Answering.ask, start_workflow_operation=operation)

    return answered


def bare_turn(there: Deployment) -> Piece:
    stores, payments = there.stores, LedgerGateway(there.stores.ledger)
    nodes = ConversationNodes(stores, Understanding(), there.shop.client, payments, load_policy(None), None)
    graph = conversation_graph(nodes).compile()
    memory = ConversationState(conversation_id="CNV-BARE", customer_id=CUSTOMER).model_dump(mode="json")

    async def turned() -> None:
        said = ChatTurn(customer_id=CUSTOMER, message=QUESTION).model_dump(mode="json")
        await graph.ainvoke({"now": datetime.now(UTC).isoformat(), "turn": said, "memory": memory})

    return turned


def bare_refund(there: Deployment) -> Piece:
    """The case that was paid last, judged again, and a transaction of the ledger."""
    stores, ledger = there.stores, LedgerGateway(there.stores.ledger)
    graph = refund_graph(RefundNodes(stores, Judge(), load_policy(None))).compile()

    async def judged() -> None:
        evidence = (await stores.refunds.get(there.paid[-1])).evidence_ids
        await graph.ainvoke({"refund_id": there.paid[-1], "evidence_ids": evidence})
        await ledger.credit_wallet(CUSTOMER, Money(amount=1, currency="EUR"), uuid4().hex)

    return judged
