"""Data keys: each workflow's payloads are sealed under a key of its own, so that one history can be made unreadable."""

from __future__ import annotations

import uuid

from care.models.common import Model, Utc

_PREFIX = "data-"  # the keys of the ring have ids in plain hexadecimal


class DataKey(Model):
    """`key_id` is what the payloads name. `wrapped` is the key, sealed under the key of the ring that `under` names.

    Both are None once the key has been dropped. The rest stays, so that nobody makes another key for this workflow,
    and so that what cannot be read is told from what is missing.
    """

    key_id: str
    workflow_id: str
    wrapped: bytes | None
    under: str | None
    created_at: Utc


def new_key_id() -> str:
    return f"{_PREFIX}{uuid.uuid4().hex}"


def names_data_key(key_id: str) -> bool:
    """Else it is a key of the ring."""
    return key_id.startswith(_PREFIX)
