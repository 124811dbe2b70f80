"""Which encryption key holds what, and moving all of it under the current one.

Payloads stay as they are: they name their workflow's data key, and only that is wrapped anew.
"""

from __future__ import annotations

import asyncio
import base64
import fcntl
import json
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from care.keyring import KeyRing
from care.models.audit import COMMAND_LINE
from care.models.data_key import DataKey
from care.models.webhook import Endpoint
from care.opening import stores_of
from care.payload_keys import data_key_sealer
from care.running.datadir import DataDir, write_private
from care.settings import Settings
from care.stores import Stores
from care.webhooks import secret_sealer

UNKNOWN = "unknown"  # for secrets that no key of the ring opens: they do not name theirs
_AT_ONCE = 50


@dataclass(frozen=True)
class Held:
    """What is sealed under one key, by its id. `known`: the key is in the ring."""

    key_id: str
    current: bool
    known: bool
    data_keys: int
    secrets: int

    @property
    def empty(self) -> bool:
        return not self.data_keys and not self.secrets

    @property
    def movable(self) -> bool:
        return self.known and not self.current and not self.empty


@dataclass(frozen=True)
class Rotated:
    """`made`: a new key was made for the data directory. `data_keys` and `secrets` are now under the key `current`."""

    current: str
    made: bool
    data_keys: int
    secrets: int
    left: list[Held]


async def held(stores: Stores, ring: KeyRing) -> list[Held]:
    """Every key of the ring, the current one first; then those that are missing."""
    data_keys, sealer = await stores.data_keys.counts(), secret_sealer(ring)
    sealed: Counter[str] = Counter()
    async for endpoint in stores.webhooks.every():
        for secret in _secrets(endpoint):
            sealed[sealer.under(secret, endpoint.endpoint_id) or UNKNOWN] += 1
    known = list(ring.keys)
    missing = sorted((data_keys.keys() | sealed.keys()) - set(known))
    return [
        Held(key_id, key_id == known[0], key_id in known, data_keys.get(key_id, 0), sealed[key_id])
        for key_id in [*known, *missing]
    ]


async def list_keys(settings: Settings) -> list[Held]:
    """Raises SetupError if a key or the database cannot be used."""
    ring = settings.key_ring()
    async with stores_of(settings, indexes=False) as stores:
        return await held(stores, ring)


async def rotate(settings: Settings, data_dir: Path | None) -> Rotated:
    """Moves all that is sealed under the current key; in a data directory, makes that key first.

    Safe to repeat, and to cut off: what was begun is finished before another key is made. The processes that run on a
    data directory look into its file before they seal or open, and find the new key there before anything is under it.
    Raises SetupError.
    """
    ring = settings.key_ring()
    async with stores_of(settings) as stores:
        with _alone(data_dir):
            begun = any(each.movable for each in await held(stores, ring))
            made = data_dir is not None and not begun
            if data_dir is not None and made:
                make_current(data_dir, secrets.token_bytes(32))
            if made or begun:
                await stores.audit.append(
                    "keys_rotated", by=COMMAND_LINE, about=ring.current, new_key="yes" if made else "no"
                )
            data_keys, moved = await _move_data_keys(stores, ring), await _move_secrets(stores, ring)
            left = [each for each in await held(stores, ring) if not each.current]
            return Rotated(ring.current, made, data_keys, moved, left)


def make_current(data_dir: Path, key: bytes) -> None:
    """In secrets.json: `key` seals from now on, and those that were there open."""
    path = DataDir(data_dir).secrets
    found = json.loads(path.read_text())
    older = [found["encryption_key"], *filter(None, [found.get("decryption_keys")])]
    new = {"encryption_key": base64.b64encode(key).decode(), "decryption_keys": ",".join(older)}
    write_private(path, found | new)


async def _move_data_keys(stores: Stores, ring: KeyRing) -> int:
    sealer = data_key_sealer(ring)

    async def anew(key: DataKey) -> bool:
        secret = sealer.open(key.wrapped, key.key_id) if key.wrapped else None
        if secret is None:
            return False
        under, wrapped = sealer.seal_named(secret, key.key_id)
        return await stores.data_keys.wrap_anew(key, wrapped, under)

    moved = 0
    for key_id in [key_id for key_id in ring.keys if key_id != ring.current]:
        async for some in stores.data_keys.under(key_id, _AT_ONCE):
            moved += sum(await asyncio.gather(*map(anew, some)))
    return moved


async def _move_secrets(stores: Stores, ring: KeyRing) -> int:
    sealer, moved = secret_sealer(ring), 0

    def anew(sealed: bytes, about: str) -> bytes:
        secret = sealer.open(sealed, about)
        return sealed if secret is None or sealer.under(sealed, about) == ring.current else sealer.seal(secret, about)

    async for before in stores.webhooks.every():
        sealed = anew(before.sealed, before.endpoint_id)
        old = before.old_sealed and anew(before.old_sealed, before.endpoint_id)
        changed = (sealed != before.sealed) + (old != before.old_sealed)
        if changed and await stores.webhooks.seal_anew(before, sealed, old):
            moved += changed
    return moved


def _secrets(endpoint: Endpoint) -> list[bytes]:
    return [sealed for sealed in (endpoint.sealed, endpoint.old_sealed) if sealed]


@contextmanager
def _alone(data_dir: Path | None) -> Iterator[None]:
    """Two that make a key of a data directory at once would lose one of theirs."""
    if data_dir is None:
        yield
        return
    with (data_dir / "keys.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
