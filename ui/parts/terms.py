"""The question how a new subscription is paid: for each delivery, or for several at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui
from pydantic import ValidationError

from care.errors import Invalid
from care.models.subscription import Prepaid
from ui.parts.elements import box
from ui.parts.rhythm import field

_EACH, _AT_ONCE = "each", "at once"
_WAYS = {_EACH: "Pay for each delivery", _AT_ONCE: "Pay for several deliveries at once"}


class Terms:
    def __init__(self, changed: Callable[[], Awaitable[object]]) -> None:
        self._told = changed
        self._way = field(ui.select(_WAYS, label="How to pay", value=_EACH, on_change=self._turned))
        with box("grid pair") as self._more:
            # Without limits of its own: it would make a 1 a 2 without a word, and that would be paid.
            self._many = ui.number("Deliveries paid at once", value=6, step=1, on_change=changed)
            self._many.props("outlined dense stack-label inputmode=numeric").classes("full-width")
            self._renew = ui.checkbox("Pay for as many again after the last", on_change=changed)
        self._more.set_visibility(False)

    def chosen(self) -> Prepaid | None:
        """Raises Invalid for a number that cannot be paid at once."""
        if self._way.value == _EACH:
            return None
        many = self._many.value
        try:
            return Prepaid(deliveries=int(many) if many and many == int(many) else many, renew=self._renew.value)
        except ValidationError:
            raise Invalid("Please say how many deliveries you want to pay for at once, from 2 to 52.") from None

    async def _turned(self) -> None:
        self._more.set_visibility(self._way.value == _AT_ONCE)
        await self._told()
