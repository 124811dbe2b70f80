"""`care customer`: take along, or erase, what is kept about one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from care.cli_tools import Join, needs_somebody, settings_for

customer = typer.Typer(help="What CARE keeps about a customer: take it along, erase it.", no_args_is_help=True)

CustomerId = Annotated[str, typer.Argument(metavar="ID", help="The customer's id, like CUST001.")]


@customer.command()
def export(
    customer_id: CustomerId,
    to: Annotated[Path | None, typer.Option(help="A new ZIP file, with the files of evidence.")] = None,
    data_dir: Join = None,
) -> None:
    """Write out everything that is kept about a customer, as JSON."""
    from care.exporting import export_customer
    from care.logs import configure

    settings = settings_for(data_dir)
    configure(settings.log_level, "command line")  # on stderr: stdout is for the JSON
    typer.echo(asyncio.run(export_customer(settings, customer_id, to)), nl=False)


@customer.command()
def erase(
    customer_id: CustomerId,
    end: Annotated[
        bool, typer.Option("--end", help="End what is open: cancel subscriptions and pending orders, withdraw refunds.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: Join = None,
) -> None:
    """Erase a customer for good; ids and amounts stay, for the books. Safe to repeat."""
    from care.erasing import erase_customer

    if not yes:
        needs_somebody("add --yes to erase without asking")
        typer.confirm(f"Erase {customer_id} for good?", abort=True)
    done = asyncio.run(erase_customer(settings_for(data_dir), customer_id, end=end))
    typer.echo(
        f"{customer_id} was erased. Numbers are kept of {done.orders} orders and {done.refunds} refunds, "
        f"hashes of {done.files} files."
    )
    if done.payer:
        typer.echo(f"Erase {done.payer} at the payment provider, too.")
