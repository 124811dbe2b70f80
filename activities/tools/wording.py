"""How dates, orders and schedules are said to a customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from care.models.dialogue import NamedSku, OrderBrief, SubscriptionBrief
from care.models.memory import Choice
from care.models.order import OrderLine
from care.models.subscription import Frequency, NamedItem

_EVERY = {
    Frequency.DAILY: "every day",
    Frequency.WEEKLY: "every week",
    Frequency.BIWEEKLY: "every two weeks",
    Frequency.MONTHLY: "every month",
}


def day(at: datetime | date, timezone: str = "UTC") -> str:
    """ "27 November 2026", on the customer's calendar."""
    local = at.astimezone(ZoneInfo(timezone)).date() if isinstance(at, datetime) else at
    return f"{local.day} {local:%B %Y}"


def local_day(key: str) -> str:
    """The day of an occurrence key, which is a local date or a local date and time."""
    return day(date.fromisoformat(key[:10])) + (f" at {key[11:19]}" if "T" in key else "")


def things(items: Sequence[OrderLine | NamedItem | NamedSku]) -> str:
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


def order_choices(orders: Sequence[OrderBrief], timezone: str) -> list[Choice]:
    return [
        Choice(
            kind="order",
            id=o.order_id,
            label=f"{things(o.items)}, {o.status.value}, {_total(o)}ordered on {day(o.placed_at, timezone)}",
        )
        for o in orders
    ]


def _total(order: OrderBrief) -> str:
    return f"{order.total}, " if order.total else ""


def subscription_choices(subscriptions: Sequence[SubscriptionBrief]) -> list[Choice]:
    return [
        Choice(
            kind="subscription",
            id=s.subscription_id,
            label=f"{things(s.items)}, {rhythm(s.frequency, s.delivery_day)}",
        )
        for s in subscriptions
    ]


def _on(every: str, weekday: str) -> str:
    return f"{every} on {weekday.capitalize()}"


def _ordinal(n: int) -> str:
    suffix = "th" if n in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"
