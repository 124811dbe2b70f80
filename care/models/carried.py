"""What one run of a workflow hands to the next: its state, and the updates that may be asked for again.

A workflow is begun with the state alone, which is read as one that carries nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from care.models.conversation import ChatReply
from care.models.memory import ConversationState
from care.models.subscription import Subscription

_NOTHING: Mapping[str, None] = {}


class CarriedSubscription(Subscription):
    """`changed`: the ids of its last changes, the oldest first."""

    changed: dict[str, None] = {}

    @classmethod
    def of(cls, subscription: Subscription, changed: Mapping[str, None] = _NOTHING) -> CarriedSubscription:
        return cls.model_construct(**dict(subscription), changed=dict(changed))

    def alone(self) -> Subscription:
        return Subscription.model_construct(**{name: getattr(self, name) for name in Subscription.model_fields})


class CarriedConversation(ConversationState):
    """`answered`: what its last messages were answered, by the ids of their updates; None for a step of a colleague."""

    answered: dict[str, ChatReply | None] = {}

    @classmethod
    def of(cls, state: ConversationState, answered: Mapping[str, ChatReply | None] = _NOTHING) -> CarriedConversation:
        return cls.model_construct(**dict(state), answered=dict(answered))

    def alone(self) -> ConversationState:
        return ConversationState.model_construct(**{n: getattr(self, n) for n in ConversationState.model_fields})
