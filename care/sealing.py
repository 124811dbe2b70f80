"""Small secrets at rest: AES-256-GCM under keys of their own, derived from the keys of the ring."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from care.keyring import KeyRing, derived

_NONCE = 12  # bytes


class Sealer:
    """Seals under the ring's current key, and opens under any. `purpose` keeps the secrets of one use from being opened
    as those of another."""

    def __init__(self, ring: KeyRing, purpose: str) -> None:
        self._ring = ring
        self._purpose = purpose

    def seal(self, secret: str, about: str) -> bytes:
        """Nonce first. `about` names whose secret it is: copied to another's record, it does not open."""
        return self.seal_named(secret, about)[1]

    def seal_named(self, secret: str, about: str) -> tuple[str, bytes]:
        """With the id of the key under which it is sealed now."""
        key_id, key = next(iter(self._ring.keys.items()))
        nonce = os.urandom(_NONCE)
        return key_id, nonce + self._cipher(key).encrypt(nonce, secret.encode(), about.encode())

    def open(self, sealed: bytes, about: str) -> str | None:
        """None for what was sealed under a key that is not in the ring, or for somebody else."""
        return self._opened(sealed, about)[1]

    def under(self, sealed: bytes, about: str) -> str | None:
        """The id of the key of the ring under which this was sealed; None as in `open`."""
        return self._opened(sealed, about)[0]

    def _opened(self, sealed: bytes, about: str) -> tuple[str, str] | tuple[None, None]:
        for key_id, key in self._ring.keys.items():
            try:
                secret = self._cipher(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
            except InvalidTag:
                continue  # another key's
            return key_id, secret.decode()
        return None, None

    def _cipher(self, key: bytes) -> AESGCM:
        return AESGCM(derived(key, self._purpose))
