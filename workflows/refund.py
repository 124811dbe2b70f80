"""RefundWorkflow: one refund from the reservation to its end. It narrates; care/rules decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError
from temporalio.workflow import ActivityConfig

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from activities.refund import Asked, Payout, RefundActivities, Step
    from care.errors import CareError, Conflict
    from care.models.common import known
    from care.models.policy import RefundPolicy
    from care.models.refund import Assignment, Refund, RefundStatus, Remedy, Ruling, Verdict
    from care.rules import refund_case as steps
    from care.rules import refund_payout as payouts
    from care.rules.refund_exchange import goods_due, owed
    from care.rules.refund_judging import judged, not_judged
    from care.rules.refund_notices import notice_for
    from care.rules.refund_waiting import overdue, wakes_at
    from care.rules.review import check_reviewer, check_ruling, ruled
    from care.temporal import AMOUNT, STATUS, refuse
    from workflows.graphs import run_graph
    from workflows.storing import KEEP_CALL, PATIENT, STORE_CALL
    from workflows.tracing import on_its_own, say

# Money is never given up on: the same key, until the gateway says yes or no.
PAYMENT_CALL = ActivityConfig(start_to_close_timeout=timedelta(seconds=20), retry_policy=PATIENT)

# The nodes of its graph that only look at what is stored, and decide; the one between them asks a model.
LOOKS = ("fetch_order", "weigh_signals", "refund_decision")


@workflow.defn
class RefundWorkflow:
    @workflow.init
    def __init__(self, refund: Refund) -> None:
        self._refund = refund
        self._policy: RefundPolicy | None = None
        self._refusal: ApplicationError | None = None
        # The status that the customer and the search attributes know.
        self._known = refund.status

    @workflow.run
    async def run(self, refund: Refund) -> Refund:
        """From reservation to settlement. Fails with the refusal if nothing could be reserved."""
        policy = await self._open()
        while not self._refund.status.is_settled:
            match self._refund.status:
                case RefundStatus.ASSESSING:
                    await self._assess(policy)
                case RefundStatus.APPROVED:
                    await self._pay(policy)
                case _:
                    await self._wait(policy)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._refund

    async def _open(self) -> RefundPolicy:
        try:
            self._policy = await workflow.execute_local_activity_method(
                RefundActivities.open_case, self._refund, **STORE_CALL
            )
        except ApplicationError as refusal:
            # A local activity's failure arrives as itself, not inside an ActivityError.
            self._refusal = refusal
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise
        return self._policy

    async def _assess(self, policy: RefundPolicy) -> None:
        files = self._refund.evidence_ids
        try:
            asked = {"refund_id": self._refund.refund_id, "evidence_ids": files}
            at_hand = LOOKS if workflow.patched("nodes-at-hand") else ()
            verdict = known(Verdict, (await run_graph("refund", asked, at_hand))["verdict"])
        except FailureError as error:
            # Nobody is refused, and nothing is forgotten, because a part of ours broke down.
            workflow.logger.warning("The assessment failed", extra={"error": type(error).__name__})
            verdict = not_judged(self._refund, policy, "the assessment failed")
        if self._refund.status is RefundStatus.ASSESSING and self._refund.evidence_ids == files:
            await self._move(judged(self._refund, verdict, policy, workflow.now()))

    async def _wait(self, policy: RefundPolicy) -> None:
        """For a person, the customer, or the next deadline."""
        version, wakes = self._refund.version, wakes_at(self._refund)
        if workflow.info().is_continue_as_new_suggested():
            await workflow.wait_condition(workflow.all_handlers_finished)
            if self._refund.version == version:
                workflow.continue_as_new(self._refund)
            return
        left = max(wakes - workflow.now(), timedelta()) if wakes else None
        try:
            await workflow.wait_condition(lambda: self._refund.version != version, timeout=left)
        except TimeoutError:
            now = max(workflow.now(), wakes or workflow.now())
            with on_its_own("overdue"):
                # Cases whose deadline passed before silence could close one stay open.
                await self._move(overdue(self._refund, policy, now, expires=workflow.patched("expires")))

    async def _pay(self, policy: RefundPolicy) -> None:
        if self._refund.retry_at:
            await workflow.sleep(max(self._refund.retry_at - workflow.now(), timedelta()))
            with on_its_own("pay_again"):
                await self._pay_now(policy)
            return
        await self._pay_now(policy)

    async def _pay_now(self, policy: RefundPolicy) -> None:
        if goods_due(self._refund):
            await self._replace(policy)
            return
        result = await workflow.execute_activity_method(RefundActivities.pay_out, self._payout(), **PAYMENT_CALL)
        if result.status == "succeeded":
            await self._move(payouts.paid(self._refund, result.reference, workflow.now()))
            return
        why = result.decline_reason or "declined"
        # Before payouts were tried again, every decline was the last.
        final = result.final or not workflow.patched("payout-retries")
        await self._move(payouts.declined(self._refund, policy, why, workflow.now(), final=final))

    def _payout(self) -> Payout:
        refund = self._refund
        return Payout(
            refund_id=refund.refund_id,
            order_id=refund.order_id,
            customer_id=refund.customer_id,
            amount=owed(refund),
            to="wallet" if refund.remedy is Remedy.STORE_CREDIT else "payment",
            key=payouts.payout_key(refund),
        )

    async def _replace(self, policy: RefundPolicy) -> None:
        try:
            order_id = await workflow.execute_activity_method(RefundActivities.replace, self._refund, **PAYMENT_CALL)
        except ActivityError as error:
            why = error.cause.message if isinstance(error.cause, ApplicationError) else "no answer"
            await self._move(payouts.not_replaceable(self._refund, policy, why, workflow.now()))
        else:
            await self._move(payouts.sent(self._refund, order_id, workflow.now()))

    async def _move(self, refund: Refund, ruled: Literal["update", "signal"] | None = None) -> None:
        """The one way to a new state: at once in memory, then stored, with word to the customer of a new status."""
        self._refund = refund
        notice = notice_for(refund, self._known)
        if refund.status != self._known:
            say("status", before=self._known.value, after=refund.status.value)
            self._known = refund.status
            workflow.upsert_search_attributes(
                [STATUS.value_set(refund.status.value), AMOUNT.value_set(refund.amount.amount)]
            )
        store = RefundActivities.settle if refund.status.is_settled else RefundActivities.record
        step = Step(refund=refund, notice=notice, ruled=ruled)
        if workflow.patched("kept-once-on-record"):
            await workflow.execute_activity_method(store, step, **KEEP_CALL)
        else:
            await workflow.execute_local_activity_method(store, step, **STORE_CALL)

    @workflow.update
    async def opened(self) -> Refund:
        """Returns once the amount is reserved; fails with the refusal."""
        await self._is_open()
        return self._refund

    async def _is_open(self) -> RefundPolicy:
        await workflow.wait_condition(lambda: self._policy is not None or self._refusal is not None)
        if self._policy is None:
            raise self._refusal or refuse(Conflict(f"Refund {self._refund.refund_id} could not be opened."))
        return self._policy

    @workflow.update
    async def rule(self, ruling: Ruling) -> Refund:
        """A person's ruling, refused at once if it breaks a rule."""
        try:
            await self._rule(ruling, await self._is_open(), "update")
        except CareError as error:
            raise refuse(error) from error
        return self._refund

    @rule.validator
    def _may_rule(self, ruling: Ruling) -> None:
        if self._policy is None:
            raise refuse(Conflict(f"Refund {self._refund.refund_id} is not open yet."))
        try:
            check_ruling(self._refund, ruling, self._policy)
        except CareError as error:
            raise refuse(error) from error

    @workflow.signal
    async def review(self, ruling: Any = None, *more: Any) -> None:
        """The same ruling, as anybody may type it. What breaks a rule changes nothing and is recorded."""
        await workflow.wait_condition(lambda: self._policy is not None or self._refusal is not None)
        if self._policy is None:
            return
        actor = steps.MACHINE
        try:
            valid = Ruling.model_validate(ruling)
            actor = valid.reviewer
            await self._rule(valid, self._policy, "signal")
        except ValidationError as error:
            fields = sorted({".".join(str(part) for part in each["loc"]) or "payload" for each in error.errors()})
            await self._ignore(actor, f"The signal could not be read: {', '.join(fields)}.")
        except CareError as error:
            await self._ignore(actor, error.detail)

    async def _rule(self, ruling: Ruling, policy: RefundPolicy, way: Literal["update", "signal"]) -> None:
        check_ruling(self._refund, ruling, policy)
        asked = Asked(
            name=ruling.reviewer,
            customer_id=self._refund.customer_id,
            order_id=self._refund.order_id,
            refund_id=self._refund.refund_id,
        )
        who = await workflow.execute_local_activity_method(RefundActivities.reviewer, asked, **STORE_CALL)
        # Again, as others may have ruled meanwhile.
        check_ruling(self._refund, ruling, policy)
        check_reviewer(self._refund, ruling, policy, who)
        await self._move(ruled(self._refund, ruling, policy, workflow.now(), who), way)

    async def _ignore(self, actor: str, why: str) -> None:
        await self._changed(steps.ignored(self._refund, actor, why, workflow.now()))

    @workflow.update
    async def add_evidence(self, evidence_ids: list[str]) -> Refund:
        """More files, and a new assessment."""
        return await self._change(lambda: steps.with_evidence(self._refund, evidence_ids, workflow.now()))

    @workflow.update
    async def withdraw(self) -> Refund:
        """Given up by the customer; what was reserved is free again."""
        return await self._change(lambda: steps.withdrawn(self._refund, workflow.now()))

    @workflow.update
    async def accept_offer(self) -> Refund:
        """The customer takes the other remedy that is offered, and it is paid."""
        return await self._change(lambda: payouts.offer_taken(self._refund, workflow.now()))

    @workflow.update
    async def assign(self, assignment: Assignment) -> Refund:
        """A claim was moved; the desk holds it, the timeline tells of it."""
        return await self._change(lambda: steps.assigned(self._refund, assignment, workflow.now()))

    async def _change(self, change: Callable[[], Refund]) -> Refund:
        """A step that a caller asks for, once the case is open; refused if it breaks a rule."""
        await self._is_open()
        try:
            after = change()
        except CareError as error:
            raise refuse(error) from error
        return await self._changed(after)

    async def _changed(self, after: Refund) -> Refund:
        if after is not self._refund:
            await self._move(after)
        return self._refund

    @workflow.query
    def state(self) -> Refund:
        return self._refund
