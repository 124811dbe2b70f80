"""Which lines of an order or a case, and how many pieces of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from nicegui import ui

from care.errors import Invalid
from care.models.money import Money
from care.models.subscription import Item
from ui.language import _
from ui.parts import words
from ui.parts.elements import box, text


class Line(Protocol):
    """An order's line or a refund's."""

    @property
    def sku(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def quantity(self) -> int: ...


@dataclass
class _Choice:
    line: Line
    chosen: bool
    count: float | None


class Pieces:
    """`legend` names the group. `prices` stand beside the lines. `changed` is called after every change."""

    def __init__(
        self,
        legend: str,
        lines: Sequence[Line],
        changed: Callable[[], object],
        *,
        chosen: dict[str, int] | None = None,
        prices: Sequence[Money] = (),
    ) -> None:
        self._legend = legend
        self._told = changed
        self._prices = prices
        wanted = chosen if chosen is not None else {line.sku: line.quantity for line in lines}
        self._choices = [_Choice(line, line.sku in wanted, wanted.get(line.sku, line.quantity)) for line in lines]

    def items(self) -> list[Item] | None:
        """What is chosen; None for everything. Raises Invalid for nothing, or for a quantity that there is not."""
        chosen = [each for each in self._choices if each.chosen]
        if not chosen:
            raise Invalid(_("Choose at least one item."))
        items = [Item(sku=each.line.sku, quantity=_whole(each)) for each in chosen]
        everything = len(chosen) == len(self._choices) and all(c.count == c.line.quantity for c in chosen)
        return None if everything else items

    def draw(self) -> None:
        with box("pieces", tag="fieldset"):
            text(self._legend, "strong small", tag="legend")
            for n, choice in enumerate(self._choices):
                with box("line between"):
                    self._line(choice)
                    if self._prices:
                        text(words.money(self._prices[n]), "small strong")

    def _line(self, choice: _Choice) -> None:
        def ticked(value: bool) -> None:
            choice.chosen = value
            if number:
                number.set_enabled(value)
            self._told()

        def counted(value: float | None) -> None:
            choice.count = value
            self._told()

        most = choice.line.quantity
        ui.checkbox(choice.line.name, value=choice.chosen, on_change=lambda e: ticked(e.value)).classes("grow")
        number = None
        if most > 1:
            # Without limits of its own: it would make a 0 a 1 without a word.
            number = ui.number(value=choice.count, step=1, on_change=lambda e: counted(e.value))
            number.props("outlined dense inputmode=numeric").classes("quantity")
            number.props["suffix"] = _("of {n}", n=most)
            number.props["aria-label"] = _("How many of {item}", item=choice.line.name)
            number.set_enabled(choice.chosen)


def _whole(choice: _Choice) -> int:
    count, most = choice.count, choice.line.quantity
    if count is None or count != int(count) or not 1 <= count <= most:
        raise Invalid(
            _("Of {bought}, choose from 1 to {most}.", bought=words.pieces(most, choice.line.name), most=most)
        )
    return int(count)
