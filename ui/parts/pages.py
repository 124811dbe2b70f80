"""A list that grows: one page of a store, and a button for the next. Cursors stay here, out of addresses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from care.models.common import Page
from ui.language import _
from ui.parts.elements import box, button, telling

T = TypeVar("T")


class Pages(Generic[T]):
    """`read` gives the page after a cursor, None for the first."""

    def __init__(self, read: Callable[[str | None], Awaitable[Page[T]]]) -> None:
        self._read = read
        self._next: str | None = None
        self.items: list[T] = []

    async def first(self) -> None:
        """From the top again, as long as it was: a live update takes nothing away from who reads further down."""
        wanted, self.items, self._next = max(1, len(self.items)), [], None
        while len(self.items) < wanted:
            await self._more()
            if self._next is None:
                return

    async def _more(self) -> list[T]:
        page = await self._read(self._next)
        self._next = page.next
        self.items += page.items
        return page.items

    def draw(self, rows: Callable[[list[T]], None]) -> None:
        """What was read, by `rows`; a further page is drawn below it."""
        rows(self.items)
        if self._next is None:
            return
        below = box("stack loose")

        async def more() -> None:
            onward.disable()  # a second click would read the same page again
            with telling():
                items = await self._more()
                with below:
                    rows(items)
            onward.enable()
            foot.set_visibility(self._next is not None)

        with box("line centred") as foot:
            onward = button(_("Show more"), more, look="outline")
