"""Under which key a payload is sealed: the data key of its workflow, or without a store the ring's own.

Data keys are held for a minute: one read for each workflow that is awake, and a key that was dropped is soon forgotten
by every process.
"""

from __future__ import annotations

import base64
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import structlog

from care.errors import Gone, Unavailable
from care.keyring import KeyRing, derived
from care.models.common import milliseconds
from care.models.data_key import DataKey, names_data_key, new_key_id
from care.sealing import Sealer

if TYPE_CHECKING:
    from care.stores.data_keys import DataKeyStore

HELD_SECONDS = 60.0
HELD_MOST = 10_000  # some 5 MB
# What is sealed for no workflow that we know of: what somebody types into the Temporal Web UI.
NO_WORKFLOW = "none"
# Before keys had ids, payloads were sealed under the key itself.
BEFORE_IDS = "care-1"

log = structlog.get_logger()


@dataclass(frozen=True)
class PayloadKey:
    """`workflow_id` is whose payloads it seals; empty for a key of the ring."""

    key_id: str
    secret: bytes
    workflow_id: str = ""


class PayloadKeys(Protocol):
    async def sealing(self, workflow_id: str) -> PayloadKey:
        """The key under which payloads of this workflow are sealed. Raises Gone if it was dropped."""
        ...

    async def begin(self, workflow_id: str) -> None:
        """Makes the key of a workflow that is about to begin: `sealing` would look first whether there is one."""
        ...

    async def opening(self, key_id: str) -> list[PayloadKey]:
        """What may open a payload that names this key. Raises Gone if it was dropped, Unavailable if it is missing."""
        ...


class RingKeys:
    """All payloads under the ring's own keys: for tools and tests without a database."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    async def sealing(self, workflow_id: str) -> PayloadKey:
        key_id, key = next(iter(self._ring.keys.items()))
        return PayloadKey(key_id, derived(key, "payloads"))

    async def begin(self, workflow_id: str) -> None:
        """Nothing is made."""

    async def opening(self, key_id: str) -> list[PayloadKey]:
        keys = self._ring.keys
        if key_id == BEFORE_IDS:
            return [PayloadKey(key_id, key) for key in keys.values()]
        if key_id not in keys:
            raise _missing(key_id)
        return [PayloadKey(key_id, derived(keys[key_id], "payloads"))]


class DataKeys:
    """Each workflow's payloads under a key of its own, made when the first is sealed and kept wrapped in MongoDB."""

    def __init__(self, store: DataKeyStore, ring: KeyRing, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._sealer = data_key_sealer(ring)
        self._ring_keys = RingKeys(ring)
        self._held = _Held(clock)

    async def sealing(self, workflow_id: str) -> PayloadKey:
        workflow_id = workflow_id or NO_WORKFLOW
        if held := self._held.get(workflow_id):
            return held
        return self._opened(await self._store.of(workflow_id) or await self._store.add(self._made(workflow_id)))

    async def begin(self, workflow_id: str) -> None:
        self._opened(await self._store.add(self._made(workflow_id)))

    async def opening(self, key_id: str) -> list[PayloadKey]:
        if not names_data_key(key_id):
            return await self._ring_keys.opening(key_id)
        if held := self._held.get(key_id):
            return [held]
        stored = await self._store.find(key_id)
        if stored is None:
            raise _missing(key_id)
        return [self._opened(stored)]

    def _made(self, workflow_id: str) -> DataKey:
        key_id, secret = new_key_id(), base64.b64encode(os.urandom(32)).decode()
        under, wrapped = self._sealer.seal_named(secret, key_id)
        at = milliseconds(datetime.now(UTC))
        return DataKey(key_id=key_id, workflow_id=workflow_id, wrapped=wrapped, under=under, created_at=at)

    def _opened(self, stored: DataKey) -> PayloadKey:
        if stored.wrapped is None:
            raise Gone("This history was made unreadable for good: its key was dropped.")
        secret = self._sealer.open(stored.wrapped, stored.key_id)
        if secret is None:
            raise _missing(stored.under or "")
        key = PayloadKey(stored.key_id, base64.b64decode(secret), stored.workflow_id)
        self._held.put(key, stored.workflow_id, stored.key_id)
        return key


def data_key_sealer(ring: KeyRing) -> Sealer:
    """Wraps data keys, in base64, about their ids."""
    return Sealer(ring, "data keys")


class _Held:
    """At most HELD_MOST keys, each for HELD_SECONDS from when it was read, however often it is used."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._keys: OrderedDict[str, tuple[float, PayloadKey]] = OrderedDict()

    def get(self, name: str) -> PayloadKey | None:
        until, key = self._keys.get(name, (0.0, None))
        return key if self._clock() < until else None

    def put(self, key: PayloadKey, *names: str) -> None:
        for name in names:
            self._keys[name] = (self._clock() + HELD_SECONDS, key)
            self._keys.move_to_end(name)
        while len(self._keys) > 2 * HELD_MOST:
            self._keys.popitem(last=False)


def _missing(key_id: str) -> Unavailable:
    log.error("key_missing", key_id=key_id, fix="see `care keys list`, and add the key to CARE_DECRYPTION_KEYS")
    return Unavailable(f"This history cannot be read at the moment: the key {key_id} is missing.")
