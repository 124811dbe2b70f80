"""`care audit`: check that nobody has changed the audit record, and read it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from care.cli_tools import Join, Json, day, settings_for
from care.errors import SetupError

if TYPE_CHECKING:
    from care.auditing import Checked
    from care.models.audit import AuditEvent

audit = typer.Typer(help="The record of who did what: check it, read it.", no_args_is_help=True)


@audit.command()
def verify(
    expect: Annotated[str | None, typer.Option(help="NUMBER:HASH of a line, from a copy kept elsewhere.")] = None,
    data_dir: Join = None,
    as_json: Json = False,
) -> None:
    """Walk the whole record: every line as it was written, none missing, none put in. Exits with 1 if not."""
    from care.auditing import kept_copy
    from care.auditing import verify as walk

    kept = None if expect is None else kept_copy(expect)
    found = asyncio.run(walk(settings_for(data_dir), kept))
    typer.echo(json.dumps(_as_json(found), indent=2) if as_json else _told(found))
    raise typer.Exit(1 if found.fault else 0)


@audit.command()
def show(
    about: Annotated[str | None, typer.Option(help="A customer, case, conversation, account, ...")] = None,
    by: Annotated[str | None, typer.Option(help="The account that did it.")] = None,
    act: Annotated[str | None, typer.Option(help="One kind of act, like case_decided.")] = None,
    since: Annotated[str | None, typer.Option(help="On this UTC day or later: 2026-01-31.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    data_dir: Join = None,
    as_json: Json = False,
) -> None:
    """The lines of the record, newest first."""
    from datetime import UTC, datetime, time

    from care.auditing import latest
    from care.models.audit import Act

    if act is not None and act not in get_args(Act):
        raise SetupError(f"{act} is no act. Acts are: {', '.join(get_args(Act))}.")
    first = day(since)
    settings = settings_for(data_dir)

    async def read() -> None:
        start = datetime.combine(first, time(), UTC) if first else None
        acts = [act] if act else []
        async for event in latest(settings, about=about, by=by, acts=acts, since=start, most=limit):
            typer.echo(event.model_dump_json() if as_json else _line(event))

    asyncio.run(read())


def _told(found: Checked) -> str:
    if found.fault:
        return found.fault
    lines = "1 line is" if found.last.number == 1 else f"{found.last.number} lines are"
    return f"{lines} as written; the last is {found.last.number}:{found.last.hash}"


def _as_json(found: Checked) -> dict[str, object]:
    return {"lines": found.last.number, "hash": found.last.hash, "fault": found.fault}


def _line(event: AuditEvent) -> str:
    detail = [f"{name}={value}" for name, value in event.detail.items()]
    parts = [str(event.number), event.model_dump(mode="json")["at"], event.by, event.act, event.about, *detail]
    return "  ".join(part for part in parts if part)
