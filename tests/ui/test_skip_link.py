"""A skip link in a real browser: one tap for a person, nothing for a program that only looks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from care.links import Links
from care.models.notification import Notification
from care.settings import load
from care.stores import open_stores
from tests.running import CareUp
from tests.ui import audit
from tests.ui.conftest import Comes

# Playwright's browser says of itself that it is automated, as scanners do. A person's does not.
AS_A_PERSON = "Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => false })"


@pytest.fixture
async def link(running: CareUp, customer: int) -> AsyncIterator[str]:
    """The link to the next delivery of a subscription of this customer, who was reminded of it."""
    who = running.account("customer", customer)["customer_id"]
    settings = load(running.data_dir, _env_file=None)
    with running.signed_in("customer", customer) as http:
        sku = http.get("/products").json()["items"][0]["sku"]
        items = [{"sku": sku, "quantity": 1}]
        body = {"customer_id": who, "items": items, "frequency": "monthly", "delivery_day": 3}
        made = http.post("/subscription", json=body).raise_for_status().json()
        address = Links(settings).skip(made["subscription_id"], made["next_delivery"], datetime.now(UTC) + timedelta(1))
        assert address
        async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
            await stores.notifications.add(
                Notification(
                    notification_id=f"{made['subscription_id']}-test",
                    customer_id=who,
                    kind="reminder",
                    message=f"Reminder: Your subscription {made['subscription_id']} will restock milk.",
                    created_at=datetime.now(UTC),
                    subscription_id=made["subscription_id"],
                    occurrence=made["next_delivery"],
                    link=address,
                )
            )
        yield address
        http.post(f"/subscription/cancel/{made['subscription_id']}", json={"when": "now"}).raise_for_status()


async def test_a_persons_tap_skips_and_another_takes_it_back(comes: Comes, link: str) -> None:
    ana = await comes()
    await ana.page.add_init_script(AS_A_PERSON)
    await ana.page.goto(link)
    await ana.sees("Skipped.")
    await ana.shows("skip-link-skipped")
    await ana.button("Take it back").click()
    await ana.sees("Taken back.")
    # Looking at the link again is no new wish.
    await ana.page.goto(link)
    await ana.sees("Skip the delivery of")
    assert await audit.violations(ana.page) == []
    await ana.shows("skip-link")
    await ana.button("Skip this delivery").click()
    await ana.sees("Skipped.")


async def test_a_program_that_looks_at_the_page_skips_nothing_until_the_button_is_pressed(
    comes: Comes, link: str
) -> None:
    scanner = await comes()
    await scanner.page.goto(link, wait_until="networkidle")
    await expect(scanner.page.get_by_role("heading", level=1)).to_contain_text("Skip the delivery of")
    await scanner.button("Skip this delivery").click()
    await scanner.sees("Skipped.")


async def test_a_reminder_in_the_portal_offers_to_skip_its_delivery(comes: Comes, link: str, customer: int) -> None:
    ana = await comes()
    await ana.page.add_init_script(AS_A_PERSON)
    await ana.signs_in("customer", customer)
    await ana.sees("Upcoming deliveries")
    await ana.page.goto("/ui/notifications")
    offered = ana.page.locator(f'a[href="{link[link.index("/skip/") :]}"]')
    await expect(offered).to_contain_text("Skip this delivery")
    await ana.shows("notifications-skip")
    await offered.click()
    await ana.sees("Skipped.")
