"""What `care repair` does: opens the servers, hands on each finding, and counts."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from care.bookkeeping import Bookkeeper, Provider
from care.errors import SetupError
from care.gateways import payments_for
from care.gateways.ledger import LedgerGateway
from care.models.audit import COMMAND_LINE
from care.opening import stores_of
from care.policy import load_policy
from care.rules.books import Flaw
from care.rules.books import Mend as BookMend
from care.rules.repair import Finding, Mend
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


async def repair_subscriptions(settings: Settings, *, dry_run: bool, tell: Callable[[Finding], None]) -> Summary:
    """Raises SetupError if a server cannot be reached, Unavailable if no worker answers."""
    kinds: Counter[str] = Counter()
    try:
        async with stores_of(settings) as stores:
            repair = importlib.import_module("workflows.repair").Repair(  # by name: care imports no workflow
                *(
                    await connect(settings, stores),
                    stores,
                    load_policy(settings.policy_file),
                    LedgerGateway(stores.ledger),
                ),
                task_queue=settings.task_queue,
            )
            async for finding in repair.findings(dry_run=dry_run):
                tell(finding)
                if finding.done:
                    await _note(stores, f"subscription {finding.subscription_id}", finding.mend)
                kinds["person" if finding.mend is Mend.PERSON else "mended" if finding.done else "unchanged"] += 1
    except RuntimeError:  # what the SDK raises while nothing listens
        raise SetupError("Temporal cannot be reached: check that it runs and that the address is right.") from None
    return Summary(repair.looked_at, kinds["mended"], kinds["unchanged"], kinds["person"])


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
