"""The kit itself: what it takes for a dialogue, and that it sees what was done besides."""

from __future__ import annotations

import copy
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from care.models.understanding import Intent
from care.rules.writes import WRITES
from tests.api.shop import Someone
from tests.dialogues.books import Books
from tests.dialogues.grammar import CATALOGUE, Wrong
from tests.dialogues.names import Names
from tests.dialogues.parser import all_for, parse
from tests.dialogues.script import Dialogue, Said
from tests.dialogues.stage import Stage
from tests.dialogues.verdict import fits, problems

GOOD = """# A title
shop: order ORD001 milk pending

customer> cancel it
understands: CANCEL_ORDER
assistant> *ORD001*
action: order_cancelled proposed ORD001

then: order ORD001: status cancelled; payment refunded
then: card: +€1.49
then: stock of milk: +1
"""


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ("# A title", "No title", "f.txt:1: begin with a title"),
        ("shop: order ORD001 milk pending", "shop: order ORD001 gold pending", "f.txt:2: 'gold' is not sold here"),
        ("shop: order ORD001 milk pending", "shop: order ORD1 milk pending", "f.txt:2: 'ORD1' is no id"),
        ("shop: order ORD001 milk pending", "shop: order ORD001 milk eaten", "f.txt:2: write: order"),
        ("shop: order ORD001 milk pending", "shop: elephant", "f.txt:2: 'elephant' is unknown here"),
        ("understands: CANCEL_ORDER", "", "f.txt:9: line 4 needs 'understands:'"),
        ("understands: CANCEL_ORDER", "understands: GIVE_MONEY", "f.txt:5: 'GIVE_MONEY' is no intent"),
        ("understands: CANCEL_ORDER", "understands: CANCEL_ORDER; colour red", "f.txt:5: 'colour red'"),
        ("understands: CANCEL_ORDER", "misbehaves: badly", "f.txt:5: misbehaves: slow"),
        ("understands: CANCEL_ORDER", "part: CANCEL_ORDER: cancel that", "f.txt:5: the message does not hold"),
        ("assistant> *ORD001*", "assistant> **", "f.txt:6: this would fit any reply"),
        ("assistant> *ORD001*", "assistant> *{next week}*", "f.txt:6: write days as"),
        ("assistant> *ORD001*", "asistant> *ORD001*", "f.txt:6: unknown line"),
        ("action: order_cancelled proposed ORD001", "action: order_eaten done ORD001", "f.txt:7: write 'action:"),
        ("action: order_cancelled proposed ORD001", "shop: wallet €1.00", "f.txt:7: 'shop:' comes before"),
        ("then: card: +€1.49", "then: card: €1.49", "f.txt:10: '€1.49': write by how much"),
        ("then: card: +€1.49", "then: order ORD001", "f.txt:10: write 'order ORD001"),
        ("then: card: +€1.49", "then: new order ORD002: total €1.49", "f.txt:10: say of a new order also: items"),
        ("then: card: +€1.49", "then: handed over: bored", "f.txt:10: handed over: asked"),
        ("then: card: +€1.49", "then: nothing changes", "f.txt:1: either something changes or nothing does"),
        ("then: stock of milk: +1", "customer> more", "f.txt:11: after the first 'then:' come only others"),
    ],
)
def test_a_line_that_says_nothing_is_an_error_with_its_number(line: str, instead: str, told: str) -> None:
    with pytest.raises(Wrong) as wrong:
        parse(GOOD.replace(line, instead), "f.txt")
    assert str(wrong.value).startswith(told)


@pytest.mark.parametrize("until", ["customer>", "assistant>", "then:"])
def test_a_dialogue_that_expects_nothing_is_an_error(until: str) -> None:
    with pytest.raises(Wrong):
        parse(GOOD[: GOOD.index(until)], "f.txt")


@pytest.mark.parametrize(
    ("pattern", "reply", "expected"),
    [
        ("*cancel ORD001*?", "Shall I cancel\nORD001 now?", True),
        ("*ORD001*cancel*", "Shall I cancel ORD001?", False),
        ("*paid*paid*", "It is paid.", False),
    ],
)
def test_a_pattern_holds_its_pieces_in_their_order(pattern: str, reply: str, expected: bool) -> None:
    assert fits(pattern, reply) is expected


