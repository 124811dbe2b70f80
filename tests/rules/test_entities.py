"""What a message names, as tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.brains.intent_model import utterances
from care.rules.entities import find_entities
from care.rules.language import _SCRIPTS, _WORDS, language_of
from care.rules.other_languages import passed_on
from care.rules.product_names import products_in
from care.rules.spoken_dates import dates_in, resolve, span_in

CATALOGUE = ["Amul Milk 1L", "Oat Milk 1L", "Whey Protein", "Ground Coffee 500g", "Free-range Eggs (10)"]


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("Where are ORD-12 and ord001?", "order_ids", ["ORD-12", "ORD001"]),
        ("ORD-SUB001-2026-11-27 never came", "order_ids", ["ORD-SUB001-2026-11-27"]),
        ("order 12 and ordinary things", "order_ids", []),
        ("order #4471 and order no. 5512", "order_ids", ["4471", "5512"]),
        ("order number 2", "order_ids", []),
        ("ord 004 and ord_7", "order_ids", ["ORD004", "ORD7"]),
        ("sub2, SUB-003", "subscription_ids", ["SUB2", "SUB-003"]),
        ("cancel sub001", "subscription_ids", ["SUB001"]),
        ("ORD-SUB001-20261127", "subscription_ids", []),
        ("what about REF 007", "refund_ids", ["REF007"]),
        ("two packs of milk", "quantity", 2),
        ("send 3 bottles", "quantity", 3),
        ("quantity to 5", "quantity", 5),
        ("change it from 1 to 4", "quantity", 4),
        ("2x whey", "quantity", 2),
        ("every 2 weeks", "quantity", None),
        ("on the 5th", "quantity", None),
        ("I waited 10 days", "quantity", None),
        ("I paid 20 euros, or €12.99", "quantity", None),
        ("deliver at 9 am on 27 November", "quantity", None),
        ("ORD-12", "quantity", None),
        ("ORD 004", "quantity", None),
        ("make it three", "quantity", 3),
        ("make that 5 please", "quantity", 5),
        ("make it 2 weeks", "quantity", None),
        ("2 bags at Rs. 300 each", "quantity", 2),
        ("I paid €12.99", "amounts", ["€12.99"]),
        ("500 rupees, not Rs. 300", "amounts", ["500 rupees", "Rs. 300"]),
        ("20 dollars and $5", "amounts", ["20 dollars", "$5"]),
        ("12,50 EUR or 1,299.00 USD", "amounts", ["12,50 EUR", "1,299.00 USD"]),
        ("a hundred dollars, forty-five euros", "amounts", ["a hundred dollars", "forty-five euros"]),
        ("2 pounds of sugar, 3 packs and version 1.2", "amounts", []),
        ("milk daily please", "frequency", "daily"),
        ("one each morning", "frequency", "daily"),
        ("every Friday", "frequency", "weekly"),
        ("on Mondays", "frequency", "weekly"),
        ("every other Friday", "frequency", "biweekly"),
        ("every two weeks", "frequency", "biweekly"),
        ("on the 5th of every month", "frequency", "monthly"),
        ("skip Friday", "frequency", None),
        ("every Friday", "delivery_day", "friday"),
        ("Tuesdays", "delivery_day", "tuesday"),
        ("each thu", "delivery_day", None),
        ("on fri", "delivery_day", "friday"),
        ("on the 15th of each month", "delivery_day", 15),
        ("on the 27th of November", "delivery_day", None),
        ("the 45th", "delivery_day", None),
        ("the jar was smashed and late", "reason", "damaged"),
        ("I got the wrong size", "reason", "wrong_item"),
        ("ORD004 came with the wrong tea", "reason", "wrong_item"),
        ("one bottle is missing", "reason", "missing"),
        ("it is four days late", "reason", "late"),
        ("the milk was sour", "reason", "quality"),
        ("I changed my mind", "reason", "changed_mind"),
        ("where is it", "reason", None),
        ("give me my money back", "remedy", "refund"),
        ("please send a replacement", "remedy", "replacement"),
        ("store credit is fine, no refund", "remedy", "store_credit"),
    ],
)
def test_a_message_names(text: str, field: str, expected: Any) -> None:
    assert getattr(find_entities(text, CATALOGUE), field) == expected


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("amul milk", ["Amul Milk 1L"]),
        ("two packs of Amul Mlik every friday", ["Amul Milk 1L"]),
        ("milk", ["Amul Milk 1L", "Oat Milk 1L"]),
        ("whey protien please", ["Whey Protein"]),
        ("two packs of mlik", ["Amul Milk 1L", "Oat Milk 1L"]),
        ("the milkk was sour", ["Amul Milk 1L", "Oat Milk 1L"]),
        ("I met him on the way", []),
        ("coffee and eggs", ["Ground Coffee 500g", "Free-range Eggs (10)"]),
        ("a fresh pack", []),
        ("where is my order", []),
    ],
)
def test_products_are_found_despite_typing_slips(text: str, meant: list[str]) -> None:
    assert products_in(text, CATALOGUE) == meant


FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("text", "found", "dates"),
    [
        ("skip 2026-12-04", ["2026-12-04"], [date(2026, 12, 4)]),
        ("skip 2026-13-04", [], []),
        ("on December 4th, 2027", ["2027-12-04"], [date(2027, 12, 4)]),
        ("the 3rd of January", ["3 jan"], [date(2027, 1, 3)]),
        ("31 February", [], []),
        ("29 Feb", ["29 feb"], [date(2028, 2, 29)]),
        ("tomorrow or today", ["tomorrow", "today"], [date(2026, 11, 28), FRIDAY]),
        ("day after tomorrow", ["day after tomorrow"], [date(2026, 11, 29)]),
        ("friday", ["friday"], [FRIDAY]),
        ("Next Friday", ["next friday"], [date(2026, 12, 4)]),
        ("this monday", ["this monday"], [date(2026, 11, 30)]),
        ("every Friday", [], []),
        ("the 27th please", ["the 27th"], [FRIDAY]),
        ("on the 1st", ["the 1st"], [date(2026, 12, 1)]),
        ("the 31st of next month", ["the 31st of next month"], [date(2026, 12, 31)]),
        ("the 5th of each month", [], []),
        ("cancel the 1st order and the 2nd one", [], []),
        ("27/11 or 11/28/2026", ["27 nov", "2026-11-28"], [FRIDAY, date(2026, 11, 28)]),
        ("5/11, 1/2 price, 24/7", [], []),
        ("27.11.2026", ["2026-11-27"], [FRIDAY]),
        ("I paid 12.50 and 10.12", [], []),
        ("in two weeks", ["in 2 weeks"], [date(2026, 12, 11)]),
        ("in a couple of days", ["in 2 days"], [date(2026, 11, 29)]),
        ("in 1 month", ["in 1 month"], [date(2026, 12, 27)]),
        ("a week from Friday", ["1 week from friday"], [date(2026, 12, 4)]),
        ("this weekend", ["this weekend"], [date(2026, 11, 28)]),
        ("next weekend", ["next weekend"], [date(2026, 12, 5)]),
        ("next month", ["next month"], [date(2026, 12, 1)]),
        ("end of the month", ["end of this month"], [date(2026, 11, 30)]),
        ("the end of next month", ["end of next month"], [date(2026, 12, 31)]),
        ("until January", ["1 jan"], [date(2027, 1, 1)]),
        ("until Christmas", ["25 dec"], [date(2026, 12, 25)]),
        ("a Christmas gift", [], []),
        ("on fri, not sat", ["friday"], [FRIDAY]),
        ("he sat in the sun", [], []),
        (
            "tmrw or the day after tommorow",
            ["tomorrow", "day after tomorrow"],
            [date(2026, 11, 28), date(2026, 11, 29)],
        ),
        ("Friday next week", ["friday next week"], [date(2026, 12, 4)]),
        ("from the 3rd to the 17th", ["the 3rd", "the 17th"], [date(2026, 12, 3), date(2026, 12, 17)]),
    ],
)
def test_dates_in_words_are_found_and_resolved(text: str, found: list[str], dates: list[date]) -> None:
    assert dates_in(text) == found
    assert [resolve(spoken, FRIDAY) for spoken in found] == dates


@pytest.mark.parametrize(
    ("text", "span", "end"),
    [
        ("pause it for two weeks", ("weeks", 2), date(2026, 12, 11)),
        ("hold my milk for a month please", ("months", 1), date(2026, 12, 27)),
        ("pause SUB001 3 weeks", ("weeks", 3), date(2026, 12, 18)),
        ("nothing for the next 10 days", ("days", 10), date(2026, 12, 7)),
        ("stop it for a fortnight", ("weeks", 2), date(2026, 12, 11)),
    ],
)
def test_how_long_something_shall_last_is_found(text: str, span: tuple[str, int], end: date) -> None:
    found = span_in(text)
    assert found is not None
    assert (tuple(found), found.end(FRIDAY)) == (span, end)


@pytest.mark.parametrize(
    "text",
    ["every two weeks", "I have waited for two weeks", "it is late for 2 days now", "skip two deliveries", "in 3 days"],
)
def test_a_rhythm_or_a_wait_is_no_span(text: str) -> None:
    assert span_in(text) is None


@given(st.text(max_size=300), st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_any_text_at_all_can_be_read(text: str, today: date) -> None:
    entities = find_entities(text, CATALOGUE)
    assert all(resolve(spoken, today) is not None for spoken in entities.dates)
    assert set(entities.products) <= set(CATALOGUE)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order?", "en"),
        ("¿Dónde está mi pedido?", "es"),
        ("Quiero un reembolso por favor", "es"),
        ("मेरा ऑर्डर कहाँ है", "hi"),
        ("mera order kahan hai", "hi"),
        ("I bought the El Paso salsa for my mum", "en"),
        ("quiero cancelar la suscripcion", "es"),
        ("me cobraron dos veces", "es"),
        ("mujhe refund chahiye", "hi"),
        ("order cancel karna hai", "hi"),
        ("où est ma commande", "fr"),
        ("je n'ai pas reçu mon colis", "fr"),
        ("wo ist meine Bestellung", "de"),
        ("ich möchte mein Geld zurück", "de"),
        ("onde está o meu pedido", "pt"),
        ("meu pacote não chegou", "pt"),
        ("dov'è il mio ordine", "it"),
        ("vorrei un rimborso", "it"),
        ("waar is mijn bestelling", "nl"),
        ("gdzie jest moje zamówienie", "pl"),
        ("siparişim nerede", "tr"),
        ("di mana pesanan saya", "id"),
        ("đơn hàng của tôi ở đâu", "vi"),
        ("jag vill ha pengarna tillbaka", "sv"),
        ("где мой заказ", "ru"),
        ("де моє замовлення", "uk"),
        ("أين طلبي", "ar"),
        ("سفارش من کجاست", "fa"),
        ("میرا آرڈر کہاں ہے", "ur"),
        ("איפה ההזמנה שלי", "he"),
        ("πού είναι η παραγγελία μου", "el"),
        ("我的订单在哪里", "zh"),
        ("注文はどこですか", "ja"),
        ("제 주문은 어디에 있나요", "ko"),
        ("আমার অর্ডার কোথায়", "bn"),
        ("என் ஆர்டர் எங்கே", "ta"),
        ("నా ఆర్డర్ ఎక్కడ ఉంది", "te"),
        ("คำสั่งซื้อของฉันอยู่ที่ไหน", "th"),
        ("ჩემი შეკვეთა სად არის", "und"),
        ("hola, where is my order", "en"),
        ("cancel my order por favor", "en"),
        ("hola", "en"),
        ("merci", "en"),
        ("ship it to Calle de la Paz 12, 28001 Madrid", "en"),
        ("Karl-Marx-Allee 3, Berlin", "en"),
        ("I ordered the crème brûlée from Le Petit Paris", "en"),
        ("refund 2 packs of अमूल milk from my last order please", "en"),
        ("José Núñez", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_told_by_its_script_and_little_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_no_english_utterance_is_taken_for_another_language() -> None:
    assert [text for _, text in utterances() if language_of(text) != "en"] == []


def test_every_language_that_is_told_has_a_sentence_of_its_own() -> None:
    told = {*_SCRIPTS, *_WORDS, "uk", "fa", "ur"} - {"und"}
    sentences = {passed_on(language) for language in told}
    assert len(sentences) == len(told) == 26
    assert passed_on("und") not in sentences


def test_a_language_without_a_sentence_is_answered_in_english() -> None:
    assert passed_on("und").startswith("I do not read your language")


def test_one_of_them_is_a_quantity_and_one_of_my_orders_is_not() -> None:
    assert find_entities("just the eggs, one of them").quantity == 1
    assert find_entities("one of my orders is late").quantity is None


def test_a_product_that_is_ruled_out_is_not_meant() -> None:
    names = ["Rolled Oats 500g", "Stoneware Mug"]
    assert find_entities("sorry, I meant the oats, not the mug", names).products == ["Rolled Oats 500g"]
    assert find_entities("not the mug", names).products == ["Stoneware Mug"]
