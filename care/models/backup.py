"""What a backup says of itself."""

from __future__ import annotations

from typing import Literal

from care.models.common import Model, Utc

FORMAT = 1
# The last member of an archive: one that has none was cut off.
MANIFEST = "manifest.json"
# Temporal's own database, in the backup of a data directory.
TEMPORAL = "temporal.db"


class Part(Model):
    """One member of the archive: whole BSON documents of one collection, one after the other, or Temporal's file.

    `collection` is empty for the latter, and `documents` is then 0.
    """

    name: str
    collection: str
    documents: int
    size: int
    sha256: str


class Manifest(Model):
    """`kind` is "keys" for the short form: data keys, counters, and who was erased.

    All collections are as they were at one moment, soon after `at`; `cluster_time` is MongoDB's own name of it.
    `keys` are the ids of the encryption keys that open what is sealed in it. The keys themselves are never in it.
    """

    format: int = FORMAT
    kind: Literal["all", "keys"]
    version: str
    at: Utc
    cluster_time: str
    database: str
    temporal_namespace: str
    keys: list[str]
    parts: list[Part]

    @property
    def collections(self) -> list[str]:
        return sorted({part.collection for part in self.parts if part.collection})

    @property
    def documents(self) -> int:
        return sum(part.documents for part in self.parts)

    @property
    def has_temporal(self) -> bool:
        return any(part.name == TEMPORAL for part in self.parts)
