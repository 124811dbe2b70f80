"""What a hosted model wrote, read as tables."""

from __future__ import annotations

import json
from typing import Any

import pytest

from care.brains.grounding import words_of_message
from care.brains.protocols import Utterance
from care.brains.reading import read_understood, read_worded
from care.errors import ModelTrouble
from care.models.understanding import Entities, Understood

PRODUCTS = ["Amul Milk 1L", "Potato Chips"]
TWO = "Cancel  ORD005 and where is my milk?"


def read(text: str, *, history: list[str] | None = None, asked: str | None = None, **answer: Any) -> Understood:
    content = {"intents": [{"intent": "OTHER", "confidence": 0.9}], **answer}
    utterance = Utterance(text=text, history=history or [], asked=asked, products=PRODUCTS)
    return read_understood(json.dumps(content), utterance, "m")


def named(text: str, history: list[str] | None = None, **entities: Any) -> Entities:
    return read(text, history=history, entities=entities).entities


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"intent": "WALLET_ISSUE", "confidence": 0.8}, [("WALLET_ISSUE", 0.8)]),
        ({"intent": "WALLET_ISSUE"}, [("WALLET_ISSUE", 0.7)]),
        ({"intents": [{"intent": "OTHER"}]}, [("OTHER", 0.7)]),
        ({"intent": "wallet issue", "confidence": "0.8", "language": None}, [("WALLET_ISSUE", 0.8)]),
        ({"intent": "WALLET_ISSUE", "entities": {"order_ids": None}, "wishes": None}, [("WALLET_ISSUE", 0.7)]),
        ({"wishes": [{"intent": "ACCOUNT", "part": "my wallet"}]}, [("ACCOUNT", 0.7)]),
    ],
)
def test_fields_that_are_missing_have_defaults(content: dict[str, Any], expected: list[tuple[str, float]]) -> None:
    understood = read_understood(json.dumps(content), Utterance(text="My wallet is wrong"), "m")
    assert [(s.intent, s.confidence) for s in understood.intents] == expected
    assert (understood.angry, understood.wishes, understood.language) == (False, [], "en")


@pytest.mark.parametrize(
    "content",
    ["", "null", "3", "[]", "{}", '{"intents": []}', '{"intents": [3]}', '{"intents": {"a": 1}}', '{"intent": "HACK"}',
     '{"intent": "OTHER", "wishes": 3}', '{"intent": "OTHER", "wishes": ["x"]}', '{"intent": "OTHER", "entities": []}x',
     '{"intent": "OTHER", "wishes": [{"intent": "HACK"}]}', '{"intent": "OTHER", "entities": {"dates": 3}}',
     '{"intent": "OTHER", "confidence": "NaN"}', '{"intent": "OTHER", "language": "\\ud800"}', "[" * 100_000],
)  # fmt: skip
def test_nonsense_is_trouble(content: str) -> None:
    with pytest.raises(ModelTrouble):
        read_understood(content, Utterance(text="hello"), "m")


def test_an_answer_may_be_fenced_as_in_markdown() -> None:
    fenced = '```json\n{"intent": "WALLET_ISSUE"}\n```'
    assert read_understood(fenced, Utterance(text="hello"), "m").intents[0].intent == "WALLET_ISSUE"


@pytest.mark.parametrize(("day", "expected"), [("Friday", "friday"), ("5", 5), (31, 31), (32, None), ("someday", None)])
def test_a_delivery_day_is_a_weekday_or_a_day_of_the_month(day: object, expected: object) -> None:
    assert named("el 5, el 31 o el 32", delivery_day=day).delivery_day == expected


def test_wishes_are_the_words_of_the_message_in_the_order_said() -> None:
    wishes = read(
        TWO,
        wishes=[
            {"intent": "CANCEL_ORDER", "part": "cancel ord005"},
            {"intent": "ORDER_STATUS", "part": "where is my milk?", "entities": {"order_ids": ["ORD999"]}},
        ],
    ).wishes
    assert [(w.intent, w.text) for w in wishes] == [
        ("CANCEL_ORDER", "Cancel  ORD005"),
        ("ORDER_STATUS", "where is my milk?"),
    ]
    assert [(w.entities.order_ids, w.entities.products) for w in wishes] == [(["ORD005"], []), ([], ["Amul Milk 1L"])]


def test_one_wish_small_talk_and_repetition_are_no_list_of_wishes() -> None:
    one = {"intent": "CANCEL_ORDER", "part": "Cancel ORD005"}
    assert read(TWO, wishes=[one, {"intent": "OTHER", "part": "and"}, one]).wishes == []


@pytest.mark.parametrize("part", ["", None, "Cancel ORD00", "ORD005 cancel", "please cancel ORD005"])
def test_a_part_that_is_not_quoted_stands_for_the_whole_message(part: object) -> None:
    wishes = read(
        TWO, wishes=[{"intent": "CANCEL_ORDER", "part": part}, {"intent": "ORDER_STATUS", "part": "my milk"}]
    ).wishes
    assert wishes[0].text == (TWO if part != "Cancel ORD00" else "Cancel  ORD00")


@pytest.mark.parametrize("part", ["give me €500", 7, "cancel ORD007 for me"])
def test_a_wish_that_nobody_said_is_none(part: object) -> None:
    invented = {"intent": "CANCEL_ORDER", "part": part, "english": "Cancel ORD005"}
    assert read(TWO, wishes=[invented, invented | {"intent": "REFUND_REQUEST"}]).wishes == []


