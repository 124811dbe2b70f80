"""What a web process weighs while people have the portal open, each in a window of their own.

The yardstick: a web process of FastAPI and NiceGUI alone, with as many windows on its one empty page.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bench import Figure
from bench.boot import up
from bench.servers import megabytes
from bench.shop import keyed
from bench.workers import several
from care import embedded
from care.errors import SetupError
from care.running.datadir import DataDir
from care.running.probe import http_status

SETTLE = 10.0  # seconds
# Any Chromium will do; the first takes a third of the others' time, as it has no windows.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_PATIENCE = 60.0  # seconds
Form = dict[str, str | float | bool]


def chromium() -> str:
    """Its path. Raises SetupError where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SetupError("There is no Chromium here, so nobody can open the portal: see `make chromium`.")
    return found


def portal(many: int, browser: str) -> list[Figure]:
    """None, and `many` windows of a customer, in the browser at this path."""
    port = embedded.free_port()
    with (
        tempfile.TemporaryDirectory(prefix="care-bench-") as folder,
        up(Path(folder)),
        several([["bench.bare_web", str(port)]], keyed(), Path(folder)) as [bare],
    ):
        (none, bare_none), (all_of_them, bare_all) = asyncio.run(_weights(Path(folder), bare, port, browser, many))
    each, bare_each = (all_of_them - none) / many, (bare_all - bare_none) / many
    return [
        Figure("web with 0 portal windows", none, "MB", bare_none),
        Figure(f"web with {many} portal windows", all_of_them, "MB", bare_all),
        Figure("web, each window", each, "MB", bare_each),
    ]


async def _weights(folder: Path, bare: int, port: int, path: str, many: int) -> list[tuple[float, float]]:
    """MB of the product's and of the bare process: with no window, and with all of them."""
    runtime = DataDir(folder).running() or {}
    account = next(each for each in runtime["accounts"] if each["role"] == "customer")
    form: Form = {name: account[name] for name in ("email", "password")}
    async with asyncio.timeout(_PATIENCE):
        while await http_status(f"http://127.0.0.1:{port}/ui/") != 200:  # noqa: ASYNC110  another process
            await asyncio.sleep(0.2)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        ours = await _grown(browser, runtime["pids"]["web"], runtime["web"], many, form)
        theirs = await _grown(browser, bare, f"http://127.0.0.1:{port}", many, None)
        await browser.close()
    return list(zip(ours, theirs, strict=True))


async def _grown(browser: Browser, pid: int, site: str, many: int, form: Form | None) -> tuple[float, float]:
    """Signed in with `form`, where there is one."""
    context = await browser.new_context()
    if form:
        await context.request.post(f"{site}/ui/sign-in", form=form, max_redirects=0)
    # The first one has modules loaded and caches filled that all others share.
    first = await context.new_page()
    await first.goto(f"{site}/ui/")
    await first.close()
    await asyncio.sleep(SETTLE)
    none = megabytes(pid)
    for _ in range(many):
        page = await context.new_page()
        await page.goto(f"{site}/ui/")
    await asyncio.sleep(SETTLE)
    all_of_them = megabytes(pid)
    await context.close()
    return none, all_of_them
