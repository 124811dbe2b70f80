"""Idempotency-Key: whatever a caller repeats is done once."""

from __future__ import annotations

import asyncio
import hashlib
import json

import httpx
import pytest

from tests.api.shop import Shop, Someone, photo
from tests.api.test_errors import assert_is_problem


async def _upload(someone: Someone, key: str, seed: int = 0) -> httpx.Response:
    files = {"file": ("photo.jpg", photo(seed), "image/jpeg")}  # each call draws another multipart boundary
    return await someone.http.post("/evidence", files=files, headers={"Idempotency-Key": key})


async def _kept_by(shop: Shop, someone: Someone) -> int:
    return int(await shop.services.stores.database["evidence"].count_documents({"customer_id": someone.customer_id}))


async def test_the_same_key_and_body_gets_the_first_answer_again(shop: Shop, ana: Someone) -> None:
    first, second = await _upload(ana, "k1"), await _upload(ana, "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert await _kept_by(shop, ana) == 1


async def test_the_same_key_with_another_body_is_refused(shop: Shop, ana: Someone) -> None:
    await _upload(ana, "k1", seed=1)
    problem = assert_is_problem(await _upload(ana, "k1", seed=2), 422)
    assert problem["title"] == "Idempotency-Key used before"
    assert await _kept_by(shop, ana) == 1


async def test_a_call_that_is_still_being_answered_is_not_made_twice(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana)
    path = f"/order/cancel/{order.order_id}"
    body = hashlib.sha256(b"").hexdigest()
    await shop.services.stores.idempotency.begin(f"{ana.email} POST {path}", "k1", body)
    assert_is_problem(await ana.http.post(path, headers={"Idempotency-Key": "k1"}), 409)


async def test_many_at_once_act_once(shop: Shop, ana: Someone) -> None:
    answers = await asyncio.gather(*(_upload(ana, "k1") for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["evidence_id"] for answer in answers if answer.status_code == 201}) == 1
    assert await _kept_by(shop, ana) == 1


async def test_a_key_belongs_to_the_account_that_used_it(shop: Shop, ana: Someone, ravi: Someone) -> None:
    mine, theirs = await _upload(ana, "k1"), await _upload(ravi, "k1")
    assert mine.json()["evidence_id"] != theirs.json()["evidence_id"]


async def test_a_key_belongs_to_the_address_that_it_was_used_on(shop: Shop, ana: Someone) -> None:
    one, two = await shop.sells(ana), await shop.sells(ana)
    for order in (one, two):
        answer = await ana.http.post(f"/order/cancel/{order.order_id}", headers={"Idempotency-Key": "k1"})
        assert_is_problem(answer, 409)
        assert order.order_id in answer.json()["detail"]


async def test_a_refusal_is_replayed_too(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana)
    path = f"/order/cancel/{order.order_id}"
    first, second = [await ana.http.post(path, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert first.json() == assert_is_problem(second, 409)
    assert second.headers["idempotent-replayed"] == "true"


async def test_bad_input_leaves_the_key_free_for_the_corrected_call(shop: Shop, ana: Someone) -> None:
    key = {"Idempotency-Key": "k1"}
    assert_is_problem(await ana.http.post("/evidence", files={"other": b"x"}, headers=key), 422)
    assert (await _upload(ana, "k1")).status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_that_is_none_is_refused(ana: Someone, key: str) -> None:
    answer = await ana.http.post("/refund", content=json.dumps({}), headers={"Idempotency-Key": key})
    assert "Idempotency-Key" in {each["field"] for each in assert_is_problem(answer, 422)["errors"]}
