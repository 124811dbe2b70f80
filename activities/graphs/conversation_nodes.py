"""The nodes of the conversation graph: each is an activity, and one that is repeated repeats no effect.

What a tool writes is named by the turn that proposed it, and the messages of a turn are stored once.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import Any, Protocol, TypedDict

from activities.tools import closing
from activities.tools.answers import AnswerTools, HandoffTools
from activities.tools.claims import Claims
from activities.tools.context import context_of
from activities.tools.open_refunds import OpenRefunds
from activities.tools.orders import OrderTools
from activities.tools.parcels import ParcelTools
from activities.tools.payments import PaymentTools
from activities.tools.refunds import RefundTools
from activities.tools.scene import Scene
from activities.tools.subscriptions import SubscriptionTools
from care.brains.protocols import Payer, Saying, Understanding, Utterance, Worded, Wording
from care.errors import CareError, ModelTrouble, Unavailable, missing
from care.gateways.carriers import RecordedCarrier
from care.gateways.cases import Cases
from care.gateways.payments import PaymentGateway
from care.models.common import Model, known
from care.models.dialogue import Context, Outcome, Reading
from care.models.memory import ChatTurn, ConversationState
from care.models.policy import RefundPolicy
from care.models.understanding import Understood
from care.rules import dialogue, digest, handoff, matters
from care.rules.conversation_language import language_now, tag_of
from care.rules.rendering import as_seen, words_to_read
from care.stores import Stores

_CATALOGUE = 500  # product names shown to the model
# Of the five seconds that a customer waits at most: what both models may take, and the second of them alone.
MODEL_SECONDS = 3.5
WORDING_SECONDS = 1.5
_NOT_READ = Understood(intents=[], model="none")

log = logging.getLogger(__name__)


class TurnState(TypedDict, total=False):
    """`now` is the workflow's time; each other value is the JSON of a model.

    memory: ConversationState, turn: ChatTurn, understood: Understood, context: Context, reading: Reading,
    outcome: Outcome, reply: ChatReply. `outcome` is what came of the parts so far, `step` the node after a family;
    `spent` are the milliseconds that understanding took, `worded` (Worded or None) the outcome in the customer's
    language.
    """

    now: str
    memory: dict[str, Any]
    turn: dict[str, Any]
    understood: dict[str, Any]
    context: dict[str, Any]
    reading: dict[str, Any]
    spent: int
    outcome: dict[str, Any]
    step: str
    worded: dict[str, Any] | None
    reply: dict[str, Any]


class Tools(Protocol):
    async def serve(self, scene: Scene) -> Outcome: ...


class ConversationNodes:
    def __init__(
        self,
        stores: Stores,
        understanding: Understanding,
        cases: Cases,
        payments: PaymentGateway,
        policy: RefundPolicy,
        wording: Wording | None = None,
    ) -> None:
        self._stores = stores
        self._understanding = understanding
        self._wording = wording
        claims = Claims(stores, cases, policy)
        carrier = RecordedCarrier(stores)
        self._refunds = RefundTools(stores, claims, OpenRefunds(stores, cases), policy)
        parcels = ParcelTools(stores, carrier, self._refunds, policy)
        self._orders = OrderTools(stores, payments, carrier, parcels)
        self._subscriptions = SubscriptionTools(stores, cases, payments)
        self._payments = PaymentTools(stores, payments)
        self._answers = AnswerTools(stores)
        self._handoff = HandoffTools()

    async def understand(self, state: TurnState) -> TurnState:
        """What the message means to a model. Without an answer from one, the customer is asked back."""
        memory = await self._recall(known(ConversationState, state["memory"]))
        if memory.handed_off:
            return {"memory": _json(memory), "understood": _json(_NOT_READ)}
        products = await self._stores.products.all()
        utterance = Utterance(
            text=as_seen(state["turn"]["message"]),
            history=digest.recalled(memory),
            asked=memory.pending.shown if memory.pending else None,
            products=[p.name for p in products[:_CATALOGUE]],
            payer=_payer(memory),
        )
        began = time.monotonic()
        try:
            understood = await self._understanding.understand(utterance)
        except ModelTrouble:
            understood = _NOT_READ
        spent = round((time.monotonic() - began) * 1000)
        language = language_now(memory.language, understood.language, utterance.text)
        memory = memory.model_copy(update={"language": language})
        return {"memory": _json(memory), "understood": _json(understood), "spent": spent}

    async def _recall(self, memory: ConversationState) -> ConversationState:
        """A conversation that was closed goes on where it stopped. Raises NotFound for somebody else's."""
        stored = await self._stores.conversations.load_state(memory.conversation_id) if memory.turn == 0 else None
        if stored and stored.customer_id != memory.customer_id:
            raise missing("conversation", memory.conversation_id)
        return stored or memory

    async def fetch_context(self, state: TurnState) -> TurnState:
        """What the shop knows of the customer now, and what the message, or its next part, means in the light of it."""
        turn, memory = known(ChatTurn, state["turn"]), known(ConversationState, state["memory"])
        if memory.turn == 0:
            head = closing.head(memory, turn, datetime.fromisoformat(state["now"]))
            await self._stores.conversations.start(head)
        shown = memory.pending.words if memory.pending else ""
        context = await context_of(self._stores, memory.customer_id, shown)
        understood = known(Understood, state["understood"])
        if "outcome" in state:
            memory, wish = matters.next_part(known(Outcome, state["outcome"]).state)
            reading = dialogue.read_part(wish, understood, memory, context)
        else:
            text = words_to_read(as_seen(turn.message), understood.english, shown)
            files = bool(turn.evidence_ids)
            reading = dialogue.read(understood, text, files, memory, context, hasty=turn.hasty)
            if text != turn.message:
                reading = _put(reading, text, turn.message)
        return {
            "memory": _json(matters.begin(memory, reading)),
            "context": _json(context),
            "reading": _json(reading),
        }

    async def orders(self, state: TurnState) -> TurnState:
        return await _served(self._orders, state)

    async def refunds(self, state: TurnState) -> TurnState:
        return await _served(self._refunds, state)

    async def subscriptions(self, state: TurnState) -> TurnState:
        return await _served(self._subscriptions, state)

    async def payments(self, state: TurnState) -> TurnState:
        return await _served(self._payments, state)

    async def answers(self, state: TurnState) -> TurnState:
        return await _served(self._answers, state)

    async def handoff(self, state: TurnState) -> TurnState:
        return await _served(self._handoff, state)

    async def word(self, state: TurnState) -> TurnState:
        """The reply in the customer's language, if it can be said there truly and in time; a node of its own, so that
        a repeated `compose` asks no model again."""
        memory, plain = known(ConversationState, state["memory"]), known(Outcome, state["outcome"])
        seconds = min(WORDING_SECONDS, MODEL_SECONDS - state.get("spent", 0) / 1000)
        if self._wording is None or seconds <= 0:
            return {"worded": None}
        said = [line for line in memory.history if line.startswith("customer: ")]
        saying = Saying(
            text=plain.text,
            suggestions=plain.suggestions,
            language=tag_of(memory.language, [*said, state["turn"]["message"]]),
            names=[p.name for p in await self._stores.products.all()],
            question=plain.state.pending.shown if plain.state.pending else "",
            payer=_payer(memory),
        )
        try:
            return {"worded": _json(await self._wording.word(saying, seconds))}
        except ModelTrouble as trouble:
            log.warning("%s; the reply goes out as the tools wrote it.", trouble.reason)
            return {"worded": None}

    async def compose(self, state: TurnState) -> TurnState:
        """The reply, and everything that is kept of the turn."""
        before = known(ConversationState, state["memory"])
        turn, at = known(ChatTurn, state["turn"]), datetime.fromisoformat(state["now"])
        silent = before.handed_off
        outcome = Outcome(text="", state=handoff.waits(before, at)) if silent else _spoken(state)
        handed_over = outcome.state.handed_off and not silent
        reading = None if silent else known(Reading, state["reading"])
        kept = closing.handed_over(before, outcome, turn, reading) if handed_over else outcome.state
        said = closing.messages(turn, None if silent else outcome, at)
        memory = closing.remembered(kept, before.turn + 1, said, reading)
        await closing.keep(self._stores, memory, said)
        reply = closing.reply(outcome, memory, known(Understood, state["understood"]))
        return {"memory": _json(memory), "reply": _json(reply)}


