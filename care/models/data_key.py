"""Data keys: each workflow's payloads are sealed under a key of its own, so that one history can be made unreadable."""

from __future__ import annotations

from care.models.common import Model, Utc


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
