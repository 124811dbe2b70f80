"""Tables as CSV (RFC 4180), for programs that take text as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime

from fastapi.responses import StreamingResponse

from care.models.analytics import Cell

# Spreadsheets compute a cell that begins so: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_AT_ONCE = 64_000  # characters


async def as_csv(rows: AsyncIterator[Sequence[Cell]], name: str) -> StreamingResponse:
    """A file `name`.csv, sent while it is read. Raises what the first rows raise, before anything is answered."""
    pieces = _pieces(rows)
    first = await anext(pieces)

    async def sent() -> AsyncIterator[str]:
        yield first
        async for piece in pieces:
            yield piece

    return StreamingResponse(
        sent(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


async def _pieces(rows: AsyncIterator[Sequence[Cell]]) -> AsyncIterator[str]:
    """A few hundred rows at a time."""
    written = io.StringIO()
    writer = csv.writer(written)
    async for row in rows:
        writer.writerow([cell(each) for each in row])
        if written.tell() >= _AT_ONCE:
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()


def cell(value: Cell) -> str | int | float:
    """As it stands in the file: times as RFC 3339 in UTC, and no text that would be computed."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
        case _:
            return value
