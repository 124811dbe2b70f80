"""The command line. Each command imports what it needs when it runs, so that `care --help` is instant.

`care` knows no worker, no route and no page: those parts are started by name.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from care.cli_audit import audit
from care.cli_backup import backups
from care.cli_customer import customer
from care.cli_keys import keys
from care.cli_policy import policy
from care.cli_repair import repair
from care.cli_tokens import token
from care.cli_tools import Join, Json, needs_somebody, settings_for, tools
from care.errors import CareError, SetupError

app = typer.Typer(
    help="CARE answers customers after the sale, and acts: subscriptions, refunds, conversations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(tools)
app.add_typer(backups)
app.add_typer(repair, name="repair")
app.add_typer(policy, name="policy")
app.add_typer(audit, name="audit")
app.add_typer(customer, name="customer")
app.add_typer(keys, name="keys")
app.add_typer(token, name="token")

DataDirOption = Annotated[Path, typer.Option("--data-dir", help="Where CARE keeps everything.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port of the portal and the API.")]
MetricsPort = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Show metrics on this port of CARE_METRICS_HOST (127.0.0.1).")
]
HERE = Path(".care")


@app.callback()
def begin() -> None:
    from care.logs import to_stderr

    to_stderr()


@app.command()
def up(
    port: Port = 8080,
    data_dir: DataDirOption = HERE,
    demo: Annotated[bool | None, typer.Option("--demo/--no-demo", help="Sample data, for a new directory.")] = None,
    reset: Annotated[bool, typer.Option(help="Empty the data directory first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    detach: Annotated[bool, typer.Option(help="Return when all is ready; `care down` stops it.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    public_url: Annotated[str, typer.Option(help="What people type, if that is another address.")] = "",
) -> None:
    """Run the whole product on this machine."""
    from care.running.datadir import DataDir
    from care.running.display import TerminalDisplay
    from care.running.up import Options
    from care.running.up import up as run

    data = DataDir(data_dir)
    if reset and not yes and data.owner() is None:
        needs_somebody("add --yes to delete without asking")
        typer.confirm(f"Delete everything that CARE keeps in {data_dir}?", abort=True)
    display = TerminalDisplay()
    if not detach:
        asyncio.run(run(Options(data_dir, port, host, public_url, demo, reset), display))
        return
    from care.running.detach import up_detached

    arguments = ["--port", str(port), "--data-dir", str(data_dir), "--host", host, "--public-url", public_url]
    arguments += {None: [], True: ["--demo"], False: ["--no-demo"]}[demo] + (["--reset", "--yes"] if reset else [])
    display.step("Starting CARE")
    try:
        runtime = up_detached(data, arguments)
    finally:
        display.step("")
    display.ready(runtime)


@app.command()
def down(data_dir: DataDirOption = HERE) -> None:
    """Stop a detached `care up`."""
    from care.running.datadir import DataDir
    from care.running.status import down as stop

    typer.echo(f"CARE (process {stop(DataDir(data_dir))}) has stopped.")


@app.command()
def status(data_dir: DataDirOption = HERE, as_json: Json = False) -> None:
    """What runs, where, and whether it is healthy."""
    from care.running.datadir import DataDir
    from care.running.display import show_status
    from care.running.status import status as look

    found = asyncio.run(look(DataDir(data_dir)))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        show_status(found, data_dir)
    raise typer.Exit(0 if found["healthy"] else 1)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Port = 8080,
    data_dir: Join = None,
) -> None:
    """Run one web process: API and portal."""
    settings = settings_for(data_dir)
    from care.running.serve import serve as run

    run(settings, host, port)


@app.command()
def worker(data_dir: Join = None, metrics_port: MetricsPort = None) -> None:
    """Run one worker."""
    from care.production import refuse_unsafe

    settings = settings_for(data_dir)
    if metrics_port is not None:
        settings = settings.model_copy(update={"metrics_port": metrics_port})
    settings.key_ring()  # what is wrong is said before the worker's libraries take their time to load
    refuse_unsafe(settings)
    importlib.import_module("worker").run(settings)


def main() -> None:
    """Errors are one sentence on stderr, and never a traceback."""
    try:
        app()
    except (SetupError, CareError) as error:
        sys.exit(f"care: {error}")


if __name__ == "__main__":
    main()
