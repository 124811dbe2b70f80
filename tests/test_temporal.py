"""What Temporal stores of us: sealed, except where a person typed it into the Web UI."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter

from care.errors import Unavailable
from care.keyring import KeyRing, key_id
from care.models.conversation import ChatRequest
from care.temporal import data_converter

KEY, OTHER = bytes(32), bytes([1] * 32)


async def test_a_payload_is_unreadable_in_a_history_and_whole_again_after() -> None:
    converter = data_converter(KEY)
    said = ChatRequest(message="My parcel from Baker Street is late")
    [payload] = await converter.encode([said])
    assert b"Baker" not in payload.SerializeToString()
    assert await converter.decode([payload], [ChatRequest]) == [said]


async def test_what_a_person_typed_in_clear_is_read_as_it_is() -> None:
    [clear] = await DataConverter.default.encode([{"decision": "approve"}])
    assert await data_converter(KEY).decode([clear]) == [{"decision": "approve"}]


async def test_another_key_opens_nothing_and_an_older_one_of_the_ring_does() -> None:
    [payload] = await data_converter(KEY).encode(["secret"])
    with pytest.raises(Unavailable, match=key_id(KEY)):
        await data_converter(OTHER).decode([payload])
    assert await data_converter(KeyRing([OTHER, KEY])).decode([payload]) == ["secret"]


async def test_what_was_sealed_before_keys_had_ids_stays_readable() -> None:
    [clear] = await DataConverter.default.encode(["from before"])
    nonce, named = bytes(12), b"care-1"
    data = nonce + AESGCM(KEY).encrypt(nonce, clear.SerializeToString(), named)
    payload = Payload(metadata={"encoding": b"binary/encrypted", "encryption-key-id": named}, data=data)
    assert await data_converter(KeyRing([OTHER, KEY])).decode([payload]) == ["from before"]
    with pytest.raises(InvalidTag):
        await data_converter(OTHER).decode([payload])


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
