"""What every page must hold, whatever stands on it: measured in the browser, with axe-core and a ruler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.async_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

_VIOLATIONS = """async (options) => {
  // Not the words that rise and fade over the page: half faded they have no colour of their own.
  const found = await axe.run({exclude: [[".q-notifications"]]}, {resultTypes: ["violations"], ...options});
  return found.violations.flatMap(({id, impact, nodes}) =>
    nodes.map((node) => `${impact} ${id}: ${node.target.join(" ")} ${node.any.map((each) => each.message).join(" ")}`));
}"""
# What stands out of the window, of which somebody could not read the end. What scrolls in a box of its own may.
_TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return "";
  const out = [...document.querySelectorAll("body *")].filter((each) =>
    each.getBoundingClientRect().right > document.documentElement.clientWidth + 1);
  return `${wide} pixels too wide: ` + out.slice(-3).map((each) => `${each.tagName}.${each.className}`).join(", ");
}"""
# As a translation may be: 40 % longer, in every text of the page.
_LENGTHENED = """() => {
  const texts = document.createTreeWalker(document.querySelector("#app"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const said = texts.currentNode.data;
    if (texts.currentNode.parentElement.closest("style, script, i, svg") || said.trim().length < 3) continue;
    texts.currentNode.data = said.replace(/\\p{L}{2,}/gu, (word) => word + word.slice(0, Math.ceil(word.length * 0.4)));
  }
}"""


async def violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds wrong in the page as it stands, by these of its rules or by all."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)  # evaluated, not loaded: no policy forbids it
    return list(await page.evaluate(_VIOLATIONS, {"runOnly": rules} if rules else {}))


async def dark(page: Page, on: bool) -> None:
    await page.evaluate("(on) => Quasar.Dark.set(on)", on)


async def too_wide(page: Page) -> str:
    return str(await page.evaluate(_TOO_WIDE))


async def lengthen(page: Page) -> None:
    await page.evaluate(_LENGTHENED)


class Scales:
    """What a page weighs on the way: the bytes of all that it asks for, as they were sent when first asked for."""

    def __init__(self) -> None:
        self._urls: dict[str, str] = {}
        self._bytes: dict[str, float] = {}
        self._asked: set[str] = set()

    async def stand_under(self, page: Page) -> None:
        network = await page.context.new_cdp_session(page)
        network.on("Network.requestWillBeSent", self._sent)
        network.on("Network.loadingFinished", self._arrived)
        await network.send("Network.enable")

    def _sent(self, event: dict[str, Any]) -> None:
        self._urls[event["requestId"]] = event["request"]["url"]
        self._asked.add(event["request"]["url"])

    def _arrived(self, event: dict[str, Any]) -> None:
        url = self._urls.get(event["requestId"], "")
        self._bytes[url] = max(self._bytes.get(url, 0), event["encodedDataLength"])  # nothing, from the browser's cache

    def read(self) -> int:
        """In bytes, of what was asked for since the last reading."""
        asked, self._asked = self._asked, set()
        return round(sum(self._bytes.get(url, 0) for url in asked))
