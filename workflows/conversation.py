"""One conversation as an entity workflow: it remembers, and answers one message at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.graphs import run_graph

with workflow.unsafe.imports_passed_through():
    from care.errors import CareError, NotFound, Unavailable, missing
    from care.models.conversation import ChatReply
    from care.models.memory import ChatTurn, ConversationState
    from care.temporal import STATUS, refuse

# A conversation that nobody adds to closes by itself; the next message opens it again with all that it remembers.
IDLE = timedelta(days=30)
TURNS_PER_RUN = 30


def _meant(error: ActivityError) -> CareError:
    if isinstance(error.cause, ApplicationError) and error.cause.type == NotFound.__name__:
        return NotFound(error.cause.message)
    return Unavailable("I cannot answer at the moment. Please try again in a minute.")


@workflow.defn
class ConversationWorkflow:
    @workflow.init
    def __init__(self, start: ConversationState) -> None:
        self._state = start
        self._turns = 0
        self._last = workflow.now()
        self._speaking = asyncio.Lock()

    @workflow.run
    async def run(self, start: ConversationState) -> None:
        while not self._is_long:
            try:
                await workflow.wait_condition(lambda: self._is_long, timeout=self._last + IDLE - workflow.now())
            except TimeoutError:
                # One timer serves the whole run: messages do not touch it, so it may find that there were some.
                await workflow.wait_condition(workflow.all_handlers_finished)
                if workflow.now() >= self._last + IDLE:
                    return
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(self._state)

    @property
    def _is_long(self) -> bool:
        return self._turns >= TURNS_PER_RUN or workflow.info().is_continue_as_new_suggested()

    @workflow.update
    async def say(self, turn: ChatTurn) -> ChatReply:
        """Raises (as update failures) NotFound for somebody else's conversation, Unavailable when a part is down."""
        # A yes that was sent before the last answer is no yes to what that answer shows.
        turn = turn.model_copy(update={"hasty": self._speaking.locked()})
        async with self._speaking:
            try:
                return await self._answer(turn)
            except ActivityError as error:
                workflow.logger.warning("a turn failed", extra={"activity": error.activity_type})
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
        answered = await run_graph("conversation", asked)
        self._state = ConversationState.model_validate(answered["memory"])
        self._turns += 1
        self._last = workflow.now()
        if self._state.handed_off and not was_handed_off:
            workflow.upsert_search_attributes([STATUS.value_set("handed_off")])
        return ChatReply.model_validate(answered["reply"])

    @workflow.query
    def state(self) -> ConversationState:
        return self._state