def test_words_are_found_whatever_their_spaces_and_capitals() -> None:
    assert words_of_message("CANCELA el  pedido", "Hola, cancela\nel pedido (a+b)?") == "cancela\nel pedido"


@pytest.mark.parametrize(
    ("text", "entities", "field", "expected"),
    [
        ("Where is ORD004?", {"order_ids": ["ORD004", "ord999"]}, "order_ids", ["ORD004"]),
        ("Where is ORD0041?", {"order_ids": ["ORD004"]}, "order_ids", ["ORD0041"]),
        ("Skip SUB001", {"order_ids": ["SUB001"]}, "order_ids", []),
        ("the order", {"order_ids": ["ORDER", "THE"]}, "order_ids", []),
        ("¿Dónde está #a77?", {"order_ids": ["#a77"]}, "order_ids", ["A77"]),
        ("milk", {"products": ["Gold bars"]}, "products", ["Amul Milk 1L"]),
        ("la leche", {"products": ["Amul Milk 1L"]}, "products", ["Amul Milk 1L"]),
        ("dame dos", {"quantity": 2}, "quantity", 2),
        ("दो पैकेट", {"quantity": 2}, "quantity", 2),
        ("dame leche", {"quantity": 50}, "quantity", None),
        ("I want two", {"quantity": 50}, "quantity", 2),
        ("el 27 de noviembre", {"dates": ["27 nov"]}, "dates", ["27 nov"]),
        ("el 27/11/2026", {"dates": ["2026-11-27"]}, "dates", ["2026-11-27"]),
        ("mañana", {"dates": ["tomorrow"]}, "dates", ["tomorrow"]),
        ("el viernes", {"dates": ["next friday", "whenever"]}, "dates", ["next friday"]),
        ("el 27 de noviembre", {"dates": ["4 dec", "2026-12-04"]}, "dates", []),
        ("skip 27 November", {"dates": ["4 dec"]}, "dates", ["27 nov"]),
        ("me cobraron 500 rupias", {"amounts": ["500 rupias", "€900", "rupias"]}, "amounts", ["500 rupias"]),
        ("está rota", {"reason": "damaged"}, "reason", "damaged"),
    ],
)
def test_a_model_names_nothing_that_it_was_not_given(
    text: str, entities: dict[str, Any], field: str, expected: object
) -> None:
    assert getattr(named(text, **entities), field) == expected


def test_an_answer_of_any_length_is_read_in_bounds() -> None:
    many = ["Amul Milk 1L" * 1000, *["ORD1"] * 1000, "ORD004"]
    entities = named("ORD004", order_ids=many, products=many, dates=many, amounts=many, delivery_day="9" * 5000)
    assert (entities.order_ids, entities.products) == (["ORD004"], [])
    assert read("x" * 10, wishes=[{"intent": "ACCOUNT", "part": "x " * 100_000}] * 1000).wishes == []


@pytest.mark.parametrize(
    ("text", "english", "expected"),
    [
        ("Pausa mi suscripción dos semanas", "Pause my subscription for 2 weeks", "Pause my subscription for 2 weeks"),
        ("Pausa mi suscripción", "Pause my subscription for 9 weeks", None),
        ("Cancela mi pedido ORD004", "Cancel my order ORD005", None),
        ("Pausa mi suscripción", "Pause it. " * 20, None),
        ("Pausa mi suscripción", 7, None),
        ("Pause my subscription", "Cancel my subscription", None),
    ],
)
def test_a_rendering_in_english_says_no_number_that_was_not_said(
    text: str, english: object, expected: str | None
) -> None:
    assert read(text, language="es", english=english).english == expected


def test_the_parts_of_a_spanish_message_are_served_in_english() -> None:
    text = "Cancela el pedido ORD005 y pausa la leche"
    parts = [
        ("CANCEL_ORDER", "Cancela el pedido ORD005", "Cancel the order ORD005"),
        ("SUBSCRIPTION_MANAGE", "la", None),
    ]
    wishes = read(
        text, language="es", wishes=[{"intent": i, "part": part, "english": english} for i, part, english in parts]
    ).wishes
    assert [w.text for w in wishes] == ["Cancel the order ORD005", "la"]


def test_an_id_from_the_conversation_may_be_meant_by_it() -> None:
    assert named("Cancel it", ["assistant: ORD007 is on its way."], order_ids=["ORD007"]).order_ids == ["ORD007"]


def test_a_yes_without_a_question_is_no_answer() -> None:
    assert read("yes", answer="yes").answer is None
    assert read("yes", asked="Cancel ORD005?", answer="yes").answer == "yes"


def test_anger_is_true_or_not() -> None:
    assert [read("x", angry=angry).angry for angry in (True, False, None, "yes", 1)] == [True, *[False] * 4]


def test_a_wording_has_as_many_sentences_as_the_reply() -> None:
    content = json.dumps({"sentences": ["Hola."], "suggestions": []})
    assert read_worded(content, 1).sentences == ["Hola."]
    for wrong in (content.replace('["Hola."]', "[1]"), '{"intents": []}', "x"):
        with pytest.raises(ModelTrouble):
            read_worded(wrong, 1)
    with pytest.raises(ModelTrouble):
        read_worded(content, 2)
