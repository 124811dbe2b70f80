from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.graphs.refund import RefundNodes, RefundState, refund_graph
from care.errors import ModelTrouble
from care.models.evidence import Facts
from care.models.order import OrderStatus, Payment, PaymentStatus
from care.models.policy import BlockList, RefundPolicy
from care.models.refund import Band, Refund, Verdict, Wanted
from care.rules.refund_decision import month_of
from care.stores import Stores
from tests.stores.make import customer, evidence, order, refund
from tests.workflows.refund_shop import POLICY, SMALL, SURE, Judge, claim


@pytest.fixture
async def opened(stores: Stores) -> Refund:
    """A case on a delivered order, with one photo."""
    at = datetime.now(UTC)
    await stores.customers.put(customer())
    await stores.orders.put(
        order(items={"MILK": 1}, price=SMALL, status=OrderStatus.DELIVERED, placed_at=at, delivered_at=at)
    )
    await stores.evidence.put(evidence(hashes=["0" * 16]), b"jpg")
    await stores.refunds.open(claim())
    return await stores.refunds.get("REF001")


async def verdict(stores: Stores, judge: Judge, *evidence_ids: str, policy: RefundPolicy = POLICY) -> Verdict:
    graph = refund_graph(RefundNodes(stores, judge, policy)).compile()
    start: RefundState = {"refund_id": "REF001", "evidence_ids": list(evidence_ids)}
    done = await graph.ainvoke(start)
    return Verdict.model_validate(done["verdict"])


@pytest.mark.usefixtures("opened")
async def test_a_sure_judge_and_an_innocent_claim_are_approved(stores: Stores) -> None:
    found = await verdict(stores, Judge(), "EV001")
    assert (found.decision, found.findings, found.model) == ("approve", SURE.findings, "test")


@pytest.mark.usefixtures("opened")
async def test_a_claim_without_evidence_is_never_approved(stores: Stores) -> None:
    found = await verdict(stores, Judge())
    assert (found.decision, found.band, found.wanted) == ("uncertain", Band.ASK, Wanted.PHOTO)


async def test_a_claim_is_counted_in_its_month_once_and_one_that_does_not_fit_goes_to_a_person(
    stores: Stores, opened: Refund
) -> None:
    one = POLICY.model_copy(update={"customer_month_limit": {"EUR": SMALL}})
    month = month_of(one, opened.created_at)
    assert (await verdict(stores, Judge(), policy=one)).band is Band.ASK
    assert await stores.allowances.taken("CUST001", month, "EUR") == 0
    for _ in range(2):
        assert (await verdict(stores, Judge(), "EV001", policy=one)).band is Band.PAY
    assert await stores.allowances.taken("CUST001", month, "EUR") == SMALL
    await stores.database["allowances"].update_one({}, {"$set": {"refunds": ["REF777"]}})
    full = await verdict(stores, Judge(), "EV001", policy=one)
    assert (full.decision, full.band, full.doubts) == ("uncertain", Band.PERSON, [])
    assert "in this month" in full.reasons[0]


@pytest.mark.usefixtures("opened")
async def test_a_blocked_category_goes_to_a_person(stores: Stores) -> None:
    strict = POLICY.model_copy(update={"block": BlockList(categories=["general"])})
    assert (await verdict(stores, Judge(), "EV001", policy=strict)).band is Band.PERSON


@pytest.mark.usefixtures("opened")
async def test_a_picture_that_another_customer_sent_before_goes_to_a_person(stores: Stores) -> None:
    theirs = evidence("EV900", customer_id="CUST002", facts=Facts(perceptual_hashes=["0" * 15 + "1"]))
    await stores.evidence.put(theirs, b"jpg")
    found = await verdict(stores, Judge(), "EV001")
    assert (found.decision, [signal.name for signal in found.signals]) == ("uncertain", ["evidence_of_another"])


@pytest.mark.usefixtures("opened")
async def test_a_picture_from_before_the_order_goes_to_a_person(stores: Stores) -> None:
    old = Facts(captured_at=datetime.now(UTC) - timedelta(days=30))
    await stores.evidence.put(evidence("EV003", facts=old), b"jpg")
    found = await verdict(stores, Judge(), "EV003")
    assert (found.decision, [signal.name for signal in found.signals]) == ("uncertain", ["captured_before_order"])


@pytest.mark.usefixtures("opened")
async def test_a_file_of_an_earlier_claim_and_a_payment_of_somebody_else_go_to_a_person(stores: Stores) -> None:
    paid = Payment(status=PaymentStatus.PAID, reference="pay_1")
    await stores.orders.set_payment("ORD1", paid)
    await stores.orders.put(order("ORD2", customer_id="CUST002", payment=paid))
    await stores.orders.put(order("ORD3"))
    await stores.refunds.open(refund("REF000", order_id="ORD3", evidence_ids=["EV001"]))
    found = await verdict(stores, Judge(), "EV001")
    assert [signal.name for signal in found.signals] == ["evidence_reused", "payment_of_another"]
    assert found.decision == "uncertain"


@pytest.mark.usefixtures("opened")
async def test_an_order_that_was_cancelled_meanwhile_goes_to_a_person(stores: Stores) -> None:
    await stores.orders.set_status("ORD1", OrderStatus.CANCELLED)
    assert (await verdict(stores, Judge(), "EV001")).decision == "uncertain"


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(("attempt", "retryable", "again"), [(1, True, True), (3, True, False), (1, False, False)])
async def test_a_failing_model_is_asked_three_times_and_only_if_that_can_help(
    stores: Stores, attempt: int, retryable: bool, again: bool
) -> None:
    nodes = RefundNodes(stores, Judge([ModelTrouble("busy", retryable=retryable)]), POLICY)
    environment = ActivityEnvironment()
    environment.info = replace(environment.default_info(), attempt=attempt)
    state: RefundState = {"refund_id": "REF001", "evidence_ids": ["EV001"]}
    if again:
        with pytest.raises(ApplicationError, match="busy"):
            await environment.run(nodes.inspect_evidence, state)
    else:
        answer = await environment.run(nodes.inspect_evidence, state)
        assert (answer["judgement"]["decision"], answer["judgement"]["problem"]) == ("unclear", "busy")
