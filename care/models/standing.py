"""How the shop stands at this moment: what waits, and since when. Figures and times, nobody's data."""

from __future__ import annotations

from typing import Literal

from care.models.common import Model, Utc
from care.models.dispatch import Channel
from care.models.refund import RefundStatus
from care.models.subscription import SubscriptionStatus

Stage = Literal["first", "escalated"]
Check = Literal["ledger", "audit"]
QueueKind = Literal["workflow", "activity"]


class Waiting(Model):
    """How many wait, and since when the first of them does; None if none does."""

    count: int = 0
    since: Utc | None = None


class Reviews(Model):
    """One part of the desk's queue: all of it, what is past its deadline, and the next deadline there is."""

    open: int = 0
    overdue: int = 0
    next_due_at: Utc | None = None


class Outbox(Model):
    """One channel: all that has not gone out, since when the first of it waits, and what of it is due by now."""

    pending: Waiting = Waiting()
    due: Waiting = Waiting()


class Storage(Model):
    """Bytes: of the database and of files in it, and of the disk below it."""

    database: int
    evidence: int
    disk_used: int
    disk_total: int


class Checked(Model):
    """The last nightly check of its kind: when, and how many faults were left for a person."""

    check: Check
    at: Utc
    faults: int


class Standing(Model):
    """`late`: deliveries that should have been ordered by now. `unpaid`: refunds that were approved, since then."""

    subscriptions: dict[SubscriptionStatus, int]
    late: Waiting
    refunds: dict[RefundStatus, Waiting]
    unpaid: Waiting
    reviews: dict[Stage, Reviews]
    claimed: int
    handoffs: Waiting
    movements: Waiting
    outbox: dict[Channel, Outbox]
    storage: Storage
    checks: list[Checked]


class QueueState(Model):
    """Temporal's own figures of one task queue: tasks that no worker has taken yet, the oldest one's age in seconds,
    tasks a second in and out, and who has asked for work lately."""

    kind: QueueKind
    backlog: int
    age: float
    added: float
    dispatched: float
    pollers: list[str]
