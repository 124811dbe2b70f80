"""Changing a subscription through HTTP, on a real worker."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.api.shop import MILK, WHEY, Someone
from tests.api.test_errors import assert_is_problem
from tests.api.test_subscriptions import _subscribe

pytestmark = pytest.mark.usefixtures("at_work")


async def test_skipping_twice_skips_one_delivery_and_it_can_be_taken_back(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="weekly", delivery_day="friday")).json()
    first, second = made["upcoming"][:2]
    for _ in range(2):
        answer = await ana.http.post(f"/subscription/skip/{made['subscription_id']}", json={"date": first})
        assert answer.status_code == 200, answer.text
        assert answer.json()["next_delivery"] == second
        assert "last_step" not in answer.json()
    back = await ana.http.post(f"/subscription/unskip/{made['subscription_id']}")
    assert back.json()["upcoming"] == made["upcoming"]


async def test_one_delivery_moves_and_the_others_stay(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="weekly", delivery_day="friday")).json()
    path = f"/subscription/reschedule/{made['subscription_id']}"
    first, second = made["upcoming"][:2]
    to = (date.fromisoformat(first) + timedelta(days=1)).isoformat()
    moved = await ana.http.post(path, json={"date": first, "to": to})
    assert moved.json()["upcoming"][:2] == [to, second]
    assert_is_problem(await ana.http.post(path, json={"date": to, "to": second}), 409)
    past = await ana.http.post(path, json={"date": to, "to": "2020-01-01"})
    assert assert_is_problem(past, 422)["errors"][0]["field"] == "to"


async def test_paused_it_plans_nothing_and_resumed_it_goes_on(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="daily")).json()
    paused = (await ana.http.post(f"/subscription/pause/{made['subscription_id']}")).json()
    assert (paused["status"], paused["upcoming"]) == ("paused", [])
    resumed = (await ana.http.post(f"/subscription/resume/{made['subscription_id']}")).json()
    assert (resumed["status"], len(resumed["upcoming"])) == ("active", 5)
    past = await ana.http.post(f"/subscription/pause/{made['subscription_id']}", json={"until": "2020-01-01"})
    assert assert_is_problem(past, 422)["errors"][0]["field"] == "until"


async def test_items_day_and_address_change(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="weekly", delivery_day="friday")).json()
    path = f"/subscription/change/{made['subscription_id']}"
    home = {"street": "Ring 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
    wish = {"items": [{"sku": WHEY.sku, "quantity": 3}], "delivery_day": "monday", "address": home}
    after = (await ana.http.post(path, json=wish)).json()
    assert [(item["sku"], item["quantity"]) for item in after["items"]] == [(WHEY.sku, 3)]
    assert (after["delivery_day"], after["address"]) == ("monday", home)
    assert date.fromisoformat(after["next_delivery"]).strftime("%A") == "Monday"
    assert_is_problem(await ana.http.post(path, json={}), 422)
    assert_is_problem(await ana.http.post(path, json={"timezone": "Mars/Olympus"}), 422)
    assert_is_problem(await ana.http.post(path, json={"items": [{"sku": "NONE", "quantity": 1}]}), 422)


async def test_an_order_now_comes_once_a_day(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="monthly", items=[{"sku": MILK.sku, "quantity": 1}])).json()
    path = f"/subscription/order-now/{made['subscription_id']}"
    first = await ana.http.post(path)
    assert first.status_code == 200, first.text
    assert_is_problem(await ana.http.post(path), 409)


async def test_an_end_can_be_taken_back_until_it_has_come(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="daily")).json()
    cancel, uncancel = (f"/subscription/{each}/{made['subscription_id']}" for each in ("cancel", "uncancel"))
    await ana.http.post(cancel, json={"when": "after_next_delivery"})
    for _ in range(2):
        assert (await ana.http.post(uncancel)).json()["upcoming"] == made["upcoming"]
    await ana.http.post(cancel, json={"when": "now"})
    assert_is_problem(await ana.http.post(uncancel), 409)
