"""Temporal's test server, on which timers fire at once: one a process, shared by its tests."""

from __future__ import annotations

from datetime import timedelta

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment

from care import embedded
from care.temporal import SEARCH_ATTRIBUTES


class SkippingServer:
    """Started for the first test that asks, and anew after one that failed: the server stops its clock while a task
    waits for a worker, and what a failed test leaves behind may keep it stopped for ever."""

    def __init__(self, data_converter: DataConverter) -> None:
        self._data_converter = data_converter
        self._env: WorkflowEnvironment | None = None

    async def on_a_monday(self) -> WorkflowEnvironment:
        """At noon (UTC), so that no test holds on some days or at some hours only. The clock may be years ahead."""
        if self._env is None:
            self._env = await self._start()
        now = await self._env.get_current_time()
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=7 - now.weekday())
        await self._env.sleep(noon - now)
        return self._env

    async def stop(self) -> None:
        if self._env is not None:
            await self._env.shutdown()
            self._env = None

    async def _start(self) -> WorkflowEnvironment:
        env = await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=embedded.test_server_binary(), data_converter=self._data_converter
        )
        kinds = {n: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{k.upper()}") for n, k in SEARCH_ATTRIBUTES.items()}
        await env.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=env.client.namespace, search_attributes=kinds)
        )
        return env
