"""`care keys rotate`: everything moves under the new key, whatever is cut off, and nothing is unreadable meanwhile."""

from __future__ import annotations

import base64
import stat
from pathlib import Path
from typing import Any

import pytest

from care.keyring import KeyRing, key_id
from care.models.data_key import DataKey
from care.models.webhook import NewEndpoint
from care.payload_keys import DataKeys
from care.rotation import Held, held, list_keys, rotate
from care.settings import Settings, secrets_in
from care.stores import Stores
from care.stores.data_keys import DataKeyStore
from care.stores.documents import now
from care.webhooks import Webhooks
from tests.running import care

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
WORKFLOWS = [f"subscription-SUB{n:03d}" for n in range(60)]


class Killed(Exception):
    pass


def text(*keys: bytes) -> str:
    return ",".join(base64.b64encode(key).decode() for key in keys)


def at(stores: Stores, uri: str, **more: Any) -> Settings:
    return Settings(
        _env_file=None, mongodb_uri=uri, mongodb_database=stores.database.name, temporal_address="127.0.0.1:1", **more
    )


async def sealed_under(stores: Stores, ring: KeyRing) -> None:
    for workflow_id in WORKFLOWS:
        await DataKeys(stores.data_keys, ring).sealing(workflow_id)
    hooks = Webhooks(stores, ring, production=False)
    endpoint = await hooks.register(NewEndpoint(url="http://127.0.0.1:9/"), by="the test")
    await hooks.rotate(endpoint.endpoint_id, by="the test")


async def opens_all(stores: Stores, ring: KeyRing) -> bool:
    """With keys read from the store and nothing held from before."""
    for workflow_id in WORKFLOWS:
        await DataKeys(stores.data_keys, ring).sealing(workflow_id)
    headers = Webhooks(stores, ring, production=False).headers(await stores.webhooks.get("WHK001"), "N", b"", now())
    return headers is not None and len(headers["webhook-signature"].split(" ")) == 2


async def test_with_the_new_key_set_everywhere_all_is_moved_and_the_old_one_may_go(
    stores: Stores, mongodb_uri: str
) -> None:
    await sealed_under(stores, KeyRing([OLD]))
    settings = at(stores, mongodb_uri, encryption_key=text(NEW), decryption_keys=text(OLD))
    assert (await list_keys(settings))[1] == Held(key_id(OLD), current=False, known=True, data_keys=60, secrets=2)
    done = await rotate(settings, None)
    assert (done.current, done.made, done.data_keys, done.secrets) == (key_id(NEW), False, 60, 2)
    assert [each.empty for each in done.left] == [True]
    assert await opens_all(stores, KeyRing([NEW]))
    again = await rotate(settings, None)
    assert (again.data_keys, again.secrets) == (0, 0)
    (event,) = [line async for line in stores.audit.lines() if line.act == "keys_rotated"]
    assert (event.act, event.by, event.about) == ("keys_rotated", "command line", key_id(NEW))


