"""Links to customers' files that need no cookie and end soon: whoever holds one sees the one file that it names.

A token is sealed (AES-SIV, RFC 5297) under a key of its own, derived from the signing key: nobody reads in it who has
asked. No chance is in it: the same wish has the same address for some minutes, and a browser shows what it has.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from pydantic import ValidationError

from care.errors import Gone, NotFound
from care.keyring import derived
from care.models.common import Model, Utc
from care.models.customer import Principal
from care.settings import Settings

PATH = "/files/"
_STEP = 300  # seconds; a link lives for one to two of them


class FilePermit(Model):
    """To see a file, or with `preview` (from 1) one of the pictures made of it, for as long as `asker` still stands."""

    evidence_id: str
    preview: int | None
    asker: Principal
    ends: Utc


class FileLinks:
    """Makes and reads links. Raises SetupError where the settings hold no signing key."""

    def __init__(self, settings: Settings) -> None:
        self._cipher = AESSIV(derived(settings.signing_key().encode(), "file links", 64))

    def make(self, evidence_id: str, preview: int | None, asker: Principal, now: datetime) -> str:
        """The path of the link, on whatever host the asker is."""
        ends = datetime.fromtimestamp((now.timestamp() // _STEP + 2) * _STEP, UTC)
        permit = FilePermit(evidence_id=evidence_id, preview=preview, asker=asker, ends=ends)
        sealed = self._cipher.encrypt(permit.model_dump_json().encode(), None)
        return PATH + urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, token: str, now: datetime) -> FilePermit:
        """Raises Gone after its end, NotFound for a token that is not one of ours."""
        try:
            sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            permit = FilePermit.model_validate_json(self._cipher.decrypt(sealed, None))
        except (ValueError, InvalidTag, ValidationError):
            raise NotFound("This link is not one of ours, or a part of it is missing.") from None
        if now >= permit.ends:
            raise Gone("Links to files end after a few minutes. Please open the file again from its page.")
        return permit
