"""Histories are opened for the staff alone: by token, or by the portal's session from a page of the Temporal Web UI."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from google.protobuf.json_format import MessageToDict
from temporalio.converter import DataConverter, WorkflowSerializationContext

from api.readings import AGAIN_SECONDS, Readings
from care.temporal import connect
from tests.api.shop import PASSWORD, Shop, Someone

UI = "http://temporal.test"
WORKFLOW = "refund-REFCODEC"


async def sealed(shop: Shop, workflow_id: str = WORKFLOW) -> dict[str, Any]:
    converter = (await connect(shop.settings, shop.services.stores, lazy=True)).data_converter
    payloads = await converter.with_context(WorkflowSerializationContext("default", workflow_id)).encode(["a photo"])
    return {"payloads": [MessageToDict(payload) for payload in payloads]}


async def signed_in(shop: Shop, someone: Someone) -> httpx.AsyncClient:
    """A browser with the portal's session."""
    browser = shop.browser(origin="http://care.test")
    answer = await browser.post("/ui/sign-in", data={"email": someone.email, "password": PASSWORD})
    assert answer.status_code == 303
    del browser.headers["origin"]
    return browser


def told(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [base64.b64decode(each["data"]).decode() for each in answer.json()["payloads"]]


async def readings(shop: Shop, workflow_id: str) -> list[str]:
    page = await shop.services.stores.audit.page(about=workflow_id)
    return [event.by for event in page.items if event.act == "histories_read"]


async def test_a_supervisor_who_is_signed_in_to_the_portal_reads_in_the_web_ui(shop: Shop, supervisor: Someone) -> None:
    browser, body = await signed_in(shop, supervisor), await sealed(shop)
    asked = await browser.options(
        "/codec/decode",
        headers={
            "origin": UI,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type,x-namespace",
        },
    )
    assert asked.status_code == 200
    answer = await browser.post("/codec/decode?preserveStorageRefs=true", json=body, headers={"origin": UI})
    assert told(answer) == ['"a photo"']
    for headers in (asked.headers, answer.headers):
        assert headers["access-control-allow-origin"] == UI
        assert headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize(
    "origin", [{}, {"origin": "http://evil.test"}, {"origin": "null"}, {"origin": f"{UI}.evil.test"}]
)
async def test_the_session_counts_from_no_other_page(shop: Shop, supervisor: Someone, origin: dict[str, str]) -> None:
    browser = await signed_in(shop, supervisor)
    answer = await browser.post("/codec/decode", json=await sealed(shop), headers=origin)
    assert answer.status_code == 401
    assert "access-control-allow-origin" not in answer.headers


async def test_the_session_counts_for_no_other_call_from_the_web_ui(shop: Shop, supervisor: Someone) -> None:
    browser = await signed_in(shop, supervisor)
    answer = await browser.post("/review/claim/REF-NONE", headers={"origin": UI})
    assert answer.status_code == 401
    assert "access-control-allow-origin" not in answer.headers


async def test_customers_and_strangers_read_nothing(shop: Shop, ana: Someone) -> None:
    browser, body = await signed_in(shop, ana), await sealed(shop)
    assert (await browser.post("/codec/decode", json=body, headers={"origin": UI})).status_code == 403
    assert (await ana.http.post("/codec/decode", json=body)).status_code == 403
    stranger = await shop.browser().post("/codec/decode", json=body, headers={"origin": UI})
    assert stranger.status_code == 401
    assert stranger.headers["access-control-allow-origin"] == UI, "so that the page can say what is wrong"


async def test_a_token_opens_for_the_temporal_command_and_the_record_has_one_line_a_history(
    shop: Shop, supervisor: Someone
) -> None:
    for _ in range(3):
        body = await sealed(shop, "refund-REFREAD1")
        body["payloads"] += (await sealed(shop, "refund-REFREAD2"))["payloads"]
        assert told(await supervisor.http.post("/codec/decode", json=body)) == ['"a photo"'] * 2
    for workflow_id in ("refund-REFREAD1", "refund-REFREAD2"):
        assert await readings(shop, workflow_id) == [supervisor.email]


async def test_who_reads_again_after_an_hour_is_recorded_again() -> None:
    at = 0.0
    noted = Readings(lambda: at)
    first = [noted.is_new(who, WORKFLOW) for who in ("amy", "amy", "bob")]
    at = AGAIN_SECONDS
    assert (first, noted.is_new("amy", WORKFLOW)) == ([True, False, True], True)


async def test_a_history_whose_key_was_dropped_says_so_and_the_others_are_read(shop: Shop, supervisor: Someone) -> None:
    body = await sealed(shop, "refund-REFGONE")
    body["payloads"] += (await sealed(shop))["payloads"]
    await shop.services.stores.data_keys.forget(["refund-REFGONE"])
    # The web process has not had this key in its hands.
    gone, read = told(await supervisor.http.post("/codec/decode", json=body))
    assert "made unreadable for good" in gone
    assert read == '"a photo"'
    assert await readings(shop, "refund-REFGONE") == []


async def test_what_is_in_clear_or_cannot_be_opened_comes_back_as_it_was(shop: Shop, supervisor: Someone) -> None:
    [clear] = await DataConverter.default.encode(["in clear"])
    bent = (await sealed(shop))["payloads"][0]
    bent["data"] = base64.b64encode(bytes(64)).decode()
    strange = bent | {"metadata": bent["metadata"] | {"encryption-key-id": base64.b64encode(b"data-none").decode()}}
    body = {"payloads": [MessageToDict(clear), bent, strange]}
    answer = await supervisor.http.post("/codec/decode", json=body)
    assert answer.json() == body


async def test_what_is_no_payload_is_refused(supervisor: Someone) -> None:
    for data in ("not base64!", "A"):
        answer = await supervisor.http.post("/codec/decode", json={"payloads": [{"data": data}]})
        assert answer.status_code == 422, answer.text


async def test_what_the_staff_type_into_the_web_ui_is_sealed_and_what_others_type_stays_as_it_is(
    shop: Shop, supervisor: Someone, ana: Someone
) -> None:
    [clear] = [MessageToDict(payload) for payload in await DataConverter.default.encode([{"note": "looks fine"}])]
    body = {"payloads": [clear]}
    browser = await signed_in(shop, supervisor)
    typed = (await browser.post("/codec/encode", json=body, headers={"origin": UI})).json()
    assert base64.b64decode(typed["payloads"][0]["metadata"]["encoding"]) == b"binary/encrypted"
    assert told(await supervisor.http.post("/codec/decode", json=typed)) == ['{"note":"looks fine"}']
    for other in (shop.browser(), ana.http, await signed_in(shop, supervisor)):
        assert (await other.post("/codec/encode", json=body)).json() == body
