"""Each call of a model in traces and logs: which model, how long, how many tokens, what came of it. Never what was
asked or answered, and no file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from opentelemetry.trace import SpanKind

from care import tracing
from care.brains.protocols import Spent
from care.errors import ModelTrouble

_PROVIDERS = {"groq": "groq", "gemini": "gcp.gemini"}  # as OpenTelemetry names them

log = structlog.get_logger("models")


@contextmanager
def watched(name: str, *, retry: bool = False, breaker: str = "closed") -> Iterator[Spent]:
    """`name` is provider and model ("groq openai/gpt-oss-20b"), or "local". The block fills in what the call took.

    `breaker` is its state before the call: whether the provider is being left alone.
    """
    provider, _, model = name.partition(" ")
    about: tracing.Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": _PROVIDERS.get(provider, provider),
        "gen_ai.request.model": model or provider,
        "care.model.retry": retry,
        "care.model.breaker": breaker,
    }
    spent, began, outcome = Spent(), time.monotonic(), "ok"
    with tracing.span(f"chat {model or provider}", about, kind=SpanKind.CLIENT) as span:
        try:
            yield spent
        except BaseException as error:
            outcome = error.reason if isinstance(error, ModelTrouble) else tracing.kind_of(error)
            raise
        finally:
            took = {"tokens_in": spent.tokens_in, "tokens_out": spent.tokens_out}
            span.set_attributes({f"gen_ai.usage.{_USAGE[each]}": count for each, count in took.items()})
            span.set_attribute("care.model.outcome", outcome)
            say = log.info if outcome == "ok" else log.warning
            say("model", model=name, outcome=outcome, ms=tracing.since(began), retry=retry, breaker=breaker, **took)


_USAGE = {"tokens_in": "input_tokens", "tokens_out": "output_tokens"}
