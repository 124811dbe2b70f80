"""`care backup` and `care restore`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from care.cli_tools import Join, WithDefault, needs_somebody, settings_for
from care.errors import SetupError

if TYPE_CHECKING:
    from care.models.backup import Manifest
    from care.restoring import Outcome

backups = typer.Typer()


class _Backup(WithDefault):
    default = "write"


backup = typer.Typer(
    cls=_Backup,
    help="`care backup [FILE]` writes all of MongoDB at one moment into one file, while everything runs.",
)
backups.add_typer(backup, name="backup")

STDOUT = Path("-")
Without = Annotated[bool, typer.Option("--without-temporal", help="Leave Temporal's own database as it is.")]


@backup.command("write")
def write(
    file: Annotated[Path | None, typer.Argument(help="Where to; `-` is standard output. One with the time.")] = None,
    data_dir: Join = None,
    without_temporal: Annotated[
        bool, typer.Option("--without-temporal", help="Leave out Temporal's own database of a data directory.")
    ] = False,
    keys_only: Annotated[
        bool, typer.Option("--keys-only", help="Data keys, counters and who was erased: small enough for every minute.")
    ] = False,
) -> None:
    """Write a backup (what `care backup [FILE]` does)."""
    from datetime import UTC, datetime

    from care.backup import back_up

    kind = "care-keys" if keys_only else "care"
    to = file or Path(f"{kind}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz")
    temporal = data_dir is not None and not without_temporal and not keys_only
    manifest = asyncio.run(
        back_up(
            *(settings_for(data_dir), None if to == STDOUT else to),
            data_dir=data_dir,
            temporal=temporal,
            keys_only=keys_only,
        )
    )
    typer.echo(f"{_told(manifest)} are in {to}.", err=to == STDOUT)
    keys = ", ".join(manifest.keys)
    where = f"{data_dir}/secrets.json" if data_dir else "CARE_ENCRYPTION_KEY and CARE_DECRYPTION_KEYS"
    typer.echo(
        f"It holds personal data, and opens with the encryption keys {keys} alone. "
        f"They are NOT in it: keep {where} safe, and elsewhere.",
        err=True,
    )


@backup.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="With the keys of this directory.")] = None,
) -> None:
    """Hold a backup against its own hashes and counts, and against the encryption keys that are here."""
    from care.restoring import checked
    from care.settings import read, secrets_in

    settings = read()
    if data_dir is not None:
        if not (data_dir / "secrets.json").exists():
            raise SetupError(f"There is no {data_dir / 'secrets.json'}: name the directory whose keys open it.")
        settings = settings.model_copy(update=secrets_in(data_dir))
    manifest = checked(file, settings.key_ring())
    typer.echo(f"{_told(manifest)} are as they were written, and the keys that are here open them.")


@backups.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="Into this directory of a `care up` that does not run.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what is there.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Although other processes are connected.")] = False,
    without_temporal: Without = False,
) -> None:
    """Put a backup into an empty MongoDB, or with --replace in the place of what is there. Safe to repeat."""
    from care.restoring import Wishes, checked
    from care.restoring import restore as run
    from care.running.restoring import restore_into

    def tell(step: str) -> None:
        typer.echo(f"{step} ...", err=True)

    if replace and not yes:
        needs_somebody("add --yes to replace without asking")
        typer.confirm(f"Replace everything that is there by what {file} holds?", abort=True)
    wishes = Wishes(replace=replace, force=force)
    if data_dir is not None:
        outcome = asyncio.run(restore_into(data_dir, file, wishes, tell, temporal=not without_temporal))
    else:
        settings = settings_for(None)
        tell("Reading the file")
        manifest = checked(file, settings.key_ring())
        outcome = asyncio.run(run(settings, file, manifest, wishes, tell))
    _say(outcome, data_dir)


def _say(outcome: Outcome, data_dir: Path | None) -> None:
    join = f" --data-dir {data_dir}" if data_dir else ""
    typer.echo(f"{_told(outcome.manifest)} were put back.")
    if outcome.erase_again:
        typer.echo("Erased since then, and here again until you run it for each of them:")
        for customer_id in outcome.erase_again:
            typer.echo(f"  care customer erase {customer_id}{join}")
    if outcome.manifest.kind == "keys":
        return
    begin = f"`care up{join}`" if data_dir else "the workers, then the web processes"
    typer.echo(
        f"Everybody has to sign in again. Next: start {begin}, and run `care migrate{join}` and "
        f"`care repair{join}`. Then look through what is as it was on that day: "
        "accounts closed, passwords changed and service tokens revoked since."
    )


def _told(manifest: Manifest) -> str:
    beside = " and Temporal's own database" if manifest.has_temporal else ""
    what = "keys and counters" if manifest.kind == "keys" else "documents"
    return f"{manifest.documents} {what}{beside} of {manifest.at:%Y-%m-%d %H:%M:%S} UTC"
