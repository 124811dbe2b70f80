"""Conversations: what they remember, and the workflow that answers. One that is closed opens again with the next
message, from what MongoDB holds."""

from __future__ import annotations

from typing import Any

from care.models.conversation import Conversation
from care.models.memory import ConversationState
from care.rules.repair import Mend
from care.stores import projections
from care.stores.projections import Document, ProjectionStore
from workflows.conversation import ConversationWorkflow
from workflows.gate import now
from workflows.repair import Repair, Seen

_TITLE = 80  # characters
_CUSTOMER = "customer: "


class ConversationRepair(Repair):
    prefix, noun = "CNV", "conversation"
    state = ConversationWorkflow.state
    alive: Document = {"_id": {"$exists": False}}
    stored_alike = False
    running_only = True
    begun_since = "the customer has to ask again"

    def _projections(self) -> ProjectionStore[Conversation]:
        return projections.conversations(self._stores.database)

    async def _held_against(self, seen: Seen) -> tuple[Mend, str]:
        live: ConversationState | None = seen.live
        if live is None or not live.turn:
            return Mend.NONE, ""
        stored = _state_in(seen)
        if stored < live.turn:
            lost = "what was said since is lost, but for what it remembers"
            return Mend.STORE, f"the lists knew its turn {stored}, and its workflow is at {live.turn}: {lost}"
        if stored > live.turn:
            # It would answer under numbers that are taken, and nobody would see the answers.
            return Mend.END, f"the lists know its turn {stored}, and its workflow was only at {live.turn}"
        return Mend.NONE, ""

    def _is_over(self, stored: Conversation) -> bool:
        return True  # the next message opens it

    async def _store(self, seen: Seen) -> bool:
        state: ConversationState = seen.live
        if seen.stored is None:
            said = next((line for line in state.history if line.startswith(_CUSTOMER)), "")
            at = state.handoff.at if state.handoff else now()
            await self._stores.conversations.start(
                Conversation(
                    conversation_id=state.conversation_id,
                    customer_id=state.customer_id,
                    title=said.removeprefix(_CUSTOMER)[:_TITLE],
                    created_at=at,
                    updated_at=at,
                )
            )
        await self._stores.conversations.save_state(state)
        return True

    async def _start(self, stored: Any) -> bool:
        return False


def _state_in(seen: Seen) -> int:
    """The turn that MongoDB knows; 0 for a conversation that it does not know."""
    state = (seen.document or {}).get("state") or {}
    return int(state.get("turn", 0))
