"""The question how a new subscription is paid: for each delivery, or for several at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui
from pydantic import ValidationError

from care.models.subscription import Prepaid
from ui.language import _
from ui.parts.draft import TypedTerms
from ui.parts.elements import box
from ui.parts.rhythm import field
from ui.parts.unfinished import Unfinished

_EACH, _AT_ONCE = "each", "at once"


class Terms:
    def __init__(self, changed: Callable[[], Awaitable[object]], before: TypedTerms) -> None:
        """`before`: what was typed last."""
        self._told = changed
        ways = {_EACH: _("Pay for each delivery"), _AT_ONCE: _("Pay for several deliveries at once")}
        self._way = field(ui.select(ways, label=_("How to pay"), value=before.way, on_change=self._turned))
        with box("grid pair") as self._more:
            # Without limits of its own: it would make a 1 a 2 without a word, and that would be paid.
            self._many = ui.number(
                _("Deliveries paid at once"), value=before.many, step=1, on_change=changed, validation=_fault
            )
            self._many.props("outlined dense stack-label hide-bottom-space inputmode=numeric").classes("full-width")
            again = _("Pay for as many again after the last")
            self._renew = ui.checkbox(again, value=before.renew, on_change=changed)
        self._more.set_visibility(before.way == _AT_ONCE)

    def chosen(self) -> Prepaid | None:
        """Raises Unfinished for a number that cannot be paid at once."""
        if self._way.value == _EACH:
            return None
        if fault := _fault(self._many.value):
            raise Unfinished(fault)
        return Prepaid(deliveries=int(self._many.value or 0), renew=bool(self._renew.value))

    def typed(self) -> TypedTerms:
        return TypedTerms(way=self._way.value, many=self._many.value, renew=self._renew.value)

    async def _turned(self) -> None:
        self._more.set_visibility(self._way.value == _AT_ONCE)
        await self._told()


def _fault(many: float | None) -> str | None:
    try:
        Prepaid(deliveries=int(many) if many and many == int(many) else many)
    except ValidationError:
        return _("Please say how many deliveries you want to pay for at once, from 2 to 52.")
    return None
