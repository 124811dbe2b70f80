"""`care keys`: the encryption keys, what lies under each, and changing them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from care.cli_tools import Join, needs_somebody, settings_for

if TYPE_CHECKING:
    from care.rotation import Held, Rotated

keys = typer.Typer(help="Encryption keys of histories and secrets.", no_args_is_help=True)

HOW = """To change it:
1. Make a key: `openssl rand -base64 32`.
2. Add it to CARE_DECRYPTION_KEYS of every web process and worker, and restart them all.
3. Make it CARE_ENCRYPTION_KEY everywhere, with the key that was there in CARE_DECRYPTION_KEYS; restart them all.
4. With these settings, run `care keys rotate` again."""


@keys.command("list")
def list_keys(data_dir: Join = None) -> None:
    """The ids of all keys, and how many data keys and secrets are under each. Exits with 1 if a key is missing."""
    from care.rotation import list_keys as run

    found = asyncio.run(run(settings_for(data_dir)))
    for each in found:
        typer.echo(_shown(each))
    raise typer.Exit(0 if all(each.known for each in found) else 1)


@keys.command()
def rotate(
    data_dir: Join = None,
    yes: Annotated[bool, typer.Option("--yes", help="Every process has the current key; do not ask.")] = False,
) -> None:
    """Put everything under the current key; with a data directory, under a new one. Safe to repeat."""
    from care.rotation import rotate as run

    settings = settings_for(data_dir)
    if data_dir is None and not yes:
        needs_somebody("add --yes if every web process and worker has the current key")
        typer.confirm(
            f"Has every web process and worker the key {settings.key_ring().current}, "
            "in CARE_ENCRYPTION_KEY or CARE_DECRYPTION_KEYS?",
            abort=True,
        )
    done = asyncio.run(run(settings, data_dir))
    _tell(done, "secrets.json" if data_dir else "CARE_DECRYPTION_KEYS")
    if data_dir is None and not (done.data_keys or done.secrets or done.left):
        typer.echo(HOW)
    raise typer.Exit(0 if all(each.known and each.empty for each in done.left) else 1)


def _tell(done: Rotated, where: str) -> None:
    if done.made:
        typer.echo(f"The new key {done.current} was made. Running processes have it already.")
    if done.data_keys or done.secrets:
        typer.echo(f"{done.data_keys} data keys and {done.secrets} secrets were put under the key {done.current}.")
    else:
        typer.echo(f"Nothing had to be moved: all that can be is under the key {done.current}.")
    for each in done.left:
        typer.echo(
            f"Nothing is under the key {each.key_id} any more: once no history is older than data keys, "
            f"it may be taken out of {where}."
            if each.empty
            else _shown(each)
        )


def _shown(key: Held) -> str:
    kind = "current" if key.current else "older" if key.known else "MISSING"
    return f"{key.key_id:<16}  {kind:<7}  {key.data_keys} data keys, {key.secrets} secrets"
