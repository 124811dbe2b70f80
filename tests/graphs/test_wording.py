"""Replies in the customer's language: the graph, the real client, and stand-ins for Groq that are good or lie."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from care.brains import ChatBrains, chat_brains
from care.models.order import OrderStatus
from care.rules.words import answer_in
from care.settings import Settings
from care.stores import Stores
from tests.fakes import groq_server
from tests.fakes.groq_server import kind_of, talking, understood, worded
from tests.fakes.servers import fake_groq
from tests.fakes.wire import HTML, Answer, FakeServer
from tests.graphs.talk import Talk, furnish, put

__all__ = ["fake_groq"]

SPANISH = {
    "¿Dónde está mi pedido ORD001?": understood(("ORDER_STATUS", 0.95), language="es", order_ids=["ORD001"]),
    "Quiero cancelar el pedido ORD007": understood(("CANCEL_ORDER", 0.95), language="es", order_ids=["ORD007"]),
    "¿Y mi pedido ORD007?": understood(("ORDER_STATUS", 0.9), language="es", order_ids=["ORD007"]),
    "sí": understood(("OTHER", 0.9), language="es", answer="yes"),
    "ORD001": understood(("ORDER_STATUS", 0.8), order_ids=["ORD001"]),
}
IN_SPANISH = {
    "Your order ORD001 (Potato Chips) was placed on 2 March 2026 and is on its way to you.":
        "Su pedido ORD001 (Potato Chips) se hizo el 2 de marzo de 2026 y está en camino.",
    "Cancel ORD007 (Potato Chips, €12.99) and have €12.99 paid back the way you paid?":
        "¿Cancelar ORD007 (Potato Chips, 12,99 €) y devolverle 12,99 € como pagó?",
    "ORD007 is cancelled, and your €12.99 is on its way back.":
        "ORD007 está cancelado, y sus 12,99 € están en camino de vuelta.",
    "Cancel ORD007": "Cancelar ORD007",
}  # fmt: skip
WHERE, CANCEL, AND, YES, BARE = SPANISH


def understand(data: dict[str, Any]) -> Answer:
    return SPANISH.get(data["message"], understood(("OTHER", 0.9)))


def translate(data: dict[str, Any]) -> Answer:
    said = [IN_SPANISH.get(each, each) for each in (*data["sentences"], *data["suggestions"])]
    count = len(data["sentences"])
    return worded(*said[:count], suggestions=said[count:])


def lie(data: dict[str, Any]) -> Answer:
    return worded(*["Su reembolso de 500 € está aprobado."] * len(data["sentences"]), suggestions=data["suggestions"])


@pytest.fixture
async def brains(fake_groq: FakeServer, stores: Stores) -> AsyncIterator[ChatBrains]:
    brains = chat_brains(Settings(groq_api_key=SecretStr("key"), groq_base_url=fake_groq.url), stores.meters)
    yield brains
    await brains.aclose()


@pytest.fixture
async def talk(brains: ChatBrains, stores: Stores) -> Talk:
    talk = Talk(stores, brains.understanding, wording=brains.wording)
    await furnish(stores, talk.now)
    await put(stores, "ORD007", "CHIPS", talk.now, status=OrderStatus.PENDING)
    return talk


async def test_a_spanish_dialogue_is_answered_in_spanish_and_does_what_it_showed(
    talk: Talk, fake_groq: FakeServer
) -> None:
    fake_groq.will_reply(talking(understand, translate))
    where = await talk.says(WHERE)
    assert where.reply == "Su pedido ORD001 (Potato Chips) se hizo el 2 de marzo de 2026 y está en camino."
    shown = await talk.says(CANCEL)
    assert (shown.reply, shown.suggestions) == (
        "¿Cancelar ORD007 (Potato Chips, 12,99 €) y devolverle 12,99 € como pagó?",
        ["Sí", "No"],
    )
    assert shown.needs_confirmation
    assert talk.memory.pending
    assert (
        talk.memory.pending.shown == "Cancel ORD007 (Potato Chips, €12.99) and have €12.99 paid back the way you paid?"
    )
    assert talk.memory.history[-1] == f"assistant: {shown.reply}"
    done = await talk.says(YES)
    assert [(a.kind, a.id) for a in done.actions] == [("order_cancelled", "ORD007")]
    kept = (await talk.stores.conversations.view("CNV001")).messages
    assert [m.text for m in kept[1::2]] == [where.reply, shown.reply, done.reply]


async def test_a_yes_may_repeat_the_words_of_the_question_in_spanish(talk: Talk, fake_groq: FakeServer) -> None:
    fake_groq.will_reply(talking(understand, translate))
    await talk.says(CANCEL)
    assert talk.memory.pending
    for other in ("sí, cancelar ORD001", "sí, pero cancelar ORD007", "cancelar ORD007", "sí, cancelar 13 €"):
        assert answer_in(other, talk.memory.pending.words) is None, other
    done = await talk.says("Sí, cancelar ORD007")
    assert [(a.kind, a.status, a.id) for a in done.actions] == [("order_cancelled", "done", "ORD007")]


async def test_a_spanish_choice_is_read_by_the_rules_that_read_english(talk: Talk, fake_groq: FakeServer) -> None:
    await put(talk.stores, "ORD008", "CHIPS", talk.now, status=OrderStatus.PENDING)
    said = {
        "Quiero cancelar un pedido": understood(
            ("CANCEL_ORDER", 0.9), language="es", english="I want to cancel an order"
        ),
        "el segundo": understood(("OTHER", 0.9), language="es", english="the second one"),
        "tal vez": understood(("OTHER", 0.9), language="es", answer="yes", english="yes"),
    }
    fake_groq.will_reply(talking(lambda data: said[data["message"]]))
    offered = await talk.says("Quiero cancelar un pedido")
    assert len(offered.suggestions) == 2
    shown = await talk.says("el segundo")
    assert offered.suggestions[1] in shown.reply
    assert shown.needs_confirmation
    assert not (await talk.says("tal vez")).actions


async def test_a_bare_id_does_not_end_the_spanish(talk: Talk, fake_groq: FakeServer) -> None:
    fake_groq.will_reply(talking(understand, translate))
    said = (await talk.says(WHERE)).reply
    assert (await talk.says(BARE)).reply == said
    assert talk.memory.language == "es"


async def test_an_english_reply_costs_no_second_call(talk: Talk, fake_groq: FakeServer) -> None:
    fake_groq.will_reply(talking(lambda _: understood(("ORDER_STATUS", 0.9), order_ids=["ORD001"]), lie))
    reply = await talk.says("Where is my order ORD001?")
    assert reply.reply.startswith("Your order ORD001")
    assert [kind_of(seen) for seen in fake_groq.seen] == ["understood"]


@pytest.mark.parametrize(
    "word",
    [
        lie,
        lambda _: HTML,
        lambda _: groq_server.understood(("REFUND_REQUEST", 0.9)),
        lambda _: groq_server.failing(500, "internal_server_error"),
        lambda data: worded(*data["sentences"], "Y un regalo."),
        lambda data: worded("", suggestions=data["suggestions"]),
        lambda data: Answer(groq_server.echoed(data).body, delay=2.0),
    ],
    ids=["lies", "HTML", "another answer", "an error", "one sentence more", "nothing", "stalls"],
)
async def test_a_wording_that_is_not_true_or_not_there_leaves_the_reply_of_the_tools(
    talk: Talk, fake_groq: FakeServer, word: Any
) -> None:
    fake_groq.will_reply(talking(understand, word))
    reply = await talk.says(CANCEL)
    assert (reply.reply, reply.suggestions) == (
        "Cancel ORD007 (Potato Chips, €12.99) and have €12.99 paid back the way you paid?",
        ["Yes", "No"],
    )
    assert reply.needs_confirmation


async def test_a_suggestion_that_would_do_something_else_stays_in_english(talk: Talk, fake_groq: FakeServer) -> None:
    def swap(data: dict[str, Any]) -> Answer:
        return worded(*data["sentences"], suggestions=["Cancelar ORD001" for _ in data["suggestions"]])

    fake_groq.will_reply(talking(understand, swap))
    assert "Cancel ORD007" in (await talk.says(AND)).suggestions


async def test_what_the_customer_wrote_is_not_sent_to_be_worded(talk: Talk, fake_groq: FakeServer) -> None:
    fake_groq.will_reply(talking(understand))
    await talk.says(CANCEL)
    sent = [groq_server.data_of(seen) for seen in fake_groq.seen if kind_of(seen) == "worded"]
    assert sent == [
        {
            "language": "es",
            "sentences": ["Cancel ORD007 (Potato Chips, €12.99) and have €12.99 paid back the way you paid?"],
            "suggestions": [],
        }
    ]


async def test_when_groq_understands_nothing_the_local_model_answers_alone(talk: Talk, fake_groq: FakeServer) -> None:
    fake_groq.usual = groq_server.OVERLOADED
    reply = await talk.says("Where is my order ORD001?")
    assert (reply.model, reply.reply[:17]) == ("local", "Your order ORD001")
    figures = {f.name: f for f in await talk.stores.meters.totals(1)}
    assert (figures["local"].calls, figures["groq openai/gpt-oss-20b"].failures) == (1, 2)
    assert figures["groq openai/gpt-oss-20b"].retries == 1
