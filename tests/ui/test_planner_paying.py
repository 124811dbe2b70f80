"""A payment that fails, another method, and subscribing again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.running import CareUp
from tests.ui.conftest import Comes

# Both sizes are looked at in test_planner.py.
pytestmark = pytest.mark.parametrize("size", ["phone"], indirect=True)


async def test_a_declined_payment_is_paid_another_way_and_an_ended_subscription_begins_again(
    comes: Comes, planner: int, running: CareUp
) -> None:
    with running.signed_in("customer", planner) as client:
        wish = {
            "customer_id": running.account("customer", planner)["customer_id"],
            "items": [{"sku": client.get("/products").json()["items"][0]["sku"], "quantity": 1}],
            "frequency": "monthly",
            "start_date": (datetime.now(UTC).date() + timedelta(days=10)).isoformat(),
            "payment_method": "pm_card_declined",
        }
        made = client.post("/subscription", json=wish).raise_for_status().json()["subscription_id"]
        client.post(f"/subscription/order-now/{made}").raise_for_status()

    ana = await comes()
    await ana.signs_in("customer", planner)
    await ana.opens("Planner")
    card = ana.page.locator(f"#{made}")
    await expect(card.get_by_text("was declined. We try again on")).to_be_visible(timeout=30_000)
    await expect(card.get_by_text("Other deliveries wait until this one is paid or skipped.")).to_be_visible()
    await ana.shows("planner-past-due")
    # Its card is drawn anew with each step of the payment: see `reaches`.
    method = ana.dialog().get_by_text("Test card that works")
    await ana.reaches(method, ana.button("Pay another way", inside=card))
    await method.click()
    await ana.shows("planner-payment")
    await ana.button("Save", inside=ana.dialog()).click()
    await ana.sees("Changed: Test card that works.")
    await expect(card.get_by_text("was declined")).to_have_count(0, timeout=30_000)
    await expect(card.get_by_text("Active")).to_be_visible(timeout=30_000)

    cancel = ana.button("Cancel it", inside=ana.dialog())
    await ana.reaches(cancel, ana.button("Cancel", inside=card))
    await cancel.click()
    await ana.sees("Nothing more is delivered.")
    await expect(card).to_have_count(0, timeout=30_000)
    again = ana.button("Subscribe again", inside=card)
    await ana.reaches(again, ana.page.get_by_role("button", name=re.compile("^Show .* ended")))
    await ana.reaches(ana.page.get_by_text("here we go again."), again)
    await ana.shows("planner-again")
