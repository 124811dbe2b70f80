"""Commands to MongoDB as spans: what was done to which collection, never with what."""

from __future__ import annotations

from opentelemetry.trace import Span, SpanKind, StatusCode
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from care import tracing


class Commands(CommandListener):
    """Only of work that is recorded: the change streams and the outbox's looks are nobody's."""

    def __init__(self) -> None:
        self._under_way: dict[int, Span] = {}

    def started(self, event: CommandStartedEvent) -> None:
        if not tracing.is_recorded():
            return
        about = {"db.system.name": "mongodb", "db.operation.name": event.command_name}
        collection = event.command.get(event.command_name)
        if isinstance(collection, str):
            about["db.collection.name"] = collection
        name = f"{event.command_name} {about.get('db.collection.name', '')}".rstrip()
        self._under_way[event.request_id] = tracing.begin(name, about, kind=SpanKind.CLIENT)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        if span := self._under_way.pop(event.request_id, None):
            span.end()

    def failed(self, event: CommandFailedEvent) -> None:
        if span := self._under_way.pop(event.request_id, None):
            span.set_status(StatusCode.ERROR)
            span.set_attribute("error.type", str(event.failure.get("codeName", "NetworkError")))
            span.end()
