"""Until when, and for what, a refund may be asked for: windows per reason, category and zone, and final sales. Pure.

Refusals are by item. Whoever asks for all of an order gets what may still be given back; whoever names an item that
may not be, is told so by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from care.errors import NotEligible
from care.models.order import Order, OrderLine
from care.models.policy import RefundPolicy, WindowException
from care.models.refund import Refund, RefundReason, RefundStatus
from care.models.subscription import Item


class Refusal(NamedTuple):
    """Why an item of an order may not be given back; `days` is its window, for the rule "window_closed"."""

    name: str
    rule: str
    days: int = 0


def refusals(
    policy: RefundPolicy, order: Order, reason: RefundReason, at: datetime, earlier: Iterable[Refund] = ()
) -> dict[str, Refusal]:
    """By SKU, what of the order may not be asked for at the time `at`; nothing for who is on the allow list.

    A claim that nobody answered and that expired counts as asked in time: among `earlier`, one of the same order,
    reason and item that was opened while the window was open keeps it open.
    """
    if order.customer_id in policy.allow.customers or order.order_id in policy.allow.orders:
        return {}
    expired = [
        claim
        for claim in earlier
        if (claim.order_id, claim.reason, claim.status) == (order.order_id, reason, RefundStatus.EXPIRED)
    ]
    found: dict[str, Refusal] = {}
    for sku in dict.fromkeys(line.sku for line in order.items):
        lines = [line for line in order.items if line.sku == sku]
        asked = [at, *(claim.created_at for claim in expired if any(line.sku == sku for line in claim.items))]
        refusal = _final(policy, lines, reason) or _closed(policy, order, lines, reason, min(asked))
        if refusal:
            found[sku] = refusal
    return found


def check_refusals(order: Order, items: Sequence[Item] | None, found: Mapping[str, Refusal]) -> None:
    """Raises NotEligible ("window_closed" or "final_sale") that names the items: for one that was asked for by name,
    and, where none was, if nothing else is in the order."""
    bought = {line.sku for line in order.items}
    hit = [found[sku] for sku in found if items is None or any(item.sku == sku for item in items)]
    if not hit or (items is None and len(hit) < len(bought)):
        return
    raise refused(order, hit, others=len(found) < len(bought))


def refused(order: Order, hit: Sequence[Refusal], *, others: bool = False) -> NotEligible:
    """What to tell the customer; `others`: whether the order holds anything that may be given back."""
    sentences = []
    for rule, days in dict.fromkeys((refusal.rule, refusal.days) for refusal in hit):
        names = ", ".join(r.name for r in hit if (r.rule, r.days) == (rule, days))
        if rule == "window_closed":
            within = f"A refund for this reason can be asked for within {days} days"
            sentences.append(f"{within}, which have passed for {names} of order {order.order_id}.")
        else:
            sentences.append(f"After a change of mind, {names} of order {order.order_id} cannot be given back.")
    if others:
        sentences.append("Please ask for the other items alone.")
    return NotEligible(" ".join(sentences), rule=hit[0].rule)


def window_days(policy: RefundPolicy, category: str, country: str | None, reason: RefundReason) -> int:
    """Of all exceptions that match, the one that names most of category, zone and reason (in this order, if two name
    as many) has the word; without any, the reason's own window."""
    zone = next((name for name, countries in policy.zones.items() if country in countries), None)
    matching = [
        each
        for each in policy.window_exceptions
        if each.category in (None, category) and each.zone in (None, zone) and each.reason in (None, reason)
    ]
    return max(matching, key=_specific).days if matching else policy.windows[reason]


def _specific(exception: WindowException) -> tuple[int, bool, bool]:
    named = (exception.category is not None, exception.zone is not None, exception.reason is not None)
    return sum(named), named[0], named[1]


def _closed(
    policy: RefundPolicy, order: Order, lines: Sequence[OrderLine], reason: RefundReason, asked: datetime
) -> Refusal | None:
    """An item that lies in the order twice has the shortest window of its lines."""
    country = order.address.country if order.address else None
    days = min(window_days(policy, line.category, country, reason) for line in lines)
    if asked <= (order.delivered_at or order.placed_at) + timedelta(days=days):
        return None
    return Refusal(lines[0].name, "window_closed", days)


def _final(policy: RefundPolicy, lines: Sequence[OrderLine], reason: RefundReason) -> Refusal | None:
    final = policy.final_sale
    if reason is not RefundReason.CHANGED_MIND:
        return None
    if lines[0].sku in final.skus or any(line.category in final.categories for line in lines):
        return Refusal(lines[0].name, "final_sale")
    return None
