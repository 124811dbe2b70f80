"""What `care repair` does: opens the servers, hands on each finding, and counts."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from care.bookkeeping import Bookkeeper, Provider
from care.errors import SetupError
from care.gateways import payments_for
from care.gateways.ledger import LedgerGateway
from care.models.audit import COMMAND_LINE
from care.opening import stores_of
from care.policy import load_policy
from care.rules.books import Flaw
from care.rules.books import Mend as BookMend
from care.rules.repair import Finding, Mend, counted
from care.settings import Settings
from care.stores import Stores
from care.temporal import connect


@dataclass(frozen=True)
class Summary:
    """`unchanged` could be mended and was not: in a dry run, or because it changed in that moment."""

    compared: int
    mended: int
    unchanged: int
    for_a_person: int

    def __add__(self, other: Summary) -> Summary:
        return Summary(
            self.compared + other.compared,
            self.mended + other.mended,
            self.unchanged + other.unchanged,
            self.for_a_person + other.for_a_person,
        )


@dataclass(frozen=True)
class How:
    """`give_up`: workflows that nobody can read are ended. `from_mongodb`: MongoDB is right, and no worker runs."""

    dry_run: bool = False
    give_up: bool = False
    from_mongodb: bool = False


# In this order, between the counters (no id may be given twice meanwhile) and the books (when all is booked).
WORKFLOWS = {
    "subscriptions": "workflows.repair_subscriptions.SubscriptionRepair",
    "refunds": "workflows.repair_refunds.RefundRepair",
    "conversations": "workflows.repair_conversations.ConversationRepair",
}


async def repair_all(settings: Settings, how: How, tell: Callable[[Finding | Flaw], None]) -> Summary:
    """Raises as the others here do."""
    done = await repair_counters(settings, how, tell)
    for kind in WORKFLOWS:
        done += await repair_workflows(settings, kind, how, tell)
    return done + await repair_ledger(settings, dry_run=how.dry_run, tell=tell)


async def repair_counters(settings: Settings, how: How, tell: Callable[[Finding], None]) -> Summary:
    """Raises SetupError if a server cannot be reached."""
    kinds: Counter[str] = Counter()
    async with _servers(settings) as (temporal, stores):
        highest = await _named("workflows.repair_ids.highest_numbers")(temporal, settings.task_queue)
        last = await stores.ids.counters()
        for prefix, known in highest.items():
            finding = counted(prefix, last.get(prefix, 0), known)
            if finding.mend is Mend.NONE:
                continue
            if not how.dry_run:
                await stores.ids.raise_to(prefix, known)
                finding = finding.model_copy(update={"done": True})
                await _note(stores, finding.subject, finding.mend)
            tell(finding)
            kinds["mended" if finding.done else "unchanged"] += 1
    return Summary(len(highest), kinds["mended"], kinds["unchanged"], 0)


async def repair_workflows(settings: Settings, kind: str, how: How, tell: Callable[[Finding], None]) -> Summary:
    """`kind` is one of WORKFLOWS. Raises SetupError if a server cannot be reached, or a worker runs where none may;
    Unavailable if no worker answers."""
    kinds: Counter[str] = Counter()
    async with _servers(settings) as (temporal, stores), payments_for(settings, stores) as payments:
        repair = _named(WORKFLOWS[kind])(
            *(temporal, stores, load_policy(settings.policy_file), payments), task_queue=settings.task_queue
        )
        repair.give_up, repair.from_mongodb = how.give_up, how.from_mongodb
        async for finding in repair.findings(dry_run=how.dry_run):
            tell(finding)
            if finding.done:
                await _note(stores, finding.subject, finding.mend)
            person = finding.mend.needs_a_person
            kinds["person" if person else "mended" if finding.done else "unchanged"] += 1
    return Summary(repair.looked_at, kinds["mended"], kinds["unchanged"], kinds["person"])


@asynccontextmanager
async def _servers(settings: Settings) -> AsyncIterator[tuple[Any, Stores]]:
    try:
        async with stores_of(settings) as stores:
            yield await connect(settings, stores), stores
    except RuntimeError:  # what the SDK raises while nothing listens
        raise SetupError("Temporal cannot be reached: check that it runs and that the address is right.") from None


def _named(what: str) -> Any:
    """By name: care imports no workflow."""
    module, _, name = what.rpartition(".")
    return getattr(importlib.import_module(module), name)


async def repair_ledger(settings: Settings, *, dry_run: bool, tell: Callable[[Flaw], None]) -> Summary:
    """Raises SetupError if MongoDB cannot be reached, Unavailable if the payment provider does not answer."""
    kinds: Counter[str] = Counter()
    async with (
        stores_of(settings) as stores,
        payments_for(settings, stores) as payments,
    ):
        # The embedded ledger has no books beside our own.
        provider = None if isinstance(payments, LedgerGateway) else cast(Provider, payments)
        bookkeeper = Bookkeeper(stores, payments, provider)
        async for flaw in bookkeeper.flaws(dry_run=dry_run):
            tell(flaw)
            if flaw.done:
                await _note(stores, flaw.subject, flaw.mend)
            kinds["person" if flaw.mend is BookMend.PERSON else "mended" if flaw.done else "unchanged"] += 1
        await stores.standing.note("ledger", kinds["person"] + kinds["unchanged"])
    return Summary(bookkeeper.looked_at, kinds["mended"], kinds["unchanged"], kinds["person"])


async def _note(stores: Stores, subject: str, mend: str) -> None:
    """`subject` is a word of ours and an id."""
    what, _, about = subject.partition(" ")
    await stores.audit.append("repaired", by=COMMAND_LINE, about=about, what=what, mend=str(mend))
