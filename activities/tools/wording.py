"""How dates, orders and schedules are said to a customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from care.models.dialogue import NamedSku, OrderBrief
from care.models.memory import Choice
from care.models.order import OrderLine, OrderStatus
from care.models.refund import Refund, RefundLine
from care.models.subscription import Frequency, NamedItem

_EVERY = {
    Frequency.DAILY: "every day",
    Frequency.WEEKLY: "every week",
    Frequency.BIWEEKLY: "every two weeks",
    Frequency.MONTHLY: "every month",
}
# As the portal says it; the other states are plain words already.
_STANDS = {OrderStatus.PENDING: "being prepared", OrderStatus.SHIPPED: "on its way"}


def day(at: datetime | date, timezone: str = "UTC") -> str:
    """ "27 November 2026", on the customer's calendar."""
    local = at.astimezone(ZoneInfo(timezone)).date() if isinstance(at, datetime) else at
    return f"{local.day} {local:%B %Y}"


def moment(at: datetime, timezone: str) -> str:
    """ "27 November 2026, 14:05", on the customer's clock."""
    return f"{day(at, timezone)}, {at.astimezone(ZoneInfo(timezone)):%H:%M}"


def local_day(key: str) -> str:
    """The day of an occurrence key, which is a local date or a local date and time."""
    return day(date.fromisoformat(key[:10])) + (f" at {key[11:19]}" if "T" in key else "")


def things(items: Sequence[OrderLine | RefundLine | NamedItem | NamedSku]) -> str:
    """ "2 x Amul Milk 1L, Whey Protein"; pieces of one name are counted together, also at different prices."""
    counts: Counter[str] = Counter()
    for item in items:
        counts[item.name] += 0 if isinstance(item, NamedSku) else item.quantity
    return ", ".join(f"{n} x {name}" if n > 1 else name for name, n in counts.items())


def rhythm(frequency: Frequency | None, delivery_day: int | str | None) -> str:
    """ "every week on Friday", "every month on the 15th"."""
    every = _EVERY[frequency] if frequency else "as planned"
    if delivery_day is None or frequency is Frequency.DAILY:
        return every
    return f"{every} on the {_ordinal(delivery_day)}" if isinstance(delivery_day, int) else _on(every, delivery_day)


def refund_choices(refunds: Sequence[Refund]) -> list[Choice]:
    return [
        Choice(kind="refund", id=r.refund_id, label=f"{things(r.items)}, {r.amount}, for {r.order_id}") for r in refunds
    ]


def order_choices(orders: Sequence[OrderBrief], timezone: str) -> list[Choice]:
    """Orders to choose from; those that would read the same are told apart by hour and total, then by their number."""
    labels = [_label(o, timezone) for o in orders]
    labels = _apart(labels, [_more(o, timezone) for o in orders])
    labels = _apart(labels, [f", ending in {o.order_id[-4:]}" for o in orders])
    return [Choice(kind="order", id=o.order_id, label=label) for o, label in zip(orders, labels, strict=True)]


def _apart(labels: list[str], more: list[str]) -> list[str]:
    return [f"{label}{each}" if labels.count(label) > 1 else label for label, each in zip(labels, more, strict=True)]


def _label(order: OrderBrief, timezone: str) -> str:
    stands = _STANDS.get(order.status, order.status.value)
    return f"{things(order.items)}, {stands}, ordered on {day(order.placed_at, timezone)}"


def _more(order: OrderBrief, timezone: str) -> str:
    total = f", {order.total}" if order.total else ""
    return f" at {order.placed_at.astimezone(ZoneInfo(timezone)):%H:%M}{total}"


def _on(every: str, weekday: str) -> str:
    return f"{every} on {weekday.capitalize()}"


def _ordinal(n: int) -> str:
    suffix = "th" if n in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"
