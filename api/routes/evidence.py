"""Files that customers show."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Response, UploadFile

from api.deps import OwnEvidence, Serving, Viewer, own, store_evidence
from api.idempotency import RepeatableRoute
from api.problems import ERRORS, problem_responses
from care.media.containers import EXTENSIONS
from care.models.common import CustomerId
from care.models.evidence import EvidenceReceipt

router = APIRouter(tags=["evidence"], responses=ERRORS | problem_responses(415), route_class=RepeatableRoute)

# Shown in the page; anything else is saved to disk, where no script of it runs with our origin.
_SHOWN = {"image/jpeg", "image/png", "image/webp"}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {name: {} for name in EXTENSIONS}, "description": "The file, as it is kept."}
}
_PREVIEWS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {}}, "description": "One of the `previews` of the file."}
}


@router.post("/evidence", dependencies=[own("evidence:write")], status_code=201)
async def upload(
    file: UploadFile, viewer: Viewer, serving: Serving, customer_id: Annotated[CustomerId | None, Form()] = None
) -> EvidenceReceipt:
    """JPEG, PNG, WebP, PDF, MP4, WebM or MOV, told by its content. Staff name the `customer_id` whose file it is."""
    return await store_evidence(serving, viewer, await file.read(), file.filename or "", customer_id)


@router.get("/evidence/{evidence_id}", dependencies=[own("evidence:read")], response_class=Response, responses=_FILES)
async def download(evidence: OwnEvidence, serving: Serving) -> Response:
    """For its owner and for staff."""
    kind = "inline" if evidence.media_type in _SHOWN else "attachment"
    name = f"{evidence.evidence_id}.{EXTENSIONS[evidence.media_type]}"
    return _file(await serving.stores.evidence.data(evidence.evidence_id), evidence.media_type, kind, name)


@router.get(
    "/evidence/{evidence_id}/preview/{number}",
    dependencies=[own("evidence:read")],
    response_class=Response,
    responses=_PREVIEWS,
)
async def preview(evidence: OwnEvidence, number: int, serving: Serving) -> Response:
    """A PDF's page or a video's key frame, as a picture drawn by us. For its owner and for staff."""
    name = f"{evidence.evidence_id}-{number}.jpg"
    return _file(await serving.stores.evidence.preview(evidence.evidence_id, number), "image/jpeg", "inline", name)


def _file(content: bytes, media_type: str, kind: str, name: str) -> Response:
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f'{kind}; filename="{name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=300",
        },
    )
