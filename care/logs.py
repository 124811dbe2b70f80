"""Logs: one JSON object a line on stderr, from our own code and from the libraries alike.

Events carry ids and numbers, never a name, an address or a message. An error is logged by its type and its place, since
its text may quote what a customer wrote.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback

import structlog

_LINK = re.compile(r"/(skip|files|ui/reset)/[^/\s\"']+")
# How asyncio and others write out a task that failed, with all that its error quotes.
_QUOTED = re.compile(r"\bexception=(\w+)\(.*\)", re.DOTALL)
# Chatty: one line for each request or poll, and at debug all that was said in it.
_QUIET = (
    *("groq", "httpx", "httpcore", "httpx2", "httpcore2", "authlib", "pymongo", "uvicorn.access", "watchfiles"),
    *("google_genai", "stripe", "urllib3"),
)


def configure(level: str, part: str) -> None:
    """Call once in a process. `part` names it in each line: "worker" or "web"."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_error,
        _without_color,
        _without_secrets,
        lambda _logger, _method, event: {"part": part, **event},
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),  # the command line had one for warnings
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def to_stderr() -> None:
    """For commands: they print what they have done, and log only what went wrong."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_error,
            _without_secrets,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
    )


def _name_error(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Replaces `exc_info` by the types of the error and its causes, and the last frames that led to it."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else (given[1] if isinstance(given, tuple) else sys.exc_info()[1])
    if given and error:
        event["error"] = " < ".join(_chain(error))
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _without_color(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    event.pop("color_message", None)  # uvicorn says everything twice
    return event


def _without_secrets(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Links that work without a sign-in, and what the errors of failed tasks quote."""

    def masked(said: str) -> str:
        return _QUOTED.sub(r"exception=\1", _LINK.sub(r"/\1/...", said))

    return {name: masked(each) if isinstance(each, str) else each for name, each in event.items()}


def _chain(error: BaseException | None) -> list[str]:
    names: list[str] = []
    while error is not None and len(names) < 5:
        names.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return names
