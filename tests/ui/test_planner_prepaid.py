"""Paying for several deliveries at once."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.running import CareUp
from tests.ui.conftest import Comes
from tests.ui.planning import all_of

# Both sizes are looked at in test_planner.py.
pytestmark = pytest.mark.parametrize("size", ["phone"], indirect=True)


async def test_several_deliveries_are_paid_at_once(comes: Comes, planner: int, running: CareUp) -> None:
    ana = await comes()
    await ana.signs_in("customer", planner)
    await ana.opens("Planner")
    before = all_of(running, planner)
    await ana.button("New subscription").click()
    form = ana.dialog()
    await form.get_by_label("How to pay").click()
    await ana.page.get_by_role("option", name="Pay for several deliveries at once").click()
    many = form.get_by_label("Deliveries paid at once")
    await many.fill("1")
    await expect(form.get_by_text("how many deliveries you want to pay for at once, from 2 to 52.")).to_be_visible()
    await many.fill("3")
    await expect(form.get_by_text("for 3 deliveries is charged with the first.")).to_be_visible()
    await expect(form.get_by_role("list", name="All deliveries").get_by_role("listitem")).to_have_count(3)
    await ana.shows("planner-new-prepaid")
    await ana.button("Start deliveries", inside=form).click()
    await ana.sees("The first delivery comes")
    [made] = all_of(running, planner).keys() - before
    card = ana.page.locator(f"#{made}")
    await expect(
        card.get_by_text("3 deliveries are paid at once, with the first; it ends after the last.")
    ).to_be_visible(timeout=30_000)
    assert all_of(running, planner)[made]["prepaid"] == {"deliveries": 3, "renew": False}

    with running.signed_in("customer", planner) as client:
        client.post(f"/subscription/cancel/{made}").raise_for_status()
        wish = {
            "customer_id": running.account("customer", planner)["customer_id"],
            "items": [{"sku": client.get("/products").json()["items"][0]["sku"], "quantity": 1}],
            "recurrence": "FREQ=SECONDLY;INTERVAL=3",
            "prepaid": {"deliveries": 52, "renew": True},
        }
        made = client.post("/subscription", json=wish).raise_for_status().json()["subscription_id"]
    card = ana.page.locator(f"#{made}")
    await expect(card.get_by_text(re.compile(r"\d\d of 52 paid deliveries left; the next term"))).to_be_visible(
        timeout=30_000
    )
    with running.signed_in("customer", planner) as client:  # so that the card stands still
        client.post(f"/subscription/pause/{made}").raise_for_status()
    await expect(card.get_by_text("Paused until you resume it.")).to_be_visible(timeout=30_000)
    await ana.button("Cancel", inside=card).click()
    await expect(ana.dialog().get_by_text("what you paid for those that do not come goes back to you.")).to_be_visible()
    await ana.button("Cancel it", inside=ana.dialog()).click()
    await ana.sees("deliveries that will not come, goes back to you.")
