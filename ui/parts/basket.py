"""What is in a delivery: products and how many of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui

from care.errors import Invalid
from care.models.money import Money
from care.models.order import Product
from care.models.subscription import Item, NamedItem
from ui.parts.elements import box, button, icon_button
from ui.parts.rhythm import field

MOST = 1000


@dataclass
class _Line:
    sku: str
    quantity: float | None


class Basket:
    def __init__(
        self, products: list[Product], items: list[NamedItem], changed: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """`items` may name products that the shop no longer has: they keep their names, and the server decides."""
        self._names = {i.sku: i.name for i in items} | {p.sku: f"{p.name} · {p.price}" for p in products}
        self._prices = {p.sku: p.price for p in products}
        first = [_Line(sku, 1) for sku in list(self._names)[:1]]
        self._lines = [_Line(i.sku, i.quantity) for i in items] or first
        self._told = changed

    def items(self) -> list[Item]:
        """Raises Invalid for a quantity that nobody can order."""
        if any(not _whole(line.quantity) for line in self._lines):
            raise Invalid(f"Please give each product a quantity from 1 to {MOST}.")
        return [Item(sku=line.sku, quantity=int(line.quantity or 0)) for line in self._lines]

    def cost(self) -> Money:
        """Of one delivery, at today's prices. Raises Invalid as `items` does, and where one is no longer sold."""
        try:
            first, *rest = (self._prices[item.sku] * item.quantity for item in self.items())
        except KeyError:
            raise Invalid("Please leave out what is no longer sold.") from None
        return sum(rest, start=first)

    @ui.refreshable_method
    def draw(self) -> None:
        for line in self._lines:
            with box("line basket"):
                self._line(line)
        if self._unused():
            button("Add another product", self._add, symbol="add", look="flat dense").classes("self-start")

    def _line(self, line: _Line) -> None:
        async def chose(sku: str) -> None:
            line.sku = sku
            await self._changed()

        async def counted(quantity: float | None) -> None:
            line.quantity = quantity
            await self._changed()

        others = {each.sku for each in self._lines if each is not line}
        names = {sku: name for sku, name in self._names.items() if sku not in others}
        field(ui.select(names, label="Product", value=line.sku, on_change=lambda e: chose(e.value))).classes("grow")
        # Without limits of its own: it would make a 0 a 1 without a word, and that would be ordered.
        number = ui.number("Quantity", value=line.quantity, step=1, on_change=lambda e: counted(e.value))
        number.props("outlined dense stack-label inputmode=numeric").classes("quantity")
        if len(self._lines) > 1:
            icon_button("close", f"Leave out {self._names[line.sku]}", lambda: self._remove(line))

    def _unused(self) -> list[str]:
        used = {line.sku for line in self._lines}
        return [sku for sku in self._names if sku not in used]

    async def _add(self) -> None:
        self._lines.append(_Line(self._unused()[0], 1))
        await self._redraw()

    async def _remove(self, line: _Line) -> None:
        if line in self._lines and len(self._lines) > 1:
            self._lines.remove(line)
            await self._redraw()

    async def _redraw(self) -> None:
        self.draw.refresh()
        await self._changed()

    async def _changed(self) -> None:
        if self._told:
            await self._told()


def _whole(number: float | None) -> bool:
    """Whether a quantity from the browser (2.0, 2.5, None) is one that a subscription takes."""
    return number is not None and number == int(number) and 1 <= number <= MOST
