"""Reads closed cases page by page, rules them again under a candidate, and counts: for `care policy replay` and for the
portal's policy page. It writes nothing but the line in the audit record."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from care.models.audit import COMMAND_LINE
from care.models.policy import RefundPolicy
from care.models.refund import Refund
from care.opening import stores_of
from care.rules.policy_replay import PAID, Case, Change, Kind, Replayed, Spent, replay
from care.settings import Settings
from care.stores import Stores

_NO_ORDER = "the order is gone"


@dataclass
class Total:
    """`money` in minor units by currency."""

    cases: int = 0
    money: Counter[str] = field(default_factory=Counter)


@dataclass
class Report:
    """`totals` by kind of change and by what had happened; `gaps` counts why cases could not be replayed."""

    cases: int = 0
    changed: int = 0
    totals: dict[Kind, dict[str, Total]] = field(default_factory=lambda: {kind: {} for kind in Kind})
    gaps: Counter[str] = field(default_factory=Counter)
    # More cases of that time were left than it was to replay.
    cut: bool = False

    def total(self, kind: Kind) -> Total:
        totals = self.totals[kind].values()
        return Total(sum(each.cases for each in totals), sum((each.money for each in totals), Counter[str]()))

    def difference(self) -> Counter[str]:
        """What would have been paid more (or less: below zero) with nobody asked, in minor units by currency.

        A person is taken to rule as before, so a case that moves to one counts as it did.
        """
        paid: Counter[str] = Counter()
        for was, total in self.totals[Kind.AUTOMATIC].items():
            if was not in PAID:
                paid.update(total.money)
        for was, total in self.totals[Kind.NOT_ELIGIBLE].items():
            if was in PAID:
                paid.subtract(total.money)
        return paid

    def add(self, replayed: Replayed) -> None:
        self.cases += 1
        self.changed += bool(replayed.changes)
        self.gaps.update([replayed.gap] if replayed.gap else [])
        for change in replayed.changes:
            total = self.totals[change.kind].setdefault(change.was, Total())
            total.cases += 1
            total.money[change.amount.currency] += change.amount.amount


async def replay_cases(
    settings: Settings, policy: RefundPolicy, since: date | None, tell: Callable[[Change], None]
) -> Report:
    """As `replay_stored`, over stores of its own. Raises SetupError if the database cannot be reached."""
    async with stores_of(settings, indexes=False) as stores:
        report = await replay_stored(stores, policy, since, tell, Report())
        cases, changed = str(report.cases), str(report.changed)
        await stores.audit.append(
            "policy_replayed", by=COMMAND_LINE, about=policy.version, cases=cases, changed=changed
        )
        return report


async def replay_stored(
    stores: Stores,
    policy: RefundPolicy,
    since: date | None,
    tell: Callable[[Change], None],
    report: Report,
    *,
    most: int | None = None,
) -> Report:
    """Closed cases opened on the day `since` or later, in the policy's business time zone; each change is told.

    At `most` so many, the oldest. The `report` grows while this goes on, and is what comes back.
    """
    zone = ZoneInfo(policy.business_hours.timezone)
    start = datetime.combine(since, time(), zone).astimezone(UTC) if since else None
    # What the machine approved earlier in that month counts against its limit.
    month = datetime.combine(since.replace(day=1), time(), zone).astimezone(UTC) if since else None
    spent = Spent()
    async for refund, case in _cases(stores, month):
        if report.cases == most:
            report.cut = True
            break
        replayed = replay(case, policy, spent) if case else Replayed(gap=_NO_ORDER)
        if start is None or refund.created_at >= start:
            report.add(replayed)
            for change in replayed.changes:
                tell(change)
        await asyncio.sleep(0)  # a web process has others to serve between two cases
    return report


async def _cases(stores: Stores, since: datetime | None) -> AsyncIterator[tuple[Refund, Case | None]]:
    """Oldest first; None for one whose order is gone."""
    cursor = None
    while True:
        page = await stores.refunds.settled(since=since, cursor=cursor)
        ids = [refund.order_id for refund in page.items]
        orders, expired = await stores.orders.find(ids), await stores.refunds.expired(ids)
        for refund in page.items:
            order = orders.get(refund.order_id)
            same = [each for each in expired if each.order_id == refund.order_id]
            yield refund, Case(refund=refund, order=order, expired=same) if order else None
        cursor = page.next
        if cursor is None:
            return
