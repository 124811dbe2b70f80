"""The audit record, for administrators."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import PAGE, Cursor, Limit, Serving, Viewer, admins
from api.problems import ERRORS
from care.errors import Unavailable
from care.models.audit import Act, AuditEvent
from care.models.common import IsoDay, Page

router = APIRouter(tags=["audit"], responses=ERRORS)

Name = Annotated[str | None, Query(max_length=254)]


@router.get("/audit", dependencies=[admins()])
async def record(
    viewer: Viewer,
    serving: Serving,
    about: Name = None,
    by: Name = None,
    act: Act | None = None,
    since: Annotated[IsoDay | None, Query(description="On this UTC day or later.")] = None,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> Page[AuditEvent]:
    """Who did what to whom, newest first. `care audit verify` checks that nobody has changed it."""
    start = datetime.combine(since, time(), UTC) if since else None
    page = await serving.stores.audit.page(
        about=about, by=by, acts=[act] if act else [], since=start, limit=limit, cursor=cursor
    )
    with suppress(Unavailable):  # a record that is damaged takes no line, and all the more must be read
        await serving.looked(viewer, "audit_read")
    return page
