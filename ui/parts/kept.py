"""A half-filled form, kept by the browser's tab: it is there again after the page had to be loaded anew.

It lies with what drafts.js keeps, which forgets it when its owner signs out. What comes back is checked like any input.
"""

from __future__ import annotations

import json
from typing import Generic, TypeVar

from nicegui import ui
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


class Kept(Generic[M]):
    """One form, under a `name` that nothing else on the portal has."""

    def __init__(self, name: str, model: type[M]) -> None:
        self._key = json.dumps(f"care_draft:{name}")
        self._model = model

    def keep(self, form: M) -> None:
        ui.run_javascript(f"sessionStorage.setItem({self._key}, {json.dumps(form.model_dump_json())})")

    def drop(self) -> None:
        ui.run_javascript(f"sessionStorage.removeItem({self._key})")

    async def found(self) -> M | None:
        """What a page before this one left; None for nothing, for what no form of today has written, and where the
        browser has gone again."""
        try:
            kept = await ui.run_javascript(f"sessionStorage.getItem({self._key})", timeout=10)
            return self._model.model_validate_json(kept) if isinstance(kept, str) else None
        except (TimeoutError, ValidationError):
            return None
