"""A half-typed form, kept by the browser's tab: it is there again after the page had to be loaded anew."""

from __future__ import annotations

import json
from typing import Annotated, Literal
from uuid import uuid4

from nicegui import ui
from pydantic import BaseModel, Field, ValidationError

from care.models.subscription import DEFAULT_REMINDERS, Frequency

Number = Annotated[float, Field(allow_inf_nan=False)] | None


class TypedLine(BaseModel):
    sku: str
    quantity: Number


class TypedTerms(BaseModel):
    """`way`: for each delivery, or for `many` at once."""

    way: Literal["each", "at once"] = "each"
    many: Number = 6
    renew: bool = False


class Typed(BaseModel):
    """The form for a new subscription as it stands. `once` names it: sent twice, it starts one subscription."""

    lines: list[TypedLine] = []
    frequency: Frequency = Frequency.WEEKLY
    day: Annotated[int, Field(ge=1, le=31)] | str | None = None
    start: str
    reminders: list[Literal[1, 2, 3, 5, 7, 14]] = [lead.days for lead in DEFAULT_REMINDERS]  # type: ignore[misc]
    terms: TypedTerms = TypedTerms()
    elsewhere: bool = False
    address: dict[str, str] = {}
    once: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] = Field(default_factory=lambda: uuid4().hex)


class Draft:
    """Lies with what drafts.js keeps, which forgets it when somebody else signs in."""

    _key = json.dumps("care_draft:planner")

    def keep(self, typed: Typed) -> None:
        ui.run_javascript(f"sessionStorage.setItem({self._key}, {json.dumps(typed.model_dump_json())})")

    def drop(self) -> None:
        ui.run_javascript(f"sessionStorage.removeItem({self._key})")

    async def kept(self) -> Typed | None:
        """What was kept last. Raises TimeoutError when the browser does not answer."""
        found = await ui.run_javascript(f"sessionStorage.getItem({self._key})", timeout=10)
        try:
            return Typed.model_validate_json(found) if isinstance(found, str) else None
        except ValidationError:  # of an older version of the form, or somebody played with it
            return None
