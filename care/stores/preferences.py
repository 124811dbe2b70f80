"""What customers want to hear by mail."""

from __future__ import annotations

from care.models.preferences import Preferences
from care.stores.documents import Documents
from care.stores.mongo import Database


class PreferencesStore:
    def __init__(self, database: Database) -> None:
        self._preferences = Documents(
            database, "preferences", Preferences, key="customer_id", noun="preferences of customer"
        )

    async def ensure_indexes(self) -> None:
        """Read by `_id` only."""

    async def get(self, customer_id: str) -> Preferences:
        """The defaults for a customer who has chosen nothing."""
        return await self._preferences.find(customer_id) or Preferences(customer_id=customer_id)

    async def put(self, preferences: Preferences) -> None:
        await self._preferences.put(preferences)
