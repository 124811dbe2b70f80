"""Temporal: connection, encrypted payloads, search attributes, ids."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec
from temporalio.exceptions import ApplicationError

from care.errors import CareError
from care.search_attributes import SEARCH_ATTRIBUTES as SEARCH_ATTRIBUTES
from care.settings import Settings

CUSTOMER = SearchAttributeKey.for_keyword("CareCustomerId")
STATUS = SearchAttributeKey.for_keyword("CareStatus")
NEXT_DELIVERY = SearchAttributeKey.for_datetime("CareNextDelivery")
AMOUNT = SearchAttributeKey.for_int("CareAmount")

_ENCODING = b"binary/encrypted"
_KEY_ID = b"care-1"


class EncryptionCodec(PayloadCodec):
    """AES-256-GCM over whole payloads, nonce first.

    What arrives in clear is read as it is: a signal typed into the Temporal Web UI is never encrypted.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._seal(p) for p in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._open(p) if p.metadata.get("encoding") == _ENCODING else p for p in payloads]

    def _seal(self, payload: Payload) -> Payload:
        nonce = os.urandom(12)
        data = nonce + self._cipher.encrypt(nonce, payload.SerializeToString(), _KEY_ID)
        return Payload(metadata={"encoding": _ENCODING, "encryption-key-id": _KEY_ID}, data=data)

    def _open(self, payload: Payload) -> Payload:
        nonce, sealed = payload.data[:12], payload.data[12:]
        return Payload.FromString(self._cipher.decrypt(nonce, sealed, payload.metadata["encryption-key-id"]))


def data_converter(key: bytes) -> DataConverter:
    """Pydantic models as JSON, then encrypted; failures too, since a validation error quotes its input."""
    return replace(
        pydantic_data_converter,
        payload_codec=EncryptionCodec(key),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """A client for the configured cluster. Raises RuntimeError from the SDK if it cannot be reached (unless lazy)."""
    api_key = settings.temporal_api_key
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        api_key=api_key.get_secret_value() if api_key else None,
        tls=settings.temporal_tls or bool(api_key),
        data_converter=data_converter(settings.key_bytes()),
        lazy=lazy,
    )


def subscription_workflow_id(subscription_id: str) -> str:
    return f"subscription-{subscription_id}"


def refund_workflow_id(refund_id: str) -> str:
    return f"refund-{refund_id}"


def conversation_workflow_id(conversation_id: str) -> str:
    return f"conversation-{conversation_id}"


def refuse(error: CareError) -> ApplicationError:
    """`error` as it leaves a workflow or an activity: final, and a CareError again at the client."""
    return ApplicationError(error.detail, error.rule, error.fields, type=type(error).__name__, non_retryable=True)
