"""What one open chat knows: the conversation as it was when somebody looked, and what is on its way into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, ValidationError

from api.deps import own_conversation
from care.models.common import Model
from care.models.conversation import Message
from care.models.evidence import EvidenceReceipt
from care.models.memory import Proposal
from ui.parts.evidence import look_up
from ui.visit import Visit

MOST_FILES = 10
# In English, for the models; the customer sees it among what they have said.
_ONLY_FILES = "Here is a photo."


@dataclass
class Talk:
    """`attached` are files that go with the next message; `proposal` waits for a yes; `taken`: a colleague is there."""

    conversation_id: str | None = None
    messages: list[Message] = field(default_factory=list)
    evidence: dict[str, EvidenceReceipt] = field(default_factory=dict)
    attached: list[EvidenceReceipt] = field(default_factory=list)
    proposal: Proposal | None = None
    handed_off: bool = False
    taken: bool = False

    @property
    def standing(self) -> tuple[object, ...]:
        """What others can change: how much was said, what waits for a yes, and who answers."""
        return len(self.messages), self.proposal, self.handed_off, self.taken


class Sent(Model):
    """A message on its way. The browser keeps it until it is known to be said; under its `key` it is said once.

    `after` is how many messages stood on the screen when it was sent, in which `conversation` (None: a new one).
    """

    key: Annotated[str, Field(min_length=16, max_length=64)]
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    files: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=MOST_FILES)] = []
    after: Annotated[int, Field(ge=0)] = 0
    conversation: Annotated[str, Field(max_length=64)] | None = None


def sent_by(page: object) -> Sent | None:
    """What the page says is to be sent; None for what no page of ours sends."""
    if not isinstance(page, dict):
        return None
    said = str(page.get("text") or "").strip() or (_ONLY_FILES if page.get("files") else "")
    try:
        return Sent.model_validate(
            {name: page.get(name) for name in Sent.model_fields if name in page} | {"text": said}
        )
    except ValidationError:
        return None


def was_said(messages: list[Message], sent: Sent) -> bool:
    """Whether the conversation holds it already: its answer may have been lost on the way back."""
    return any((m.role, m.text, m.evidence_ids) == ("customer", sent.text, sent.files) for m in messages[sent.after :])


def no_longer_fits(talk: Talk, sent: Sent, *, again: bool) -> bool:
    """Whether more was said since, so that it may mean something else: a yes to another question, or, sent `again` by
    a page that was loaded anew, anything at all."""
    return len(talk.messages) != sent.after and (again or talk.proposal is not None)


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
    state = await conversations.load_state(wanted)
    files = await look_up(visit, [i for m in view.messages for i in m.evidence_ids])
    taken = view.handoff is not None and view.handoff.taken_by is not None
    return Talk(
        wanted,
        view.messages,
        {f.evidence_id: f for f in files},
        proposal=state.pending if state and not view.handed_off else None,
        handed_off=view.handed_off,
        taken=taken,
    )
