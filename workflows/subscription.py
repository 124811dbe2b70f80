"""A subscription's life: sleep until the next thing is due, do it, sleep again, until it is cancelled or complete."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import FailureError
from temporalio.workflow import ActivityConfig

with workflow.unsafe.imports_passed_through():
    from activities.subscription import DueStep, SubscriptionActivities
    from care.errors import CareError
    from care.models.carried import CarriedSubscription
    from care.models.subscription import (
        AgreedChange,
        CancelSubscription,
        Delivery,
        OneDelivery,
        PauseSubscription,
        RescheduleDelivery,
        Step,
        StepKind,
        Subscription,
    )
    from care.rules import subscription_changes as changes
    from care.rules import subscription_dates as dates
    from care.rules.occurrences import occurrence_due
    from care.rules.prepaid import owes_rest
    from care.rules.reminders import counted_at, is_resting, next_step
    from care.rules.subscription import cancelled, completed, is_over, missed, planned, reminded, settled
    from care.rules.subscription_calendar import changed
    from care.temporal import CUSTOMER, NEXT_DELIVERY, STATUS, refuse
    from workflows.repeated import Answered
    from workflows.storing import KEEP_CALL, ONCE_CALL, PATIENT, STORE_CALL
    from workflows.tracing import on_its_own, say

# A weekly subscription with two reminders writes 19 events a cycle, so a run is six weeks. What a run has written is
# kept while it sleeps, and read when it wakes in a worker that does not know it: long ones cost more than they save
# (docs/scale.md). Runs that began before that was so go on to where they were going.
LONGEST_HISTORY, LONGEST_BEFORE = 120, 800

# So many changes are known again after a run has ended; who asks again asks within minutes.
REMEMBERED = 20

# Orders and charges: the payment gateway is outside and may be slow. What a killed worker held waits this long.
DELIVERY_CALL = ActivityConfig(start_to_close_timeout=timedelta(seconds=20), retry_policy=PATIENT)

T = TypeVar("T", str, datetime)


@workflow.defn
class SubscriptionWorkflow:
    @workflow.init
    def __init__(self, subscription: CarriedSubscription) -> None:
        self._subscription = subscription.alone()
        self._changed: Answered[None] = Answered(subscription.changed, most=REMEMBERED)
        # One change at a time: a cancellation waits for a delivery that is under way, and the other way round.
        self._turn = asyncio.Lock()
        self._stored = subscription.version > 0

    @workflow.run
    async def run(self, subscription: CarriedSubscription) -> Subscription:
        """Returns the last state. `subscription` is a new one, or one carried over by continue-as-new."""
        longest = LONGEST_HISTORY if workflow.patched("shorter-runs") else LONGEST_BEFORE
        if not self._stored:
            self._subscription = planned(self._subscription)
            await self._keep()
            self._stored = True
        while not is_over(self._subscription):
            due = await self._do_what_is_due()
            self._index()
            if due is not None or self._rests():
                await self._sleep_until(due)
            if _history_exceeds(longest):
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(CarriedSubscription.of(self._subscription, self._changed.carried))
        self._index()
        if owes_rest(self._subscription):
            await workflow.execute_activity_method(
                SubscriptionActivities.give_back, self._subscription, **DELIVERY_CALL
            )
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._subscription

    @workflow.query
    def state(self) -> Subscription:
        return self._subscription

    @workflow.query
    def has_changed(self, update_id: str) -> bool:
        """Whether the update with this id was carried out lately."""
        return update_id in self._changed.carried

    @workflow.update
    async def started(self) -> Subscription:
        """Answers once the subscription is on its customer's list."""
        await workflow.wait_condition(lambda: self._stored)
        return self._subscription

    @workflow.update
    async def cancel(self, request: CancelSubscription) -> Subscription:
        return await self._change(lambda before: cancelled(before, request, workflow.now()))

    @cancel.validator
    def _may_cancel(self, request: CancelSubscription) -> None:
        self._may(lambda before: cancelled(before, request, workflow.now()))

    @workflow.update
    async def pause(self, request: PauseSubscription) -> Subscription:
        return await self._change(lambda before: changes.paused(before, request, workflow.now()))

    @pause.validator
    def _may_pause(self, request: PauseSubscription) -> None:
        self._may(lambda before: changes.paused(before, request, workflow.now()))

    @workflow.update
    async def resume(self) -> Subscription:
        by_the_day = not workflow.patched("resumes-within-the-day")
        return await self._change(lambda before: changes.resumed(before, workflow.now(), by_the_day=by_the_day))

    @resume.validator
    def _may_resume(self) -> None:
        self._may(lambda before: changes.resumed(before, workflow.now()))

    @workflow.update
    async def skip(self, request: OneDelivery) -> Subscription:
        return await self._change(lambda before: dates.skipped_one(before, request, workflow.now()))

    @skip.validator
    def _may_skip(self, request: OneDelivery) -> None:
        self._may(lambda before: dates.skipped_one(before, request, workflow.now()))

    @workflow.update
    async def unskip(self, request: OneDelivery) -> Subscription:
        return await self._change(lambda before: dates.unskipped(before, request, workflow.now()))

    @unskip.validator
    def _may_unskip(self, request: OneDelivery) -> None:
        self._may(lambda before: dates.unskipped(before, request, workflow.now()))

    @workflow.update
    async def reschedule(self, request: RescheduleDelivery) -> Subscription:
        return await self._change(lambda before: dates.rescheduled(before, request, workflow.now()))

    @reschedule.validator
    def _may_reschedule(self, request: RescheduleDelivery) -> None:
        self._may(lambda before: dates.rescheduled(before, request, workflow.now()))

    @workflow.update
    async def change(self, request: AgreedChange) -> Subscription:
        return await self._change(lambda before: changed(before, request, workflow.now()))

    @change.validator
    def _may_change(self, request: AgreedChange) -> None:
        self._may(lambda before: changed(before, request, workflow.now()))

    @workflow.update
    async def order_now(self) -> Subscription:
        return await self._change(lambda before: changes.ordered_now(before, workflow.now()))

    @order_now.validator
    def _may_order_now(self) -> None:
        self._may(lambda before: changes.ordered_now(before, workflow.now()))

    @workflow.update
    async def uncancel(self) -> Subscription:
        return await self._change(changes.uncancelled)

    @uncancel.validator
    def _may_uncancel(self) -> None:
        self._may(changes.uncancelled)

    async def _do_what_is_due(self) -> datetime | None:
        """Take one step if its time has come; else tell when the next one is due."""
        async with self._turn:
            if is_over(self._subscription) or self._rests():
                return None
            step = next_step(self._subscription, workflow.now())
            if step is not None and step.at > workflow.now():
                return step.at
            with on_its_own(step.kind.value if step else "complete"):
                await self._take(step)
            return None

    async def _take(self, step: Step | None) -> None:
        if step is None:
            self._subscription = completed(self._subscription, workflow.now())
            await self._keep()
            return
        due = DueStep(subscription=self._subscription, step=step, at=workflow.now())
        match step.kind:
            case StepKind.REMIND:
                prices = await workflow.execute_local_activity_method(SubscriptionActivities.remind, due, **STORE_CALL)
                self._subscription = reminded(due.subscription, step, prices)
            case StepKind.MISS:
                await workflow.execute_local_activity_method(SubscriptionActivities.own_up, due, **STORE_CALL)
                self._subscription = missed(due.subscription, step, due.at)
            case StepKind.RESUME:
                self._subscription = changes.resumed_by_itself(self._subscription)
                await workflow.execute_local_activity_method(
                    SubscriptionActivities.project, self._subscription, **STORE_CALL
                )
            case StepKind.DELIVER | StepKind.RETRY | StepKind.GIVE_UP:
                self._subscription = settled(due.subscription, step, await self._delivered(due))

    async def _delivered(self, due: DueStep) -> Delivery:
        """At hand where it can be, which is half the work of an activity; patiently where it cannot."""
        if workflow.patched("delivered-at-hand"):
            due = due.model_copy(update={"at": counted_at(due.step, due.at)})
            with suppress(FailureError):
                call = SubscriptionActivities.deliver_at_hand
                if made := await workflow.execute_local_activity_method(call, due, **ONCE_CALL):
                    return made
        return await workflow.execute_activity_method(SubscriptionActivities.deliver, due, **DELIVERY_CALL)

    async def _change(self, change: Callable[[Subscription], Subscription]) -> Subscription:
        """What an update does: change the state, store it, and answer with it. The sleeper wakes and plans anew."""
        if not self._stored:  # it came before a worker did; the first step is already shown
            await workflow.wait_condition(lambda: self._stored)
        async with self._turn:
            if self._changed.repeats:
                return self._subscription
            overdue = self._subscription.overdue
            self._subscription = self._tried(change)
            await self._keep()
            if overdue and overdue.order_id and self._subscription.overdue is None:
                await workflow.execute_local_activity_method(
                    SubscriptionActivities.release, overdue.order_id, **STORE_CALL
                )
            self._changed.keep(None)
            return self._subscription

    async def _keep(self) -> None:
        if self._stored and workflow.patched("kept-once-on-record"):
            await workflow.execute_activity_method(SubscriptionActivities.project, self._subscription, **KEEP_CALL)
        else:
            await workflow.execute_local_activity_method(
                SubscriptionActivities.project, self._subscription, **STORE_CALL
            )

    def _may(self, change: Callable[[Subscription], Subscription]) -> None:
        """What was done before may be asked for again, though it could not be done any more."""
        if not self._changed.repeats:
            self._tried(change)

    def _tried(self, change: Callable[[Subscription], Subscription]) -> Subscription:
        try:
            return change(self._subscription)
        except CareError as error:
            raise refuse(error) from None

    def _rests(self) -> bool:
        """Paused without an end: nothing is due until the customer says so."""
        return is_resting(self._subscription) and not self._subscription.extra

    async def _sleep_until(self, due: datetime | None) -> None:
        """Until `due` (None: for as long as it takes), or until an update has changed something."""
        before = self._subscription
        with suppress(asyncio.TimeoutError):
            await workflow.wait_condition(
                lambda: self._subscription is not before, timeout=None if due is None else due - workflow.now()
            )

    def _index(self) -> None:
        """Search attributes, only where they changed: each upsert is an event in the history."""
        subscription = self._subscription
        key = subscription.next_delivery
        before = workflow.info().typed_search_attributes.get(STATUS)
        if before != subscription.status.value:
            say("status", before=before, after=subscription.status.value)
        updates = [
            _update(CUSTOMER, subscription.customer_id),
            _update(STATUS, subscription.status.value),
            _update(NEXT_DELIVERY, occurrence_due(subscription.schedule, key) if key else None),
        ]
        if changed := [update for update in updates if update]:
            workflow.upsert_search_attributes(changed)


def _update(name: SearchAttributeKey[T], value: T | None) -> SearchAttributeUpdate[T] | None:
    if workflow.info().typed_search_attributes.get(name) == value:
        return None
    return name.value_unset() if value is None else name.value_set(value)


def _history_exceeds(longest: int) -> bool:
    info = workflow.info()
    return info.is_continue_as_new_suggested() or info.get_current_history_length() > longest
