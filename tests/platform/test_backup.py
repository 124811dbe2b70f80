"""`care backup` and `care restore` of MongoDB: one moment, whole or not at all, and only with the right keys."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import os
import random
import subprocess
import sys
import tarfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from care import archive, restoring
from care.backup import back_up
from care.errors import SetupError
from care.models.backup import Manifest
from care.payload_keys import DataKeys
from care.restoring import LEAP, Wishes, checked, restore
from care.settings import Settings
from care.stores import Stores, open_stores
from care.stores.restored import MARKER, Restored
from tests.running import environment
from tests.stores.make import customer, evidence, order, product, subscription

REPLACE = Wishes(replace=True)
PHOTO = random.Random(1).randbytes(100_000)
KEY = base64.b64encode(bytes(range(1, 33))).decode()


@pytest.fixture
async def settings(mongodb_uri: str, temporal_server: str, task_queue: str) -> AsyncIterator[Settings]:
    """Of a small shop that nobody is connected to."""
    made = Settings(
        mongodb_uri=mongodb_uri,
        mongodb_database=f"test_{uuid.uuid4().hex[:12]}",
        temporal_address=temporal_server,
        task_queue=task_queue,
        encryption_key=SecretStr(KEY),
    )
    async with opened(made, indexes=True) as stores:
        await stores.customers.add(customer())
        await stores.products.put(product())
        await stores.orders.put(order())
        await stores.subscriptions.save(subscription())
        await stores.evidence.put(evidence(), PHOTO)
        await DataKeys(stores.data_keys, made.key_ring()).sealing("subscription-SUB001")
        await stores.ids.raise_to("SUB", 41)
        await stores.audit.append("seeded", by="command line")
    yield made
    async with opened(made) as stores:
        await stores.drop()


@asynccontextmanager
async def opened(settings: Settings, *, indexes: bool = False) -> AsyncIterator[Stores]:
    """As nobody of CARE's."""
    async with open_stores(
        settings.mongodb_uri, settings.mongodb_database, indexes=indexes, half_restored=True, name="the tests"
    ) as stores:
        yield stores


async def put_back(settings: Settings, file: Path, wishes: Wishes = REPLACE) -> list[str]:
    manifest = checked(file, settings.key_ring())
    return (await restore(settings, file, manifest, wishes, lambda _: None)).erase_again


async def contents(settings: Settings) -> dict[str, list[Any]]:
    async with opened(settings) as stores:
        database = stores.database
        names = await database.list_collection_names()
        return {name: [each async for each in database[name].find().sort("_id", 1)] for name in names}


