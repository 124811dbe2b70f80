"""The refund graph: fetch_order -> inspect_evidence -> weigh_signals -> refund_decision. Its nodes are activities.

The state is JSON and light: ids, and what the nodes concluded. Complaint and files are read where they are needed
and never enter a workflow's history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from temporalio import activity
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from care.brains.assessing import assess, unjudged
from care.brains.protocols import Claim, EvidenceFile, EvidenceJudge, Payer
from care.errors import ModelTrouble, NotFound
from care.models.common import known
from care.models.evidence import Evidence
from care.models.policy import RefundPolicy
from care.models.refund import Band, Judgement, Refund, Signal
from care.rules.known import Known
from care.rules.refund_decision import decide, doubted, month_of, over_month_limit
from care.rules.refund_doubts import order_doubts
from care.rules.signals import weigh
from care.rules.signals_of_customer import YEAR
from care.stores import Stores
from care.temporal import refuse

# A model that fails this often is not asked again: a person is.
MODEL_ATTEMPTS = 3
# Patient with a database that is away; after `schedule_to_close_timeout` a person gets the case.
_PATIENT = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))
_LOOK = {
    "execute_in": "activity",
    "start_to_close_timeout": timedelta(seconds=10),
    "schedule_to_close_timeout": timedelta(minutes=15),
    "retry_policy": _PATIENT,
}
# A busy model needs a pause; how long, it may say itself. Uploads and answers, twice, take their time.
_ASK_AGAIN = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=3.0, maximum_interval=timedelta(minutes=1)
)
_ASK = _LOOK | {"start_to_close_timeout": timedelta(minutes=2), "retry_policy": _ASK_AGAIN}


class RefundState(TypedDict, total=False):
    """`judgement`, `signals` and `verdict` are the models of these names as JSON."""

    refund_id: str
    evidence_ids: list[str]
    order_id: str
    doubts: list[str]
    judgement: dict[str, Any]
    signals: list[dict[str, Any]]
    verdict: dict[str, Any]


class RefundNodes:
    def __init__(self, stores: Stores, judge: EvidenceJudge, policy: RefundPolicy) -> None:
        self._stores = stores
        self._judge = judge
        self._policy = policy

    async def fetch_order(self, state: RefundState) -> dict[str, Any]:
        """What has happened to the order since the case was opened."""
        with _final():
            refund = await self._stores.refunds.get(state["refund_id"])
            order = await self._stores.orders.get(refund.order_id)
        return {"order_id": order.order_id, "doubts": order_doubts(order, refund)}

    async def inspect_evidence(self, state: RefundState) -> dict[str, Any]:
        """What the judge says of the files; "unclear", with the reason, if it cannot say anything."""
        with _final():
            claim = await self._claim(state)
        try:
            judgement = await assess(self._judge, claim)
        except ModelTrouble as trouble:
            if trouble.retryable and activity.info().attempt < MODEL_ATTEMPTS:
                raise _again(trouble) from trouble
            judgement = unjudged(trouble.reason, claim)
        return {"judgement": judgement.model_dump(mode="json")}

    async def _claim(self, state: RefundState) -> Claim:
        files = await self._files(state["evidence_ids"])
        refund = await self._stores.refunds.get(state["refund_id"])
        return Claim(
            reason=refund.reason,
            complaint=refund.complaint,
            order=await self._stores.orders.get(refund.order_id),
            skus=[line.sku for line in refund.items],
            files=[
                EvidenceFile(about=about, data=await self._stores.evidence.data(about.evidence_id)) for about in files
            ],
            now=datetime.now(UTC),
            payer=Payer(case=refund.refund_id, customer_id=refund.customer_id),
        )

    async def weigh_signals(self, state: RefundState) -> dict[str, Any]:
        with _final():
            known = await self._known(state)
        return {"signals": [signal.model_dump(mode="json") for signal in weigh(known)]}

    async def _known(self, state: RefundState) -> Known:
        stores, now = self._stores, datetime.now(UTC)
        refund = await stores.refunds.get(state["refund_id"])
        order = await stores.orders.get(refund.order_id)
        customer_id, reference = refund.customer_id, order.payment.reference or ""
        evidence = await self._files(state["evidence_ids"])
        twins = await self._twins(evidence)
        return Known(
            refund=refund,
            order=order,
            customer=await stores.customers.get(customer_id),
            evidence=evidence,
            twins=twins,
            shown=await stores.refunds.showing([each.evidence_id for each in (*evidence, *twins)]),
            history=await stores.refunds.history(customer_id),
            orders=await stores.orders.latest(customer_id),
            bought=await stores.orders.bought(customer_id, refund.amount.currency, now - YEAR),
            payment=await stores.ledger.movement(reference) if reference else None,
            same_payment=await stores.orders.paid_with(reference),
            now=now,
        )

    async def refund_decision(self, state: RefundState) -> dict[str, Any]:
        """The verdict. One that pays has its amount taken from what the customer may still get in this month."""
        with _final():
            refund = await self._stores.refunds.get(state["refund_id"])
            order = await self._stores.orders.get(refund.order_id)
        verdict = decide(
            self._policy,
            refund.amount,
            refund.reason,
            known(Judgement, state["judgement"]),
            [known(Signal, signal) for signal in state["signals"]],
            len(state["evidence_ids"]),
            refund.remedy,
            refund=refund,
            order=order,
        )
        verdict = doubted(verdict, state["doubts"])
        if verdict.band is Band.PAY and not await self._taken_from_the_month(refund):
            verdict = over_month_limit(verdict)
        return {"verdict": verdict.model_dump(mode="json")}

    async def _taken_from_the_month(self, refund: Refund) -> bool:
        month = month_of(self._policy, refund.created_at)
        limit = self._policy.month_limit(refund.amount.currency)
        return await self._stores.allowances.take(refund, month, limit=limit)

    async def _files(self, evidence_ids: Iterable[str]) -> list[Evidence]:
        return [await self._stores.evidence.get(evidence_id) for evidence_id in evidence_ids]

    async def _twins(self, evidence: list[Evidence]) -> list[Evidence]:
        """Files uploaded elsewhere that show the same."""
        hashes = [each for about in evidence for each in about.facts.perceptual_hashes]
        originals = [about.original_sha256 for about in evidence]
        own = [about.evidence_id for about in evidence]
        return await self._stores.evidence.by_hashes(hashes, originals, exclude=own) if evidence else []


def _again(trouble: ModelTrouble) -> ApplicationError:
    wait = timedelta(seconds=trouble.wait) if trouble.wait is not None else None
    return ApplicationError(trouble.reason, type="ModelTrouble", next_retry_delay=wait)


@contextmanager
def _final() -> Iterator[None]:
    """What is not there will not come by asking again: the case goes to a person."""
    try:
        yield
    except NotFound as error:
        raise refuse(error) from error


def refund_graph(nodes: RefundNodes) -> StateGraph[RefundState]:
    """A new graph, for one worker: the plugin rewrites the nodes of the one it is given."""
    graph = StateGraph(RefundState)
    graph.add_node("fetch_order", nodes.fetch_order, metadata=dict(_LOOK))
    graph.add_node("inspect_evidence", nodes.inspect_evidence, metadata=dict(_ASK))
    graph.add_node("weigh_signals", nodes.weigh_signals, metadata=dict(_LOOK))
    graph.add_node("refund_decision", nodes.refund_decision, metadata=dict(_LOOK))
    graph.add_edge(START, "fetch_order")
    graph.add_edge("fetch_order", "inspect_evidence")
    graph.add_edge("inspect_evidence", "weigh_signals")
    graph.add_edge("weigh_signals", "refund_decision")
    graph.add_edge("refund_decision", END)
    return graph
