"""How values cross between processes of two versions: what the other one knows more is left out, at every depth.

Models that callers send refuse an unknown field, as a typing slip must not change what is done. In a history or in
MongoDB it is no slip: a newer version has written it, and was rolled back.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DefaultPayloadConverter, JSONPlainPayloadConverter


class _KnownJson(PydanticJSONPlainPayloadConverter):
    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        return _adapter(Any if type_hint is None else type_hint).validate_json(payload.data, extra="ignore")


# Made once: the SDK makes a composite of them for each payload.
_CONVERTERS = [
    _KnownJson() if isinstance(each, JSONPlainPayloadConverter) else each
    for each in DefaultPayloadConverter.default_encoding_payload_converters
]


class KnownPayloads(CompositePayloadConverter):
    """Pydantic models as JSON, read as far as they are known here."""

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)


@cache
def _adapter(type_hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(type_hint)
