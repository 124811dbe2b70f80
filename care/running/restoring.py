"""`care restore` into a data directory: starts its two servers, and nothing else, for as long as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

from care import embedded
from care.archive import unpack
from care.errors import SetupError
from care.models.backup import TEMPORAL, Manifest
from care.restoring import Outcome, Wishes, checked, restore
from care.running.datadir import DataDir
from care.running.supervisor import Part, end, spawn
from care.settings import Settings, load, read, secrets_in


async def restore_into(
    data_dir: Path, file: Path, wishes: Wishes, tell: Callable[[str], None], *, temporal: bool
) -> Outcome:
    """`temporal`: Temporal's own database as well, if the file has it. Raises SetupError."""
    data = DataDir(data_dir)
    if not data.secrets.exists():
        raise SetupError(
            f"There is no {data.secrets}: put the secrets.json of the backup's day there first. "
            "Without its keys nothing in a backup can be read."
        )
    settings = read().model_copy(update=secrets_in(data_dir))
    tell("Reading the file")
    manifest = checked(file, settings.key_ring())
    if data.owner() is not None:
        if manifest.kind == "keys":  # which is put beside what runs
            return await restore(load(data_dir), file, manifest, wishes, tell)
        raise SetupError(f"CARE runs on {data_dir}: stop it first with `care down --data-dir {data_dir}`.")
    with closing(data.lock("")):
        taken = _unpacked(data, file, manifest) if temporal and manifest.has_temporal else None
        async with _servers(data, settings) as joined:
            outcome = await restore(joined, file, manifest, wishes, tell)
        if taken is not None:
            for old in data.path.glob(f"{TEMPORAL}*"):
                old.unlink()
            taken.replace(data.temporal_db)
        if not data.accounts.exists():
            data.wants_demo(False)  # this is a shop, and the next start must put no other beside it
    return outcome


def _unpacked(data: DataDir, file: Path, manifest: Manifest) -> Path:
    draft = data.path / f".{TEMPORAL}.new"
    draft.unlink(missing_ok=True)
    unpack(file, next(part for part in manifest.parts if part.name == TEMPORAL), draft)
    return draft


@asynccontextmanager
async def _servers(data: DataDir, settings: Settings) -> AsyncIterator[Settings]:
    ports = data.ports()
    data.mongodb.mkdir(exist_ok=True)
    commands = {
        "mongod": embedded.mongod_command(data.mongodb, ports["mongodb"]),
        "temporal": embedded.temporal_command(data.temporal_db, ports["temporal"], ports["temporal_ui"]),
    }
    parts = [Part(name, command, data.logs / f"{name}.log") for name, command in commands.items()]
    processes = [await spawn(part) for part in parts]
    try:
        await asyncio.gather(embedded.mongod_ready(ports["mongodb"]), embedded.temporal_ready(ports["temporal"]))
        yield settings.model_copy(
            update={
                "mongodb_uri": embedded.mongodb_uri(ports["mongodb"]),
                "temporal_address": f"127.0.0.1:{ports['temporal']}",
                "temporal_namespace": "default",
                "temporal_api_key": None,
                "temporal_tls": False,
            }
        )
    except TimeoutError:
        raise SetupError(f"MongoDB or Temporal did not answer within a minute; see {data.logs}.") from None
    finally:
        for part, process in zip(reversed(parts), reversed(processes), strict=True):
            await end(process, part.patience)