async def test_cut_off_in_the_middle_a_rotation_is_finished_without_another_key(
    stores: Stores, mongodb_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = at(stores, mongodb_uri).model_copy(update=secrets_in(tmp_path))
    ring = settings.key_ring()
    await sealed_under(stores, ring)
    before, moved = ring.current, 0
    wrap_anew = DataKeyStore.wrap_anew

    async def killed(self: DataKeyStore, key: DataKey, wrapped: bytes, under: str) -> bool:
        nonlocal moved
        moved += 1
        if moved > 20:
            raise Killed
        return await wrap_anew(self, key, wrapped, under)

    with monkeypatch.context() as patch:
        patch.setattr(DataKeyStore, "wrap_anew", killed)
        with pytest.raises(Killed):
            await rotate(settings, tmp_path)
    assert await opens_all(stores, ring), "a process that has run all along"
    assert await opens_all(stores, settings.key_ring()), "a process that starts now"
    current = ring.current
    assert current != before
    assert 0 < (await stores.data_keys.counts())[before] < len(WORKFLOWS)
    done = await rotate(settings, tmp_path)
    assert (done.current, done.made) == (current, False)
    assert [each.empty for each in done.left] == [True]
    assert await opens_all(stores, ring)
    assert (await rotate(settings, tmp_path)).made, "the next one makes another key"


async def test_a_data_directory_keeps_its_old_keys_to_open_and_its_keys_private(
    stores: Stores, mongodb_uri: str, tmp_path: Path
) -> None:
    settings = at(stores, mongodb_uri).model_copy(update=secrets_in(tmp_path))
    signing, first = settings.secret_key, settings.key_ring().current
    second, third = [(await rotate(settings, tmp_path)).current for _ in range(2)]
    kept = settings.model_copy(update=secrets_in(tmp_path))
    assert list(kept.key_ring().keys) == [third, second, first]
    assert kept.secret_key == signing
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


async def test_who_seals_while_keys_are_rotated_seals_under_the_new_one(
    stores: Stores, mongodb_uri: str, tmp_path: Path
) -> None:
    settings = at(stores, mongodb_uri).model_copy(update=secrets_in(tmp_path))
    running = DataKeys(stores.data_keys, settings.key_ring())
    await running.sealing("refund-REF001")
    done = await rotate(settings, tmp_path)
    await running.sealing("refund-REF002")
    assert await stores.data_keys.counts() == {done.current: 2}


async def test_keys_that_are_missing_are_told_and_left_alone(stores: Stores, mongodb_uri: str) -> None:
    await sealed_under(stores, KeyRing([OLD]))
    settings = at(stores, mongodb_uri, encryption_key=text(NEW))
    missing = [each for each in await held(stores, settings.key_ring()) if not each.known]
    assert [(each.key_id, each.data_keys, each.secrets) for each in missing] == [
        (key_id(OLD), 60, 0),
        ("unknown", 0, 2),
    ]
    assert (await rotate(settings, None)).data_keys == 0
    assert await opens_all(stores, KeyRing([OLD]))


async def test_the_commands_say_what_is_where_and_what_to_do(stores: Stores, mongodb_uri: str, tmp_path: Path) -> None:
    await sealed_under(stores, KeyRing([OLD]))
    given = {
        "CARE_MONGODB_URI": mongodb_uri,
        "CARE_MONGODB_DATABASE": stores.database.name,
        "CARE_TEMPORAL_ADDRESS": "127.0.0.1:1",
        "CARE_SECRET_KEY": "x" * 48,
    }
    both = given | {"CARE_ENCRYPTION_KEY": text(NEW), "CARE_DECRYPTION_KEYS": text(OLD)}
    lost = care("keys", "list", cwd=tmp_path, **given, CARE_ENCRYPTION_KEY=text(NEW))
    assert lost.returncode == 1
    assert f"{key_id(OLD)}  MISSING  60 data keys, 0 secrets" in lost.stdout
    doctor = care("doctor", cwd=tmp_path, **given, CARE_ENCRYPTION_KEY=text(NEW), CARE_DECRYPTION_KEYS=text(bytes(32)))
    (line,) = [line for line in doctor.stdout.splitlines() if line.startswith("BROKEN  data keys")]
    assert f"60 data keys and 0 secrets are under the key {key_id(OLD)}, which is not set" in line
    unasked = care("keys", "rotate", cwd=tmp_path, **both)
    assert unasked.returncode == 1
    assert "add --yes if every web process and worker has the current key" in unasked.stderr
    done = care("keys", "rotate", "--yes", cwd=tmp_path, **both)
    assert done.returncode == 0, done.stderr
    assert f"60 data keys and 2 secrets were put under the key {key_id(NEW)}" in done.stdout
    assert f"Nothing is under the key {key_id(OLD)} any more" in done.stdout
    alone = care("keys", "rotate", "--yes", cwd=tmp_path, **given, CARE_ENCRYPTION_KEY=text(NEW))
    assert "1. Make a key" in alone.stdout
    for output in (lost, doctor, unasked, done, alone):
        assert text(OLD) not in output.stdout + output.stderr
        assert text(NEW) not in output.stdout + output.stderr
