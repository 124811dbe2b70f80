"""What a conversation is about, as it stands now: the orders, refunds and subscriptions that its messages name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nicegui import ui

from care.errors import NotFound
from care.models.order import Order
from care.models.refund import Refund
from care.models.subscription import Subscription
from ui.parts import words
from ui.parts.elements import box, chip
from ui.visit import Visit

# By the beginning of an id: how it looks, and where it is shown.
PAGES = {
    "ORD": ("receipt_long", "/ui/orders#"),
    "SUB": ("event_repeat", "/ui/planner#"),
    "REF": ("currency_exchange", "/ui/refunds#"),
}
_MOST = 20  # of one kind; older ones are told without their state


@dataclass(frozen=True)
class Thing:
    """`what` is in it, in one line; `state` in words and colour."""

    what: str
    state: tuple[str, words.Tone]


def thing(found: Order | Refund | Subscription) -> Thing:
    match found:
        case Order():
            lines = ", ".join(words.pieces(i.quantity, i.name) if i.quantity > 1 else i.name for i in found.items)
            return Thing(f"{lines} · {words.money(found.total)}", words.order_state(found.status))
        case Refund():
            lines = ", ".join(words.pieces(i.quantity, i.name) if i.quantity > 1 else i.name for i in found.items)
            return Thing(f"{lines} · {words.money(found.amount)}", words.refund_state(found.status))
        case Subscription():
            return Thing(
                f"{words.what(found)} · {words.rhythm(found)}",
                words.subscription_state(found.status),
            )


class Things:
    """Those of one open conversation. Each state on the page is a slot, which is filled anew when the thing changes."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._known: dict[str, Thing] = {}
        self._slots: list[tuple[str, ui.element]] = []

    async def learn(self, ids: Iterable[str]) -> None:
        """Look at those that are named and not known yet."""
        await self._look([each for each in dict.fromkeys(ids) if each not in self._known])

    async def look_again(self) -> None:
        await self._look(list(self._known))
        self._slots = [(named, slot) for named, slot in self._slots if not slot.is_deleted]
        for named, slot in self._slots:
            slot.clear()
            self._fill(named, slot)

    def get(self, named: str | None) -> Thing | None:
        return self._known.get(named or "")

    def state(self, named: str) -> None:
        """Its state, here, as long as the page is open."""
        slot = box("state-now", tag="span")
        self._slots.append((named, slot))
        self._fill(named, slot)

    def _fill(self, named: str, slot: ui.element) -> None:
        if known := self._known.get(named):
            with slot:
                chip(*known.state)

    async def _look(self, ids: list[str]) -> None:
        stores = self._visit.services.stores
        found: list[tuple[str, Order | Refund | Subscription]] = []
        found += (await stores.orders.find([i for i in ids if i.startswith("ORD")][-_MOST:])).items()
        for get, start in ((stores.refunds.get, "REF"), (stores.subscriptions.get, "SUB")):
            for named in [i for i in ids if i.startswith(start)][-_MOST:]:
                try:
                    found.append((named, await get(named)))
                except NotFound:
                    continue
        self._known |= {named: thing(each) for named, each in found if each.customer_id == self._visit.customer_id}
