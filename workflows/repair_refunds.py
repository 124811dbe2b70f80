"""Refunds: the case as MongoDB keeps it with its reservation, its workflow, and the money that it has moved."""

from __future__ import annotations

from temporalio.common import SearchAttributePair

from activities.refund import RefundActivities
from care.errors import CareError
from care.gateways.ledger import new_movement
from care.models.ledger import MovementKind
from care.models.refund import Refund, RefundStatus, Remedy
from care.rebooking import rebooked
from care.rules.order_payments import payment_for
from care.rules.refund_exchange import owed
from care.rules.refund_payout import payout_key
from care.rules.repair import Finding, Mend, by_version, without_workflow
from care.stores import projections
from care.stores.projections import ProjectionStore
from care.temporal import AMOUNT, CUSTOMER, STATUS, refund_workflow_id
from workflows.refund import RefundWorkflow
from workflows.repair import Repair, Seen, Unclear

_SETTLED = [status.value for status in RefundStatus if status.is_settled]


class RefundRepair(Repair):
    prefix, noun = "REF", "refund"
    state, result = RefundWorkflow.state, Refund
    alive = {"status": {"$nin": _SETTLED}}
    stored_alike = False  # who has claimed it, MongoDB alone knows
    begun_since = "ask the customer to claim again"

    def _projections(self) -> ProjectionStore[Refund]:
        return projections.refunds(self._stores.database)

    async def _held_against(self, seen: Seen) -> tuple[Mend, str]:
        stored, live = seen.stored, seen.live
        if live is None:
            return without_workflow(stored, over=stored is None or self._is_over(stored))
        if stored is not None and not (seen.document or {}).get("hold"):
            return Mend.STORE, "nothing was reserved for it on its order"
        return by_version(stored, live, over=stored is not None and self._is_over(stored))

    def _is_over(self, stored: Refund) -> bool:
        return stored.status.is_settled

    async def _store(self, seen: Seen) -> bool:
        """Reserved, then what it has sent and paid, then settled: each of it as its workflow did, once."""
        live: Refund = seen.live
        cases = self._stores.refunds
        try:
            await cases.drop_unreserved(live.refund_id)
            await cases.open(live)  # does nothing where it is there
            if live.status is RefundStatus.PAID or live.sent_as:
                await self._sent(live)
            if live.status is RefundStatus.PAID:
                await self._paid(live)
            if live.status.is_settled:
                await cases.settle(live, paid=live.status is RefundStatus.PAID)
            else:
                await cases.save(live)
        except CareError as error:
            raise Unclear(f"the lists are behind its workflow, and cannot be mended: {error.detail}") from None
        return True

    async def _sent(self, live: Refund) -> None:
        """Its replacement, as an order that is made once."""
        if live.remedy is Remedy.REPLACEMENT and await self._stores.refunds.is_held(live.refund_id):
            await RefundActivities(self._stores, self._payments, self._policy).replace(live)

    async def _paid(self, live: Refund) -> None:
        amount = owed(live)
        if not amount.amount or await self._stores.ledger.movement(payout_key(live)):
            return
        to_wallet = live.remedy is Remedy.STORE_CREDIT
        kind = MovementKind.WALLET_CREDIT if to_wallet else MovementKind.REFUND
        order = await self._stores.orders.get(live.order_id)
        movement = new_movement(kind, live.customer_id, amount, payout_key(live)).model_copy(
            update={"at": live.updated_at, "payment_reference": None if to_wallet else payment_for(order, amount)}
        )
        if await rebooked(self._stores, self._payments, movement, dry_run=False) is None:
            raise Unclear(f"its workflow has paid {amount}, and the payment provider knows of nothing under its key")

    async def _start(self, stored: Refund) -> bool:
        """It waits, is judged or is paid again as the case stands; what was paid under its key is paid once."""
        return await self._begun(
            RefundWorkflow.run,
            stored,
            refund_workflow_id(stored.refund_id),
            SearchAttributePair(CUSTOMER, stored.customer_id),
            SearchAttributePair(STATUS, stored.status),
            SearchAttributePair(AMOUNT, stored.amount.amount),
        )

    async def _beside(self, seen: Seen, *, dry_run: bool) -> list[Finding]:
        """Files that were sent after the backup are gone."""
        case: Refund | None = seen.live or seen.stored
        if case is None or case.status.is_settled or not case.evidence_ids:
            return []
        lost = sorted(set(case.evidence_ids) - await self._stores.evidence.known(case.evidence_ids))
        if not lost:
            return []
        found = f"its files {', '.join(lost)} are gone: ask the customer for them again"
        return [self._finding(seen.business_id, Mend.PERSON, found)]
