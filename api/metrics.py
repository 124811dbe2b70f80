"""Prometheus: requests by route, the process's own figures, and how the shop stands. Routes are patterns, so that no id
becomes a label."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.standing import Watch
from api.tracing import method_of, route_of
from care.metrics.process import measure_process
from care.models.analytics import ModelFigures

# Fields of ModelFigures.
_TODAY = {
    "calls": "Model calls since midnight UTC.",
    "failures": "Model calls that failed since midnight UTC.",
    "tokens_in": "Tokens that models read since midnight UTC.",
    "tokens_out": "Tokens that models wrote since midnight UTC.",
    "cost_micros": "What that cost, in millionths of the currency of the prices.",
    "mean_milliseconds": "Mean time of a model call since midnight UTC.",
    "slowest_milliseconds": "Longest time of a model call since midnight UTC.",
}


class WebMetrics:
    """One registry an app, so that two apps in one process (tests) do not share counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        measure_process(self.registry)
        self.watch = Watch()
        self.registry.register(self.watch.metrics)
        labels = ("method", "route")
        self.requests = Counter("care_requests", "Requests answered.", (*labels, "status"), registry=self.registry)
        self.seconds = Histogram(
            "care_request_seconds", "Time to the first byte of an answer.", labels, registry=self.registry
        )
        # Of all workers, since they count into the database.
        self._today = {field: self._of_models(f"care_model_{field}_today", about) for field, about in _TODAY.items()}
        self._left_alone = self._of_models("care_model_left_alone", "1 while calls are held back because they fail.")

    def _of_models(self, name: str, about: str) -> Gauge:
        return Gauge(name, about, ("model",), registry=self.registry)

    def show(self, models: Sequence[ModelFigures], now: datetime) -> None:
        """The figures of today."""
        for each in models:
            for field, gauge in self._today.items():
                gauge.labels(each.name).set(getattr(each, field))
            self._left_alone.labels(each.name).set(each.rests_until is not None and each.rests_until > now)


class Measured:
    def __init__(self, app: ASGIApp, metrics: WebMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                method, route = method_of(scope), route_of(scope)
                self._metrics.requests.labels(method, route, message["status"]).inc()
                self._metrics.seconds.labels(method, route).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, sending)
