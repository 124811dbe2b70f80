"""Customers' files by a link that ends soon, from a path without cookies (care.file_links).

Pages name `/evidence/{evidence_id}/link`, which asks who is there and leads on to a fresh link: so a page may stay open
for as long as it likes. An account that has changed or is closed ends the links that it asked for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.deps import PUBLIC, OwnEvidence, Serving, Viewer, may_see, own
from api.problems import ERRORS
from api.routes.evidence import file_of
from api.routes.links import PageRoute
from care.errors import Gone, missing
from care.file_links import FileLinks

_LEADS: dict[int | str, dict[str, Any]] = {303: {"description": "Leads to a link that ends after a few minutes."}}
router = APIRouter(tags=["evidence"], responses=ERRORS)
links = APIRouter(prefix="/files", include_in_schema=False, route_class=PageRoute)


@router.get(
    "/evidence/{evidence_id}/link",
    dependencies=[own()],
    status_code=303,
    response_class=RedirectResponse,
    responses=_LEADS,
)
async def link(evidence: OwnEvidence, viewer: Viewer, serving: Serving) -> str:
    """To a link to the file that needs no sign-in. For its owner and for staff."""
    return FileLinks(serving.settings).make(evidence.evidence_id, None, viewer, datetime.now(UTC))


@router.get(
    "/evidence/{evidence_id}/preview/{number}/link",
    dependencies=[own()],
    status_code=303,
    response_class=RedirectResponse,
    responses=_LEADS,
)
async def preview_link(evidence: OwnEvidence, number: int, viewer: Viewer, serving: Serving) -> str:
    """The same for one of the `previews` of the file."""
    return FileLinks(serving.settings).make(evidence.evidence_id, number, viewer, datetime.now(UTC))


@links.get("/{token}", dependencies=[PUBLIC])
async def file(token: str, serving: Serving) -> Response:
    """The token in the address is the permission; what it names is looked up anew each time."""
    permit = FileLinks(serving.settings).read(token, datetime.now(UTC))
    if not await serving.still_stands(permit.asker):
        raise Gone("The account that this link was made for has changed. Please sign in again.")
    evidence = await serving.stores.evidence.get(permit.evidence_id)
    may_see(permit.asker, evidence.customer_id, missing("evidence", evidence.evidence_id))
    return await file_of(serving, evidence, permit.preview)
