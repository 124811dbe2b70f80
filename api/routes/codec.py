"""Payloads of histories for the Temporal Web UI and the `temporal` command: Temporal's remote codec protocol."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

from cryptography.exceptions import InvalidTag
from fastapi import APIRouter, Request
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from pydantic import Field
from temporalio.api.common.v1 import Payload

from api.deps import PUBLIC, Serving, Viewer, authenticated, staff
from api.problems import ERRORS
from care.errors import Gone, Invalid, Unauthenticated, Unavailable
from care.models.common import Body
from care.temporal import EncryptionCodec

router = APIRouter(prefix="/codec", tags=["histories"], responses=ERRORS)


class WirePayload(Body):
    """A payload as protobuf writes it in JSON: `data` and the values of `metadata` are base64."""

    metadata: dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=1000)]] = {}
    data: str = Field("", max_length=1_000_000)


class WirePayloads(Body):
    payloads: list[WirePayload] = Field([], max_length=10_000)


@router.post("/decode", dependencies=[staff()])
async def decode(body: WirePayloads, principal: Viewer, serving: Serving) -> WirePayloads:
    """In clear, what can be opened. A page of the Temporal Web UI may send the portal's session instead of a token."""
    opened = [await _opened(serving.client.codec, payload) for payload in _read(body)]
    for workflow_id in dict.fromkeys(workflow_id for _, workflow_id in opened if workflow_id is not None):
        if serving.readings.is_new(principal.email, workflow_id):
            await serving.stores.audit.append("histories_read", by=principal.email, about=workflow_id)
    return _written([payload for payload, _ in opened])


@router.post("/encode", dependencies=[PUBLIC])
async def encode(body: WirePayloads, request: Request, serving: Serving) -> WirePayloads:
    """Seals what a member of the staff types into the Temporal Web UI. What anybody else types stays as it is, and is
    read all the same, so that a signal needs no sign-in here."""
    payloads = _read(body)
    try:
        known = (await authenticated(request)).is_staff
    except Unauthenticated:
        known = False
    return _written(await serving.client.codec.encode(payloads) if known else payloads)


async def _opened(codec: EncryptionCodec, payload: Payload) -> tuple[Payload, str | None]:
    """With the workflow that it was opened for, None if nothing was."""
    try:
        opened, workflow_id = await codec.opened(payload)
    except Gone as gone:
        return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(gone.detail).encode()), None
    except (Unavailable, InvalidTag):  # shown sealed, as it lies there; `care keys list` names what is missing
        return payload, None
    return opened, None if opened is payload else workflow_id


def _read(body: WirePayloads) -> list[Payload]:
    """Raises Invalid for what is no payload."""
    try:
        return [ParseDict(each.model_dump(), Payload()) for each in body.payloads]
    except ParseError:
        raise Invalid("This is no payload of Temporal: `data` and `metadata` are base64.") from None


def _written(payloads: Sequence[Payload]) -> WirePayloads:
    written: list[dict[str, Any]] = [MessageToDict(payload) for payload in payloads]
    return WirePayloads(payloads=[WirePayload.model_validate(each) for each in written])
