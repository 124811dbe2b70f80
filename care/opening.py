"""The database of a command: opened, or a sentence that says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from care.errors import SetupError
from care.settings import Settings
from care.stores import CONNECTION_ERRORS, Stores, open_stores


@asynccontextmanager
async def stores_of(settings: Settings, *, indexes: bool = True) -> AsyncIterator[Stores]:
    """As `open_stores`, of these settings. Raises SetupError where the database cannot be reached, or no longer."""
    try:
        async with open_stores(settings.mongodb_uri, settings.mongodb_database, indexes=indexes) as stores:
            yield stores
    except CONNECTION_ERRORS:
        raise SetupError("MongoDB cannot be reached: check that it runs and that the address is right.") from None
