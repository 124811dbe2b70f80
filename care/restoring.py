"""What `care restore` does: verifies the file, fills the database beside what is there, and puts it in its place."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from temporalio.client import Client

from care.archive import read, split, verified
from care.errors import SetupError
from care.keyring import KeyRing
from care.models.audit import COMMAND_LINE
from care.models.backup import Manifest
from care.models.data_key import DataKey
from care.payload_keys import data_key_sealer
from care.settings import Settings
from care.stores import CONNECTION_ERRORS, Stores, open_stores
from care.stores.restored import Restored, decoded, others, own_name
from care.temporal import connect

# Ids that were given since the backup may stand in mails, at the payment provider and in files: they are not given
# again. So many are left out at the least, or this share of all that were given.
LEAP, LEAP_SHARE = 1000, 10
IDS = ("CNV", "EV", "REF", "SUB", "TRC", "WHK")
_LOOKS, _PAUSE = 10, 0.5  # seconds
_BULK = 1000  # documents that are sent at once, if they are small
_BULK_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Wishes:
    """`replace`: whatever is there may go. `force`: others are connected, and that is as it should be."""

    replace: bool = False
    force: bool = False


@dataclass(frozen=True)
class Outcome:
    """`erase_again`: customers who were erased since the backup, as far as the database that was there knew."""

    manifest: Manifest
    replaced: bool
    erase_again: list[str]


def checked(file: Path, ring: KeyRing) -> Manifest:
    """Reads all of the file. Raises SetupError for one that is damaged, of a newer version, or needs other keys."""
    manifest = verified(file)
    if _numbers(manifest.version) > _numbers(version("care")):
        raise SetupError(f"{file} was written by CARE {manifest.version}, which is newer than this: use that one.")
    if missing := [key_id for key_id in manifest.keys if key_id not in ring.keys]:
        raise SetupError(
            f"{file} needs encryption keys that are not here: {', '.join(missing)}. "
            "Add them to CARE_DECRYPTION_KEYS, or put the secrets.json of that day into the data directory."
        )
    _check_opens(file, manifest, ring)
    return manifest


async def restore(
    settings: Settings, file: Path, manifest: Manifest, wishes: Wishes, tell: Callable[[str], None]
) -> Outcome:
    """From a file that was `checked`. Safe to repeat, and to be cut off: until the very end what was there stays as it
    was, and from then on nothing starts on the database until it was run again to its end. Raises SetupError."""
    ring = settings.key_ring()
    own = own_name(settings.mongodb_database)
    try:
        async with _opened(settings, own) as stores:
            restored = Restored(stores)
            if manifest.kind == "keys":
                return await _merged(stores, restored, file, manifest)
            await _check_alone(stores, own, wishes)
            replaced = await restored.holds()
            if replaced and not wishes.replace:
                raise SetupError(
                    f"The database {settings.mongodb_database} is not empty: add --replace if all of it may go."
                )
            known = await _numbers_of(settings)
            erased = await restored.erased()
            tell(f"Writing {manifest.documents} documents")
            await _fill(restored, file, manifest)
            await restored.keep_keys(ring.keys)
            before = await stores.ids.counters()
            tell("Putting them in place")
            await restored.switch(manifest.collections)
            for name, least in _least(await stores.ids.counters(), before, known).items():
                await stores.ids.raise_to(name, least)
            await stores.ensure_indexes()
            await stores.audit.append("restored", by=COMMAND_LINE, kind="all", backup=manifest.at.isoformat())
            await restored.done()
            again = sorted(erased - await restored.erased())
            return Outcome(manifest, replaced, again)
    except CONNECTION_ERRORS:
        raise SetupError("MongoDB cannot be reached: check that it runs and that the address is right.") from None


def _opened(settings: Settings, own: str) -> AbstractAsyncContextManager[Stores]:
    return open_stores(settings.mongodb_uri, settings.mongodb_database, indexes=False, half_restored=True, name=own)


async def _merged(stores: Stores, restored: Restored, file: Path, manifest: Manifest) -> Outcome:
    """Beside everything that runs: keys that are missing come back, those that were dropped go, counters only grow."""
    there = await restored.erased()
    erased: set[str] = set()
    for part, documents in read(file, manifest.parts):
        if part.collection == "erased":
            erased |= {str(decoded(each)["_id"]) for each in split(documents)}
        else:
            await restored.merge(part.collection, list(split(documents)))
    await stores.audit.append("restored", by=COMMAND_LINE, kind="keys", backup=manifest.at.isoformat())
    return Outcome(manifest, replaced=False, erase_again=sorted(erased - there))


async def _check_alone(stores: Stores, own: str, wishes: Wishes) -> None:
    """Whoever has just been stopped is gone in a moment. Raises SetupError."""
    if wishes.force:
        return
    for _ in range(_LOOKS):
        running = await others(stores.database, own)
        if not running:
            return
        await asyncio.sleep(_PAUSE)
    raise SetupError(
        f"Other processes of CARE are connected to this database ({running} connections): "
        "stop every web process and worker first."
    )


async def _numbers_of(settings: Settings) -> dict[str, int]:
    """The highest number of each kind of id that Temporal knows."""
    try:
        client: Client = await connect(settings)
        highest: dict[str, int] = await importlib.import_module("workflows.repair_ids").highest_numbers(
            client, settings.task_queue
        )
    except RuntimeError:  # what the SDK raises while nothing listens
        raise SetupError(
            "Temporal cannot be reached: it knows which ids were given since the backup. "
            "Check that it runs and that the address is right; an empty one will do if it was lost."
        ) from None
    return highest


def _least(restored: dict[str, int], before: dict[str, int], known: dict[str, int]) -> dict[str, int]:
    """What each counter of ids is raised to."""
    found: dict[str, int] = {}
    for name in IDS:
        reached = max(restored.get(name, 0), before.get(name, 0), known.get(name, 0))
        if reached:
            found[name] = reached + max(LEAP, reached // LEAP_SHARE)
    return found


async def _fill(restored: Restored, file: Path, manifest: Manifest) -> None:
    await restored.begin()
    parts = [part for part in manifest.parts if part.collection]
    for collection in manifest.collections:
        await restored.create(collection)
    for part, documents in read(file, parts):
        for some in _bulks(documents):
            await restored.fill(part.collection, some)


def _bulks(documents: bytes) -> Iterator[list[bytes]]:
    some: list[bytes] = []
    size = 0
    for document in split(documents):
        some.append(document)
        size += len(document)
        if len(some) >= _BULK or size >= _BULK_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


def _check_opens(file: Path, manifest: Manifest, ring: KeyRing) -> None:
    """One data key of each part: the ids of the keys could be right, and the keys not those of this shop."""
    sealer = data_key_sealer(ring)
    parts = [part for part in manifest.parts if part.collection == "data_keys" and part.documents]
    for _part, documents in read(file, parts):
        for document in map(decoded, split(documents)):
            key = DataKey.model_validate({**document, "key_id": document["_id"]})
            if key.wrapped is None:
                continue
            if sealer.open(key.wrapped, key.key_id) is None:
                raise SetupError(f"The encryption keys that are here do not open the data keys in {file}.")
            break


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
