"""The desk through HTTP: items decided separately, cases handed over, and what their customer reads of it."""

from __future__ import annotations

import pytest

from tests.api.shop import WHEY, Shop, Someone
from tests.api.test_errors import assert_is_problem
from tests.api.waiting import until_status

pytestmark = pytest.mark.usefixtures("at_work")


async def _in_review(shop: Shop, ana: Someone, quantity: int, seed: int) -> str:
    order = await shop.sells(ana, WHEY, quantity)
    evidence = await shop.shows_photo(ana, seed=seed)
    refund_id: str = (await shop.claims(ana, order, evidence_ids=[evidence])).json()["refund_id"]
    await until_status(ana, refund_id, "in_review")
    return refund_id


async def test_items_are_approved_and_rejected_in_one_ruling_and_the_note_stays_at_the_desk(
    shop: Shop, ana: Someone, agent: Someone
) -> None:
    refund_id = await _in_review(shop, ana, 3, seed=61)
    path, two = f"/review/decide/{refund_id}", [{"sku": WHEY.sku, "quantity": 2}]
    for bad, field in (
        ({"items": [{"sku": WHEY.sku, "quantity": 4}], "note": "x"}, "items"),
        ({"items": [{"sku": "NONE", "quantity": 1}], "note": "x"}, "items"),
        ({"items": [], "note": "x"}, "items"),
        ({"items": two}, "note"),
        ({"items": two, "amount": 2 * WHEY.price.amount + 1, "note": "x"}, "amount"),
    ):
        answer = assert_is_problem(await agent.http.post(path, json={"decision": "approve"} | bad), 422)
        assert {each["field"] for each in answer["errors"]} == {field}
    ruled = await agent.http.post(path, json={"decision": "approve", "items": two, "note": "One is sealed."})
    assert ruled.status_code == 200, ruled.text
    paid = await until_status(ana, refund_id, "paid")
    assert paid["amount"]["amount"] == 2 * WHEY.price.amount
    assert [(line["quantity"], line["outcome"]) for line in paid["items"]] == [(2, "approved"), (1, "rejected")]
    assert "One is sealed." not in str(paid)
    case = (await agent.http.get(f"/refund/case/{refund_id}")).json()
    entry = next(each for each in case["timeline"] if each["event"] == "approved")
    assert (entry["actor"], entry["note"]) == (agent.email, "One is sealed.")
    assert entry["detail"] == f"€74.97 → €49.98: 2 × {WHEY.name}"  # noqa: RUF001
    again = await shop.claims(ana, await shop.services.stores.orders.get(paid["order_id"]))
    assert [line["quantity"] for line in again.json()["items"]] == [1]


async def test_a_supervisor_hands_a_claimed_case_to_somebody_else(
    shop: Shop, ana: Someone, agent: Someone, colleague: Someone, supervisor: Someone
) -> None:
    refund_id = await _in_review(shop, ana, 1, seed=62)
    await agent.http.post(f"/review/claim/{refund_id}")
    path = f"/review/assign/{refund_id}"
    for nobody in ("nobody@care.test", ana.email):
        assert_is_problem(await supervisor.http.post(path, json={"to": nobody}), 422)
    handed = await supervisor.http.post(path, json={"to": colleague.email.upper()})
    assert (handed.status_code, handed.json()["claimed_by"]) == (200, colleague.email), handed.text
    case = (await agent.http.get(f"/refund/case/{refund_id}")).json()
    last = case["timeline"][-1]
    assert (last["actor"], last["event"], last["detail"]) == (supervisor.email, "assigned", colleague.email)
    assert_is_problem(await agent.http.post(f"/review/decide/{refund_id}", json={"decision": "approve"}), 409)
    assert colleague.email not in (await ana.http.get(f"/refund/{refund_id}")).text
    escalated = await colleague.http.post(f"/review/decide/{refund_id}", json={"decision": "escalate"})
    assert escalated.json()["escalated"] is True
    queue = (await supervisor.http.get("/reviews", params={"escalated": True, "limit": 200})).json()["items"]
    assert refund_id in {each["refund_id"] for each in queue}
    assert all(each["escalated"] for each in queue)


async def test_nothing_is_taken_that_nobody_offers(shop: Shop, ana: Someone) -> None:
    refund_id = await _in_review(shop, ana, 1, seed=63)
    answer = assert_is_problem(await ana.http.post(f"/refund/accept-offer/{refund_id}"), 409)
    assert answer["detail"].startswith("Nothing else is offered")
