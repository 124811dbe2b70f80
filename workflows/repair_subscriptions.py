"""Subscriptions: their projections, their workflows, and the orders that they have delivered."""

from __future__ import annotations

from temporalio.common import SearchAttributePair

from care.models.subscription import Subscription
from care.rules.repair import Finding, Mend, compared
from care.rules.subscription import is_over
from care.stores import projections
from care.stores.projections import ProjectionStore
from care.temporal import CUSTOMER, STATUS, subscription_workflow_id
from workflows.repair import Repair, Seen
from workflows.repair_orders import LostOrders
from workflows.subscription import SubscriptionWorkflow


class SubscriptionRepair(Repair):
    prefix, noun = "SUB", "subscription"
    state, result = SubscriptionWorkflow.state, Subscription
    begun_since = "ask the customer to subscribe again"

    def _projections(self) -> ProjectionStore[Subscription]:
        return projections.subscriptions(self._stores.database)

    async def _held_against(self, seen: Seen) -> tuple[Mend, str]:
        finding = compared("", seen.stored, seen.live)
        return finding.mend, finding.found

    def _is_over(self, stored: Subscription) -> bool:
        return is_over(stored)

    async def _store(self, seen: Seen) -> bool:
        return await self._projections().overwrite(seen.live, seen.document)

    async def _start(self, stored: Subscription) -> bool:
        return await self._begun(
            SubscriptionWorkflow.run,
            stored,
            subscription_workflow_id(stored.subscription_id),
            SearchAttributePair(CUSTOMER, stored.customer_id),
            SearchAttributePair(STATUS, stored.status),
        )

    async def _beside(self, seen: Seen, *, dry_run: bool) -> list[Finding]:
        orders = LostOrders(self._stores, self._payments)
        return await orders.findings(seen.live or seen.stored, dry_run=dry_run)
