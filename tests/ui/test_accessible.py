"""Every page of the portal, for whom it is: usable by all, fit for the window, light, and deaf to script in texts.

The walk follows PAGES itself: a new page is looked at without being named here.
"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from care.models.customer import Role
from tests.running import CareUp
from tests.ui import audit, hostile
from tests.ui.shop import Shop
from ui.pages import PAGES

_SIZES = {"desktop": (1280, 800), "phone": (360, 740)}
_HEAVIEST = 1_000_000  # bytes
_TWICE_AS_LARGE: ViewportSize = {"width": 640, "height": 400}  # a desktop at a zoom of 200 %


async def _signed_in(browser: Browser, running: CareUp, role: Role, size: str) -> Page:
    width, height = _SIZES[size]
    context = await browser.new_context(
        base_url=running.runtime["web"],
        viewport={"width": width, "height": height},
        locale="en-GB",
        reduced_motion="reduce",
    )
    account = hostile.MALLORY if role is Role.CUSTOMER else running.account(role.value)
    form = {"email": account["email"], "password": account["password"]}
    await context.request.post("/ui/sign-in", form=form, max_redirects=0)
    await context.add_init_script(hostile.OWNED)
    return await context.new_page()


async def _wrong_with(page: Page) -> list[str]:
    """Of the page as it is open now: light, dark, with longer texts, and for a desktop twice as large."""
    wrong = [f"light: {each}" for each in await audit.violations(page)]
    await audit.dark(page, True)
    wrong += [f"dark: {each}" for each in await audit.violations(page, "color-contrast")]
    if await page.locator("h1").count() != 1:
        wrong.append("not one heading of level 1")
    if await page.evaluate(hostile.FOUND):
        wrong.append("a text became markup")
    wrong.append(await audit.too_wide(page))
    size = page.viewport_size
    if size and size["width"] > _TWICE_AS_LARGE["width"]:
        await page.set_viewport_size(_TWICE_AS_LARGE)
        wrong.append(await audit.too_wide(page))
        await page.set_viewport_size(size)
    await audit.lengthen(page)
    wrong.append(await audit.too_wide(page))
    return [each for each in wrong if each]


@pytest.mark.parametrize(
    ("role", "size"),
    [
        (Role.CUSTOMER, "phone"),
        (Role.CUSTOMER, "desktop"),
        (Role.AGENT, "desktop"),
        (Role.ADMIN, "phone"),
    ],
)
async def test_every_page_is_usable_by_all_and_runs_nothing_that_was_written(
    browser: Browser, running: CareUp, shop: Shop, role: Role, size: str
) -> None:
    await hostile.mallory_moves_in(shop)
    page = await _signed_in(browser, running, role, size)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    scales = audit.Scales()
    await scales.stand_under(page)
    wrong: dict[str, list[str]] = {}
    linked: set[str] = set()
    for spec in PAGES:
        if role not in spec.roles:
            continue
        address = _address(spec.path, linked)
        await page.goto(address)
        await expect(page.locator("h1")).to_be_visible()
        await page.wait_for_load_state("networkidle")
        linked |= set(await page.eval_on_selector_all("a[href]", "all => all.map(each => each.getAttribute('href'))"))
        found = await _wrong_with(page)
        if (weight := scales.read()) > _HEAVIEST:
            found.append(f"{weight} bytes as a first page")
        if found:
            wrong[address] = found
    await page.context.close()
    assert wrong == {}
    assert refused == [], "only the policy of the page has kept a text from being run"


def _address(path: str, linked: set[str]) -> str:
    """Of a page with a hole: where the pages before it lead."""
    path = path.replace("{rest:path}", "no/such/page")
    if "{" not in path:
        return f"/ui{path}"
    pattern = re.compile("/ui" + re.sub(r"\{\w+\}", "[^/?#]+", path))
    return next(each for each in sorted(linked) if pattern.fullmatch(each.split("?")[0]))
