"""The supervisor's figures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from api.deps import Serving, Viewer, staff
from api.problems import ERRORS
from api.spreadsheets import as_csv
from care.errors import Invalid
from care.models.analytics import Summary, Table
from care.models.common import IsoDay
from care.models.period import LONGEST, Period

router = APIRouter(tags=["analytics"], responses=ERRORS)

_USUAL = 30  # days
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}, "description": "The table as CSV."}}


def asked(
    days: Annotated[
        int | None, Query(ge=1, le=LONGEST, description=f"The last so many days; {_USUAL} if left out.")
    ] = None,
    first: Annotated[IsoDay | None, Query(alias="from", description="The first UTC day, with `to`.")] = None,
    last: Annotated[IsoDay | None, Query(alias="to", description="The last UTC day, included.")] = None,
) -> Period:
    """The time that a caller asks about: `days`, or `from` and `to`. Raises Invalid."""
    now = datetime.now(UTC)
    if first is None and last is None:
        return Period.latest(days or _USUAL, now)
    if days is not None:
        raise Invalid("Give either `days`, or `from` and `to`.", fields={"days": "must be left out beside from and to"})
    if first is None or last is None:
        lacking = "from" if first is None else "to"
        raise Invalid("Give both `from` and `to`.", fields={lacking: "is needed beside the other"})
    return Period.of_days(first, last, now.date())


Asked = Annotated[Period, Depends(asked)]


@router.get("/analytics/summary", dependencies=[staff("analytics:read")])
async def summary(serving: Serving, period: Asked) -> Summary:
    """Resolutions, refunds, reviews, deliveries and models over the last `days` days, or the days `from` to `to`."""
    return await serving.stores.analytics.summary(period)


@router.get(
    "/analytics/export", dependencies=[staff("analytics:read")], response_class=StreamingResponse, responses=_CSV
)
async def export(viewer: Viewer, serving: Serving, what: Table, period: Asked) -> StreamingResponse:
    """One table of the same time as CSV: amounts in minor units, times in UTC. Text that a spreadsheet would take for
    a formula begins with an apostrophe."""
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    await serving.note(viewer, "figures_exported", table=what.value, **days)
    return await as_csv(serving.stores.analytics.table(what, period), f"care-{what}-{period.first}-to-{period.last}")
