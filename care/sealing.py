"""Small secrets at rest: AES-256-GCM under a key of their own, derived from the encryption key."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12  # bytes


class Sealer:
    """`purpose` keeps the secrets of one use from being opened as those of another."""

    def __init__(self, key: bytes, purpose: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=f"care {purpose}".encode()).derive(key)
        self._cipher = AESGCM(derived)

    def seal(self, secret: str, about: str) -> bytes:
        """Nonce first. `about` names whose secret it is: copied to another's record, it does not open."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), about.encode())

    def open(self, sealed: bytes, about: str) -> str | None:
        """None for what was sealed under another key or for somebody else."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode()).decode()
        except InvalidTag:
            return None
