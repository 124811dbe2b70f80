"""Changing a subscription through HTTP, on a real worker."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.api.shop import MILK, WHEY, Someone
from tests.api.test_errors import assert_is_problem
from tests.api.test_subscriptions import _subscribe

pytestmark = pytest.mark.usefixtures("at_work")


def in_days(n: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=n)).isoformat()


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
    items, soon = [{"sku": MILK.sku, "quantity": 1}], in_days(5)
    made = (await _subscribe(ana, frequency="monthly", items=items, start_date=soon)).json()
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


async def test_the_next_delivery_stays_the_next_one_when_it_is_skipped_a_second_time(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="weekly", delivery_day="friday")).json()
    path = f"/subscription/skip/{made['subscription_id']}"
    assert (await ana.http.post(path)).json() == (await ana.http.post(path)).json()
    assert (await ana.http.post(path)).json()["next_delivery"] == made["upcoming"][1]


async def test_a_delivery_that_was_moved_twice_is_where_the_last_request_put_it(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="weekly", delivery_day="friday")).json()
    path = f"/subscription/reschedule/{made['subscription_id']}"
    first = date.fromisoformat(made["upcoming"][0])
    one, two = ((first + timedelta(days=n)).isoformat() for n in (1, 2))
    await ana.http.post(path, json={"date": first.isoformat(), "to": one})
    for _ in range(2):
        moved = await ana.http.post(path, json={"date": one, "to": two})
        assert moved.json()["upcoming"] == [two, *made["upcoming"][1:]]
    home = await ana.http.post(path, json={"date": two, "to": first.isoformat()})
    assert home.json()["upcoming"] == made["upcoming"]


async def test_another_payment_method_is_one_that_the_customer_has(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="weekly", delivery_day="friday")).json()
    path = f"/subscription/change/{made['subscription_id']}"
    offered = (await ana.http.get(f"/payment-methods/{ana.customer_id}")).json()["items"]
    wanted = offered[1]["payment_method"]
    assert (await ana.http.post(path, json={"payment_method": wanted})).json()["payment_method"] == wanted
    unknown = await ana.http.post(path, json={"payment_method": "pm_of_somebody_else"})
    assert assert_is_problem(unknown, 422)["errors"][0]["field"] == "payment_method"


async def test_a_cancelled_one_is_subscribed_to_again_once(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="weekly", delivery_day="friday")).json()
    again = f"/subscription/resubscribe/{made['subscription_id']}"
    assert_is_problem(await ana.http.post(again), 409)
    await ana.http.post(f"/subscription/cancel/{made['subscription_id']}")
    first = await ana.http.post(again)
    assert first.status_code == 201, first.text
    new = first.json()
    assert new["subscription_id"] != made["subscription_id"]
    assert [new[name] for name in ("items", "upcoming", "delivery_day")] == [
        made[name] for name in ("items", "upcoming", "delivery_day")
    ]
    assert (await ana.http.post(again)).json()["subscription_id"] == new["subscription_id"]
    await ana.http.post(f"/subscription/cancel/{new['subscription_id']}")
    third = (await ana.http.post(again)).json()["subscription_id"]
    assert third not in (made["subscription_id"], new["subscription_id"])


async def test_a_gift_goes_to_another_address_from_a_date_on(ana: Someone) -> None:
    there = {"street": "Ring 1", "city": "Berlin", "postcode": "10115", "country": "DE"}
    wish: dict[str, Any] = {"recurrence": "FREQ=MONTHLY;COUNT=3", "start_date": in_days(40), "address": there}
    gift = (await _subscribe(ana, **wish)).json()
    assert (gift["next_delivery"], len(gift["upcoming"]), gift["address"]) == (in_days(40), 3, there)
