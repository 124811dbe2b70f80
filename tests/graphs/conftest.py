"""One database for each file of tests, emptied before each."""

from __future__ import annotations

from tests.stores.emptied import kept_open, stores

__all__ = ["kept_open", "stores"]
