"""What a skip link does, tapped by somebody who is not signed in, on a real worker."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import structlog
from pydantic import SecretStr

import worker
from activities.subscription import DueStep, SubscriptionActivities
from api.security import issue_token
from care.links import Links
from care.models.customer import Principal, Role
from care.models.subscription import Occurrence, Step, StepKind
from care.policy import load_policy
from care.rules.occurrences import occurrence_due
from care.stores import over
from care.stores.mongo import connect
from care.temporal import connect as temporal
from tests.api.shop import Shop, Someone
from tests.api.test_subscriptions import _subscribe
from workflows.client import CareClient

pytestmark = pytest.mark.usefixtures("at_work")


async def _weekly(ana: Someone) -> dict[str, Any]:
    made: dict[str, Any] = (await _subscribe(ana, frequency="weekly", delivery_day="friday")).json()
    return made


def _link(shop: Shop, made: dict[str, Any], key: str | None = None, *, due: datetime | None = None) -> str:
    """The path of the link to a delivery, by default the next."""
    until = due or datetime.now(UTC) + timedelta(days=1)
    address = Links(shop.settings).skip(made["subscription_id"], key or made["upcoming"][0], until)
    assert address is not None
    return address.removeprefix(shop.settings.public_url)


async def _dates(ana: Someone, made: dict[str, Any]) -> list[str]:
    dates: list[str] = (await ana.http.get(f"/subscription/{made['subscription_id']}")).json()["upcoming"]
    return dates


def _is_page(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert words in answer.text
    assert "Traceback" not in answer.text


def _spoken(key: str) -> str:
    day = date.fromisoformat(key)
    return f"{day:%A}, {day.day} {day:%B}"


async def test_a_look_says_what_would_be_skipped_and_changes_nothing(shop: Shop, ana: Someone) -> None:
    made = await _weekly(ana)
    stranger, path = shop.browser(), _link(shop, made)
    for _ in range(3):
        answer = await stranger.get(path)
        _is_page(answer, 200, f"Skip the delivery of Amul Milk 1L on {_spoken(made['upcoming'][0])}?")
        assert f'action="{path}"' in answer.text
    assert await _dates(ana, made) == made["upcoming"]


async def test_the_page_runs_its_own_script_and_nothing_else(shop: Shop, ana: Someone) -> None:
    answer = await shop.browser().get(_link(shop, await _weekly(ana)))
    policy = answer.headers["content-security-policy"]
    (nonce,) = set(re.findall(r"nonce-([\w-]+)", policy))
    assert answer.text.count(f'nonce="{nonce}"') == 2
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in answer.text
    # The address is a key. It goes to nobody else, but our own forms say where they come from.
    assert (answer.headers["referrer-policy"], answer.headers["cache-control"]) == ("same-origin", "no-store")


async def test_tapping_twice_skips_once_and_can_be_taken_back(shop: Shop, ana: Someone) -> None:
    made = await _weekly(ana)
    stranger, path = shop.browser(), _link(shop, made)
    for _ in range(2):
        _is_page(
            await stranger.post(path), 200, f"Skipped.</h1><p>The next delivery is on {_spoken(made['upcoming'][1])}."
        )
        assert made["upcoming"][0] not in await _dates(ana, made)
    _is_page(await stranger.get(path), 200, "Take it back")
    for _ in range(2):
        _is_page(await stranger.post(f"{path}/undo"), 200, f"Amul Milk 1L will come on {_spoken(made['upcoming'][0])}.")
    assert await _dates(ana, made) == made["upcoming"]


async def test_what_is_taken_back_is_the_delivery_of_the_link_and_no_other(shop: Shop, ana: Someone) -> None:
    made = await _weekly(ana)
    first, second = made["upcoming"][:2]
    await ana.http.post(f"/subscription/skip/{made['subscription_id']}", json={"date": second})
    stranger = shop.browser()
    await stranger.post(_link(shop, made, first))
    await stranger.post(f"{_link(shop, made, first)}/undo")
    dates = await _dates(ana, made)
    assert first in dates
    assert second not in dates


@pytest.mark.parametrize("call", ["get", "post", "undo"])
async def test_links_that_do_not_fit_say_so(shop: Shop, ana: Someone, call: str) -> None:
    made = await _weekly(ana)
    stranger = shop.browser()

    async def tapped(path: str) -> httpx.Response:
        return await (stranger.get(path) if call == "get" else stranger.post(path + "/undo" * (call == "undo")))

    over = datetime.now(UTC) - timedelta(seconds=1)
    _is_page(await tapped(_link(shop, made, due=over)), 410, "This link has expired")
    _is_page(await tapped(_link(shop, made)[:-3] + "xyz"), 404, "This link does not work")
    _is_page(await tapped("/skip/nonsense"), 404, "This link does not work")
    access = issue_token(shop.settings, Principal(email=ana.email, role=Role.CUSTOMER, customer_id=ana.customer_id))
    _is_page(await tapped(f"/skip/{access}"), 404, "This link does not work")
    _is_page(await tapped(_link(shop, {"subscription_id": "SUB999999"}, "2026-11-27")), 404, "This link does not work")
    no_such_day = (date.fromisoformat(made["upcoming"][0]) + timedelta(days=1)).isoformat()
    _is_page(await tapped(_link(shop, made, no_such_day)), 409, f"no delivery planned for {no_such_day}")
    await ana.http.post(f"/subscription/cancel/{made['subscription_id']}", json={"when": "now"})
    _is_page(await tapped(_link(shop, made)), 409, "This delivery cannot be skipped")


async def test_a_delivery_that_was_moved_away_is_not_skipped_by_its_old_link(shop: Shop, ana: Someone) -> None:
    made = await _weekly(ana)
    first = made["upcoming"][0]
    to = (date.fromisoformat(first) + timedelta(days=1)).isoformat()
    await ana.http.post(f"/subscription/reschedule/{made['subscription_id']}", json={"date": first, "to": to})
    _is_page(await shop.browser().post(_link(shop, made, first)), 409, "This delivery cannot be skipped")
    assert to in await _dates(ana, made)


async def test_a_link_opens_nothing_beside_its_delivery(shop: Shop, ana: Someone) -> None:
    made = await _weekly(ana)
    token = _link(shop, made).removeprefix("/skip/")
    bearer = shop.browser(Authorization=f"Bearer {token}")
    assert (await bearer.get(f"/subscription/{made['subscription_id']}")).status_code == 401
    assert (await bearer.post(f"/subscription/skip/{made['subscription_id']}")).status_code == 401
    assert (await shop.browser().post(f"/subscription/skip/{made['subscription_id']}")).status_code == 401


async def test_a_reminder_carries_the_link_to_its_delivery(shop: Shop, ana: Someone) -> None:
    made = await _weekly(ana)
    stored = await shop.services.stores.subscriptions.get(made["subscription_id"])
    due = occurrence_due(stored.schedule, made["upcoming"][0])
    at = due - timedelta(days=1)
    step = Step(kind=StepKind.REMIND, occurrence=Occurrence(key=made["upcoming"][0], due=due), at=at)
    reminding = DueStep(subscription=stored, step=step, at=at)
    services = shop.services
    for links in (Links(shop.settings), None):  # again without: what was told stays as it was
        await SubscriptionActivities(services.stores, services.payments, links).remind(reminding)
    (told,) = (await ana.http.get(f"/subscription/notifications/{ana.customer_id}")).json()["items"]
    answer = await shop.browser().post(told["link"].removeprefix(shop.settings.public_url))
    _is_page(answer, 200, "Skipped.")
    assert made["upcoming"][0] not in await _dates(ana, made)


async def test_while_the_database_is_away_the_page_asks_to_try_again(shop: Shop, ana: Someone) -> None:
    path = _link(shop, await _weekly(ana))
    services = shop.services
    nowhere = over(connect("mongodb://127.0.0.1:1", patience=timedelta(milliseconds=100))["care"])
    lost = await temporal(shop.settings, lazy=True)
    cut_off = CareClient(lost, nowhere, load_policy(None), services.payments)
    shop.app.state.services = replace(services, client=cut_off)
    try:
        for answer in (await shop.browser().get(path), await shop.browser().post(path)):
            _is_page(answer, 503, "Please try again in a moment")
    finally:
        shop.app.state.services = services
        nowhere.database.client.close()


async def test_a_worker_without_a_key_reminds_without_links(shop: Shop) -> None:
    without = shop.settings.model_copy(update={"secret_key": SecretStr("")})
    with structlog.testing.capture_logs() as said:
        assert worker._links(without) is None
    assert [line["event"] for line in said] == ["reminders_without_skip_links"]


@pytest.mark.parametrize(
    ("locale", "asked", "question", "refusal"),
    [
        ("es", "", "¿Omitir la entrega de Amul Milk 1L del ", "Esta entrega no se puede omitir"),
        ("hi", "es", "की Amul Milk 1L की डिलीवरी छोड़ दें?", "यह डिलीवरी छोड़ी नहीं जा सकती"),
    ],
)
async def test_the_page_speaks_the_customers_language_also_when_it_refuses(
    shop: Shop, ana: Someone, locale: str, asked: str, question: str, refusal: str
) -> None:
    customer = await shop.services.stores.customers.get(ana.customer_id or "")
    await shop.services.stores.customers.put(customer.model_copy(update={"locale": locale}))
    made = await _weekly(ana)
    stranger = shop.browser(**{"Accept-Language": asked})
    answer = await stranger.get(_link(shop, made))
    _is_page(answer, 200, question)
    assert f'<html lang="{locale}">' in answer.text
    assert re.findall(r">[^<]*\b(?:delivery|skip|later)\b", answer.text, re.I) == []
    await ana.http.post(f"/subscription/cancel/{made['subscription_id']}", json={"when": "now"})
    _is_page(await stranger.post(_link(shop, made)), 409, refusal)


async def test_a_link_that_says_nothing_of_its_customer_speaks_the_browsers_language(shop: Shop) -> None:
    answer = await shop.browser(**{"Accept-Language": "de-DE,es-MX;q=0.8,en;q=0.5"}).get("/skip/nonsense")
    _is_page(answer, 404, "Este enlace no funciona")
    assert "Este enlace no es nuestro, o le falta una parte." in answer.text