@pytest.mark.parametrize("written", ["ORD001", "ord 1", "Ord-001", "#ord001"])
def test_an_id_keeps_the_way_in_which_the_customer_writes_it(written: str) -> None:
    names = Names()
    names.bind("ORD001", "ORD77001")
    said = names.to_real(f"where is {written}?")
    assert said == f"where is {written.replace('001', '77001').replace(' 1', ' 77001')}?"
    assert names.to_named("ORD77001") == "ORD001"


# What the database held before GOOD; the same after it, with all that its `then:` lines tell of.
BEFORE: Books = {
    "orders": {"ORD77001": {"_id": "ORD77001", "status": "pending", "payment": {"status": "paid", "reference": "p"}}},
    "wallets": {"CUST001": {"balance": {"amount": 0, "currency": "EUR"}}},
    "products": {"AMUL-MILK-1L": {"price": 149, "stock": 5}},
    "ledger": {},
}
BOOKED = {"lines": [{"account": "customer:CUST001:card", "amount": 149}, {"account": "shop:sales", "amount": -149}]}


def as_told() -> Books:
    after = copy.deepcopy(BEFORE)
    after["orders"]["ORD77001"] |= {"status": "cancelled", "payment": {"status": "refunded", "reference": "p"}}
    after["products"]["AMUL-MILK-1L"]["stock"] = 6
    after["ledger"]["cancel"] = BOOKED
    return after


def found(after: Books) -> list[str]:
    [dialogue] = parse(GOOD, "f.txt")
    return list(problems(dialogue, a_stage(), BEFORE, after))


def a_stage() -> Stage:
    nobody: Any = None
    stage = Stage(
        nobody, Someone("a@care.test", nobody, "CUST001"), Someone("b@care.test", nobody, "CUST002"), ZoneInfo("UTC")
    )
    stage.names.bind("ORD001", "ORD77001")
    stage.names.bind("customer", "CUST001")
    for word, product in CATALOGUE.items():
        stage.names.bind(word, product.sku)
    return stage


def test_what_is_told_is_all_that_changed() -> None:
    assert found(as_told()) == []


@pytest.mark.parametrize(
    ("collection", "id_", "field", "value", "told"),
    [
        ("orders", "ORD77001", "status", "shipped", "status is shipped"),
        ("orders", "ORD77001", "address", "x", "no line tells of order ORD77001: address"),
        ("orders", "ORD77002", "status", "cancelled", "no line tells of the new order ORD77002"),
        ("wallets", "CUST001", "balance", {"amount": 1, "currency": "EUR"}, "no line tells of wallet CUST001"),
        ("traces", "TRC1", "status", "open", "no line tells of the new traces TRC1"),
        ("products", "AMUL-MILK-1L", "stock", 7, "stock of AMUL-MILK-1L moved by 2, not by 1"),
        ("products", "AMUL-MILK-1L", "price", 1, "the product AMUL-MILK-1L has changed"),
        ("ledger", "again", "lines", BOOKED["lines"], "card moved by 298, not by 149"),
    ],
)
def test_what_no_line_tells_of_is_found(collection: str, id_: str, field: str, value: object, told: str) -> None:
    after = as_told()
    after.setdefault(collection, {}).setdefault(id_, {})[field] = value
    assert [problem for problem in found(after) if told in problem]


def test_what_is_told_and_did_not_happen_is_found() -> None:
    assert any("moved by 0, not by 149" in problem for problem in found(BEFORE))


def every() -> list[Dialogue]:
    return list({d.name: d for d in [*all_for("local"), *all_for("groq")]}.values())


def test_no_two_dialogues_have_the_same_title() -> None:
    assert len(every()) == len({(d.file, d.line) for d in [*all_for("local"), *all_for("groq")]})


def test_the_dialogues_hold_every_intent_and_every_write() -> None:
    said = [step for dialogue in every() for step in dialogue.steps if isinstance(step, Said)]
    intents = {intent for each in said if each.heard for intent, _ in each.heard.intents}
    assert intents == set(Intent)
    done = {action.kind for each in said for action in each.actions if action.status == "done"}
    assert done >= {write.done for write in WRITES.values()}