async def _served(tools: Tools, state: TurnState) -> TurnState:
    """A refusal is an answer; trouble with a part of CARE is retried."""
    scene = Scene(
        turn=known(ChatTurn, state["turn"]),
        state=known(ConversationState, state["memory"]),
        understood=known(Understood, state["understood"]),
        reading=known(Reading, state["reading"]),
        context=known(Context, state["context"]),
        now=datetime.fromisoformat(state["now"]),
    )
    try:
        outcome = await tools.serve(scene)
    except Unavailable:
        raise
    except CareError as refused:
        outcome = scene.refuse(refused)
    so_far = known(Outcome, state["outcome"]) if "outcome" in state else None
    told = matters.ended(outcome, scene.reading, scene.state, so_far)
    return {"outcome": _json(told), "step": "fetch_context" if matters.goes_on(told.state) else "compose"}


def _spoken(state: TurnState) -> Outcome:
    """The outcome in the words that the customer gets; what it binds them to stays as the tools put it."""
    plain, worded = known(Outcome, state["outcome"]), state.get("worded")
    if not worded:
        return plain
    said, pending = Worded.model_validate(worded), plain.state.pending
    if pending and said.question:
        pending = pending.model_copy(update={"worded": said.question})
    memory = plain.state.model_copy(update={"pending": pending})
    return plain.model_copy(update={"text": said.text, "suggestions": said.suggestions, "state": memory})


def _put(reading: Reading, text: str, said: str) -> Reading:
    """The reading of `text` instead of what was said: what is kept of it stays in the customer's own words."""
    waiting = [wish.model_copy(update={"said": wish.said or said}) for wish in reading.waiting]
    own = {"text": text if reading.text is None else reading.text, "said": reading.said or said}
    return reading.model_copy(update={**own, "waiting": waiting})


def _payer(memory: ConversationState) -> Payer:
    return Payer(case=memory.conversation_id, customer_id=memory.customer_id)


def _json(model: Model) -> dict[str, Any]:
    return model.model_dump(mode="json")
