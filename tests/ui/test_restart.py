"""The web process dies under open pages, and comes back."""

from __future__ import annotations

import os
import signal

import pytest
from playwright.async_api import expect

from tests.running import CareUp
from tests.ui.conftest import Comes

WORDS = "The jar is <b>open</b>, and"


@pytest.mark.parametrize("size", ["phone"], indirect=True)
async def test_what_was_typed_is_there_again_after_the_server_started_anew(comes: Comes, running: CareUp) -> None:
    ana = await comes()
    await ana.arrives("/ui/orders", "customer")
    complaint = ana.page.get_by_label("Tell us what happened")
    await ana.page.get_by_role("button", name="Report a problem").locator("visible=true").first.click()
    await complaint.fill(WORDS)
    await ana.page.evaluate("window.opened = 'before'")
    os.kill(running.runtime["pids"]["web"], signal.SIGKILL)
    await expect(ana.page.get_by_role("status").filter(has_text="The connection is lost.")).to_have_count(1)
    await ana.shows("connection-lost")
    await ana.page.wait_for_function("window.opened !== 'before'", timeout=60_000)  # it has come back by itself
    running.until_ready()
    await expect(complaint).to_have_value(WORDS, timeout=30_000)
    await expect(ana.page).to_have_url(f"{running.runtime['web']}/ui/orders")
    ana.troubles.clear()  # the browser tells of each try that found nobody
