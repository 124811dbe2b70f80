"""Indexes that no version since the one before last has looked into: each costs a write for every change."""

from __future__ import annotations

from care.stores.migrations.step import DropIndexes

INDEXES = DropIndexes(
    name="0005-indexes",
    what="indexes that only the first versions used are dropped",
    indexes={
        "conversations": ["created_at_-1", "handed_off_1_updated_at_-1__id_-1"],
        "ledger": ["lines.account_1"],
        "meters": ["day_1"],
        "orders": ["placed_at_1", "subscription_id_1_placed_at_-1"],
        "refunds": ["created_at_-1"],
    },
)
