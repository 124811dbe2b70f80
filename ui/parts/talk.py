"""What one open chat knows: the conversation as it was when somebody looked."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.deps import own_conversation
from care.models.conversation import Message
from care.models.evidence import EvidenceReceipt
from ui.parts.evidence import look_up
from ui.visit import Visit


@dataclass
class Talk:
    """What one open chat knows. `attached` are files that go with the next message; `taken`: a colleague is there."""

    conversation_id: str | None = None
    messages: list[Message] = field(default_factory=list)
    evidence: dict[str, EvidenceReceipt] = field(default_factory=dict)
    attached: list[EvidenceReceipt] = field(default_factory=list)
    asking: bool = False
    busy: bool = False
    handed_off: bool = False
    taken: bool = False

    @property
    def standing(self) -> tuple[int, bool, bool]:
        """What others can change: how much was said, and who answers."""
        return len(self.messages), self.handed_off, self.taken


async def load(visit: Visit, wanted: str | None) -> Talk:
    """The conversation that was asked for, else the newest; "new" starts an empty one."""
    if wanted == "new":
        return Talk()
    conversations = visit.services.stores.conversations
    if wanted is None:
        newest = (await conversations.page(visit.customer_id, limit=1)).items
        if not newest:
            return Talk()
        wanted = newest[0].conversation_id
    await own_conversation(wanted, visit.principal, visit.services)
    view = await conversations.view(wanted)
    files = await look_up(visit, [i for m in view.messages for i in m.evidence_ids])
    asking = bool(view.messages) and any(a.status == "proposed" for a in view.messages[-1].actions)
    taken = view.handoff is not None and view.handoff.taken_by is not None
    return Talk(
        wanted,
        view.messages,
        {f.evidence_id: f for f in files},
        asking=asking,
        handed_off=view.handed_off,
        taken=taken,
    )
