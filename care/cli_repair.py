"""`care repair`: MongoDB, Temporal and the books held against each other, and what has come apart mended."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from care.cli_tools import Join, Json, WithDefault, settings_for

if TYPE_CHECKING:
    from care.repairing import Summary
    from care.rules.books import Flaw
    from care.rules.repair import Finding


class _Repair(WithDefault):
    default = "all"


repair = typer.Typer(
    cls=_Repair,
    help="`care repair` mends what has come apart, all of it: what its commands do, and refunds and conversations.",
)

Dry = Annotated[bool, typer.Option("--dry-run", help="Say what is wrong, and mend nothing.")]
GiveUp = Annotated[bool, typer.Option("--give-up", help="End workflows whose key is lost: nobody can go on with them.")]


@repair.command("all")
def repair_all(
    data_dir: Join = None,
    dry_run: Dry = False,
    as_json: Json = False,
    give_up: GiveUp = False,
    from_mongodb: Annotated[
        bool,
        typer.Option(
            "--from-mongodb",
            help="Temporal was put back to an older day: with all workers stopped, begin from MongoDB.",
        ),
    ] = False,
) -> None:
    """Hold workflows, lists and books against each other, and mend what differs (what `care repair` does)."""
    from care.repairing import How
    from care.repairing import repair_all as run

    told = _Told(as_json)
    how = How(dry_run=dry_run, give_up=give_up, from_mongodb=from_mongodb)
    told.summary(asyncio.run(run(settings_for(data_dir), how, told.tell)))


@repair.command("subscriptions")
def repair_subscriptions(
    data_dir: Join = None, dry_run: Dry = False, as_json: Json = False, give_up: GiveUp = False
) -> None:
    """Compare every subscription in the lists with its workflow, and mend what differs."""
    from care.repairing import How
    from care.repairing import repair_workflows as run

    told, how = _Told(as_json), How(dry_run=dry_run, give_up=give_up)
    told.summary(asyncio.run(run(settings_for(data_dir), "subscriptions", how, told.tell)))


@repair.command("ledger")
def repair_ledger(data_dir: Join = None, dry_run: Dry = False, as_json: Json = False) -> None:
    """Hold movements, entries, wallets, orders and refunds (and Stripe, if it is set) against each other."""
    from care.repairing import repair_ledger as run

    told = _Told(as_json)
    told.summary(asyncio.run(run(settings_for(data_dir), dry_run=dry_run, tell=told.tell)))


_NOTHING = "nothing was changed"
_DONE = {
    "store": "the lists show its workflow's state now",
    "start": "it goes on from what the lists show",
    "restart": "another workflow goes on from what the lists show",
    "end": "its workflow was ended",
    "raise": "it was raised",
    "give_up": "its workflow was ended",
    "entry": "the entry was written",
    "wallet": "the wallet shows what the ledger says now",
    "order": "the order shows what its refunds say now",
    "made_again": "it was made again, and not charged again",
    "payment": "the answer was fetched and booked",
}


class _Told:
    """What was found, said at once or as JSON at the end."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._findings: list[Finding | Flaw] = []

    def tell(self, finding: Finding | Flaw) -> None:
        if self._as_json:
            self._findings.append(finding)
        else:
            typer.echo(f"{finding.subject}: {finding.found}; {_DONE[finding.mend] if finding.done else _NOTHING}")

    def summary(self, summary: Summary) -> NoReturn:
        """Exits with 1 if something is left for a person."""
        if self._as_json:
            told = [finding.model_dump(mode="json") for finding in self._findings]
            typer.echo(json.dumps({**vars(summary), "findings": told}, indent=2))
        else:
            typer.echo(
                f"{summary.compared} compared, {summary.mended} mended, {summary.unchanged} left as they are, "
                f"{summary.for_a_person} for a person to look at."
            )
        raise typer.Exit(1 if summary.for_a_person else 0)
