"""The workflows as somebody might change them: a run begins with a command that no recorded one has."""

from __future__ import annotations

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from care.models.carried import CarriedConversation, CarriedSubscription
    from care.models.refund import Refund
    from care.models.subscription import Subscription
    from workflows.conversation import ConversationWorkflow
    from workflows.refund import RefundWorkflow
    from workflows.subscription import SubscriptionWorkflow

PATCH = "a-note-at-the-start"


def _note() -> None:
    workflow.upsert_memo({"note": 1})


def _patched_note() -> None:
    if workflow.patched(PATCH):
        _note()


@workflow.defn(name="SubscriptionWorkflow")
class UnpatchedSubscription(SubscriptionWorkflow):
    @workflow.init
    def __init__(self, subscription: CarriedSubscription) -> None:
        super().__init__(subscription)

    @workflow.run
    async def run(self, subscription: CarriedSubscription) -> Subscription:
        _note()
        return await super().run(subscription)


@workflow.defn(name="SubscriptionWorkflow")
class PatchedSubscription(SubscriptionWorkflow):
    @workflow.init
    def __init__(self, subscription: CarriedSubscription) -> None:
        super().__init__(subscription)

    @workflow.run
    async def run(self, subscription: CarriedSubscription) -> Subscription:
        _patched_note()
        return await super().run(subscription)


@workflow.defn(name="RefundWorkflow")
class UnpatchedRefund(RefundWorkflow):
    @workflow.init
    def __init__(self, refund: Refund) -> None:
        super().__init__(refund)

    @workflow.run
    async def run(self, refund: Refund) -> Refund:
        _note()
        return await super().run(refund)


@workflow.defn(name="RefundWorkflow")
class PatchedRefund(RefundWorkflow):
    @workflow.init
    def __init__(self, refund: Refund) -> None:
        super().__init__(refund)

    @workflow.run
    async def run(self, refund: Refund) -> Refund:
        _patched_note()
        return await super().run(refund)


@workflow.defn(name="ConversationWorkflow")
class UnpatchedConversation(ConversationWorkflow):
    @workflow.init
    def __init__(self, start: CarriedConversation) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CarriedConversation) -> None:
        _note()
        await super().run(start)


@workflow.defn(name="ConversationWorkflow")
class PatchedConversation(ConversationWorkflow):
    @workflow.init
    def __init__(self, start: CarriedConversation) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CarriedConversation) -> None:
        _patched_note()
        await super().run(start)


KINDS: dict[str, type[Any]] = {
    "subscription": SubscriptionWorkflow,
    "refund": RefundWorkflow,
    "conversation": ConversationWorkflow,
}
UNPATCHED: dict[str, type[Any]] = {
    "subscription": UnpatchedSubscription,
    "refund": UnpatchedRefund,
    "conversation": UnpatchedConversation,
}
PATCHED: dict[str, type[Any]] = {
    "subscription": PatchedSubscription,
    "refund": PatchedRefund,
    "conversation": PatchedConversation,
}
