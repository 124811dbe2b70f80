"""What of a customer's histories no dropped key makes unreadable is deleted."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any, cast

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from care.keyring import KeyRing
from care.stores import Stores
from care.temporal import data_converter
from tests.conftest import TEST_KEY
from workflows.erasure import Erasure


async def there(client: Client, workflow_id: str) -> bool:
    try:
        await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True


async def test_only_histories_from_before_data_keys_are_deleted(
    temporal: Client, stores: Stores, task_queue: str
) -> None:
    keyed = Client(temporal.service_client, data_converter=data_converter(KeyRing([TEST_KEY]), stores.data_keys))
    old, new = (f"refund-{uuid.uuid4().hex}" for _ in range(2))
    for client, workflow_id in ((temporal, old), (keyed, new)):
        await client.start_workflow("RefundWorkflow", "a complaint", id=workflow_id, task_queue=task_queue)
    erasure = Erasure(keyed, stores, cast(Any, None), cast(Any, None), task_queue=task_queue)
    async with asyncio.timeout(30):
        while await there(temporal, old):  # visibility, and the deleting, take a moment
            await erasure.delete_unkeyed([old, new])
            await asyncio.sleep(0.2)
    assert await there(temporal, new)
    await keyed.get_workflow_handle(new).terminate()
