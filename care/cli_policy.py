"""`care policy`: check a policy file, replay closed cases against it, show one that was in force."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from care.cli_tools import Join, Json, day, settings_for

if TYPE_CHECKING:
    from care.replaying import Report, Total
    from care.rules.policy_replay import Change

policy = typer.Typer(help="The refund policy: check it, try it on closed cases.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="A YAML file like care/policy.yaml.")]


@policy.command()
def check(file: File) -> None:
    """Say what the file contains, or every line that is wrong with it."""
    from care.policy import BadPolicy, load_policy
    from care.rules.policy_words import described

    try:
        found = load_policy(file)
    except BadPolicy as error:
        for problem in error.problems:
            typer.echo(f"{problem}.", err=True)
        raise typer.Exit(1) from None
    for line in described(found):
        typer.echo(line)


@policy.command()
def replay(
    file: File,
    since: Annotated[str | None, typer.Option(help="Only cases opened on this day or later: 2026-01-31.")] = None,
    data_dir: Join = None,
    as_json: Json = False,
) -> None:
    """Rule on closed cases again under the file, and show what would change. Changes nothing."""
    from care.policy import load_policy
    from care.replaying import replay_cases

    candidate, first = load_policy(file), day(since)
    changes: list[Change] = []

    def tell(change: Change) -> None:
        if as_json:
            changes.append(change)
        else:
            typer.echo(f"{change.refund_id}: was {change.was}, would be {change.would_be}, {change.amount}")

    report = asyncio.run(replay_cases(settings_for(data_dir), candidate, first, tell))
    if as_json:
        typer.echo(json.dumps(_as_json(candidate.version, since, report, changes), indent=2))
    else:
        _show(candidate.version, report)


@policy.command()
def show(version: str, data_dir: Join = None) -> None:
    """Say what a policy contained that a worker has worked under; a case file names its version."""
    from care.opening import stores_of
    from care.rules.policy_words import described

    settings = settings_for(data_dir)

    async def read() -> list[str]:
        async with stores_of(settings, indexes=False) as stores:
            return described(await stores.policies.get(version))

    lines = asyncio.run(read())
    for line in lines:
        typer.echo(line)


def _show(version: str, report: Report) -> None:
    unknown = "".join(f", {number} cannot be replayed ({why})" for why, number in sorted(report.gaps.items()))
    typer.echo(f"Under {version}: {_cases(report.cases)}, {report.changed} would change{unknown}.")
    for kind, by_past in report.totals.items():
        typer.echo(f"{kind}: {_total(report.total(kind))}")
        for was, total in sorted(by_past.items()):
            typer.echo(f"  {was}: {_total(total)}")


def _cases(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"


def _total(total: Total) -> str:
    from care.models.money import Money

    sums = [str(Money(amount=amount, currency=currency)) for currency, amount in sorted(total.money.items())]
    return ", ".join([_cases(total.cases), *sums])


def _as_json(version: str, since: str | None, report: Report, changes: list[Change]) -> dict[str, Any]:
    def plain(total: Total) -> dict[str, Any]:
        return {"cases": total.cases, "money": dict(total.money)}

    return {
        "policy_version": version,
        "since": since,
        "cases": report.cases,
        "changed": report.changed,
        "not_replayed": dict(report.gaps),
        "totals": {
            kind.value: plain(report.total(kind))
            | {"was": {was: plain(total) for was, total in sorted(by_past.items())}}
            for kind, by_past in report.totals.items()
        },
        "changes": [change.model_dump(mode="json") for change in changes],
    }