async def test_all_of_it_comes_back_with_files_and_with_ids_that_nobody_has(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    manifest = await back_up(settings, file)
    assert file.stat().st_mode & 0o777 == 0o600
    before = await contents(settings)
    async with opened(settings) as stores:
        await stores.drop()
    await put_back(settings, file, Wishes())
    after = await contents(settings)
    changed = {"audit", "audit_head", "counters", "tries", "sessions", "rates", "resets"}
    assert {name: each for name, each in after.items() if name not in changed} == {
        name: each for name, each in before.items() if name not in changed
    }
    assert manifest.documents == sum(len(each) for name, each in before.items()) - 1  # the line that tells of it
    async with opened(settings) as stores:
        assert await stores.evidence.data("EV001") == PHOTO
        assert await stores.ids.next("SUB") == f"SUB{41 + LEAP + 1}"
        acts = [line.act async for line in stores.audit.lines()]
    assert acts == ["seeded", "restored"]


async def test_a_backup_shows_one_moment_while_others_write(settings: Settings, tmp_path: Path) -> None:
    """A piece goes from one product to the other, in one transaction at a time: none is lost and none is doubled."""
    file = tmp_path / "backup.tar.gz"

    async def moves(stores: Stores) -> None:
        while True:
            async with await stores.database.client.start_session() as session, session.start_transaction():
                for sku, pieces in (("A", -1), ("B", 1)):
                    shelf = stores.database[f"shelf_{sku}"]
                    await shelf.update_one({"_id": sku}, {"$inc": {"pieces": pieces}}, session=session)

    async with opened(settings) as stores:
        for sku in "AB":
            await stores.database[f"shelf_{sku}"].insert_one({"_id": sku, "pieces": 0, "room": "x" * 10**6})
        moving = asyncio.create_task(moves(stores))
        await back_up(settings, file)
        moving.cancel()
        with suppress(asyncio.CancelledError):
            await moving
        moved = (await stores.database["shelf_B"].find_one() or {})["pieces"]
        await put_back(settings, file)
        shelves = [(await stores.database[f"shelf_{sku}"].find_one() or {})["pieces"] for sku in "AB"]
    assert sum(shelves) == 0
    assert 0 <= shelves[1] <= moved


async def test_what_is_there_is_replaced_only_if_that_is_wanted(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    await back_up(settings, file)
    before = await contents(settings)
    with pytest.raises(SetupError, match="is not empty: add --replace"):
        await put_back(settings, file, Wishes())
    assert await contents(settings) == before


async def test_nothing_is_restored_under_a_running_shop(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.tar.gz"
    await back_up(settings, file)
    monkeypatch.setattr(restoring, "_LOOKS", 1)
    async with open_stores(settings.mongodb_uri, settings.mongodb_database) as running:
        await running.ping()
        with pytest.raises(SetupError, match="stop every web process and worker first"):
            await put_back(settings, file)
        await put_back(settings, file, Wishes(replace=True, force=True))


async def test_a_restore_that_was_cut_off_lets_nothing_start_and_is_finished_by_another(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.tar.gz"
    await back_up(settings, file)
    async with opened(settings) as stores:
        await stores.database["customers"].update_one({}, {"$set": {"erased_at": customer().created_at}})
        await DataKeys(stores.data_keys, settings.key_ring()).sealing("subscription-SUB002")
    before = await contents(settings)

    async def dies(self: Restored, *_: Any) -> None:
        raise KeyboardInterrupt

    for step in ("switch", "done"):
        with monkeypatch.context() as patch:
            patch.setattr(Restored, step, dies)
            with pytest.raises(KeyboardInterrupt):
                await put_back(settings, file)
        there = await contents(settings)
        if step == "switch":  # until then, what there was is as it was
            assert {name: each for name, each in there.items() if not name.startswith("restoring.")} == before
            continue
        with pytest.raises(SetupError, match="run `care restore` with the same file again"):
            await open_stores(settings.mongodb_uri, settings.mongodb_database).__aenter__()
    assert await put_back(settings, file, Wishes()) == ["CUST001"]
    async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
        made_since = await stores.data_keys.of("subscription-SUB002")
        assert made_since is not None
        assert (await stores.orders.get("ORD1")).items == order().items
    assert {MARKER, "restoring.orders"}.isdisjoint(await contents(settings))


async def test_who_was_erased_since_is_named_and_stays_unreadable(settings: Settings, tmp_path: Path) -> None:
    file, keys = tmp_path / "backup.tar.gz", tmp_path / "keys.tar.gz"
    await back_up(settings, file)
    async with opened(settings) as stores:
        await stores.database["customers"].update_one({}, {"$set": {"erased_at": customer().created_at}})
        await stores.data_keys.forget(["subscription-SUB001"])
    await back_up(settings, keys, keys_only=True)
    assert await put_back(settings, file) == ["CUST001"]
    async with opened(settings) as stores:
        await stores.drop()
    await put_back(settings, file)
    assert await put_back(settings, keys) == ["CUST001"]
    async with opened(settings) as stores:
        dropped = await stores.data_keys.of("subscription-SUB001")
    assert dropped is not None
    assert dropped.wrapped is None


async def test_it_opens_with_the_keys_of_its_day_alone(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    manifest = await back_up(settings, file)
    assert manifest.keys == [settings.key_ring().current]
    other = settings.model_copy(update={"encryption_key": SecretStr(base64.b64encode(bytes(range(32))).decode())})
    with pytest.raises(SetupError, match=f"needs encryption keys that are not here: {manifest.keys[0]}"):
        checked(file, other.key_ring())
    pretends = tmp_path / "pretends.tar.gz"
    _rewrite(file, pretends, lambda told: told.model_copy(update={"keys": [other.key_ring().current]}))
    with pytest.raises(SetupError, match="do not open the data keys"):
        checked(pretends, other.key_ring())
    assert KEY.encode() not in gzip.decompress(file.read_bytes())


async def test_a_newer_one_is_refused(settings: Settings, tmp_path: Path) -> None:
    file, newer = tmp_path / "backup.tar.gz", tmp_path / "newer.tar.gz"
    await back_up(settings, file)
    for change in ({"version": "99.0"}, {"format": 99}):
        _rewrite(file, newer, lambda told, change=change: told.model_copy(update=change))  # type: ignore[misc]
        with pytest.raises(SetupError, match="newer"):
            checked(newer, settings.key_ring())


def _rewrite(file: Path, to: Path, change: Callable[[Manifest], Manifest]) -> None:
    manifest = archive.verified(file)
    with to.open("wb") as out, archive.ArchiveWriter(out, at=0) as writer:
        for part, documents in archive.read(file, manifest.parts):
            writer.add(part.name, part.collection, documents)
        writer.finish(change(manifest))


def _cut(whole: bytes) -> Iterator[bytes]:
    yield b""
    yield whole[: len(whole) // 2]
    yield whole[:-1000]


def _changed(whole: bytes) -> Iterator[bytes]:
    """The same archive with a member changed, taken out, or put in."""
    members = {}
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        for info in tar:
            content = tar.extractfile(info)
            members[info.name] = content.read() if content else b""
    name = "care/orders.0001.bson"
    yield _packed(members | {name: members[name].replace(b"Milk", b"Gold")})
    yield _packed({each: content for each, content in members.items() if each != name})
    yield _packed({"care/more.0001.bson": b"", **members})
    yield _packed(members | {"manifest.json": b"{}"})


def _packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


async def test_a_damaged_one_is_refused_in_a_sentence(settings: Settings, tmp_path: Path) -> None:
    file, damaged = tmp_path / "backup.tar.gz", tmp_path / "damaged.tar.gz"
    await back_up(settings, file)
    whole = file.read_bytes()
    for content in [*_cut(whole), *_changed(whole), b"no backup at all"]:
        damaged.write_bytes(content)
        with pytest.raises(SetupError, match="Take another one"):
            checked(damaged, settings.key_ring())


async def test_a_full_disk_leaves_no_file_behind(settings: Settings, tmp_path: Path) -> None:
    """The disk is one on which no file may be longer than four kilobytes."""
    told = await asyncio.to_thread(_limited, settings, tmp_path, 'ulimit -f 8; exec "$@" backup.tar.gz')
    assert told == "care: The backup cannot be written to backup.tar.gz: File too large. Nothing was kept.\n"
    assert os.listdir(tmp_path) == []


async def test_a_pipe_that_takes_nothing_more_is_told_in_a_sentence(settings: Settings, tmp_path: Path) -> None:
    told = await asyncio.to_thread(_limited, settings, tmp_path, 'exec "$@" - > /dev/full')
    assert "cannot be written to standard output: No space left on device" in told


def _limited(settings: Settings, folder: Path, script: str) -> str:
    """What `care backup` says to stderr."""
    command = [sys.executable, "-P", "-m", "care.cli", "backup"]
    variables = environment(
        CARE_MONGODB_URI=settings.mongodb_uri,
        CARE_MONGODB_DATABASE=settings.mongodb_database,
        CARE_TEMPORAL_ADDRESS=settings.temporal_address,
        CARE_ENCRYPTION_KEY=KEY,
        PYTHONDONTWRITEBYTECODE="1",
    )
    done = subprocess.run(
        ["sh", "-c", script, "sh", *command], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    return done.stderr
