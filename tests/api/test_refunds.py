"""A refund through HTTP, on a real worker and without keys: local checks, and a person for the rest."""

from __future__ import annotations

import asyncio

import pytest

from care.models.order import Order
from tests.api.shop import SAMOVAR, WHEY, Shop, Someone
from tests.api.test_errors import assert_is_problem
from tests.api.waiting import until_status

pytestmark = pytest.mark.usefixtures("at_work")


async def _in_review(shop: Shop, ana: Someone, order: Order, seed: int = 0) -> str:
    """A refund that waits for a person."""
    evidence = await shop.shows_photo(ana, seed=seed)
    answer = await shop.claims(ana, order, evidence_ids=[evidence])
    assert answer.status_code == 202, answer.text
    refund_id: str = answer.json()["refund_id"]
    await until_status(ana, refund_id, "in_review")
    return refund_id


async def _paid_back(shop: Shop, ana: Someone, order: Order) -> int:
    """Cents that came back to the card of whoever paid `order`."""
    card = await shop.services.stores.ledger.balance(f"customer:{ana.customer_id}:card")
    return card.get("EUR", 0) + order.total.amount


async def test_a_refund_with_a_photo_waits_for_a_person_and_is_paid_once(
    shop: Shop, ana: Someone, agent: Someone
) -> None:
    order = await shop.sells(ana, WHEY)
    refund_id = await _in_review(shop, ana, order, seed=1)
    waiting = (await agent.http.get(f"/refund/{refund_id}")).json()
    assert waiting["verdict"]["decision"] == "uncertain"
    assert waiting["verdict"]["model"] == "local"
    queue = (await agent.http.get("/reviews", params={"limit": 200})).json()["items"]
    row = next(each for each in queue if each["refund_id"] == refund_id)
    assert (row["amount"]["amount"], row["claimed_by"]) == (order.total.amount, None)
    assert row["workflow_url"].endswith(f"/workflows/refund-{refund_id}")
    assert row["age"] >= 0

    ruled = await agent.http.post(f"/review/decide/{refund_id}", json={"decision": "approve", "note": "Clearly broken"})
    assert ruled.status_code == 200, ruled.text
    paid = await until_status(ana, refund_id, "paid")
    assert paid["payment_reference"]
    assert paid["amount"] == order.total.model_dump()
    assert await _paid_back(shop, ana, order) == order.total.amount
    assert (await ana.http.get(f"/order/{order.order_id}")).json()["refunded"] == order.total.model_dump()
    notes = (await ana.http.get(f"/subscription/notifications/{ana.customer_id}")).json()["items"]
    assert "refund_paid" in {note["kind"] for note in notes}
    again = await agent.http.post(f"/review/decide/{refund_id}", json={"decision": "approve"})
    assert assert_is_problem(again, 409)["title"] == "Already settled"


