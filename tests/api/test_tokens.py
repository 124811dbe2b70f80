"""Service tokens: made by administrators, shown once, and what they do goes under their name."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from care.models.order import OrderStatus
from care.stores.documents import now
from tests.api.shop import Shop, Someone, photo
from tests.api.test_errors import assert_is_problem


async def _made(admin: Someone, name: str, *scopes: str) -> str:
    answer = await admin.http.post("/tokens", json={"name": name, "scopes": scopes})
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


def _bearer(shop: Shop, token: str) -> httpx.AsyncClient:
    return shop.browser(Authorization=f"Bearer {token}")


async def test_a_token_is_shown_once_and_only_its_hash_is_kept(shop: Shop, admin: Someone) -> None:
    token = await _made(admin, "shown-once", "orders:read")
    assert token.startswith("care_")
    assert len(token) > 40
    listed = (await admin.http.get("/tokens")).json()["items"]
    (found,) = [each for each in listed if each["name"] == "shown-once"]
    assert set(found) == {"name", "scopes", "created_at", "created_by", "expires_at", "used_at", "revoked_at"}
    assert (found["scopes"], found["created_by"], found["used_at"]) == (["orders:read"], admin.email, None)
    kept = [each async for each in shop.services.stores.database["tokens"].find()]
    assert token not in str(kept)


async def test_a_token_acts_for_any_customer_and_names_whom(shop: Shop, admin: Someone, ana: Someone) -> None:
    shop_system = _bearer(shop, await _made(admin, "till", "orders:read", "orders:write", "evidence:write"))
    order = await shop.sells(ana, status=OrderStatus.PENDING)
    assert (await shop_system.post(f"/order/cancel/{order.order_id}")).json()["status"] == "cancelled"
    assert (await shop_system.get(f"/orders/{ana.customer_id}")).json()["items"][0]["order_id"] == order.order_id
    picture = {"file": ("photo.jpg", photo(), "image/jpeg")}
    assert (await shop_system.post("/evidence", files=picture, data={"customer_id": ana.customer_id})).is_success
    assert_is_problem(await shop_system.post("/evidence", files=picture), 422)


async def test_a_revoked_or_expired_token_opens_nothing_and_its_name_is_not_given_again(
    shop: Shop, admin: Someone
) -> None:
    revoked, late = [_bearer(shop, await _made(admin, name, "catalogue:read")) for name in ("gone", "late")]
    assert (await revoked.get("/products")).status_code == (await late.get("/products")).status_code == 200
    for _ in range(2):
        assert (await admin.http.delete("/tokens/gone")).status_code == 204
    over = {"$set": {"expires_at": now() - timedelta(seconds=1)}}
    await shop.services.stores.database["tokens"].update_one({"_id": "late"}, over)
    for door in (revoked, late):
        assert_is_problem(await door.get("/products"), 401)
    assert_is_problem(await admin.http.post("/tokens", json={"name": "gone", "scopes": ["chat"]}), 409)
    assert_is_problem(await admin.http.delete("/tokens/never-made"), 404)


async def test_making_and_revoking_stand_in_the_audit_record_once(shop: Shop, admin: Someone) -> None:
    await _made(admin, "recorded", "refunds:write", "refunds:read")
    for _ in range(2):
        await admin.http.delete("/tokens/recorded")
    lines = (await shop.services.stores.audit.page(about="recorded")).items
    assert [(line.act, line.by, line.detail) for line in lines] == [
        ("token_revoked", admin.email, {}),
        ("token_made", admin.email, {"scopes": "refunds:read refunds:write"}),
    ]


async def test_the_day_of_use_is_kept_and_not_each_call(shop: Shop, admin: Someone) -> None:
    door = _bearer(shop, await _made(admin, "daily", "catalogue:read"))
    tokens = shop.services.stores.database["tokens"]

    async def used_at() -> object:
        await door.get("/products")
        return (await tokens.find_one({"_id": "daily"}) or {})["used_at"]

    first = await used_at()
    assert first is not None
    assert await used_at() == first
    await tokens.update_one({"_id": "daily"}, {"$set": {"used_at": now() - timedelta(days=1)}})
    assert await used_at() not in (first, None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"scopes": ["reviews:write"]}, "scopes.0"),
        ({"name": "The Till"}, "name"),
        ({"days": 0}, "days"),
        ({"days": 36500}, "days"),
        ({"created_by": "somebody else"}, "created_by"),
    ],
)
async def test_what_a_token_cannot_be_is_said(admin: Someone, wrong: dict[str, object], field: str) -> None:
    body = {"name": "never", "scopes": ["chat"]} | wrong
    problem = assert_is_problem(await admin.http.post("/tokens", json=body), 422)
    assert [error["field"] for error in problem["errors"]] == [field]


async def test_keys_of_one_token_are_not_anothers(shop: Shop, admin: Someone, ana: Someone) -> None:
    one, two = [_bearer(shop, await _made(admin, name, "orders:write")) for name in ("key-one", "key-two")]
    order = await shop.sells(ana, status=OrderStatus.PENDING)
    path, key = f"/order/cancel/{order.order_id}", {"Idempotency-Key": "the same"}
    first, other, again = [await door.post(path, headers=key) for door in (one, two, one)]
    assert "idempotent-replayed" not in first.headers
    assert "idempotent-replayed" not in other.headers
    assert again.headers["idempotent-replayed"] == "true"


async def test_what_a_token_got_is_not_replayed_once_it_may_no_longer(shop: Shop, admin: Someone, ana: Someone) -> None:
    door = _bearer(shop, await _made(admin, "narrowed", "orders:write"))
    order = await shop.sells(ana, status=OrderStatus.PENDING)
    path, key = f"/order/cancel/{order.order_id}", {"Idempotency-Key": "k"}
    assert (await door.post(path, headers=key)).is_success
    await shop.services.stores.database["tokens"].update_one({"_id": "narrowed"}, {"$set": {"scopes": ["chat"]}})
    assert_is_problem(await door.post(path, headers=key), 403)


async def test_a_log_line_knows_a_token_by_its_name(
    shop: Shop, admin: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await _made(admin, "in-the-log", "catalogue:read")

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(shop.services.stores.products, "page", broken)
    with capture_logs([merge_contextvars]) as logs:
        assert (await _bearer(shop, token).get("/products")).status_code == 500
    assert [(line["event"], line["token"]) for line in logs] == [
        (event, "in-the-log") for event in ("request_failed", "request")
    ]
    assert token not in json.dumps(logs, default=str)


async def test_a_token_opens_no_page(shop: Shop, admin: Someone) -> None:
    door = _bearer(shop, await _made(admin, "no-person", "customers:read"))
    assert (await door.get("/ui/desk")).headers["location"] == "/ui/login"
