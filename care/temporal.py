"""Temporal: connection, encrypted payloads, search attributes, ids."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, TLSConfig
from temporalio.common import SearchAttributeKey
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
)
from temporalio.exceptions import ApplicationError
from temporalio.runtime import Runtime

from care.calls import TracedCalls
from care.errors import CareError, SetupError
from care.keyring import KeyRing
from care.payload_keys import DataKeys, PayloadKey, PayloadKeys, RingKeys
from care.payloads import KnownPayloads
from care.search_attributes import SEARCH_ATTRIBUTES as SEARCH_ATTRIBUTES
from care.settings import Settings

if TYPE_CHECKING:  # workflows import this module
    from pathlib import Path

    from care.stores import Stores
    from care.stores.data_keys import DataKeyStore

CUSTOMER = SearchAttributeKey.for_keyword("CareCustomerId")
STATUS = SearchAttributeKey.for_keyword("CareStatus")
NEXT_DELIVERY = SearchAttributeKey.for_datetime("CareNextDelivery")
AMOUNT = SearchAttributeKey.for_int("CareAmount")

_ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"
_NONCE = 12  # bytes


class EncryptionCodec(PayloadCodec, WithSerializationContext):
    """AES-256-GCM over whole payloads, nonce first. Each names its key, so that it opens wherever it is met.

    What arrives in clear is read as it is: a signal typed into the Temporal Web UI need not be encrypted.
    """

    def __init__(self, keys: PayloadKeys, workflow_id: str = "") -> None:
        self._keys = keys
        self._workflow_id = workflow_id

    def with_context(self, context: SerializationContext) -> EncryptionCodec:
        return EncryptionCodec(self._keys, getattr(context, "workflow_id", None) or "")

    async def begin(self, workflow_id: str) -> None:
        """Spares a workflow that is about to begin the look for its key. Raises Gone if it was dropped."""
        await self._keys.begin(workflow_id)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises Gone if the workflow's key was dropped."""
        if not payloads:
            return []
        key = await self._keys.sealing(self._workflow_id)
        return [_sealed(payload, key) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises Gone or Unavailable as PayloadKeys does, InvalidTag for what was changed."""
        return [(await self.opened(payload))[0] for payload in payloads]

    async def opened(self, payload: Payload) -> tuple[Payload, str]:
        """With the id of the workflow whose key opened it; empty where that is not known. Raises as `decode`."""
        if payload.metadata.get("encoding") != _ENCODING:
            return payload, ""
        named = payload.metadata[KEY_ID]
        nonce, sealed = payload.data[:_NONCE], payload.data[_NONCE:]
        for key in await self._keys.opening(named.decode()):
            with suppress(InvalidTag):  # another of the keys that it may be
                return Payload.FromString(AESGCM(key.secret).decrypt(nonce, sealed, named)), key.workflow_id
        raise InvalidTag


def _sealed(payload: Payload, key: PayloadKey) -> Payload:
    nonce, named = os.urandom(_NONCE), key.key_id.encode()
    data = nonce + AESGCM(key.secret).encrypt(nonce, payload.SerializeToString(), named)
    return Payload(metadata={"encoding": _ENCODING, KEY_ID: named}, data=data)


def named_key(payload: Payload) -> str:
    """The id of the key that opens it; empty for what lies in clear."""
    return payload.metadata[KEY_ID].decode() if payload.metadata.get("encoding") == _ENCODING else ""


def data_converter(ring: KeyRing | bytes, data_keys: DataKeyStore | None = None) -> DataConverter:
    """Pydantic models as JSON, then encrypted; failures too, since a validation error quotes its input.

    With a store each workflow has a key of its own; else all is under the ring's current key (or this one key).
    """
    if isinstance(ring, bytes):
        ring = KeyRing([ring])
    return replace(
        DataConverter.default,
        payload_converter_class=KnownPayloads,
        payload_codec=EncryptionCodec(RingKeys(ring) if data_keys is None else DataKeys(data_keys, ring)),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(
    settings: Settings, stores: Stores | None = None, *, lazy: bool = False, runtime: Runtime | None = None
) -> Client:
    """A client for the configured cluster. Raises RuntimeError from the SDK if it cannot be reached (unless lazy), and
    SetupError for a certificate that cannot be read.

    Without `stores` it reads and writes nothing of a workflow. `runtime`: where the SDK's own figures go.
    """
    api_key = settings.temporal_api_key
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        api_key=api_key.get_secret_value() if api_key else None,
        tls=tls_of(settings),
        data_converter=data_converter(settings.key_ring(), stores.data_keys if stores else None),
        interceptors=[TracedCalls()],
        lazy=lazy,
        runtime=runtime,
    )


def tls_of(settings: Settings) -> TLSConfig | bool:
    """How the cluster is reached; an API key, and each of the files, are of use through TLS alone.

    Raises SetupError for a file that cannot be read.
    """
    files = settings.temporal_tls_ca, settings.temporal_tls_cert, settings.temporal_tls_key
    if any(files) or settings.temporal_tls_server_name:
        ca, cert, key = (_read(file) for file in files)
        return TLSConfig(
            server_root_ca_cert=ca,
            domain=settings.temporal_tls_server_name or None,
            client_cert=cert,
            client_private_key=key,
        )
    return settings.temporal_tls or bool(settings.temporal_api_key)


def _read(file: Path | None) -> bytes | None:
    try:
        return file.read_bytes() if file else None
    except OSError as error:
        raise SetupError(f"{file} of CARE_TEMPORAL_TLS_... cannot be read ({error.strerror}).") from None


def subscription_workflow_id(subscription_id: str) -> str:
    return f"subscription-{subscription_id}"


def refund_workflow_id(refund_id: str) -> str:
    return f"refund-{refund_id}"


def conversation_workflow_id(conversation_id: str) -> str:
    return f"conversation-{conversation_id}"


def ids_of(workflow_id: str) -> dict[str, str]:
    """For log lines: the workflow's id, and that of what it is about (`refund_id`) where it is one of ours."""
    kind, _, about = workflow_id.partition("-")
    ours = {f"{kind}_id": about} if kind in ("subscription", "refund", "conversation") else {}
    return {"workflow_id": workflow_id, **ours}


def refuse(error: CareError) -> ApplicationError:
    """`error` as it leaves a workflow or an activity: final, and a CareError again at the client."""
    return ApplicationError(error.detail, error.rule, error.fields, type=type(error).__name__, non_retryable=True)
