"""`care logs`: what the parts have logged, of one request or one case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from care.cli_tools import Json

Files = Annotated[list[Path] | None, typer.Argument(help="Logs to read, instead of those of a `care up`.")]


def logs(
    files: Files = None,
    request: Annotated[str | None, typer.Option(help="A request's id (X-Request-ID), or a trace's.")] = None,
    case: Annotated[str | None, typer.Option(help="A refund, subscription, conversation, order: REF001.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what is being written, until Ctrl-C.")] = False,
    data_dir: Annotated[Path, typer.Option("--data-dir", help="Where CARE keeps everything.")] = Path(".care"),
    as_json: Json = False,
) -> None:
    """The logs of web and worker as one, in the order of time: all, or what leads from a request to its model call."""
    from care.log_reading import Line, Wanted, logs_in, read, told

    def show(line: Line) -> None:
        typer.echo(json.dumps(line, ensure_ascii=False) if as_json else told(line))

    wanted = Wanted(request, case)
    try:
        read(files or logs_in(data_dir), wanted, show, follow=follow)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
