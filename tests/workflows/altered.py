"""The subscription's workflow as somebody might change it: a run begins with a command that no recorded one has."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from care.models.subscription import Subscription
    from workflows.subscription import SubscriptionWorkflow

PATCH = "a-note-at-the-start"


@workflow.defn(name="SubscriptionWorkflow")
class Unpatched(SubscriptionWorkflow):
    @workflow.init
    def __init__(self, subscription: Subscription) -> None:
        super().__init__(subscription)

    @workflow.run
    async def run(self, subscription: Subscription) -> Subscription:
        workflow.upsert_memo({"note": 1})
        return await super().run(subscription)


@workflow.defn(name="SubscriptionWorkflow")
class Patched(SubscriptionWorkflow):
    @workflow.init
    def __init__(self, subscription: Subscription) -> None:
        super().__init__(subscription)

    @workflow.run
    async def run(self, subscription: Subscription) -> Subscription:
        if workflow.patched(PATCH):
            workflow.upsert_memo({"note": 1})
        return await super().run(subscription)
