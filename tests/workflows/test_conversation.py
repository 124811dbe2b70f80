"""A conversation as a workflow, with a real database and the nodes of its graph as activities."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError, WorkflowUpdateStage
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.graphs.conversation_nodes import ConversationNodes, TurnState
from care.errors import Unanswered
from care.gateways.ledger import LedgerGateway
from care.models.conversation import ChatRequest
from care.models.understanding import Intent
from care.policy import load_policy
from care.stores import Stores
from care.temporal import conversation_workflow_id
from tests.graphs.talk import ME, OTHER, Marking, Spanish
from tests.workflows.conversations import Chat
from tests.workflows.recording import record
from workflows.client import CareClient
from workflows.conversation import IDLE, TURNS_PER_RUN, ConversationWorkflow


@pytest.fixture
async def chat(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> AsyncIterator[Chat]:
    opened = await Chat(time_skipping, stores, task_queue).open()
    yield opened
    await opened.close()


class Stumbling(ConversationNodes):
    """Does its work and then fails to say so, once at every node."""

    def __init__(self, steady: ConversationNodes) -> None:
        vars(self).update(vars(steady))
        self.stumbled: set[str] = set()

    async def refunds(self, state: TurnState) -> TurnState:
        return self._stumble(f"refunds {state['memory']['turn']}", await super().refunds(state))

    async def compose(self, state: TurnState) -> TurnState:
        return self._stumble(f"compose {state['memory']['turn']}", await super().compose(state))

    def _stumble(self, step: str, answer: TurnState) -> TurnState:
        if step not in self.stumbled:
            self.stumbled.add(step)
            raise ConnectionError("the answer is lost")
        return answer


class Down(ConversationNodes):
    """Gives up while it is `down`; while it is `unheard`, its last node does its work and cannot say so."""

    def __init__(self, steady: ConversationNodes, *, down: bool = False, unheard: bool = False) -> None:
        vars(self).update(vars(steady))
        self.down, self.unheard = down, unheard

    async def fetch_context(self, state: TurnState) -> TurnState:
        if self.down:
            raise ApplicationError("the database has been down for a minute", non_retryable=True)
        return await super().fetch_context(state)

    async def compose(self, state: TurnState) -> TurnState:
        answer = await super().compose(state)
        if self.unheard:
            raise ConnectionError("the answer is lost")
        return answer


async def test_a_turn_that_has_failed_is_tried_anew_when_it_is_asked_for_again(chat: Chat) -> None:
    await chat.stores.database["counters"].insert_one({"_id": "CNV", "last": secrets.randbelow(10**12) + 10**12})
    ledger = LedgerGateway(chat.stores.ledger)
    client = CareClient(*(chat.env.client, chat.stores, load_policy(), ledger), task_queue=chat.task_queue)
    nodes, hello = Down(chat.nodes(), down=True), ChatRequest(message="hello")
    async with chat.worker(nodes):
        with pytest.raises(Unanswered):
            await client.say(ME, hello, once="k1")
        nodes.down = False
        replies = [await client.say(ME, hello, once="k1") for _ in range(2)]
        handle = chat.env.client.get_workflow_handle(conversation_workflow_id(replies[0].conversation_id))
        await handle.terminate()
    assert replies[0] == replies[1]
    assert len((await chat.stores.conversations.view(replies[0].conversation_id)).messages) == 2


async def test_a_turn_that_was_kept_and_is_not_heard_of_for_minutes_does_not_stand_in_the_place_of_the_next(
    chat: Chat,
) -> None:
    nodes = Down(chat.nodes(), unheard=True)
    async with chat.worker(nodes):
        saying = asyncio.create_task(chat.says("hello"))
        async with asyncio.timeout(30):
            while not await chat.stores.database["messages"].count_documents({}):  # noqa: ASYNC110  a worker writes
                await asyncio.sleep(0.05)
        await chat.env.sleep(timedelta(minutes=3))
        nodes.unheard = False
        first = await saying
        second = await chat.says("Where is ORD004?", Intent.ORDER_STATUS)
    said = await chat.said()
    assert [text for role, text in said if role == "assistant"] == [first.reply, second.reply]


async def test_a_refund_is_asked_for_shown_and_opened_over_turns(chat: Chat) -> None:
    async with chat.worker():
        await chat.says("Where is ORD004?", Intent.ORDER_STATUS)
        shown = await chat.says("I changed my mind, can I get a refund for it?", Intent.REFUND_REQUEST)
        assert shown.needs_confirmation
        done = await chat.says("yes")
        state = await chat.handle.query(ConversationWorkflow.state)
        await record(chat.handle, "conversation-refund")
    assert [(a.kind, a.status) for a in done.actions] == [("refund_opened", "done")]
    assert [(c, r.order_id) for c, r in chat.doors.opened.values()] == [("CUST001", "ORD004")]
    assert (state.turn, state.pending, state.slots.refund_id) == (3, None, "REF001")
    view = await chat.stores.conversations.view(chat.conversation_id)
    assert [m.role for m in view.messages] == ["customer", "assistant"] * 3
    assert view.title == "Where is ORD004?"


async def test_parts_are_served_one_after_another_each_with_its_own_yes(chat: Chat) -> None:
    async with chat.worker():
        told = await chat.says("Where are ORD001 and ORD005?", Intent.ORDER_STATUS)
        await chat.says("Refund ORD004 and ORD005, I changed my mind", Intent.REFUND_REQUEST)
        between = await chat.says("Where is ORD001?", Intent.ORDER_STATUS)
        second = await chat.says("yes")
        await chat.says("yes")
        await record(chat.handle, "conversation-parts")
    assert "ORD001" in told.reply
    assert "ORD005" in told.reply
    assert "Back to your refund: Open a refund" in between.reply
    assert [a.status for a in second.actions] == ["done", "proposed"]
    assert [r.order_id for _, r in chat.doors.opened.values()] == ["ORD004", "ORD005"]


async def test_a_yes_sent_before_the_last_answer_does_not_agree_to_it(chat: Chat) -> None:
    async with chat.worker():
        await chat.says("Refund ORD004, I changed my mind", Intent.REFUND_REQUEST)
        await asyncio.gather(chat.says("make it ORD005"), chat.says("yes"), chat.says("yes"))
    assert "ORD005" not in [r.order_id for _, r in chat.doors.opened.values()]


async def test_lost_answers_of_nodes_repeat_no_effect(chat: Chat) -> None:
    nodes = Stumbling(chat.nodes())
    async with chat.worker(nodes):
        await chat.says("Refund ORD004, I changed my mind", Intent.REFUND_REQUEST)
        done = await chat.says("yes")
    assert nodes.stumbled == {"refunds 0", "compose 0", "refunds 1", "compose 1"}
    assert [a.id for a in done.actions] == ["REF001"]
    assert len(chat.doors.opened) == 1
    assert len((await chat.stores.conversations.view(chat.conversation_id)).messages) == 4


async def test_a_reply_is_put_into_the_customers_language_once_whatever_is_lost(chat: Chat) -> None:
    chat.brain, chat.wording = Spanish(), (wording := Marking())
    async with chat.worker(Stumbling(chat.nodes())):
        where = await chat.says("¿Dónde está ORD004?", Intent.ORDER_STATUS)
    assert where.reply.startswith("[es] Your order ORD004")
    assert wording.asked == 1
    view = await chat.stores.conversations.view(chat.conversation_id)
    assert [m.text for m in view.messages] == ["¿Dónde está ORD004?", where.reply]


async def test_a_spanish_conversation_does_what_it_showed(chat: Chat) -> None:
    chat.brain, chat.wording = Spanish(), Marking()
    async with chat.worker():
        await chat.says("Ya no lo quiero, devuélvanme ORD004, I changed my mind", Intent.REFUND_REQUEST)
        done = await chat.says("sí")
        await record(chat.handle, "conversation-spanish")
    assert [(a.kind, a.status) for a in done.actions] == [("refund_opened", "done")]


async def test_messages_sent_at_once_are_answered_one_at_a_time(chat: Chat) -> None:
    async with chat.worker():
        await chat.says("hello")
        await asyncio.gather(*(chat.says(f"Where is ORD00{n}?", Intent.ORDER_STATUS) for n in (1, 4, 5)))
        state = await chat.handle.query(ConversationWorkflow.state)
    assert state.turn == 4
    assert len((await chat.stores.conversations.view(chat.conversation_id)).messages) == 8


async def test_a_long_conversation_continues_as_new_and_keeps_its_context(chat: Chat) -> None:
    async with chat.worker(cached=1):
        await chat.says("Where is ORD004?", Intent.ORDER_STATUS)
        first = (await chat.handle.describe()).run_id
        for _ in range(TURNS_PER_RUN - 1):
            await chat.says("thanks")
        reply = await chat.says("I changed my mind, I want a refund for it", Intent.REFUND_REQUEST)
        assert (await chat.handle.describe()).run_id != first
        await chat.env.sleep(IDLE + timedelta(hours=1))
        await chat.closed()
    assert "ORD004" in reply.reply
    assert reply.needs_confirmation


async def test_a_message_that_is_sent_again_after_its_run_has_ended_is_answered_and_not_said_again(chat: Chat) -> None:
    async with chat.worker(cached=1):
        for _ in range(TURNS_PER_RUN - 1):
            await chat.says("hello")
        first = (await chat.handle.describe()).run_id
        reply = await chat.says("hello", once="k1")
        async with asyncio.timeout(30):
            while (await chat.handle.describe()).run_id == first:  # noqa: ASYNC110  a worker ends it
                await asyncio.sleep(0.05)
        assert await chat.says("hello", once="k1") == reply
        await chat.env.sleep(IDLE + timedelta(hours=1))
        await chat.closed()
    assert len(await chat.said()) == 2 * TURNS_PER_RUN


async def test_an_idle_conversation_closes_and_is_reopened_with_its_memory(chat: Chat) -> None:
    async with chat.worker():
        await chat.says("Where is ORD004?", Intent.ORDER_STATUS)
        await chat.env.sleep(IDLE / 2)
        await chat.says("thanks")
        await chat.env.sleep(IDLE / 2 + timedelta(hours=1))
        assert await chat.status() is WorkflowExecutionStatus.RUNNING
        await chat.env.sleep(IDLE / 2)
        assert await chat.closed() is WorkflowExecutionStatus.COMPLETED
        await record(chat.handle, "conversation-idle")
        reply = await chat.says("Can I get a refund for it?", Intent.REFUND_REQUEST)
        state = await chat.handle.query(ConversationWorkflow.state)
    assert "ORD004" in reply.reply
    assert state.turn == 3


async def test_somebody_elses_conversation_does_not_exist(chat: Chat) -> None:
    async with chat.worker():
        await chat.says("hello")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await chat.says("hello", customer_id=OTHER)
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "NotFound"


async def test_after_the_handoff_only_the_customers_words_are_kept(chat: Chat) -> None:
    async with chat.worker():
        assert (await chat.says("A human please", Intent.HUMAN_AGENT)).handed_off
        await chat.says("Refund ORD004, I changed my mind", Intent.REFUND_REQUEST)
        await chat.says("yes")
        await record(chat.handle, "conversation-handoff")
    assert not chat.doors.opened
    view = await chat.stores.conversations.view(chat.conversation_id)
    assert [m.role for m in view.messages] == ["customer", "assistant", "customer", "customer"]
    assert view.handed_off


BACK = "You are back with the assistant. What else can I do for you?"


async def test_a_colleague_answers_in_the_thread_and_hands_back_with_everything_in_order(chat: Chat) -> None:
    async with chat.worker():
        await chat.says("Where is ORD004?", Intent.ORDER_STATUS)
        await chat.says("A human please", Intent.HUMAN_AGENT)
        await chat.colleague(ConversationWorkflow.take)
        silent = await chat.says("It leaks")
        await chat.colleague(ConversationWorkflow.answer, text="I am sorry to hear that.", once="a")
        await chat.colleague(ConversationWorkflow.answer, text="I am sorry to hear that.", once="a")
        await chat.colleague(ConversationWorkflow.hand_back)
        reply = await chat.says("I changed my mind, I want a refund for it", Intent.REFUND_REQUEST)
        await record(chat.handle, "conversation-handed-back")
    assert (silent.reply, silent.handed_off, silent.model) == ("", True, "none")
    assert (await chat.said())[4:9] == [
        ("system", "A colleague is with you now."),
        ("customer", "It leaks"),
        ("agent", "I am sorry to hear that."),
        ("system", BACK),
        ("customer", "I changed my mind, I want a refund for it"),
    ]
    assert "ORD004" in reply.reply  # what was talked about is remembered
    assert reply.needs_confirmation
    head = await chat.stores.conversations.get(chat.conversation_id)
    assert (head.handed_off, head.handoff) == (False, None)
    told = (await chat.stores.notifications.page(ME)).items
    assert [(n.kind, n.conversation_id) for n in told] == [("conversation_answered", chat.conversation_id)]


async def test_messages_that_meet_the_handing_back_are_either_kept_for_the_colleague_or_answered(chat: Chat) -> None:
    async with chat.worker():
        await chat.says("A human please", Intent.HUMAN_AGENT)
        await chat.colleague(ConversationWorkflow.take)
        await asyncio.gather(
            chat.says("thanks"),
            chat.colleague(ConversationWorkflow.hand_back),
            chat.says("hello"),
        )
    said = (await chat.said())[3:]
    back = said.index(("system", BACK))
    assert {role for role, _ in said[:back]} <= {"customer"}
    assert [role for role, _ in said[back + 1 :]] == ["customer", "assistant"] * (2 - back)


async def test_of_two_colleagues_one_takes_it_and_the_other_is_told_who(chat: Chat) -> None:
    async with chat.worker():
        await chat.says("A human please", Intent.HUMAN_AGENT)
        takes = (chat.colleague(ConversationWorkflow.take, by=who) for who in ("amy", "bob"))
        ended = await asyncio.gather(*takes, return_exceptions=True)
        (refused,) = [each for each in ended if each is not None]
        assert isinstance(refused, WorkflowUpdateFailedError)
        assert isinstance(refused.cause, ApplicationError)
        assert refused.cause.type == "ClaimedByOther"
        head = await chat.stores.conversations.get(chat.conversation_id)
        assert head.handoff
        assert head.handoff.taken_by
        assert head.handoff.taken_by in refused.cause.message
        assert len(await chat.said()) == 3


async def test_who_waits_for_a_colleague_is_not_forgotten_and_who_is_answered_may_come_back(chat: Chat) -> None:
    async with chat.worker():
        await chat.says("A human please", Intent.HUMAN_AGENT)
        await chat.env.sleep(2 * IDLE + timedelta(hours=1))
        assert await chat.status() is WorkflowExecutionStatus.RUNNING
        await chat.colleague(ConversationWorkflow.answer, text="Here I am.")
        await chat.env.sleep(2 * IDLE)
        assert await chat.closed() is WorkflowExecutionStatus.COMPLETED
        await record(chat.handle, "conversation-owed-answer")
        assert (await chat.says("Thank you")).reply == ""
        await chat.env.sleep(2 * IDLE + timedelta(hours=1))
        await chat.close()
        await chat.colleague(ConversationWorkflow.hand_back, text="Goodbye.")
        assert not (await chat.handle.query(ConversationWorkflow.state)).handed_off
    assert (await chat.said())[2:] == [
        ("system", "A colleague is with you now."),
        ("agent", "Here I am."),
        ("customer", "Thank you"),
        ("agent", "Goodbye."),
        ("system", BACK),
    ]


class Thinking(ConversationNodes):
    """Composes a reply only once it is let."""

    def __init__(self, steady: ConversationNodes) -> None:
        vars(self).update(vars(steady))
        self.thinks, self.may_answer = asyncio.Event(), asyncio.Event()

    async def compose(self, state: TurnState) -> TurnState:
        self.thinks.set()
        await self.may_answer.wait()
        return await super().compose(state)


async def test_it_is_ended_after_the_turn_that_is_being_answered(chat: Chat) -> None:
    nodes = Thinking(chat.nodes())
    async with chat.worker(nodes):
        turn = asyncio.create_task(chat.says("Where is ORD004?", Intent.ORDER_STATUS))
        await nodes.thinks.wait()
        end = await chat.handle.start_update(ConversationWorkflow.end, wait_for_stage=WorkflowUpdateStage.ACCEPTED)
        nodes.may_answer.set()
        assert "ORD004" in (await turn).reply
        await end.result()
        await chat.handle.result()
    assert (await chat.handle.describe()).status is WorkflowExecutionStatus.COMPLETED
    assert len((await chat.stores.conversations.view(chat.conversation_id)).messages) == 2
