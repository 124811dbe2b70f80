"""What a web process weighs while people have the portal open, each in a window of their own.

The yardstick: the same process before the first of them came.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from bench import Figure
from bench.boot import up
from bench.servers import megabytes
from care.errors import SetupError
from care.running.datadir import DataDir

SETTLE = 10.0  # seconds
# Any Chromium will do; the first takes a third of the others' time, as it has no windows.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def portal(many: int) -> list[Figure]:
    """`many` windows of customers. Raises SetupError without a Chromium."""
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        raise SetupError("There is no Chromium here, so nobody can open the portal: see `make chromium`.")
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder, up(Path(folder)):
        runtime = DataDir(Path(folder)).running() or {}
        none, all_of_them = asyncio.run(_weights(runtime, chromium, many))
    return [Figure(f"memory, web with {many} portal windows", all_of_them, "MB", none)]


async def _weights(runtime: dict[str, Any], chromium: str, many: int) -> tuple[float, float]:
    web, pid = runtime["web"], runtime["pids"]["web"]
    account = next(each for each in runtime["accounts"] if each["role"] == "customer")
    form = {name: account[name] for name in ("email", "password")}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = await browser.new_context()
        await context.request.post(f"{web}/ui/sign-in", form=form, max_redirects=0)
        # The first one has modules loaded and caches filled that all others share.
        first = await context.new_page()
        await first.goto(f"{web}/ui/")
        await first.close()
        await asyncio.sleep(SETTLE)
        none = megabytes(pid)
        for _ in range(many):
            page = await context.new_page()
            await page.goto(f"{web}/ui/")
        await asyncio.sleep(SETTLE)
        all_of_them = megabytes(pid)
        await browser.close()
    return none, all_of_them
