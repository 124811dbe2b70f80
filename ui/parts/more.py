"""A list that grows by the page: what is shown stays shown when the list is drawn anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from care.models.common import Page
from ui.language import _
from ui.parts.elements import box, button

T = TypeVar("T")


class Growing(Generic[T]):
    """`page(customer_id, limit=, cursor=)` is the store's. Shows the newest `step`, and as many more at a time."""

    def __init__(self, page: Callable[..., Awaitable[Page[T]]], customer_id: str, step: int) -> None:
        self._page = page
        self._customer_id = customer_id
        self._step = step
        self._pages = 1
        self._following: str | None = None

    async def items(self) -> list[T]:
        """All that is shown, newest first."""
        found: list[T] = []
        self._following = None
        for _page in range(self._pages):
            page = await self._page(self._customer_id, limit=self._step, cursor=self._following)
            found += page.items
            self._following = page.next
            if page.next is None:
                break
        return found

    def more(self, redraw: Callable[[], Any]) -> None:
        """The button after the list, where the store has more."""
        if self._following is None:
            return

        def grow() -> None:
            self._pages += 1
            redraw()

        with box("line centred"):
            button(_("Show more"), grow, symbol="expand_more", look="outline")