async def test_two_rulings_at_the_same_time_pay_once(
    shop: Shop, ana: Someone, agent: Someone, colleague: Someone
) -> None:
    order = await shop.sells(ana, WHEY)
    refund_id = await _in_review(shop, ana, order, seed=2)
    answers = await asyncio.gather(
        *(who.http.post(f"/review/decide/{refund_id}", json={"decision": "approve"}) for who in (agent, colleague))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    await until_status(ana, refund_id, "paid")
    assert await _paid_back(shop, ana, order) == order.total.amount


async def test_a_rejection_needs_a_note_and_pays_nothing(shop: Shop, ana: Someone, agent: Someone) -> None:
    order = await shop.sells(ana, WHEY)
    refund_id = await _in_review(shop, ana, order, seed=3)
    silent = await agent.http.post(f"/review/decide/{refund_id}", json={"decision": "reject"})
    assert assert_is_problem(silent, 422)["errors"][0]["field"] == "note"
    said = await agent.http.post(f"/review/decide/{refund_id}", json={"decision": "reject", "note": "Not our product"})
    assert said.json()["status"] == "rejected"
    await until_status(ana, refund_id, "rejected")
    assert await _paid_back(shop, ana, order) == 0
    assert (await ana.http.get(f"/order/{order.order_id}")).json()["reserved"]["amount"] == 0


@pytest.mark.parametrize("amount", [0, -1, 10**15, 2500, "12", 12.5, {"amount": 100, "currency": "USD"}])
async def test_an_amount_that_cannot_be_paid_is_refused(
    shop: Shop, ana: Someone, agent: Someone, amount: object
) -> None:
    refund_id = await _in_review(shop, ana, await shop.sells(ana, WHEY), seed=4)
    answer = await agent.http.post(f"/review/decide/{refund_id}", json={"decision": "approve", "amount": amount})
    assert {each["field"] for each in assert_is_problem(answer, 422)["errors"]} == {"amount"}


async def test_part_of_the_amount_can_be_approved(shop: Shop, ana: Someone, agent: Someone) -> None:
    order = await shop.sells(ana, WHEY)
    refund_id = await _in_review(shop, ana, order, seed=5)
    await agent.http.post(f"/review/decide/{refund_id}", json={"decision": "approve", "amount": 500})
    paid = await until_status(ana, refund_id, "paid")
    assert paid["amount"] == {"amount": 500, "currency": "EUR"}
    assert await _paid_back(shop, ana, order) == 500


async def test_a_large_refund_needs_a_supervisor_as_the_second(
    shop: Shop, ana: Someone, agent: Someone, colleague: Someone, supervisor: Someone
) -> None:
    order = await shop.sells(ana, SAMOVAR)
    refund_id = await _in_review(shop, ana, order, seed=6)
    await agent.http.post(f"/review/claim/{refund_id}")
    path, approve = f"/review/decide/{refund_id}", {"decision": "approve"}
    first = await agent.http.post(path, json=approve)
    assert (first.json()["status"], first.json()["claimed_by"]) == ("in_review", None)
    assert_is_problem(await agent.http.post(path, json=approve), 403)
    assert_is_problem(await colleague.http.post(path, json=approve), 403)
    assert await _paid_back(shop, ana, order) == 0
    assert (await supervisor.http.post(path, json=approve)).status_code == 200
    await until_status(ana, refund_id, "paid")
    assert await _paid_back(shop, ana, order) == order.total.amount


async def test_a_case_that_is_claimed_is_its_claimers(
    shop: Shop, ana: Someone, agent: Someone, colleague: Someone
) -> None:
    refund_id = await _in_review(shop, ana, await shop.sells(ana, WHEY), seed=7)
    assert (await agent.http.post(f"/review/claim/{refund_id}")).json()["claimed_by"] == agent.email
    mine = (await agent.http.get("/reviews", params={"mine": True, "limit": 200})).json()["items"]
    assert refund_id in {each["refund_id"] for each in mine}
    for path, body in (("claim", {}), ("release", {}), ("decide", {"decision": "approve"})):
        refused = assert_is_problem(await colleague.http.post(f"/review/{path}/{refund_id}", json=body), 409)
        assert agent.email in refused["detail"]
    assert (await agent.http.post(f"/review/release/{refund_id}")).json()["claimed_by"] is None
    assert (await colleague.http.post(f"/review/claim/{refund_id}")).status_code == 200


async def test_an_open_refund_stands_in_the_way_of_a_second_one(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana, WHEY)
    await _in_review(shop, ana, order, seed=8)
    second = await shop.claims(ana, order)
    assert second.status_code in (409, 422), second.text
    assert len((await ana.http.get(f"/refunds/{ana.customer_id}")).json()["items"]) == 1


async def test_a_repeated_call_opens_one_refund(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana, WHEY)
    body = {"order_id": order.order_id, "reason": "quality", "complaint": "Tastes odd."}
    answers = [await ana.http.post("/refund", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["refund_id"] == answers[1].json()["refund_id"]
    assert len((await ana.http.get(f"/refunds/{ana.customer_id}")).json()["items"]) == 1


async def test_a_withdrawn_refund_frees_what_was_reserved(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana, WHEY)
    refund_id = await _in_review(shop, ana, order, seed=9)
    for _ in range(2):
        withdrawn = await ana.http.post(f"/refund/withdraw/{refund_id}")
        assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")
    assert (await ana.http.get(f"/order/{order.order_id}")).json()["reserved"]["amount"] == 0


async def test_a_photo_that_was_asked_for_is_added_and_assessed(shop: Shop, ana: Someone, agent: Someone) -> None:
    refund_id = await _in_review(shop, ana, await shop.sells(ana, WHEY), seed=10)
    ask = {"decision": "request_evidence", "note": "Please show the label."}
    assert (await agent.http.post(f"/review/decide/{refund_id}", json=ask)).status_code == 200
    asked = await until_status(ana, refund_id, "needs_evidence")
    assert asked["timeline"][-1]["detail"] == "Please show the label."
    photo = await shop.shows_photo(ana, seed=11)
    added = await ana.http.post(f"/refund/evidence/{refund_id}", json={"evidence_ids": [photo]})
    assert added.status_code == 200, added.text
    assert photo in (await until_status(ana, refund_id, "in_review"))["evidence_ids"]


async def test_the_case_file_holds_all_that_was_claimed_shown_judged_and_ruled(
    shop: Shop, ana: Someone, agent: Someone
) -> None:
    order = await shop.sells(ana, WHEY)
    refund_id = await _in_review(shop, ana, order, seed=12)
    await agent.http.post(f"/review/decide/{refund_id}", json={"decision": "approve", "note": "Seen"})
    await until_status(ana, refund_id, "paid")
    case = (await agent.http.get(f"/refund/case/{refund_id}")).json()
    assert case["complaint"] == "It arrived broken."
    assert len(case["evidence"][0]["sha256"]) == len(case["evidence"][0]["original_sha256"]) == 64
    assert case["verdicts"][0]["model"] == "local"
    assert case["policy_version"]
    assert [(ruling["decision"], ruling["reviewer"]) for ruling in case["rulings"]] == [("approve", agent.email)]
    assert case["payment_reference"]
    assert case["order"]["order_id"] == order.order_id
    assert case["workflow_id"] == f"refund-{refund_id}"


async def test_an_item_is_exchanged_for_others_and_the_difference_is_paid_back(
    shop: Shop, ana: Someone, agent: Someone
) -> None:
    order = await shop.sells(ana, WHEY)
    evidence = [await shop.shows_photo(ana, seed=9)]
    for remedy, sku, quantity, rule in (
        ("refund", "AMUL-MILK-1L", 1, "exchange_remedy"),
        ("replacement", "NOTHING", 1, "exchange_item"),
        ("replacement", "SAMOVAR", 1, "exchange_worth"),
    ):
        wish = {"remedy": remedy, "exchange_for": [{"sku": sku, "quantity": quantity}]}
        refused = await shop.claims(ana, order, evidence_ids=evidence, **wish)
        assert assert_is_problem(refused, 422)["rule"] == rule
    wish = {"remedy": "replacement", "exchange_for": [{"sku": "AMUL-MILK-1L", "quantity": 3}]}
    opened = (await shop.claims(ana, order, evidence_ids=evidence, **wish)).json()
    refund_id = opened["refund_id"]
    assert [(line["sku"], line["quantity"], line["price"]["amount"]) for line in opened["exchange_for"]] == [
        ("AMUL-MILK-1L", 3, 149)
    ]
    await until_status(ana, refund_id, "in_review")
    await agent.http.post(f"/review/decide/{refund_id}", json={"decision": "approve"})
    paid = await until_status(ana, refund_id, "paid")
    sent = (await ana.http.get(f"/order/{paid['sent_as']}")).json()
    assert ([(line["sku"], line["quantity"]) for line in sent["items"]], sent["total"]["amount"]) == (
        [("AMUL-MILK-1L", 3)],
        0,
    )
    assert await _paid_back(shop, ana, order) == order.total.amount - 3 * 149
    assert (await ana.http.get(f"/order/{order.order_id}")).json()["refunded"] == order.total.model_dump()
    case = (await agent.http.get(f"/refund/case/{refund_id}")).json()
    assert case["exchange_for"] == opened["exchange_for"]
