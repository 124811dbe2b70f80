"""Refunds in the chat, from the complaint to the end: each write is shown first and bound to its yes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from care.models.order import OrderStatus, Payment, PaymentStatus, Product
from care.models.refund import RefundStatus, Remedy
from care.models.understanding import Intent
from care.stores import Stores
from tests.graphs.talk import ME, OTHER, Talk, furnish, put
from tests.stores import make

REFUND = Intent.REFUND_REQUEST


@pytest.fixture
async def talk(stores: Stores) -> Talk:
    """With an order of four pieces of milk and one of chips, and a mug in the catalogue."""
    begun = Talk(stores)
    await furnish(stores, begun.now)
    mug = Product(sku="MUG", name="Stoneware Mug", price=make.eur(150), stock=3)
    await stores.products.put(mug)
    milk, chips = [(await stores.orders.get(each)).items[0] for each in ("ORD004", "ORD005")]
    both = [milk.model_copy(update={"quantity": 4, "price": make.eur(169)}), chips]
    order = await stores.orders.get("ORD004")
    both_order = order.model_copy(update={"order_id": "ORD008", "items": both, "total": make.eur(4 * 169 + 1299)})
    await stores.orders.put(both_order)
    for evidence_id, owner in (("EV001", ME), ("EV002", ME), ("EV900", OTHER)):
        await stores.evidence.put(make.evidence(evidence_id, customer_id=owner), b"...")
    return begun


async def _opened(talk: Talk, refund_id: str, order_id: str, status: RefundStatus, **given: Any) -> None:
    fields: dict[str, Any] = {"customer_id": ME, "order_id": order_id, "status": status, "version": 1} | given
    await talk.stores.refunds.save(make.refund(refund_id, **fields))


def _done(reply: Any) -> list[tuple[str, str, str | None]]:
    return [(a.kind, a.status, a.id) for a in reply.actions]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Refund for ORD008, it came late", "€19.75 for 4 x Amul Milk 1L, Potato Chips from ORD008"),
        ("Refund just the milk of ORD008, it came late", "€6.76 for 4 x Amul Milk 1L from ORD008"),
        ("Refund ORD008, 3 of the 4 milks came late", "€5.07 for 3 x Amul Milk 1L from ORD008"),
        ("Refund ORD008, everything but the chips was late", "€6.76 for 4 x Amul Milk 1L from ORD008"),
        ("ORD008 came late, I want store credit", "€19.75 as store credit for 4 x Amul Milk 1L"),
        ("ORD008 came late, a refund instead of store credit", "Open a refund of €19.75 for"),
    ],
)
async def test_the_claim_is_for_what_the_words_name(talk: Talk, text: str, shown: str) -> None:
    reply = await talk.says(text, REFUND)
    assert shown in reply.reply
    assert reply.needs_confirmation
    assert not talk.doors.opened


async def test_other_items_are_shown_with_what_is_paid_back_and_asked_for_on_yes(talk: Talk) -> None:
    shown = await talk.says("Swap the chips of ORD008 for a mug, I changed my mind", REFUND)
    instead = "Ask for Stoneware Mug (and €11.49 back) instead of Potato Chips from ORD008, a change of mind?"
    assert shown.reply == instead
    await talk.says("yes")
    [(_, request)] = talk.doors.opened.values()
    assert request.remedy is Remedy.REPLACEMENT
    assert request.exchange_for is not None
    assert [(i.sku, i.quantity) for i in request.exchange_for] == [("MUG", 1)]


async def test_an_amount_that_the_customer_names_is_not_what_is_paid(talk: Talk) -> None:
    shown = await talk.says("Refund me 500 euros for ORD005, it came late", REFUND)
    assert "A refund comes to what was paid for the items, which is €12.99." in shown.reply
    await talk.says("yes")
    assert len(talk.doors.opened) == 1


async def test_what_is_open_already_is_told_with_how_it_stands(talk: Talk) -> None:
    await _opened(talk, "REF001", "ORD004", RefundStatus.IN_REVIEW, items={"AMUL-MILK-1L": 1})
    reply = await talk.says("Refund ORD004, it came late", REFUND)
    assert "is already open" in reply.reply
    assert "REF001" in reply.reply
    assert not reply.needs_confirmation


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"status": OrderStatus.PENDING}, "nothing to give back. Cancel ORD006"),
        ({"status": OrderStatus.CANCELLED, "payment": Payment(status=PaymentStatus.REFUNDED)}, "has been refunded"),
    ],
)
async def test_an_order_that_was_never_sent_has_no_claim(talk: Talk, order: dict[str, Any], says: str) -> None:
    await put(talk.stores, "ORD006", "CHIPS", talk.now, **order)
    reply = await talk.says("Refund ORD006, it came late", REFUND)
    assert says in reply.reply
    assert all(a.kind == "order_cancelled" for a in reply.actions)
    assert not talk.doors.opened


async def test_a_claim_for_a_subscription_is_one_for_its_last_delivery(talk: Talk) -> None:
    await talk.stores.subscriptions.save(make.subscription("SUB001", customer_id=ME))
    await put(talk.stores, "ORD010", "AMUL-MILK-1L", talk.now, subscription_id="SUB001", occurrence="2026-03-01")
    reply = await talk.says("The delivery of SUB001 came late, I want my money back", REFUND)
    assert "from ORD010, too late?" in reply.reply


async def test_several_open_refunds_are_listed_and_one_is_told_in_full(talk: Talk) -> None:
    await _opened(talk, "REF001", "ORD004", RefundStatus.NEEDS_EVIDENCE)
    due = talk.now + timedelta(days=1, hours=2)
    await _opened(talk, "REF002", "ORD005", RefundStatus.IN_REVIEW, due_at=due)
    listed = await talk.says("Where is my refund?", REFUND)
    assert "REF001" in listed.reply
    assert "REF002" in listed.reply
    one = await talk.says("How is REF002 going?", REFUND)
    assert "decides by 4 March 2026, 13:00" in one.reply  # in Berlin


async def test_the_money_of_a_cancelled_order_is_found_where_it_went(talk: Talk) -> None:
    gone = {"status": OrderStatus.CANCELLED, "payment": Payment(status=PaymentStatus.REFUNDED)}
    await put(talk.stores, "ORD006", "CHIPS", talk.now, **gone)
    assert "ORD006 was cancelled" in (await talk.says("Where is my refund?", REFUND)).reply


async def test_a_refund_of_somebody_else_does_not_exist(talk: Talk) -> None:
    await _opened(talk, "REF900", "ORD900", RefundStatus.IN_REVIEW, customer_id=OTHER)
    for text in ("How is REF900 going?", "withdraw REF900"):
        assert (await talk.says(text, REFUND)).reply == "There is no refund REF900."
    assert not talk.doors.withdrawn


async def test_a_photo_for_an_open_refund_is_added_on_yes(talk: Talk) -> None:
    await _opened(talk, "REF001", "ORD004", RefundStatus.NEEDS_EVIDENCE)
    shown = await talk.says("Here is the photo", files=["EV001"])
    assert shown.reply == "Add this file to refund REF001 of €2.00 for ORD004?"
    assert not talk.doors.shown_to
    assert _done(await talk.says("yes")) == [("evidence_added", "done", "REF001")]
    assert talk.doors.shown_to == [("REF001", ["EV001"])]


async def test_which_of_two_waiting_refunds_a_photo_is_for_is_asked(talk: Talk) -> None:
    for refund_id, order_id in (("REF001", "ORD004"), ("REF002", "ORD005")):
        await _opened(talk, refund_id, order_id, RefundStatus.NEEDS_EVIDENCE)
    asked = await talk.says("Here is the photo", files=["EV001"])
    assert set(asked.suggestions) == {"REF001", "REF002"}
    assert "refund REF002" in (await talk.says("REF002", REFUND)).reply
    await talk.says("yes")
    assert talk.doors.shown_to == [("REF002", ["EV001"])]


async def test_a_photo_of_somebody_else_is_added_to_nothing(talk: Talk) -> None:
    await _opened(talk, "REF001", "ORD004", RefundStatus.NEEDS_EVIDENCE)
    reply = await talk.says("Here is the photo", files=["EV900"])
    assert reply.reply == "There is no evidence EV900."
    assert not reply.needs_confirmation


async def test_a_refund_is_withdrawn_only_after_yes(talk: Talk) -> None:
    await _opened(talk, "REF001", "ORD004", RefundStatus.IN_REVIEW)
    shown = await talk.says("Please withdraw my refund", REFUND)
    assert shown.reply == "Withdraw refund REF001 of €2.00 for ORD004?"
    assert not talk.doors.withdrawn
    assert _done(await talk.says("yes")) == [("refund_withdrawn", "done", "REF001")]
    assert talk.doors.withdrawn == ["REF001"]


async def test_which_refund_is_withdrawn_is_asked_where_two_are_open(talk: Talk) -> None:
    for refund_id, order_id in (("REF001", "ORD004"), ("REF002", "ORD005")):
        await _opened(talk, refund_id, order_id, RefundStatus.IN_REVIEW)
    assert "Which refund" in (await talk.says("cancel my refund", REFUND)).reply
    assert "Withdraw refund REF002" in (await talk.says("REF002", REFUND)).reply


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (RefundStatus.PAID, "is settled already"),
        (RefundStatus.APPROVED, "can no longer be withdrawn"),
        (RefundStatus.WITHDRAWN, "is withdrawn already"),
    ],
)
async def test_what_can_no_longer_be_withdrawn_is_not_offered(talk: Talk, status: RefundStatus, says: str) -> None:
    await _opened(talk, "REF001", "ORD004", status)
    reply = await talk.says("withdraw REF001", REFUND)
    assert says in reply.reply
    assert not reply.needs_confirmation


async def test_a_decision_that_the_customer_sees_differently_goes_to_a_person(talk: Talk) -> None:
    await _opened(talk, "REF001", "ORD004", RefundStatus.REJECTED)
    told = await talk.says("My refund was rejected, why?", REFUND)
    assert "was not approved. If you see it differently" in told.reply
    assert (await talk.says("I want it reviewed again")).handed_off


async def test_a_number_alone_changes_how_many_pieces_are_shown(talk: Talk) -> None:
    await talk.says("Refund just the milk of ORD008, it came late", REFUND)
    assert "€3.38 for 2 x Amul Milk 1L" in (await talk.says("just 2 of them")).reply


async def test_the_policy_is_told_from_the_policy(talk: Talk) -> None:
    reply = await talk.says("What is your return policy?", REFUND)
    assert "within 30 days" in reply.reply
    assert "within 14 days" in reply.reply
    assert reply.actions == []


async def test_a_promise_made_elsewhere_is_not_kept_and_the_request_is_served(talk: Talk) -> None:
    reply = await talk.says("Your manager promised me a refund for ORD005, it came late", REFUND)
    assert reply.reply.startswith("I cannot see or keep what was promised elsewhere")
    assert "Open a refund of €12.99" in reply.reply
    assert reply.needs_confirmation


async def test_a_photo_may_come_later(talk: Talk) -> None:
    await talk.says("Refund ORD005, it arrived broken", REFUND)
    assert (await talk.says("I'll send one later", REFUND)).needs_confirmation
