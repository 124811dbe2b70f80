"""A web process that dies with its answer: the call is asked for again under its key, and is answered as it was done.

What it would have kept of its answer is gone then (`forgotten`); what the call has done is not.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.api.shop import MILK, WHEY, Shop, Someone
from tests.api.waiting import until_status

pytestmark = pytest.mark.usefixtures("at_work")


async def forgotten(shop: Shop) -> None:
    """As after a minute in which nobody has ended the call."""
    await shop.services.stores.database["idempotency"].delete_many({})


async def twice(shop: Shop, who: Someone, path: str, body: Any = None) -> tuple[httpx.Response, httpx.Response]:
    key = {"Idempotency-Key": "k1"}
    first = await who.http.post(path, json=body, headers=key)
    await forgotten(shop)
    return first, await who.http.post(path, json=body, headers=key)


async def subscribed(ana: Someone, **more: Any) -> str:
    start = (datetime.now(UTC) + timedelta(days=10)).date()
    body = {"customer_id": ana.customer_id, "items": [{"sku": MILK.sku, "quantity": 1}], "start_date": str(start)}
    made = await ana.http.post("/subscription", json=body | {"frequency": "daily"} | more)
    assert made.status_code == 201, made.text
    return str(made.json()["subscription_id"])


async def test_an_extra_delivery_is_ordered_once_and_told_so_again(shop: Shop, ana: Someone) -> None:
    one = await subscribed(ana)
    first, second = await twice(shop, ana, f"/subscription/order-now/{one}")
    assert (first.status_code, second.status_code) == (200, 200), second.text
    async with asyncio.timeout(30):
        while not (await shop.services.stores.orders.for_subscription(one)):  # noqa: ASYNC110  a worker delivers
            await asyncio.sleep(0.05)
    assert len(await shop.services.stores.orders.for_subscription(one)) == 1


async def test_a_change_is_told_again_though_much_has_come_since_and_the_subscription_has_ended(
    shop: Shop, ana: Someone
) -> None:
    """Temporal knows an update by its id within one run alone, and a run ends after some changes."""
    one, key = await subscribed(ana), {"Idempotency-Key": "k1"}
    wish = {"items": [{"sku": MILK.sku, "quantity": 3}]}
    first = await ana.http.post(f"/subscription/change/{one}", json=wish, headers=key)
    for _ in range(9):
        for change in ("pause", "resume"):
            (await ana.http.post(f"/subscription/{change}/{one}")).raise_for_status()
    (await ana.http.post(f"/subscription/cancel/{one}", json={})).raise_for_status()
    await forgotten(shop)
    second = await ana.http.post(f"/subscription/change/{one}", json=wish, headers=key)
    assert (first.status_code, second.status_code) == (200, 200), second.text
    assert (await ana.http.post(f"/subscription/change/{one}", json=wish)).status_code == 409


async def test_a_subscription_that_has_begun_is_given_again_though_it_could_not_begin_any_more(
    shop: Shop, ana: Someone
) -> None:
    start = (datetime.now(UTC) + timedelta(days=10)).date()
    body = {
        "customer_id": ana.customer_id,
        "items": [{"sku": WHEY.sku, "quantity": 1}],
        "frequency": "daily",
        "start_date": str(start),
    }
    key = {"Idempotency-Key": "k1"}
    first = await ana.http.post("/subscription", json=body, headers=key)
    await forgotten(shop)
    await shop.services.stores.database["products"].delete_one({"_id": WHEY.sku})  # it is not sold any more
    try:
        second = await ana.http.post("/subscription", json=body, headers=key)
    finally:
        await shop.services.stores.products.put(WHEY)
    assert second.status_code == 201, second.text
    assert second.json()["subscription_id"] == first.json()["subscription_id"]


@pytest.mark.parametrize("decision", ["approve", "reject", "escalate"])
async def test_a_ruling_counts_once_and_its_reviewer_is_told_so_again(
    shop: Shop, ana: Someone, agent: Someone, decision: str
) -> None:
    refund_id = await _in_review(shop, ana, seed=71)
    await agent.http.post(f"/review/claim/{refund_id}")
    ruling = {"decision": decision, "note": "as it is"}
    first, second = await twice(shop, agent, f"/review/decide/{refund_id}", ruling)
    assert (first.status_code, second.status_code) == (200, 200), second.text
    assert second.json()["rulings"] == first.json()["rulings"]
    assert len((await shop.services.stores.refunds.get(refund_id)).rulings) == 1


async def test_a_ruling_is_told_again_though_a_colleague_has_the_case_now(
    shop: Shop, ana: Someone, agent: Someone, colleague: Someone
) -> None:
    refund_id, key = await _in_review(shop, ana, seed=72), {"Idempotency-Key": "k1"}
    await agent.http.post(f"/review/claim/{refund_id}")
    path, ruling = f"/review/decide/{refund_id}", {"decision": "escalate"}
    await agent.http.post(path, json=ruling, headers=key)
    await forgotten(shop)
    claimed = await colleague.http.post(f"/review/claim/{refund_id}")
    assert claimed.status_code == 200, "whoever has ruled holds the case no more"
    again = await agent.http.post(path, json=ruling, headers=key)
    assert (again.status_code, again.json()["escalated"]) == (200, True), again.text


async def test_files_that_were_added_are_told_of_again_though_the_case_is_over(shop: Shop, ana: Someone) -> None:
    refund_id = await _in_review(shop, ana, seed=73)
    body, key = {"evidence_ids": [await shop.shows_photo(ana, seed=74)]}, {"Idempotency-Key": "k1"}
    added = await ana.http.post(f"/refund/evidence/{refund_id}", json=body, headers=key)
    await forgotten(shop)
    await ana.http.post(f"/refund/withdraw/{refund_id}")
    again = await ana.http.post(f"/refund/evidence/{refund_id}", json=body, headers=key)
    assert (added.status_code, again.status_code) == (200, 200), again.text


async def test_a_case_is_moved_to_a_colleague_once(
    shop: Shop, ana: Someone, colleague: Someone, supervisor: Someone
) -> None:
    refund_id = await _in_review(shop, ana, seed=75)
    await twice(shop, supervisor, f"/review/assign/{refund_id}", {"to": colleague.email})
    timeline = (await shop.services.stores.refunds.get(refund_id)).timeline
    assert [entry.event for entry in timeline].count("assigned") == 1


async def test_who_has_handed_a_conversation_back_is_told_so_again(shop: Shop, ana: Someone, agent: Someone) -> None:
    asked = await ana.http.post(f"/chat/{ana.customer_id}", json={"message": "Let me talk to a human"})
    path = f"/conversation/hand-back/{asked.json()['conversation_id']}"
    first, second = await twice(shop, agent, path, {"note": "All is well."})
    assert (first.status_code, second.status_code) == (200, 200), second.text
    assert second.json()["handed_off"] is False


async def _in_review(shop: Shop, ana: Someone, seed: int) -> str:
    order = await shop.sells(ana, WHEY, 1)
    evidence = await shop.shows_photo(ana, seed=seed)
    refund_id = str((await shop.claims(ana, order, evidence_ids=[evidence])).json()["refund_id"])
    await until_status(ana, refund_id, "in_review")
    return refund_id
