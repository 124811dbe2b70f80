"""The encryption keys of a process: the current one, which seals, and older ones, which only open."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from care.errors import SetupError

_BYTES = 32


class KeyRing:
    """`keys` are 32 bytes each, the current one first. `newer` gives others once there are any, and None until then."""

    def __init__(self, keys: Sequence[bytes], newer: Callable[[], Sequence[bytes] | None] = lambda: None) -> None:
        self._keys = {key_id(key): key for key in keys}
        self._newer = newer

    @property
    def keys(self) -> Mapping[str, bytes]:
        """By id, the current one first."""
        if keys := self._newer():
            self._keys = {key_id(key): key for key in keys}
        return self._keys

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return next(iter(self.keys))


def key_id(key: bytes) -> str:
    """A short fingerprint: names the key, and tells nothing of it."""
    return derived(key, "key id", 8).hex()


def derived(key: bytes, purpose: str, length: int = _BYTES) -> bytes:
    """A key for one purpose, from which neither `key` nor that of another purpose can be told (HKDF, RFC 5869)."""
    return HKDF(SHA256(), length, salt=None, info=f"care {purpose}".encode()).derive(key)


def read_keys(current: str, older: str, where: str = "") -> list[bytes]:
    """Keys in base64, `older` ones with commas between them. Raises SetupError that names the one that is wrong."""
    named = [("CARE_ENCRYPTION_KEY", current)]
    named += [(f"CARE_DECRYPTION_KEYS (number {n})", key) for n, key in enumerate(older.split(","), 1) if older.strip()]
    return [_read(name + where, key.strip()) for name, key in named]


def ring_in(path: Path) -> KeyRing:
    """The ring in a data directory's secrets.json, and in what replaces that file later. Raises SetupError."""
    seen = [_stamp(path)]

    def newer() -> list[bytes] | None:
        if (stamp := _stamp(path)) in (None, seen[0]):
            return None  # the same, or the directory is just being emptied
        seen[0] = stamp
        return _keys_in(path)

    return KeyRing(_keys_in(path), newer)


def _keys_in(path: Path) -> list[bytes]:
    found = json.loads(path.read_text())
    return read_keys(found["encryption_key"], found.get("decryption_keys", ""), f" in {path}")


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def _read(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise SetupError(f"Set {name} to 32 random bytes in base64, for example from `openssl rand -base64 32`.")
    return key
