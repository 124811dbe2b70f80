"""What every model shares: strictness, ids, times and pages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from care.errors import Invalid


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(at: datetime) -> datetime:
    """`at` in UTC, cut (not rounded) to whole milliseconds, as MongoDB cuts it. Raises Invalid past year 1 or 9999."""
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        raise Invalid("A time is out of range.") from None
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


# An aware time; leaves as RFC 3339 UTC with Z, milliseconds as MongoDB keeps them.
Utc = Annotated[AwareDatetime, PlainSerializer(_rfc3339, return_type=str, when_used="json")]


def _named_day(given: Any) -> Any:
    if isinstance(given, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
        raise ValueError("name a day as YYYY-MM-DD")
    return given


# A date in an address. Pydantic alone would take a number as well, for seconds since 1970.
IsoDay = Annotated[date, BeforeValidator(_named_day)]

T = TypeVar("T")
B = TypeVar("B", bound=BaseModel)

CustomerId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Sku = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
# How the payment gateway names a method that a customer has stored there.
PaymentMethodId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Quantity = Annotated[int, Field(strict=True, ge=1, le=1000)]


class Model(BaseModel):
    """A value that crosses a boundary (store, workflow, HTTP). Unknown fields are ignored: stored data may be newer."""

    model_config = ConfigDict(frozen=True)


class Body(BaseModel):
    """What a caller sends: an unknown field is an error, because a typing slip must not change what is done."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def known(model: type[B], written: Any) -> B:
    """What some version has written, as far as this one knows its fields, at every depth. Raises ValidationError."""
    return model.model_validate(written, extra="ignore")


class Page(BaseModel, Generic[T]):
    """One page of a list. `next` is an opaque cursor, or null on the last page."""

    items: list[T]
    next: str | None = None
