"""Refunds: open a case, add to it, withdraw it, rule on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from temporalio.client import WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import SearchAttributePair, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from care.errors import AlreadySettled, ClaimedByOther, Conflict, Invalid, NotFound, missing
from care.models.customer import Role
from care.models.money import Money
from care.models.order import Order, OrderLine
from care.models.refund import Assignment, Refund, RefundLine, RefundRequest, RefundStatus, Ruling, TimelineEntry
from care.rules.refund_amount import total_of
from care.rules.refund_exchange import exchanged
from care.rules.refund_payout import has_taken_offer
from care.rules.refund_policy import eligibility
from care.rules.reviewers import is_own_case, same_person
from care.temporal import AMOUNT, CUSTOMER, STATUS, refund_workflow_id
from workflows.failures import Closed, answered, answered_before
from workflows.gate import OPENING, UPDATE, Gate, anothers_key, attributes, now
from workflows.refund import RefundWorkflow


class RefundClient(Gate):
    async def open_refund(
        self, customer_id: str, request: RefundRequest, *, once: str | None = None, amount: Money | None = None
    ) -> Refund:
        """Opens a case whose amount is reserved when this returns. The same `once` opens one.

        Raises NotFound for an order or evidence that is not the customer's, NotEligible (`rule`), OpenRefund, and
        Conflict where it does not come to `amount`, if one is given.
        """
        order = await self._order_of(customer_id, request.order_id)
        evidence_ids = await self._evidence_of(customer_id, request.evidence_ids)
        refund_id = await self._stores.ids.next("REF", once=once) if once else None
        if refund_id and (opened := await self._opened(refund_id)):
            if opened.customer_id != customer_id:
                raise anothers_key()
            return opened  # before the policy, which would now see the amount as reserved
        at = now()
        earlier = await self._stores.refunds.history(customer_id)
        lines = eligibility(
            self._policy, order, request.items, request.reason, at, earlier=earlier, remedy=request.remedy
        )
        whole = total_of(lines)
        if amount is not None and whole != amount:
            raise Conflict(f"This would come to {whole} by now, not to {amount}. Please ask for it once more.")
        new = await self._exchange(request, whole)
        refund_id = refund_id or await self._stores.ids.next("REF")
        return await self._start_refund(self._case(refund_id, order, lines, new, request, evidence_ids, at))

    async def add_evidence(self, refund_id: str, evidence_ids: list[str], *, once: str | None = None) -> Refund:
        """Adds the customer's files to an open case and has it assessed again. Raises NotFound, AlreadySettled.

        Here and in the steps below, the same `once` is taken once, and answered as it was then, whatever came after it.
        """
        refund = await self._stores.refunds.get(refund_id)
        kept = await self._evidence_of(refund.customer_id, evidence_ids)
        handle = await self._open_case(refund, once)
        with _still_open(refund_id):
            async with answered(UPDATE):
                return await handle.execute_update(RefundWorkflow.add_evidence, kept, id=once)

    async def withdraw_refund(self, refund_id: str, *, once: str | None = None) -> Refund:
        """Doing it twice changes nothing. Raises NotFound, AlreadySettled, Conflict while it is being paid."""
        refund = await self._stores.refunds.get(refund_id)
        if refund.status is RefundStatus.WITHDRAWN:
            return refund
        handle = await self._open_case(refund, once)
        with _still_open(refund_id):
            async with answered(UPDATE):
                return await handle.execute_update(RefundWorkflow.withdraw, id=once)

    async def accept_offer(self, refund_id: str, *, once: str | None = None) -> Refund:
        """Takes the remedy that is offered since the payment failed; twice is as once.

        Raises NotFound, AlreadySettled, Conflict while nothing is offered.
        """
        refund = await self._stores.refunds.get(refund_id)
        if has_taken_offer(refund):
            return refund
        handle = await self._open_case(refund, once)
        with _still_open(refund_id):
            async with answered(UPDATE):
                return await handle.execute_update(RefundWorkflow.accept_offer, id=once)

    async def rule(self, refund_id: str, ruling: Ruling, *, once: str | None = None) -> Refund:
        """A person's ruling. Raises NotFound, AlreadySettled, ClaimedByOther, or what the workflow refuses it with."""
        refund = await self._stores.refunds.get(refund_id)
        handle = await self._open_case(refund, once)  # first: of a case that is over it matters no more who had it
        if refund.claimed_by is not None and not same_person(refund.claimed_by, ruling.reviewer):
            if once and (ruled := await answered_before(handle.get_update_handle_for(RefundWorkflow.rule, once))):
                return ruled
            raise ClaimedByOther(f"{refund.claimed_by} works on refund {refund_id}.")
        with _still_open(refund_id):
            async with answered(UPDATE):
                return await handle.execute_update(RefundWorkflow.rule, ruling, id=once)

    async def assign(self, refund_id: str, assignment: Assignment, *, once: str | None = None) -> Refund:
        """Moves a claim to another member of staff, and records it.

        Raises NotFound, Invalid (`fields`) for somebody who cannot rule on the case, AlreadySettled.
        """
        refund = await self._stores.refunds.get(refund_id)
        account = await self._stores.accounts.find(assignment.to.strip())
        if account is None or account.closed_at is not None or account.role is Role.CUSTOMER:
            raise Invalid("A case can be given to a member of staff only.", fields={"to": "is nobody of the staff"})
        customer = await self._stores.customers.get(refund.customer_id)
        if is_own_case(customer, account.email, account.customer_id):
            raise Invalid("Nobody decides a case of their own.", fields={"to": "is the customer of this case"})
        handle = await self._open_case(refund)
        moved = await self._stores.refunds.assign(refund_id, account.email, by=assignment.by)
        with _still_open(refund_id):
            async with answered(UPDATE):
                recorded = await handle.execute_update(
                    RefundWorkflow.assign, assignment.model_copy(update={"to": account.email}), id=once
                )
        return recorded.model_copy(update={"claimed_by": moved.claimed_by})

    def _case(
        self,
        refund_id: str,
        order: Order,
        lines: list[RefundLine],
        new: list[OrderLine],
        request: RefundRequest,
        evidence_ids: list[str],
        at: datetime,
    ) -> Refund:
        return Refund(
            refund_id=refund_id,
            order_id=order.order_id,
            customer_id=order.customer_id,
            status=RefundStatus.ASSESSING,
            items=lines,
            amount=total_of(lines),
            reason=request.reason,
            complaint=request.complaint,
            evidence_ids=evidence_ids,
            remedy=request.remedy,
            exchange_for=new,
            timeline=[TimelineEntry(at=at, actor="customer", event="opened", status=RefundStatus.ASSESSING)],
            policy_version=self._policy.version,
            created_at=at,
            updated_at=at,
        )

    async def _exchange(self, request: RefundRequest, given_back: Money) -> list[OrderLine]:
        """What the pieces are exchanged for; nothing where nothing else was asked for. Raises NotEligible (`rule`)."""
        if request.exchange_for is None:
            return []
        products = await self._stores.products.find(item.sku for item in request.exchange_for)
        return exchanged(request.exchange_for, products, given_back, request.remedy)

    async def _order_of(self, customer_id: str, order_id: str) -> Order:
        order = await self._stores.orders.get(order_id)
        if order.customer_id != customer_id:
            raise missing("order", order_id)
        return order

    async def _opened(self, refund_id: str) -> Refund | None:
        try:
            return await self._stores.refunds.get(refund_id)
        except NotFound:
            return None

    async def _start_refund(self, refund: Refund) -> Refund:
        await self.connect()
        start = WithStartWorkflowOperation(
            RefundWorkflow.run,
            refund,
            id=refund_workflow_id(refund.refund_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            # A case that was refused before it was stored may be tried again under the same `once`.
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            search_attributes=attributes(
                SearchAttributePair(CUSTOMER, refund.customer_id),
                SearchAttributePair(STATUS, refund.status),
                SearchAttributePair(AMOUNT, refund.amount.amount),
            ),
        )
        try:
            async with answered(OPENING):
                return await self._temporal.execute_update_with_start_workflow(
                    RefundWorkflow.opened, start_workflow_operation=start
                )
        except WorkflowAlreadyStartedError:
            return await self._stores.refunds.get(refund.refund_id)

    async def _open_case(self, refund: Refund, once: str | None = None) -> WorkflowHandle[RefundWorkflow, Refund]:
        """Of a case that is over only Temporal knows whether the step with this `once` was one of its own."""
        if refund.status.is_settled and once is None:
            raise _settled(refund.refund_id)
        await self.connect()
        return self._temporal.get_workflow_handle_for(RefundWorkflow.run, refund_workflow_id(refund.refund_id))


@contextmanager
def _still_open(refund_id: str) -> Iterator[None]:
    try:
        yield
    except Closed:
        raise _settled(refund_id) from None


def _settled(refund_id: str) -> AlreadySettled:
    return AlreadySettled(f"Refund {refund_id} is settled already.")
