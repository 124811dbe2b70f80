"""What `care backup` does: all of the database at one moment, into one file, while everything runs."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from care.archive import PART_BYTES, ArchiveWriter
from care.errors import SetupError
from care.models.audit import COMMAND_LINE
from care.models.backup import TEMPORAL, Manifest
from care.models.common import milliseconds
from care.opening import stores_of
from care.rotation import UNKNOWN, held
from care.running.datadir import DataDir
from care.settings import Settings
from care.stores import Stores
from care.stores.snapshot import Snapshot, snapshot

# The short form: what nobody can do without who has an older backup. Ids and wrapped keys, nothing of what people said.
_KEYS_ONLY = ("counters", "data_keys")
ERASED = "erased"


async def back_up(
    settings: Settings,
    to: Path | None,
    *,
    data_dir: Path | None = None,
    temporal: bool = False,
    keys_only: bool = False,
) -> Manifest:
    """Into the file `to` (None: standard output), which is there whole or not at all.

    `temporal`: with Temporal's own database, of what `care up` runs on `data_dir`. Raises SetupError where something
    cannot be reached, read or written.
    """
    async with stores_of(settings, indexes=False) as stores:
        with _whole_or_not_at_all(to) as out:
            at = datetime.now(UTC)
            with ArchiveWriter(out, at=at.timestamp()) as archive:
                if temporal and data_dir is not None:
                    # First: where MongoDB is the newer of the two, nothing is lost that Temporal knows.
                    _add_temporal(archive, DataDir(data_dir).temporal_db)
                async with snapshot(stores.database) as seen:
                    await _add_all(archive, seen, keys_only=keys_only)
                manifest = Manifest(
                    kind="keys" if keys_only else "all",
                    version=version("care"),
                    at=milliseconds(at),
                    cluster_time=seen.cluster_time,
                    database=settings.mongodb_database,
                    temporal_namespace=settings.temporal_namespace,
                    keys=await _keys(settings, stores),
                    parts=archive.parts,
                )
                archive.finish(manifest)
        await stores.audit.append("backed_up", by=COMMAND_LINE, kind=manifest.kind, documents=str(manifest.documents))
    return manifest


async def _add_all(archive: ArchiveWriter, seen: Snapshot, *, keys_only: bool) -> None:
    for name in _KEYS_ONLY if keys_only else seen.names:
        await _add(archive, name, seen.batches(name))
    if keys_only:
        erased = seen.batches("customers", {"erased_at": {"$type": "date"}}, {"erased_at": 1})
        await _add(archive, ERASED, erased)


async def _add(archive: ArchiveWriter, collection: str, batches: AsyncIterator[bytes]) -> None:
    number, held_back = 1, bytearray()
    async for batch in batches:
        held_back += batch
        if len(held_back) >= PART_BYTES:
            archive.add(f"care/{collection}.{number:04d}.bson", collection, bytes(held_back))
            number, held_back = number + 1, bytearray()
    if held_back or number == 1:
        archive.add(f"care/{collection}.{number:04d}.bson", collection, bytes(held_back))


async def _keys(settings: Settings, stores: Stores) -> list[str]:
    ring = settings.key_ring()
    used = {each.key_id for each in await held(stores, ring) if not each.empty and each.key_id != UNKNOWN}
    return sorted(used | {ring.current})


def _add_temporal(archive: ArchiveWriter, database: Path) -> None:
    with tempfile.TemporaryDirectory(dir=database.parent) as folder:
        copy = Path(folder, TEMPORAL)
        copy.touch(mode=0o600)
        with (
            closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as running,
            closing(sqlite3.connect(copy)) as still,
        ):
            running.backup(still)  # in one piece: its server goes on to write meanwhile
        archive.add_file(TEMPORAL, copy)


@contextmanager
def _whole_or_not_at_all(to: Path | None) -> Iterator[BinaryIO]:
    try:
        if to is None:
            with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
                yield out
            return
        draft = to.with_name(f".{to.name}.new")
        draft.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            draft.replace(to)
            _settle(to.parent)
        finally:
            draft.unlink(missing_ok=True)
    except BrokenPipeError:
        raise SetupError("Nobody reads the backup any more.") from None
    except (OSError, sqlite3.Error) as error:
        where = "standard output" if to is None else str(to)
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SetupError(f"The backup cannot be written to {where}: {why}. Nothing was kept.") from None


def _settle(folder: Path) -> None:
    """The new name outlives a power cut."""
    directory = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(directory)
    finally:
        os.close(directory)
