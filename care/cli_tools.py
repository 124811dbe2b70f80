"""The commands beside running CARE: data, accounts, checks, scores, benchmarks."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from care.errors import SetupError

if TYPE_CHECKING:
    from datetime import date

    from care.settings import Settings


class WithDefault(TyperGroup):
    """Commands, one of which is meant where none is named."""

    default = ""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


tools = typer.Typer()
account = typer.Typer(help="Accounts that can sign in.", no_args_is_help=True)
evaluate = typer.Typer(help="Scores against labelled lines.", no_args_is_help=True)
tools.add_typer(account, name="account")
tools.add_typer(evaluate, name="eval")

Join = Annotated[Path | None, typer.Option("--data-dir", help="Join what `care up` runs on this directory.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


def settings_for(data_dir: Path | None) -> Settings:
    from care.settings import load

    return load(data_dir)


def day(text: str | None) -> date | None:
    """Raises SetupError for what is no day."""
    from datetime import date

    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 1970 <= found.year < 9999:  # the calendar's ends have no midnight in every zone
        raise SetupError(f"{text} is no day: write --since like 2026-01-31.")
    return found


def needs_somebody(otherwise: str) -> None:
    """Raises SetupError where a question would reach nobody."""
    if not sys.stdin.isatty():
        raise SetupError(f"There is nobody here to answer a question: {otherwise}.")


@tools.command()
def seed(
    path: Annotated[Path, typer.Argument(help="Folder of JSON or JSONL files.")] = Path("seed"),
    data_dir: Join = None,
) -> None:
    """Load customers, products, orders, payments, wallets and subscriptions; safe to repeat."""
    from care.seeding.command import load_folder

    if not path.is_dir():
        raise SetupError(f"There is no folder {path}: name one with JSON or JSONL files, `care seed FOLDER`.")
    report = asyncio.run(load_folder(settings_for(data_dir), path))
    for kind, number in report.loaded.items():
        typer.echo(f"{number} {kind} loaded")
    for refusal in report.refused:
        typer.echo(f"{refusal.file}, line {refusal.line}: {refusal.reason}", err=True)
    raise typer.Exit(1 if report.refused else 0)


@account.command("add")
def add_account(
    email: str,
    role: Annotated[str, typer.Option(help="customer, agent, supervisor or admin.")],
    customer: Annotated[str | None, typer.Option(help="Customer id, for the role customer.")] = None,
    password: Annotated[str, typer.Option(envvar="CARE_PASSWORD", hidden=True)] = "",
    data_dir: Join = None,
) -> None:
    """Make an account; asks for the password, or takes it from CARE_PASSWORD."""
    from care.accounts import new_account

    if not password:
        needs_somebody("set CARE_PASSWORD")
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    asyncio.run(new_account(settings_for(data_dir), email, role, customer, password))
    typer.echo(f"{email} can sign in as {role}.")


@tools.command()
def doctor(data_dir: Join = None) -> None:
    """Check settings, connections, versions and keys; one line each, with the fix."""
    from care.running.doctor import examine

    broken = False
    for finding in asyncio.run(examine(data_dir)):
        broken |= not finding.ok
        fix = "" if finding.ok else f". {finding.fix}"
        typer.echo(f"{'ok    ' if finding.ok else 'BROKEN'}  {finding.what}: {finding.found}{fix}")
    raise typer.Exit(1 if broken else 0)


@tools.command()
def migrate(
    data_dir: Join = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is left to do, and do nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Bring what older versions have stored into the shape of this one; safe to repeat, and beside everything else.

    Exits with 0 when nothing is left; with --dry-run, with 1 while something is.
    """
    from care.migrating import migrate as run
    from care.migrating import pending

    settings = settings_for(data_dir)
    if not dry_run:
        asyncio.run(run(settings, lambda line: typer.echo(line, err=as_json)))
    found = asyncio.run(pending(settings))
    if as_json:
        typer.echo(json.dumps([vars(state) for state in found], indent=2))
    for state in () if as_json else found:
        typer.echo(f"{state.name}: {f'{state.left} to go' if state.left else 'nothing left'} ({state.what})")
    raise typer.Exit(1 if dry_run and any(state.left for state in found) else 0)


@evaluate.command("intents")
def eval_intents(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], as_json: Json = False) -> None:
    """Score the understanding of messages against labelled lines: {"text", "intent"}."""
    from care.brains import understanding_for
    from care.evaluation import evaluate_intents, shown
    from care.settings import read

    scores = asyncio.run(evaluate_intents(file, understanding_for(read(), _Uncounted())))
    typer.echo(scores.model_dump_json(indent=2) if as_json else shown(scores))


@evaluate.command("refunds")
def eval_refunds(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], as_json: Json = False) -> None:
    """Score refund decisions against labelled lines: {"reason", "complaint", "order", "files", "label"}.

    "order" is an order as the API shows it; "files" are paths beside the labelled file; "label" is "approve" or
    "uncertain". The claim is for all of the order, and is decided under the policy as if no signal spoke against it.
    """
    from care.brains import judge_for
    from care.policy import load_policy
    from care.refund_evaluation import evaluate_refunds
    from care.settings import read

    settings = read()
    judge = judge_for(settings, _Uncounted())
    scores = asyncio.run(evaluate_refunds(file, judge, load_policy(settings.policy_file), settings.evidence_max_bytes))
    _show_scores(scores.model_dump(mode="json"), as_json)


@tools.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all if none is named.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
    size: Annotated[int | None, typer.Option(min=11, help="memory: how many subscriptions sleep.")] = None,
) -> None:
    """Measure, each figure beside its yardstick from the same run."""
    results = importlib.import_module("bench").run(names or [], size)
    if json_file:
        json_file.write_text(json.dumps(results, indent=2) + "\n")


class _Uncounted:
    """An evaluation is no customer's traffic, and needs no database."""

    async def count(self, name: str, **figures: Any) -> None:
        pass

    async def rests(self, name: str, seconds: float) -> None:
        pass


def _show_scores(scores: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(scores, indent=2))
        return
    for name, value in scores.items():
        if isinstance(value, dict):
            for label, part in value.items():
                typer.echo(f"  {label}: {part}")
        else:
            typer.echo(f"{name}: {value}")
