"""Web hooks over HTTP, from the first registration to the last delivery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from standardwebhooks import Webhook

from tests.api.cases import told
from tests.api.shop import Shop, Someone
from tests.api.test_errors import assert_is_problem
from tests.channels.servers import Receiver, receiver


@pytest.fixture
async def systems(admin: Someone) -> AsyncIterator[Receiver]:
    """The shop's own system; hears nothing more after the test."""
    async with receiver() as opened:
        yield opened
        for endpoint in (await admin.http.get("/webhooks")).json()["items"]:
            await admin.http.delete(f"/webhooks/{endpoint['endpoint_id']}")


async def _delivered(admin: Someone, dispatch_id: str) -> dict[str, object]:
    """The delivery, once it has gone."""
    endpoint_id = dispatch_id.rpartition(":")[2]
    async with asyncio.timeout(60):  # a bound, no expectation
        while True:
            for item in (await admin.http.get(f"/webhooks/deliveries/{endpoint_id}")).json()["items"]:
                if (item["dispatch_id"], item["status"]) == (dispatch_id, "sent"):
                    found: dict[str, object] = item
                    return found
            await asyncio.sleep(0.1)


@pytest.mark.usefixtures("at_work")
async def test_a_system_hears_of_a_notice_and_again_when_asked_to(
    shop: Shop, ana: Someone, admin: Someone, systems: Receiver
) -> None:
    made = await admin.http.post("/webhooks", json={"url": systems.url, "kinds": ["reminder"]})
    assert made.status_code == 201
    endpoint = made.json()
    note = told(ana)
    dispatch_id = f"{note.notification_id}:{endpoint['endpoint_id']}"
    await shop.services.stores.notifications.add(note)
    delivery = await _delivered(admin, dispatch_id)
    assert (delivery["attempts"], delivery["last_code"]) == (1, 200)
    again = await admin.http.post(f"/webhooks/redeliver/{dispatch_id}")
    assert (again.status_code, again.json()["status"]) == (200, "pending")
    await _delivered(admin, dispatch_id)
    # The worker also hands out what other tests have told.
    first, second = [got for got in systems.got if got.headers["webhook-id"] == note.notification_id]
    assert first.body == second.body
    assert Webhook(endpoint["secret"]).verify(first.body, first.headers)["type"] == "account.reminder"


async def test_the_secret_is_shown_once_and_another_after_a_rotation(admin: Someone, systems: Receiver) -> None:
    made = (await admin.http.post("/webhooks", json={"url": systems.url})).json()
    listed = await admin.http.get("/webhooks")
    assert made["endpoint_id"] in listed.text
    assert "secret" not in listed.text
    assert "sealed" not in listed.text
    rotated = (await admin.http.post(f"/webhooks/rotate/{made['endpoint_id']}")).json()
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != made["secret"]


async def test_a_repeated_call_makes_no_second_endpoint_and_keeps_no_secret(
    shop: Shop, admin: Someone, systems: Receiver
) -> None:
    first, second = [
        await admin.http.post("/webhooks", json={"url": systems.url}, headers={"Idempotency-Key": "hook-1"})
        for _ in range(2)
    ]
    assert first.status_code == 201
    assert_is_problem(second, 409)
    assert first.json()["endpoint_id"] in second.json()["detail"]
    async for kept in shop.services.stores.database["idempotency"].find():
        assert first.json()["secret"] not in str(kept)


async def test_switching_off_and_on_and_away(admin: Someone, systems: Receiver) -> None:
    endpoint_id = (await admin.http.post("/webhooks", json={"url": systems.url})).json()["endpoint_id"]
    off = (await admin.http.post(f"/webhooks/disable/{endpoint_id}")).json()
    assert (off["enabled"], off["disabled_reason"]) == (False, "Disabled by hand.")
    on = (await admin.http.post(f"/webhooks/enable/{endpoint_id}")).json()
    assert (on["enabled"], on["disabled_at"]) == (True, None)
    assert (await admin.http.delete(f"/webhooks/{endpoint_id}")).status_code == 204
    for method, path in (("DELETE", ""), ("POST", "enable/"), ("POST", "rotate/"), ("GET", "deliveries/")):
        assert_is_problem(await admin.http.request(method, f"/webhooks/{path}{endpoint_id}"), 404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "ftp://shop.test/"}, "url"),
        ({"url": "http://127.0.0.1/", "kinds": []}, "kinds"),
        ({"url": "http://127.0.0.1/", "kinds": ["No such"]}, "kinds.0"),
        ({"url": "http://127.0.0.1/", "kind": "reminder"}, "kind"),
    ],
)
async def test_bad_input_is_named(body: dict[str, object], field: str, admin: Someone) -> None:
    refused = await admin.http.post("/webhooks", json=body)
    assert_is_problem(refused, 422)
    assert [error["field"] for error in refused.json()["errors"]] == [field]


async def test_production_takes_no_address_of_its_own_network(shop: Shop, admin: Someone) -> None:
    before = shop.services
    settings = before.settings.model_copy(update={"env": "production"})
    shop.app.state.services = replace(before, settings=settings)
    try:
        for url in ("http://shop.test/", "https://127.0.0.1/", "https://169.254.169.254/latest"):
            assert_is_problem(await admin.http.post("/webhooks", json={"url": url}), 422)
    finally:
        shop.app.state.services = before
