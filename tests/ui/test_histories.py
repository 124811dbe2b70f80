"""The Temporal Web UI opens histories for whoever is signed in to the portal as staff, and for nobody else."""

from __future__ import annotations

import json

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.running import CareUp

HISTORY = '"customer_id"'


async def window(browser: Browser, running: CareUp) -> BrowserContext:
    """A browser in which the Web UI was told, once, to send the portal's session along."""
    context = await browser.new_context()
    chosen = {
        "endpoint": json.dumps(f"{running.runtime['web']}/codec"),
        "includeCredentials": "true",
        "overrideRemoteCodecConfiguration": "true",
    }
    settings = "".join(f"localStorage.setItem({name!r}, {value!r});" for name, value in chosen.items())
    await context.add_init_script(settings)
    return context


async def opened(context: BrowserContext, running: CareUp, subscription_id: str) -> tuple[Page, int]:
    """The workflow's page, and what the codec answered it."""
    page = await context.new_page()
    async with page.expect_response(lambda answer: "/codec/decode" in answer.url, timeout=60_000) as answer:
        workflow = f"namespaces/default/workflows/subscription-{subscription_id}"
        await page.goto(f"{running.runtime['temporal_ui']}/{workflow}")
    return page, (await answer.value).status


async def test_a_supervisor_reads_a_history_in_the_web_ui_and_who_is_not_signed_in_does_not(
    browser: Browser, running: CareUp
) -> None:
    with running.signed_in("customer", 0) as http:
        mine = http.get(f"/subscriptions/{running.account('customer', 0)['customer_id']}").json()["items"]
        subscription_id = mine[0]["subscription_id"]
    account = running.account("supervisor", 0)
    supervisor, stranger = await window(browser, running), await window(browser, running)
    form = {"email": account["email"], "password": account["password"]}
    await supervisor.request.post(f"{running.runtime['web']}/ui/sign-in", form=form, max_redirects=0)
    try:
        page, status = await opened(supervisor, running, subscription_id)
        assert status == 200
        await expect(page.locator("body")).to_contain_text(HISTORY, timeout=30_000)
        page, status = await opened(stranger, running, subscription_id)
        assert status == 401
        await expect(page.locator("body")).to_contain_text("Codec Server could not connect", timeout=30_000)
        await expect(page.locator("body")).not_to_contain_text(HISTORY)
    finally:
        await supervisor.close()
        await stranger.close()
