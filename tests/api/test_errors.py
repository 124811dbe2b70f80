"""What goes wrong is said as a problem, names the field, and gives nothing away."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from api.problems import install
from tests.api.shop import MILK, STREET, Shop, Someone

JSON = {"Content-Type": "application/json"}


def assert_is_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert {"type", "title", "detail"} <= problem.keys()
    assert "Traceback" not in answer.text
    return problem


async def test_an_unknown_address_and_a_wrong_method_are_problems(shop: Shop) -> None:
    visitor = shop.browser()
    assert_is_problem(await visitor.get("/no/such/page"), 404)
    wrong = await visitor.put("/products")
    assert_is_problem(wrong, 405)
    assert wrong.headers["allow"] == "GET"


async def test_every_answer_carries_safe_headers_and_the_requests_id(shop: Shop) -> None:
    for answer in (
        await shop.browser().get("/healthz", headers={"X-Request-ID": "abc-1"}),
        await shop.browser().get("/nowhere", headers={"X-Request-ID": "abc-1"}),
    ):
        assert answer.headers["x-request-id"] == "abc-1"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    named = await shop.browser().get("/healthz", headers={"X-Request-ID": "ana-smith"})
    assert named.headers["x-request-id"] != "ana-smith"
    problem = await shop.browser().get("/nowhere", headers={"X-Request-ID": "abc-1"})
    assert problem.json()["request_id"] == "abc-1"
    odd = await shop.browser().get("/healthz", headers={"X-Request-ID": "a b<script>"})
    assert odd.headers["x-request-id"].isalnum()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationFailure("28: No space left on device", 8), 503),
        (AutoReconnect("connection closed"), 503),
        (OperationFailure("unknown operator: $sat", 2), 500),
    ],
)
async def test_a_database_that_is_out_of_order_is_no_fault_of_ours(error: PyMongoError, status: int) -> None:
    app = FastAPI()
    install(app)

    @app.get("/")
    async def failing() -> None:
        raise error

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        assert (await client.get("/")).status_code == status


GOOD: dict[str, Any] = {"items": [{"sku": MILK.sku, "quantity": 1}], "frequency": "weekly", "delivery_day": "friday"}
BAD_SUBSCRIPTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("no items", {"items": []}, "items"),
    ("no quantity", {"items": [{"sku": MILK.sku, "quantity": 0}]}, "items.0.quantity"),
    ("half a litre", {"items": [{"sku": MILK.sku, "quantity": 0.5}]}, "items.0.quantity"),
    ("a number as text", {"items": [{"sku": MILK.sku, "quantity": "1"}]}, "items.0.quantity"),
    ("a huge number", {"items": [{"sku": MILK.sku, "quantity": 10**30}]}, "items.0.quantity"),
    ("true", {"items": [{"sku": MILK.sku, "quantity": True}]}, "items.0.quantity"),
    ("unknown product", {"items": [{"sku": "NO-SUCH", "quantity": 1}]}, "items.0.sku"),
    ("NUL in a sku", {"items": [{"sku": "A\x00B", "quantity": 1}]}, "items.0.sku"),
    ("twice the same", {"items": [{"sku": MILK.sku, "quantity": 1}] * 2}, "items.1.sku"),
    ("an operator", {"items": [{"sku": {"$ne": ""}, "quantity": 1}]}, "items.0.sku"),
    ("unknown frequency", {"frequency": "hourly"}, "frequency"),
    ("the 32nd", {"frequency": "monthly", "delivery_day": 32}, "delivery_day"),
    ("no such day", {"delivery_day": "someday"}, "delivery_day"),
    ("no such zone", {"timezone": "Mars/Olympus"}, "timezone"),
    ("a path as zone", {"timezone": "../../etc/passwd"}, "timezone"),
    ("no such date", {"start_date": "2026-02-30"}, "start_date"),
    ("an unknown field", {"discount": 100}, "discount"),
    ("a rule that is none", {"frequency": None, "delivery_day": None, "recurrence": "FREQ=SOMETIMES"}, "recurrence"),
    (
        "a rule in the past",
        {"frequency": None, "delivery_day": None, "recurrence": "FREQ=DAILY;UNTIL=20200101T000000Z"},
        "recurrence",
    ),
]


@pytest.mark.parametrize(
    ("change", "field"), [case[1:] for case in BAD_SUBSCRIPTIONS], ids=[c[0] for c in BAD_SUBSCRIPTIONS]
)
async def test_a_bad_subscription_is_refused_and_the_field_is_named(
    shop: Shop, ana: Someone, change: dict[str, Any], field: str
) -> None:
    answer = await ana.http.post("/subscription", json={"customer_id": ana.customer_id} | GOOD | change)
    problem = assert_is_problem(answer, 422)
    assert [each["field"] for each in problem["errors"]] == [field]
    kept = await ana.http.get(f"/subscriptions/{ana.customer_id}")
    assert kept.json()["items"] == []


HOSTILE_BODIES = {
    "nothing": b"",
    "not JSON": b"{",
    "not UTF-8": b"\xff\xfe",
    "a list": b"[]",
    "null": b"null",
    "a long number": b'{"quantity": ' + b"9" * 5000 + b"}",
    "deep": b"[" * 100_000,
    "infinity": b'{"quantity": Infinity}',
    "NaN": b"NaN",
    "a lone surrogate": b'{"\\ud800": "\\udfff", "customer_id": "\\ud800"}',
    "NUL": json.dumps({"customer_id": "a\x00", "message": "\x00", "order_id": "\x00"}).encode(),
    "an operator": b'{"customer_id": {"$gt": ""}, "order_id": {"$gt": ""}, "message": {"$gt": ""}}',
    "doubled keys": b'{"message": "a", "message": 1}',
}


@pytest.mark.parametrize("body", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES)
async def test_a_hostile_body_is_refused_politely(shop: Shop, ana: Someone, body: bytes) -> None:
    order = await shop.sells(ana)
    for path in ("/subscription", "/refund", f"/order/address/{order.order_id}", f"/chat/{ana.customer_id}"):
        answer = await ana.http.post(path, content=body, headers=JSON)
        assert_is_problem(answer, answer.status_code)
        assert answer.status_code in (400, 404, 422), path


ODD_IDS = ["%00", "a%00b", "%2e%2e", "%24ne", "a" * 3000, "%ff", "%F0%9F%92%A9", "{}", "'; --", "%0d%0aX: y"]


@pytest.mark.parametrize("odd", ODD_IDS, ids=range(len(ODD_IDS)))
async def test_an_odd_id_is_an_unknown_id(shop: Shop, agent: Someone, odd: str) -> None:
    for path in (
        "order",
        "refund",
        "subscription",
        "evidence",
        "conversation",
        "customer",
        "orders",
        "chat",
        "refunds",
    ):
        assert_is_problem(await agent.http.get(f"/{path}/{odd}"), 404)


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=201", "limit=-1", "limit=9e9", "limit=x", "limit=99999999999999999999"),
        *("cursor=x", "cursor=%00", "cursor=" + "A" * 400, "cursor=" + "A" * 501),
        *("cursor=bnVsbA", "cursor=WzEsMl0", "cursor=W251bGwsImEiXQ"),
    ],
)
async def test_a_bad_page_is_refused_and_the_field_is_named(shop: Shop, ana: Someone, query: str) -> None:
    problem = assert_is_problem(await ana.http.get(f"/orders/{ana.customer_id}?{query}"), 422)
    assert [each["field"] for each in problem["errors"]] == [query.partition("=")[0]]


async def test_a_request_that_is_too_large_is_refused_however_it_comes(shop: Shop, ana: Someone) -> None:
    announced = await ana.http.post(
        "/subscription", content=b" " * 1_100_000, headers={"Content-Type": "application/json"}
    )
    assert_is_problem(announced, 413)

    async def bit_by_bit() -> Any:
        for _ in range(120):
            yield b" " * 10_000

    unannounced = await ana.http.post(
        "/subscription", content=bit_by_bit(), headers={"Content-Type": "application/json"}
    )
    assert_is_problem(unannounced, 413)


async def test_a_refusal_by_the_policy_names_its_rule(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana)
    await shop.services.stores.database["orders"].update_one(
        {"_id": order.order_id}, {"$set": {"payment.status": "pending"}}
    )
    problem = assert_is_problem(await shop.claims(ana, order), 422)
    assert problem["rule"] == "not_paid"


async def test_an_address_needs_all_its_parts(shop: Shop, ana: Someone) -> None:
    order = await shop.sells(ana)
    address = STREET.model_dump() | {"country": "Germany", "city": ""}
    problem = assert_is_problem(await ana.http.post(f"/order/address/{order.order_id}", json=address), 422)
    assert {each["field"] for each in problem["errors"]} == {"country", "city"}


async def test_an_error_of_ours_is_logged_and_says_nothing_of_itself(shop: Shop, ana: Someone) -> None:
    await shop.sells(ana)
    orders = shop.services.stores.database["orders"]
    await orders.update_many({"customer_id": ana.customer_id}, {"$set": {"total": "a lot, Mrs. Secret"}})
    with structlog.testing.capture_logs() as logs:
        problem = assert_is_problem(await ana.http.get(f"/orders/{ana.customer_id}"), 500)
    assert "Secret" not in str(problem)
    told = [(entry["event"], entry["log_level"], entry["route"]) for entry in logs]
    assert told == [(event, "error", "/orders/{customer_id}") for event in ("request_failed", "request")]
