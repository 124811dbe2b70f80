"""What Temporal stores of us: sealed, except where a person typed it into the Web UI."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter

from care.models.conversation import ChatRequest
from care.temporal import data_converter

KEY = bytes(32)


async def test_a_payload_is_unreadable_in_a_history_and_whole_again_after() -> None:
    converter = data_converter(KEY)
    said = ChatRequest(message="My parcel from Baker Street is late")
    [payload] = await converter.encode([said])
    assert b"Baker" not in payload.SerializeToString()
    assert await converter.decode([payload], [ChatRequest]) == [said]


async def test_what_a_person_typed_in_clear_is_read_as_it_is() -> None:
    [clear] = await DataConverter.default.encode([{"decision": "approve"}])
    assert await data_converter(KEY).decode([clear]) == [{"decision": "approve"}]


async def test_another_key_opens_nothing() -> None:
    [payload] = await data_converter(KEY).encode(["secret"])
    with pytest.raises(InvalidTag):
        await data_converter(bytes([1] * 32)).decode([payload])


async def test_a_changed_payload_is_refused() -> None:
    [payload] = await data_converter(KEY).encode(["secret"])
    bent = Payload(metadata=payload.metadata, data=payload.data[:-1] + bytes([payload.data[-1] ^ 1]))
    with pytest.raises(InvalidTag):
        await data_converter(KEY).decode([bent])


async def test_a_failure_hides_its_message() -> None:
    converter = data_converter(KEY)
    from temporalio.api.failure.v1 import Failure

    failure = Failure()
    await converter.encode_failure(ValueError("input_value='Baker Street'"), failure)
    assert b"Baker" not in failure.SerializeToString()
