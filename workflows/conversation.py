"""One conversation as an entity workflow: it remembers, and answers one message at a time.

Once it was handed to a person, the machine is silent; colleagues answer in it until they hand it back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities.conversation import ConversationActivities
    from care.errors import CareError, NotFound, Unanswered, missing
    from care.models.carried import CarriedConversation
    from care.models.common import known
    from care.models.conversation import ChatReply
    from care.models.handoff import DeskStep, Moved
    from care.models.memory import ChatTurn, ConversationState
    from care.rules import handoff
    from care.rules.dialogue import FAMILIES
    from care.temporal import STATUS, refuse
    from workflows.graphs import run_graph
    from workflows.repeated import Answered
    from workflows.storing import KEEP_CALL, STORE_CALL
    from workflows.tracing import say

# A conversation that nobody adds to closes by itself; the next message opens it again with all that it remembers.
IDLE = timedelta(days=30)
TURNS_PER_RUN = 30
# So many answers are given again after a run has ended; who asks again asks within minutes.
REMEMBERED = 3
Step = Callable[[ConversationState, DeskStep, datetime], Moved]


def _meant(error: FailureError) -> CareError:
    # A local activity's failure arrives as itself, not inside an ActivityError.
    cause = error.cause if isinstance(error, ActivityError) else error
    if isinstance(cause, ApplicationError) and cause.type == NotFound.__name__:
        return NotFound(cause.message)
    return Unanswered("I cannot answer at the moment. Please try again in a minute.")


@workflow.defn
class ConversationWorkflow:
    @workflow.init
    def __init__(self, start: CarriedConversation) -> None:
        self._state = start.alone()
        self._answered: Answered[ChatReply | None] = Answered(start.answered, most=REMEMBERED)
        self._turns = 0
        self._last = workflow.now()
        self._ended = False
        self._speaking = asyncio.Lock()

    @workflow.run
    async def run(self, start: CarriedConversation) -> None:
        while not (self._is_long or self._ended):
            try:
                idle = self._last + IDLE - workflow.now()
                await workflow.wait_condition(lambda: self._is_long or self._ended, timeout=idle)
            except TimeoutError:
                # One timer serves the whole run: messages do not touch it, so it may find that there were some.
                await workflow.wait_condition(workflow.all_handlers_finished)
                if workflow.now() < self._last + IDLE:
                    continue
                if not self._owes_answer or not workflow.patched("owed-answers-stay-open"):
                    return
                self._last = workflow.now()
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._ended:
            return
        workflow.continue_as_new(CarriedConversation.of(self._state, self._answered.carried))

    @property
    def _is_long(self) -> bool:
        return self._turns >= TURNS_PER_RUN or workflow.info().is_continue_as_new_suggested()

    @property
    def _owes_answer(self) -> bool:
        """A customer waits for a colleague: silence does not end that."""
        return self._state.handoff is not None and self._state.handoff.waiting_since is not None

    @workflow.update
    async def say(self, turn: ChatTurn) -> ChatReply:
        """Raises (as update failures) NotFound for somebody else's conversation, Unanswered when a part is down."""
        # A yes that was sent before the last answer is no yes to what that answer shows.
        turn = turn.model_copy(update={"hasty": self._speaking.locked()})
        async with self._speaking:
            if before := self._answered.before:
                return before
            try:
                return await self._answer(turn)
            except FailureError as error:
                workflow.logger.warning("a turn failed", extra={"error": type(error).__name__})
                raise refuse(_meant(error)) from error

    @say.validator
    def _check(self, turn: ChatTurn) -> None:
        if turn.customer_id != self._state.customer_id:
            raise refuse(missing("conversation", self._state.conversation_id))

    async def _answer(self, turn: ChatTurn) -> ChatReply:
        was_handed_off = self._state.handed_off
        asked = {
            "now": workflow.now().isoformat(),
            "turn": turn.model_dump(mode="json"),
            "memory": self._state.model_dump(mode="json"),
        }
        answered = await run_graph("conversation", asked, self._at_hand())
        self._moves_to(known(ConversationState, answered["memory"]))
        if self._state.handed_off and not was_handed_off:
            say("status", before="open", after="handed_off")
            workflow.upsert_search_attributes([STATUS.value_set("handed_off")])
        reply = known(ChatReply, answered["reply"])
        self._answered.keep(reply)
        return reply

    def _at_hand(self) -> set[str]:
        """The nodes that only look at what is stored, and write what was said. What understands costs money; and once
        something was proposed, the tools may do it, which can take its time."""
        if not workflow.patched("nodes-at-hand"):
            return set()
        return {"fetch_context", "compose"} | (set() if self._state.pending else {*FAMILIES})

    def _moves_to(self, state: ConversationState) -> None:
        self._state = state
        self._turns += 1
        self._last = workflow.now()

    @workflow.update
    async def take(self, step: DeskStep) -> ConversationState:
        """A colleague joins, one at a time. The steps of colleagues are refused as `care.rules.handoff` says."""
        return await self._step(handoff.taken, step)

    @take.validator
    def _may_take(self, step: DeskStep) -> None:
        self._may(handoff.taken, step)

    @workflow.update
    async def release(self, step: DeskStep) -> ConversationState:
        """A colleague leaves it to the others."""
        return await self._step(handoff.released, step)

    @release.validator
    def _may_release(self, step: DeskStep) -> None:
        self._may(handoff.released, step)

    @workflow.update
    async def answer(self, step: DeskStep) -> ConversationState:
        """A colleague's words, in the same thread."""
        return await self._step(handoff.answered, step)

    @answer.validator
    def _may_answer(self, step: DeskStep) -> None:
        self._may(handoff.answered, step)

    @workflow.update
    async def hand_back(self, step: DeskStep) -> ConversationState:
        """The machine speaks again."""
        return await self._step(handoff.handed_back, step)

    @hand_back.validator
    def _may_hand_back(self, step: DeskStep) -> None:
        self._may(handoff.handed_back, step)

    @workflow.update
    async def end(self) -> None:
        """The customer is being erased: after the turn that is being answered, nothing more is said."""
        async with self._speaking:
            self._ended = True

    async def _step(self, move: Step, step: DeskStep) -> ConversationState:
        """In its turn between the messages; once more against the rule, as others may have been faster."""
        async with self._speaking:
            if self._answered.repeats:
                return self._state
            moved = self._after(move, step)
            if moved.said:
                if workflow.patched("kept-once-on-record"):
                    await workflow.execute_activity_method(ConversationActivities.record, moved, **KEEP_CALL)
                else:
                    await workflow.execute_local_activity_method(ConversationActivities.record, moved, **STORE_CALL)
                self._moves_to(moved.state)
                if not self._state.handed_off:
                    say("status", before="handed_off", after="open")
                    workflow.upsert_search_attributes([STATUS.value_set("open")])
            self._answered.keep(None)
            return self._state

    def _may(self, move: Step, step: DeskStep) -> None:
        """What was done before may be asked for again, though it could not be done any more."""
        if not self._answered.repeats:
            self._after(move, step)

    def _after(self, move: Step, step: DeskStep) -> Moved:
        try:
            return move(self._state, step, workflow.now())
        except CareError as error:
            raise refuse(error) from error

    @workflow.query
    def state(self) -> ConversationState:
        return self._state
