"""A subscription through HTTP, on a real worker."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from tests.api.shop import MILK, WHEY, Shop, Someone
from tests.api.test_errors import assert_is_problem
from tests.api.waiting import until

pytestmark = pytest.mark.usefixtures("at_work")


async def _subscribe(someone: Someone, key: str | None = None, **more: Any) -> httpx.Response:
    body = {"customer_id": someone.customer_id, "items": [{"sku": MILK.sku, "quantity": 2}]} | more
    return await someone.http.post("/subscription", json=body, headers={"Idempotency-Key": key} if key else {})


async def test_a_weekly_subscription_starts_on_the_named_day(shop: Shop, ana: Someone, agent: Someone) -> None:
    answer = await _subscribe(ana, frequency="weekly", delivery_day="friday")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["status"] == "active"
    assert made["subscription_id"].startswith("SUB")
    first = date.fromisoformat(made["next_delivery"])
    assert first.strftime("%A") == "Friday"
    assert first >= datetime.now(ZoneInfo("Europe/Berlin")).date()  # today, before nine on a Friday
    assert made["upcoming"][0] == made["next_delivery"]
    assert made["items"][0]["name"] == "Amul Milk 1L"
    assert made["workflow_url"] is None
    listed = (await ana.http.get(f"/subscriptions/{ana.customer_id}")).json()["items"]
    assert [each["subscription_id"] for each in listed] == [made["subscription_id"]]
    seen_by_staff = (await agent.http.get(f"/subscription/{made['subscription_id']}")).json()
    assert seen_by_staff["workflow_url"].endswith(f"/workflows/subscription-{made['subscription_id']}")


async def test_staff_subscribe_for_a_customer(ana: Someone, agent: Someone) -> None:
    body = {
        "customer_id": ana.customer_id,
        "items": [{"sku": WHEY.sku, "quantity": 1}],
        "frequency": "monthly",
        "delivery_day": 31,
    }
    made = await agent.http.post("/subscription", json=body)
    assert made.status_code == 201, made.text
    assert (await ana.http.get(f"/subscription/{made.json()['subscription_id']}")).status_code == 200


async def test_a_repeated_call_makes_one_subscription(ana: Someone) -> None:
    answers = [await _subscribe(ana, key="k1", frequency="daily") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len((await ana.http.get(f"/subscriptions/{ana.customer_id}")).json()["items"]) == 1


async def test_deliveries_can_be_paid_several_at_once(ana: Someone) -> None:
    terms = {"deliveries": 3, "renew": False}
    soon = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(days=2)  # today would be taken already before nine
    answer = await _subscribe(ana, frequency="weekly", delivery_day=f"{soon:%A}".lower(), prepaid=terms)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["prepaid"], made["paid"], len(made["upcoming"])) == (terms, None, 3)
    await ana.http.post(f"/subscription/order-now/{made['subscription_id']}")  # beside the term: paid by itself
    live = await until(ana, f"/subscription/{made['subscription_id']}", lambda s: s["deliveries"] == 1)
    assert (live["prepaid"], live["paid"], len(live["upcoming"])) == (terms, None, 3)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"frequency": "daily", "prepaid": {"deliveries": 1}}, "prepaid.deliveries"),
        ({"frequency": "daily", "prepaid": {"deliveries": 53}}, "prepaid.deliveries"),
        ({"frequency": "daily", "prepaid": {"deliveries": "6"}}, "prepaid.deliveries"),
        ({"recurrence": "FREQ=DAILY;COUNT=3", "prepaid": {"deliveries": 4}}, "prepaid.deliveries"),
        ({"recurrence": "FREQ=DAILY;COUNT=9", "prepaid": {"deliveries": 4, "renew": True}}, "prepaid.renew"),
    ],
)
async def test_terms_that_make_no_sense_are_refused(ana: Someone, more: dict[str, Any], field: str) -> None:
    assert assert_is_problem(await _subscribe(ana, **more), 422)["errors"][0]["field"] == field


async def test_cancelled_is_cancelled_however_often_one_asks(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="daily")).json()
    for body in ({"reason": "Holidays", "when": "now"}, None):
        answer = await ana.http.post(f"/subscription/cancel/{made['subscription_id']}", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "cancelled"
        assert answer.json()["upcoming"] == []
    stored = await until(ana, f"/subscription/{made['subscription_id']}", lambda s: s["status"] == "cancelled")
    assert stored["cancel_reason"] == "Holidays"


async def test_a_subscription_can_end_after_its_next_delivery(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="daily")).json()
    answer = await ana.http.post(
        f"/subscription/cancel/{made['subscription_id']}", json={"when": "after_next_delivery"}
    )
    assert answer.json()["status"] == "active"
    live = (await ana.http.get(f"/subscription/{made['subscription_id']}")).json()
    assert live["cancel_after_next"]
    assert live["upcoming"] == [made["next_delivery"]]


async def test_a_cancellation_says_when(ana: Someone) -> None:
    made = (await _subscribe(ana, frequency="daily")).json()
    answer = await ana.http.post(f"/subscription/cancel/{made['subscription_id']}", json={"when": "someday"})
    assert assert_is_problem(answer, 422)["errors"][0]["field"] == "when"


async def test_its_whole_life_in_seconds(ana: Someone, temporal: Client) -> None:
    made = (await _subscribe(ana, recurrence="FREQ=SECONDLY;INTERVAL=3", remind_before=["PT1S"])).json()
    path = f"/subscription/{made['subscription_id']}"
    live = await until(ana, path, lambda s: s["deliveries"] >= 2)
    assert len(live["orders"]) >= 2
    await ana.http.post(f"/subscription/cancel/{made['subscription_id']}", json={})
    orders = (await ana.http.get(f"/orders/{ana.customer_id}")).json()["items"]
    assert max(Counter(order["occurrence"] for order in orders).values()) == 1
    assert {order["payment"]["status"] for order in orders} == {"paid"}
    assert {order["total"]["amount"] for order in orders} == {2 * MILK.price.amount}
    notes = (await ana.http.get(f"/subscription/notifications/{ana.customer_id}")).json()["items"]
    reminders = [note for note in notes if note["kind"] == "reminder"]
    assert max(Counter(note["occurrence"] for note in reminders).values()) == 1
    start = f"Reminder: Your subscription {made['subscription_id']} will restock Amul Milk 1L on "
    assert all(note["message"].startswith(start) for note in reminders)
    workflow = temporal.get_workflow_handle(f"subscription-{made['subscription_id']}")
    await workflow.result()  # it has ended, so nothing more can come
    assert (await workflow.describe()).status is WorkflowExecutionStatus.COMPLETED
