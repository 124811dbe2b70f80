"""One turn as a tool sees it, and the two ways to end it: a reply, or a proposal that waits for a yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from care.errors import CareError, NotFound
from care.models.conversation import ChatAction, Handoff, HandoffReason
from care.models.dialogue import Context, Outcome, Reading
from care.models.memory import ChatTurn, Choice, ConversationState, Open, Proposal
from care.models.understanding import Entities, Understood
from care.rules.writes import WRITES

PERSON = "Talk to a person"
HANDED_OVER = "I have passed our conversation to a colleague, who will get back to you."


@dataclass(frozen=True)
class Scene:
    """`now` is the workflow's time, so that a repeated node sees the same moment."""

    turn: ChatTurn
    state: ConversationState
    understood: Understood
    reading: Reading
    context: Context
    now: datetime

    @property
    def customer_id(self) -> str:
        return self.turn.customer_id

    @property
    def text(self) -> str:
        """The words that are served: the message, or one part of it."""
        return self.turn.message if self.reading.text is None else self.reading.text

    @property
    def own_words(self) -> str:
        """What the customer wrote, where `text` may be what a model made of it: for what is kept as theirs."""
        return self.text if self.reading.said is None else self.reading.said

    @property
    def entities(self) -> Entities:
        """What those words name."""
        return self.reading.entities

    @property
    def agreed(self) -> Proposal:
        """What the customer said yes to."""
        if self.reading.act != "confirm" or self.state.pending is None:
            raise ValueError("nothing was agreed to")
        return self.state.pending

    @property
    def still_open(self) -> dict[str, Any]:
        """The change to the state that leaves what was asked as open as it was."""
        return {name: getattr(self.state, name) for name in Open.model_fields if name != "slots"}

    @property
    def once(self) -> str:
        """Names the effect of the agreed proposal: whatever is retried, it happens once."""
        return f"{self.state.conversation_id}:{self.agreed.turn}"

    def reply(
        self, text: str, *, actions: Sequence[ChatAction] = (), suggestions: Sequence[str] = (), **changes: Any
    ) -> Outcome:
        """`changes` are fields of ConversationState; a question, a choice or a proposal lasts one turn unless given."""
        asks = changes.get("awaiting") or changes.get("pending")
        fresh: dict[str, Any] = {
            "topic": self.reading.intent,
            "action": None,
            "said": None,
            "basket": None,
            "asked": text if asks else None,
            "offered": list(suggestions) if asks else [],
            "awaiting": None,
            "choices": [],
            "pending": None,
            "pointed": None,
            "task": None,
            "failures": 0,
        }
        state = self.state.model_copy(update=fresh | changes)
        return Outcome(text=text, state=state, actions=list(actions), suggestions=list(suggestions))

    def propose(
        self,
        kind: str,
        payload: dict[str, Any],
        shown: str,
        *,
        target: str | None,
        details: str = "",
        instead: Sequence[str] = (),
        **changes: Any,
    ) -> Outcome:
        """Show a write and wait for the yes. `payload` is exactly what will be done.

        `details` say what follows from it: they are read with the question, but a yes that repeats their words is no
        yes to it. `instead` are other answers that are offered.
        """
        proposal = Proposal(kind=kind, payload=payload, shown=shown, turn=self.state.turn + 1)
        action = ChatAction(kind=WRITES[kind].done, status="proposed", id=target)
        text = f"{shown} {details}".strip()
        # "No, the first one" is understood after one of several was picked.
        changes = {"choices": self.state.choices} | changes
        return self.reply(text, actions=[action], suggestions=["Yes", "No", *instead], pending=proposal, **changes)

    def refuse(self, error: CareError) -> Outcome:
        """Nothing was done, and the error's sentence says why. A question that was open stays open."""
        if self.reading.act == "confirm":
            refused = ChatAction(kind=WRITES[self.agreed.kind].done, status="refused", id=_target(self.agreed))
            return self.reply(error.detail, actions=[refused], suggestions=[PERSON], intake=None, draft=None)
        if isinstance(error, NotFound) and self.state.awaiting:
            return self.reply(error.detail, suggestions=[c.id for c in self.state.choices], **self.still_open)
        return self.reply(error.detail, suggestions=[PERSON], intake=None, draft=None)

    def hand_over(
        self,
        why: str = "",
        *,
        reason: HandoffReason = "needs_person",
        actions: Sequence[ChatAction] = (),
        said: str | None = None,
    ) -> Outcome:
        """A person takes the conversation; the machine is silent from here on. `said` replaces the whole text."""
        handed = ChatAction(kind="handed_off", status="done", id=self.state.conversation_id)
        text = said or f"{why} {HANDED_OVER}".strip()
        handoff = Handoff(reason=reason, at=self.now, waiting_since=self.now)
        return self.reply(text, actions=[*actions, handed], handed_off=True, handoff=handoff, intake=None, draft=None)

    def ask_which(self, question: str, choices: Sequence[Choice], **changes: Any) -> Outcome:
        """Each choice on a line of its own; the answer is awaited."""
        listed = "\n".join(f"{n}. {c.id}: {c.label}" for n, c in enumerate(choices, 1))
        asked = {"awaiting": choices[0].kind, "choices": list(choices)} | changes
        return self.reply(f"{question}\n{listed}", suggestions=[c.id for c in choices], **asked)

    def slots(self, **found: str | None) -> dict[str, Any]:
        """The change to the state that remembers what is being talked about."""
        return {"slots": self.state.slots.model_copy(update=found)}


def done(kind: str, id_: str) -> ChatAction:
    return ChatAction(kind=kind, status="done", id=id_)


def _target(proposal: Proposal) -> str | None:
    """What a proposal is about, for the list of actions."""
    about: dict[str, str] = proposal.payload.get("request", proposal.payload)
    return about.get("subscription_id") or about.get("order_id")
