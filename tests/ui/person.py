"""Somebody at a browser window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import ConsoleMessage, Locator, Page, Request, expect

from tests.running import CareUp
from tests.ui import audit

OPEN = ".q-dialog__inner, .q-menu"
# What stands at fault in no page: the answer itself says 403 or 404, and Chromium repeats it on its console.
_TOLD_BY_STATUS = ("the server responded with a status of 403", "the server responded with a status of 404")

# What lies open over a page is asked about in the first of its sizes: names and colours are the same in both.
_AUDITED: set[str] = set()


class Person:
    """`troubles` collects what no page may do: errors in the console, and requests that leave the machine."""

    def __init__(self, page: Page, running: CareUp, size: str, screenshots: Path) -> None:
        self.page = page
        self.troubles: list[str] = []
        self.running = running
        self._size = size
        self._screenshots = screenshots
        page.set_default_timeout(30_000)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(told in message.text for told in _TOLD_BY_STATUS):
            self.troubles.append(f"{self.page.url}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.running.runtime["web"], "data:", "blob:")):
            self.troubles.append(f"left the machine: {request.url}")

    def account(self, role: str, n: int = 0) -> dict[str, Any]:
        return self.running.account(role, n)

    async def signs_in(self, role: str, n: int = 0, *, password: str | None = None) -> None:
        account = self.account(role, n)
        await self.page.goto("/ui/")
        await self.page.get_by_label("E-mail").fill(account["email"])
        await self.page.get_by_label("Password").fill(password or account["password"])
        await self.button("Sign in").click()

    async def arrives(self, at: str, role: str, n: int = 0) -> None:
        """On that page, signed in as the form does it but without looking at the form."""
        account = self.account(role, n)
        form = {"email": account["email"], "password": account["password"]}
        await self.page.context.request.post("/ui/sign-in", form=form, max_redirects=0)
        await self.page.goto(at)

    async def opens(self, name: str) -> None:
        """By the navigation of this size of window: at the side, or at the bottom, there perhaps behind More."""
        link = self.page.get_by_role("navigation").get_by_role("link", name=name).locator("visible=true")
        more = self.button("More")
        await expect(link.or_(more).first).to_be_visible(timeout=30_000)
        if not await link.count():
            await self.reaches(link, more)
            await link.click()
            await expect(more).to_have_attribute("aria-current", "true", timeout=30_000)
            return
        await link.click()
        try:
            await expect(link).to_have_attribute("aria-current", "page", timeout=15_000)
        except AssertionError:  # a page that was still on its way took the place of the one that was clicked
            await link.click()
            await expect(link).to_have_attribute("aria-current", "page", timeout=30_000)
        await expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    async def loads_again(self) -> None:
        """Until the page listens: what is pressed before that stays where it is, to be pressed again."""
        await self.page.reload()
        await self.page.wait_for_function("window.did_handshake")

    async def sees(self, words: str) -> None:
        await expect(self.page.get_by_text(words).locator("visible=true").first).to_be_visible(timeout=30_000)

    async def does_not_see(self, words: str) -> None:
        await expect(self.page.get_by_text(words).locator("visible=true")).to_have_count(0, timeout=30_000)

    def button(self, name: str, *, inside: Locator | None = None) -> Locator:
        return (inside or self.page).get_by_role("button", name=name, exact=True).locator("visible=true")

    async def reaches(self, wanted: Locator, button: Locator) -> None:
        """A card that is drawn anew loses a click that is on its way to it: people click again."""
        await button.click()
        try:
            await expect(wanted).to_be_visible(timeout=10_000)
        except AssertionError:
            await button.click()
            await expect(wanted).to_be_visible(timeout=30_000)

    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    async def says(self, words: str) -> None:
        """In the chat; the send button waits with the rest while the assistant writes."""
        await self.page.get_by_label("Message", exact=True).fill(words)
        await self.page.keyboard.press("Enter")

    async def attaches(self, button: str, photo: Path) -> None:
        async with self.page.expect_file_chooser() as chooser:
            await self.page.get_by_role("button", name=button).locator("visible=true").click()
        await (await chooser.value).set_files(photo)

    async def shows(self, name: str) -> None:
        """Keeps a picture for people to look at, and holds that nothing must be scrolled sideways.

        What is open over the page (a dialog, a menu) must be usable by all; of pages test_accessible.py asks that.
        """
        self._screenshots.mkdir(exist_ok=True)
        await self.page.wait_for_timeout(300)  # lets a moving dialog come to rest in the picture
        await self.page.screenshot(path=self._screenshots / f"{name}-{self._size}.png")
        wide = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} pixels too wide on a {self._size}"
        if name not in _AUDITED and await self.page.locator(OPEN).count():
            _AUDITED.add(name)
            found = await audit.violations(self.page)
            assert found == [], f"what is open in {name} is not usable by all: {found}"
