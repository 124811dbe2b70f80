"""The form for a new subscription as it is half typed."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import uuid4

from pydantic import BaseModel, Field

from care.models.subscription import DEFAULT_REMINDERS, Frequency
from ui.parts.kept import Kept

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


DRAFT = Kept("planner", Typed)
