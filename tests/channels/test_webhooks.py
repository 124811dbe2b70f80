"""Web hooks against a real HTTP server, checked as a receiver checks them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from care.embedded import free_port
from care.errors import Conflict, Invalid, NotFound
from care.gateways import webhooks as gateway
from care.gateways.webhooks import HttpPoster
from care.models.dispatch import Dispatch, DispatchStatus
from care.models.webhook import NewEndpoint
from care.rules.dispatching import BACKOFF, LEASE
from care.stores import Stores
from care.webhooks import ROTATION, Webhooks
from tests.channels.notices import dispatcher, notice, webhooks
from tests.channels.servers import certificate, receiver

SECOND = timedelta(seconds=1)


def now() -> datetime:
    """Receivers refuse what is older than five minutes."""
    return datetime.now(UTC)


async def told(stores: Stores, notification_id: str = "N", **given: Any) -> Dispatch:
    """What became of telling the one endpoint once."""
    working = dispatcher(stores, HttpPoster(production=False, seconds=1))
    await stores.notifications.add(notice(notification_id, kind="missed", **given))
    at = now()
    await working.fan_out(at)
    await working.send_due(at)
    return await stores.outbox.get(f"{notification_id}:WHK001")


async def test_a_receiver_can_verify_what_it_gets(stores: Stores) -> None:
    async with receiver("204 No Content") as shop:
        endpoint = await webhooks(stores).register(NewEndpoint(url=shop.url), by="root")
        sent = await told(stores, message="Ümlaut & 'quote'", link="https://shop.test/skip")
    assert (sent.status, sent.last_code, sent.attempts) == (DispatchStatus.SENT, 204, 1)
    [got] = shop.got
    event = Webhook(endpoint.secret).verify(got.body, got.headers)
    assert event["type"] == "subscription.missed"
    assert event["timestamp"] == event["data"]["created_at"]
    assert event["data"]["notification_id"] == got.headers["webhook-id"] == "N"
    assert event["data"]["message"] == "Ümlaut & 'quote'"
    assert "read_at" not in event["data"]
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(got.body + b" ", got.headers)


async def test_secrets_lie_sealed_and_are_listed_nowhere(stores: Stores) -> None:
    hooks = webhooks(stores)
    endpoint = await hooks.register(NewEndpoint(url="http://127.0.0.1:9/"), by="root")
    assert endpoint.secret.startswith("whsec_")
    stored = await stores.database["webhooks"].find_one({"_id": endpoint.endpoint_id})
    listed = (await hooks.page(limit=50, cursor=None)).model_dump_json()
    for place in (str(stored), listed):
        assert endpoint.secret.removeprefix("whsec_") not in place
    assert "sealed" not in listed
    sealed = (await stores.webhooks.get(endpoint.endpoint_id)).model_copy(update={"endpoint_id": "WHK999"})
    assert hooks.headers(sealed, "N", b"", now()) is None


async def test_another_encryption_key_signs_nothing_and_loses_nothing(stores: Stores) -> None:
    await webhooks(stores).register(NewEndpoint(url="http://127.0.0.1:9/"), by="root")
    endpoint = await stores.webhooks.get("WHK001")
    assert Webhooks(stores, bytes(32), production=False).headers(endpoint, "N", b"", now()) is None


async def test_an_error_is_tried_again_under_the_same_id(stores: Stores) -> None:
    async with receiver("500 Oops", "200 OK") as shop:
        endpoint = await webhooks(stores).register(NewEndpoint(url=shop.url), by="root")
        waiting = await told(stores)
        assert (waiting.status, waiting.last_code, waiting.reason) == (DispatchStatus.PENDING, 500, "status")
        assert (await stores.webhooks.get("WHK001")).failing_since is not None
        await dispatcher(stores).send_due(now() + BACKOFF[0] + SECOND)
    assert (await stores.outbox.get("N:WHK001")).status is DispatchStatus.SENT
    assert (await stores.webhooks.get("WHK001")).failing_since is None
    first, second = shop.got
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    Webhook(endpoint.secret).verify(second.body, second.headers)


@pytest.mark.parametrize(
    ("answer", "code", "reason"), [("302 Found", 302, "redirect"), (None, None, "timeout"), ("404 No", 404, "status")]
)
async def test_redirects_are_not_followed_and_silence_is_not_waited_for(
    answer: str | None, code: int | None, reason: str, stores: Stores
) -> None:
    async with receiver(answer) as shop:
        await webhooks(stores).register(NewEndpoint(url=shop.url), by="root")
        waiting = await told(stores)
    assert (waiting.status, waiting.last_code, waiting.reason) == (DispatchStatus.PENDING, code, reason)
    assert len(shop.got) == 1


async def test_nobody_listening_is_a_failure_like_others(stores: Stores) -> None:
    await webhooks(stores).register(NewEndpoint(url=f"http://127.0.0.1:{free_port()}/"), by="root")
    assert (await told(stores)).reason == "unreachable"


async def test_an_endpoint_that_is_gone_is_disabled_at_once(stores: Stores) -> None:
    async with receiver("410 Gone") as shop:
        await webhooks(stores).register(NewEndpoint(url=shop.url), by="root")
        assert (await told(stores)).status is DispatchStatus.FAILED
        [endpoint] = (await webhooks(stores).page(limit=50, cursor=None)).items
        assert (endpoint.enabled, endpoint.disabled_reason) == (False, "It answered 410 Gone.")
        assert endpoint.disabled_at is not None
        with pytest.raises(NotFound):
            await told(stores, "LATER")
    assert len(shop.got) == 1


async def test_an_endpoint_is_disabled_when_a_message_runs_out_of_tries(stores: Stores) -> None:
    async with receiver("500 Oops") as shop:
        await webhooks(stores).register(NewEndpoint(url=shop.url), by="root")
        waiting, working = await told(stores), dispatcher(stores)
        while waiting.status is DispatchStatus.PENDING:
            await working.send_due(waiting.next_at)
            waiting = await stores.outbox.get("N:WHK001")
    assert waiting.attempts == len(shop.got) == 10
    assert (await stores.webhooks.get("WHK001")).disabled_reason == "A message ran out of its 10 tries."


async def test_an_endpoint_is_disabled_after_five_days_of_failures_only(stores: Stores) -> None:
    async with receiver("500 Oops") as shop:
        await webhooks(stores).register(NewEndpoint(url=shop.url), by="root")
        await told(stores, "OLD")
        await stores.notifications.add(notice("NEW", kind="missed"))
        later, working = now() + timedelta(days=5), dispatcher(stores)
        await working.fan_out(later)
        await stores.database["dispatches"].delete_one({"_id": "OLD:WHK001"})
        await working.send_due(later + SECOND)
    assert (await stores.webhooks.get("WHK001")).disabled_reason == "Nothing has arrived for 5 days."


async def test_what_failed_is_delivered_again_by_hand_once_it_is_enabled(stores: Stores) -> None:
    hooks = webhooks(stores)
    async with receiver("410 Gone", "200 OK") as shop:
        endpoint = await hooks.register(NewEndpoint(url=shop.url), by="root")
        await told(stores)
        with pytest.raises(Conflict, match="enable it first"):
            await hooks.redeliver("N:WHK001", by="root")
        assert (await hooks.enable("WHK001", by="root")).disabled_reason is None
        again = await hooks.redeliver("N:WHK001", by="root")
        assert (again.status, again.attempts) == (DispatchStatus.PENDING, 0)
        await dispatcher(stores).send_due(now() + SECOND)
    assert (await stores.outbox.get("N:WHK001")).status is DispatchStatus.SENT
    assert Webhook(endpoint.secret).verify(shop.got[1].body, shop.got[1].headers)["data"]["notification_id"] == "N"


async def test_after_a_rotation_both_secrets_sign_for_a_day(stores: Stores) -> None:
    hooks = webhooks(stores)
    async with receiver() as shop:
        before = await hooks.register(NewEndpoint(url=shop.url), by="root")
        after = await hooks.rotate("WHK001", by="root")
        await told(stores)
    [got] = shop.got
    for secret in (before.secret, after.secret):
        Webhook(secret).verify(got.body, got.headers)
    endpoint = await stores.webhooks.get("WHK001")
    for moment, signatures in ((ROTATION - SECOND * 5, 2), (ROTATION + SECOND * 5, 1)):
        headers = hooks.headers(endpoint, "N", b"{}", now() + moment)
        assert headers is not None
        assert len(headers["webhook-signature"].split(" ")) == signatures


async def test_a_disabled_endpoint_hears_nothing_and_a_deleted_one_is_forgotten(stores: Stores) -> None:
    hooks = webhooks(stores)
    async with receiver("500 Oops") as shop:
        await hooks.register(NewEndpoint(url=shop.url), by="root")
        await told(stores)
        assert (await hooks.disable("WHK001", by="root")).disabled_reason == "Disabled by hand."
        await dispatcher(stores).send_due(now() + BACKOFF[0] + SECOND)
        assert (await stores.outbox.get("N:WHK001")).reason == "endpoint_disabled"
        await hooks.delete("WHK001", by="root")
        with pytest.raises(NotFound):
            await stores.outbox.get("N:WHK001")
    assert len(shop.got) == 1


async def test_only_the_kinds_that_were_asked_for_are_sent(stores: Stores) -> None:
    async with receiver() as shop:
        await webhooks(stores).register(NewEndpoint(url=shop.url, kinds=["refund_paid"]), by="root")
        with pytest.raises(NotFound):
            await told(stores)
        await stores.notifications.add(notice("R", kind="refund_paid", refund_id="REF1"))
        working, at = dispatcher(stores), now()
        await working.fan_out(at)
        await working.send_due(at)
    assert [json.loads(got.body)["type"] for got in shop.got] == ["refund.paid"]


@pytest.mark.parametrize("url", ["http://shop.test/", "https://127.0.0.1/", "https://10.0.0.1/", "https://localhost/"])
async def test_in_production_inner_addresses_are_refused_at_once(url: str, stores: Stores) -> None:
    with pytest.raises(Invalid, match="The address must"):
        await webhooks(stores, production=True).register(NewEndpoint(url=url), by="root")
    with pytest.raises(Invalid):
        await webhooks(stores).register(NewEndpoint(url="ftp://shop.test/"), by="root")


def _leads_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name, for this test."""

    async def resolved(_host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(2, 1, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)


async def test_in_production_a_name_that_leads_inside_is_refused_at_each_post(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever owns the name may lead it elsewhere after it was registered."""
    _leads_to(monkeypatch, "93.184.216.34", "10.0.0.7")
    attempt = await HttpPoster(production=True).post("https://rebound.test/", {}, b"{}")
    assert (attempt.delivered, attempt.reason) == (False, "forbidden_address")


@pytest.mark.parametrize(("certified", "delivered"), [("erp.shop.test", True), ("eve.test", False)])
async def test_in_production_the_checked_address_must_show_the_certificate_of_the_name(
    certified: str, delivered: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, trusted = certificate(tmp_path, certified)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    monkeypatch.setattr(gateway, "is_public", lambda _: True)  # as if the loopback were the open internet
    async with receiver(tls=tls, host="erp.shop.test") as shop:
        _leads_to(monkeypatch, "127.0.0.1")
        attempt = await HttpPoster(production=True).post(shop.url, {"webhook-id": "N"}, b"{}")
    assert attempt.delivered is delivered
    assert [got.headers["host"] for got in shop.got] == ([shop.url.split("/")[2]] if delivered else [])


@pytest.mark.parametrize(
    "url",
    ["http://a..b/", f"http://{'a' * 64}.test/", "http://xn--/", "http://[v1.x]/", "http://\u2603..test/", "http://%/"],
)
@pytest.mark.parametrize("production", [True, False])
async def test_strange_names_are_refused_and_break_nothing(url: str, production: bool, stores: Stores) -> None:
    address = url.replace("http:", "https:") if production else url
    if production:
        with pytest.raises(Invalid):
            await webhooks(stores, production=True).register(NewEndpoint(url=address), by="root")
    assert not (await HttpPoster(production=production, seconds=5).post(address, {}, b"{}")).delivered


async def test_asking_twice_with_one_key_makes_one_endpoint(stores: Stores) -> None:
    hooks = webhooks(stores)
    await hooks.register(NewEndpoint(url="http://127.0.0.1:9/"), by="root", once="k")
    with pytest.raises(Conflict, match="WHK001"):
        await hooks.register(NewEndpoint(url="http://127.0.0.1:9/"), by="root", once="k")


def test_a_claim_outlives_the_longest_post() -> None:
    assert LEASE.total_seconds() > gateway.SECONDS * 2
