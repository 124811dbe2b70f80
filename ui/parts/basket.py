"""What is in a delivery: products and how many of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from care.models.money import Money
from care.models.order import Product
from care.models.subscription import Item, NamedItem
from ui.language import _, current
from ui.parts import words
from ui.parts.draft import TypedLine
from ui.parts.elements import box, button, icon_button
from ui.parts.rhythm import field
from ui.parts.unfinished import Unfinished

MOST = 1000


class Basket:
    def __init__(
        self,
        products: list[Product],
        items: list[NamedItem],
        changed: Callable[[], Awaitable[object]] | None = None,
        typed: Sequence[TypedLine] = (),
    ) -> None:
        """`items` may name products that the shop no longer has: they keep their names, and the server decides.

        `typed`: what `typed()` gave before, in place of the items.
        """
        sold = {p.sku: f"{p.name} · {words.money(p.price)}" for p in products}
        self._plain = {i.sku: i.name for i in items} | {p.sku: p.name for p in products}
        self._names = {i.sku: i.name for i in items} | sold
        self._prices = {p.sku: p.price for p in products}
        known = [line for line in typed if line.sku in self._names]
        first = [TypedLine(sku=sku, quantity=1) for sku in list(self._names)[:1]]
        self._lines = known or [TypedLine(sku=i.sku, quantity=i.quantity) for i in items] or first
        self._told = changed

    def items(self) -> list[Item]:
        """Raises Unfinished for a quantity that nobody can order."""
        for line in self._lines:
            if _fault(line.quantity):
                raise Unfinished(
                    _(
                        "Please give each product a quantity from {first} to {last}.",
                        first=current().number(1),
                        last=current().number(MOST),
                    )
                )
        return [Item(sku=line.sku, quantity=int(line.quantity or 0)) for line in self._lines]

    def cost(self) -> Money:
        """Of one delivery, at today's prices. Raises Unfinished as `items` does, and where one is no longer sold."""
        try:
            first, *rest = (self._prices[item.sku] * item.quantity for item in self.items())
        except KeyError:
            raise Unfinished(_("Please leave out what is no longer sold.")) from None
        return sum(rest, start=first)

    def typed(self) -> list[TypedLine]:
        """The lines as they stand, also half-typed."""
        return self._lines

    @ui.refreshable_method
    def draw(self) -> None:
        for line in self._lines:
            with box("line basket"):
                self._line(line)
        if self._unused():
            button(_("Add another product"), self._add, symbol="add", look="flat dense").classes("self-start")

    def _line(self, line: TypedLine) -> None:
        async def chose(sku: str) -> None:
            line.sku = sku
            await self._changed()

        async def counted(quantity: float | None) -> None:
            line.quantity = quantity
            await self._changed()

        others = {each.sku for each in self._lines if each is not line}
        names = {sku: name for sku, name in self._names.items() if sku not in others}
        chosen = ui.select(names, label=_("Product"), value=line.sku, on_change=lambda e: chose(e.value))
        field(chosen).classes("grow")
        # Without limits of its own: it would make a 0 a 1 without a word, and that would be ordered.
        number = ui.number(
            _("Quantity"), value=line.quantity, step=1, on_change=lambda e: counted(e.value), validation=_fault
        )
        number.props("outlined dense stack-label hide-bottom-space inputmode=numeric").classes("quantity")
        if len(self._lines) > 1:
            icon_button("close", _("Leave out {item}", item=self._plain[line.sku]), lambda: self._remove(line))

    def _unused(self) -> list[str]:
        used = {line.sku for line in self._lines}
        return [sku for sku in self._names if sku not in used]

    async def _add(self) -> None:
        self._lines.append(TypedLine(sku=self._unused()[0], quantity=1))
        await self._redraw()

    async def _remove(self, line: TypedLine) -> None:
        if line in self._lines and len(self._lines) > 1:
            self._lines.remove(line)
            await self._redraw()

    async def _redraw(self) -> None:
        self.draw.refresh()
        await self._changed()

    async def _changed(self) -> None:
        if self._told:
            await self._told()


def _fault(number: float | None) -> str | None:
    """What is wrong with a quantity from the browser (2.0 is fine, 2.5 or None is not)."""
    if number is not None and number == int(number) and 1 <= number <= MOST:
        return None
    return _("From {first} to {last}", first=current().number(1), last=current().number(MOST))
