"""Counts what activities do: each run by type, outcome and time; and what it meant for the shop, from what it returned.

An activity may run again after a crash, so a figure may count a step twice. It never counts one that did not happen.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.deliveries import DueStep
from activities.refund import Payout
from care.gateways.payments import PaymentResult
from care.metrics.worker import WorkerMetrics
from care.models.subscription import Delivery


class MeasuredActivities(Interceptor):
    def __init__(self, metrics: WorkerMetrics) -> None:
        self._metrics = metrics

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Measured(next, self._metrics)


class _Measured(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, metrics: WorkerMetrics) -> None:  # noqa: A002
        super().__init__(next)
        self._metrics = metrics

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        name, began, outcome = activity.info().activity_type, time.perf_counter(), "failed"
        try:
            result = await self.next.execute_activity(input)
            outcome = "ok"
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            self._metrics.activities.labels(name, outcome).observe(time.perf_counter() - began)
        if input.args:
            self._tell(name, input.args[0], result)
        return result

    def _tell(self, name: str, given: Any, result: Any) -> None:
        match name, given, result:
            case "deliver_occurrence" | "deliver_at_hand", DueStep(step=step), Delivery():
                self._metrics.delivery(step.kind, result.outcome, datetime.now(UTC) - step.occurrence.due)
            case "own_up_to_missed_deliveries", DueStep(step=step), _:
                self._metrics.delivery(step.kind, "missed", datetime.now(UTC) - step.occurrence.due)
            case "pay_out_refund", Payout(), PaymentResult():
                self._metrics.payout(given.to, result.status)
            case "refund.refund_decision", _, _:
                self._metrics.verdict(result.result["verdict"]["band"])
            case "conversation.compose", _, _:
                (before,) = given.args
                if result.result["memory"]["handed_off"] and not before["memory"]["handed_off"]:
                    self._metrics.handoff()
