"""What MongoDB does for a call of a store: its own commands, listened to, and explained afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bson.codec_options import CodecOptions, DatetimeConversion
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from care.stores import Stores, over

# Bounds of an index scan may be dates that Python does not know.
_ANY_DATE: CodecOptions[Any] = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO)
# What has a query in it, and can be explained.
_EXPLAINED = {"find", "count", "distinct", "aggregate", "delete", "update", "findAndModify"}
# What the driver adds to a command; it belongs to the session, and not to the question.
_DRIVERS = {"lsid", "$clusterTime", "txnNumber", "$db", "startTransaction", "autocommit", "readConcern", "writeConcern"}


@dataclass(frozen=True)
class Plan:
    """`stages` are those of the plan that was chosen; `examined` counts documents, `returned` what came out."""

    command: str
    collection: str
    stages: frozenset[str]
    examined: int
    returned: int


class Listener(CommandListener):
    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.listens = False

    def started(self, event: CommandStartedEvent) -> None:
        if self.listens and event.command_name in _EXPLAINED:
            self.heard.append({name: value for name, value in event.command.items() if name not in _DRIVERS})

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


@dataclass(frozen=True)
class Overheard:
    """Stores whose commands are heard."""

    stores: Stores
    listener: Listener

    async def plans(self, call: Awaitable[Any]) -> list[Plan]:
        """How MongoDB ran each query of the call. Explained on the data as the call has left it."""
        self.listener.heard.clear()
        self.listener.listens = True
        try:
            await call
        finally:
            self.listener.listens = False
        return [await self._explained(command) for command in self.listener.heard]

    async def _explained(self, command: dict[str, Any]) -> Plan:
        name, collection = next(iter(command.items()))
        asked = {"explain": command, "verbosity": "executionStats"}
        explained = await self.stores.database.command(asked, codec_options=_ANY_DATE)
        executed = list(_named(explained, "executionStats"))
        return Plan(
            name,
            collection,
            frozenset(stage for plan in _named(explained, "winningPlan") for stage in _named(plan, "stage")),
            sum(each["totalDocsExamined"] for each in executed),
            sum(each["nReturned"] for each in executed),
        )


@asynccontextmanager
async def overheard(uri: str, name: str) -> AsyncIterator[Overheard]:
    listener = Listener()
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(uri, tz_aware=True, event_listeners=[listener])
    stores = over(client[name])
    try:
        await stores.ensure_indexes()
        yield Overheard(stores, listener)
    finally:
        await stores.drop()
        client.close()


def _named(tree: Any, name: str) -> Iterator[Any]:
    """The values under this name, at any depth."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == name:
                yield value
            else:
                yield from _named(value, name)
    elif isinstance(tree, list):
        for each in tree:
            yield from _named(each, name)
