"""Dialogues about orders: where they are, changing one, and what went wrong on its way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from care.brains.local import LocalUnderstanding
from care.models.conversation import ChatReply
from care.models.ledger import PaymentMethod
from care.models.money import Money
from care.models.order import Order, OrderStatus, Payment, PaymentStatus, Window
from care.models.refund import Remedy
from care.models.understanding import Intent
from care.stores import Stores
from tests.graphs.talk import ME, OTHER, Talk, furnish, put
from tests.stores import make

CARD = f"customer:{ME}:card"
CHANGE, STATUS, TROUBLE = Intent.CHANGE_ORDER, Intent.ORDER_STATUS, Intent.DELIVERY_ISSUE


@pytest.fixture
async def talk(stores: Stores) -> Talk:
    """Beside the usual orders one of mine that is pending and paid: ORD006, a pack of chips."""
    begun = Talk(stores)
    await furnish(stores, begun.now)
    await stores.products.put(make.product("WHEY", price=500).model_copy(update={"name": "Whey Protein"}))
    paid = await begun.payments.charge(ME, make.eur(1299), "order:ORD006")
    await pending(begun, payment=Payment(status=PaymentStatus.PAID, reference=paid.reference))
    return begun


async def pending(talk: Talk, order_id: str = "ORD006", sku: str = "CHIPS", **given: Any) -> None:
    fresh = {"status": OrderStatus.PENDING, "placed_at": talk.now, "delivered_at": None}
    await put(talk.stores, order_id, sku, talk.now, **fresh | given)


async def held(talk: Talk, order_id: str = "ORD006") -> dict[str, int]:
    return {line.sku: line.quantity for line in (await order(talk, order_id)).items}


async def order(talk: Talk, order_id: str) -> Order:
    return await talk.stores.orders.get(order_id)


async def card(talk: Talk) -> int:
    """What the customer's card has paid."""
    return -(await talk.stores.ledger.balance(CARD)).get("EUR", 0)


def acted(reply: ChatReply) -> list[tuple[str, str, str | None]]:
    return [(action.kind, action.status, action.id) for action in reply.actions]


async def test_added_items_are_shown_with_their_price_and_charged_once_on_yes(talk: Talk) -> None:
    shown = await talk.says("Add 2 whey protein to ORD006", CHANGE)
    assert shown.reply == (
        "Change ORD006 to Potato Chips and 2 x Whey Protein (new), new total €22.99: "
        "€10.00 more will be charged to your usual payment method?"
    )
    assert acted(shown) == [("items_changed", "proposed", "ORD006")]
    assert (await held(talk), await card(talk)) == ({"CHIPS": 1}, 1299)
    before = talk.memory
    for _ in range(2):  # nodes may run twice
        talk.memory = before
        done = await talk.says("yes")
        assert acted(done) == [("items_changed", "done", "ORD006")]
        assert (await held(talk), await card(talk)) == ({"CHIPS": 1, "WHEY": 2}, 2299)


async def test_a_swap_for_something_cheaper_pays_the_difference_back(talk: Talk) -> None:
    shown = await talk.says("Swap the chips for whey in ORD006", CHANGE)
    assert "without Potato Chips, new total €5.00: €7.99 goes back the way you paid?" in shown.reply
    assert "€7.99 is on its way back" in (await talk.says("yes")).reply
    assert (await held(talk), await card(talk)) == ({"WHEY": 1}, 500)


async def test_details_said_after_the_proposal_are_shown_again(talk: Talk) -> None:
    await talk.says("Add whey to ORD006", CHANGE)
    assert "2 x Whey Protein (new)" in (await talk.says("make it 2")).reply
    assert "3 x Whey Protein (new)" in (await talk.says("no, 3 whey", Intent.SUBSCRIPTION_REQUEST)).reply
    assert "Test card that works" in (await talk.says("charge it to the card that works", Intent.PAYMENT_ISSUE)).reply
    await talk.says("yes")
    assert await held(talk) == {"CHIPS": 1, "WHEY": 3}


async def test_after_a_declined_card_nothing_has_changed_and_another_one_may_be_named(talk: Talk) -> None:
    await talk.stores.ledger.set_payment_method(PaymentMethod(customer_id=ME, behaviour="declines"))
    await talk.says("Add whey to ORD006", CHANGE)
    declined = await talk.says("yes")
    assert "declined, so ORD006 is unchanged" in declined.reply
    assert acted(declined) == [("items_changed", "refused", "ORD006")]
    assert (await held(talk), await card(talk)) == ({"CHIPS": 1}, 1299)
    again = await talk.says("Test card that works")
    assert again.needs_confirmation
    await talk.says("yes")
    assert (await held(talk), await card(talk)) == ({"CHIPS": 1, "WHEY": 1}, 1799)


async def test_while_the_bank_thinks_nothing_is_said_to_be_done(talk: Talk) -> None:
    await talk.stores.ledger.set_payment_method(PaymentMethod(customer_id=ME, behaviour="waits"))
    await talk.says("Add whey to ORD006", CHANGE)
    waiting = await talk.says("yes")
    assert "has not confirmed" in waiting.reply
    assert acted(waiting) == []
    assert await held(talk) == {"CHIPS": 1}


async def test_a_price_that_rises_between_the_question_and_the_yes_is_not_charged(talk: Talk) -> None:
    await talk.says("Add whey to ORD006", CHANGE)
    await talk.stores.products.put(make.product("WHEY", price=900).model_copy(update={"name": "Whey Protein"}))
    refused = await talk.says("yes")
    assert acted(refused) == [("items_changed", "refused", "ORD006")]
    assert "would now be €21.99, not €17.99" in refused.reply
    assert await card(talk) == 1299


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Add whey to ORD001", "Order ORD001 is shipped: only pending orders can be cancelled or changed."),
        ("Add whey to ORD900", "There is no order ORD900."),
        ("Add whey to ORD404", "There is no order ORD404."),
        ("Add -5 whey to ORD006", "I can only take whole numbers from 1 to 1000, not -5. How many shall it be?"),
        ("Add 500 whey to ORD006", "Whey Protein is out of stock: fewer than 500 are left."),
        ("Add tea to ORD006", "Green Tea is sold in INR, and order ORD006 is in EUR: please order it on its own."),
        ("Add a unicorn to ORD006", "I do not find that among our products. What shall I add?"),
        ("Remove the whey from ORD006", "There is no Whey Protein in ORD006. It holds Potato Chips."),
        (
            "Charge ORD006 to my Visa card",
            "Order ORD006 is paid already, so its payment method can no longer be changed.",
        ),
        ("Deliver ORD006 on Friday instead", "The day on which ORD006 comes is not one that I can choose."),
    ],
)
async def test_what_cannot_be_changed_is_said_and_nothing_waits_for_a_yes(talk: Talk, said: str, answer: str) -> None:
    tea = make.product("TEA").model_copy(update={"name": "Green Tea", "price": Money(amount=900, currency="INR")})
    await talk.stores.products.put(tea)
    reply = await talk.says(said, CHANGE)
    assert reply.reply.startswith(answer)
    assert not reply.needs_confirmation
    await talk.says("yes")
    assert (await held(talk), await card(talk)) == ({"CHIPS": 1}, 1299)


async def test_which_of_two_orders_is_asked_and_the_wish_is_not_forgotten(talk: Talk) -> None:
    await pending(talk, "ORD007", "AMUL-MILK-1L", placed_at=talk.now - timedelta(days=1))
    asked = await talk.says("Add whey to my order", CHANGE)
    assert "1. ORD006: Potato Chips, being prepared" in asked.reply
    assert "Change ORD007 to Amul Milk 1L and Whey Protein (new)" in (await talk.says("ORD007")).reply


async def test_an_unpaid_order_is_charged_to_the_chosen_card_once(talk: Talk) -> None:
    await pending(talk, "ORD007", payment=Payment(status=PaymentStatus.FAILED))
    asked = await talk.says("Change the card for ORD007", CHANGE)
    assert "2. Test card that works" in asked.reply
    shown = await talk.says("2")
    assert shown.reply == "Charge €12.99 for ORD007 to Test card that works now?"
    before = talk.memory
    for _ in range(2):
        talk.memory = before
        assert acted(await talk.says("yes")) == [("payment_method_changed", "done", "ORD007")]
    assert (await order(talk, "ORD007")).payment.status is PaymentStatus.PAID
    assert await card(talk) == 2 * 1299


async def test_a_paid_order_is_cancelled_with_what_goes_back_said_before(talk: Talk) -> None:
    shown = await talk.says("Cancel ORD006", Intent.CANCEL_ORDER)
    assert shown.reply == "Cancel ORD006 (Potato Chips, €12.99) and have €12.99 paid back the way you paid?"
    assert "your €12.99 is on its way back" in (await talk.says("yes")).reply
    assert await card(talk) == 0


@pytest.mark.parametrize("wish", ["Cancel ORD007", "Pay ORD007 with the test card that works"])
async def test_an_order_that_has_another_total_than_was_shown_is_left_alone(talk: Talk, wish: str) -> None:
    unpaid = Payment(status=PaymentStatus.FAILED)
    await pending(talk, "ORD007", payment=unpaid)
    assert (await talk.says(wish, Intent.CANCEL_ORDER if "Cancel" in wish else CHANGE)).needs_confirmation
    await pending(talk, "ORD007", payment=unpaid, total=make.eur(9900))
    refused = await talk.says("yes")
    assert [action.status for action in refused.actions] == ["refused"]
    assert refused.reply.startswith("ORD007 has changed since I showed you this")
    assert (await order(talk, "ORD007")).status is OrderStatus.PENDING
    assert await card(talk) == 1299


async def test_a_yes_to_a_part_of_what_was_shown_shows_that_part(talk: Talk) -> None:
    both = [(await order(talk, each)).items[0] for each in ("ORD004", "ORD005")]
    await pending(talk, "ORD007", items=both, total=make.eur(2598))
    await talk.says("Cancel ORD007", Intent.CANCEL_ORDER)
    shown = await talk.says("yes, cancel the chips", Intent.CANCEL_ORDER)
    assert acted(shown) == [("items_changed", "proposed", "ORD007")]
    assert acted(await talk.says("no")) == []


async def test_cancelling_a_part_of_an_order_is_no_cancelling(talk: Talk) -> None:
    both = [(await order(talk, each)).items[0] for each in ("ORD004", "ORD005")]
    total = make.eur(2598)
    await pending(talk, "ORD007", items=both, total=total)
    shown = await talk.says("Cancel the chips in ORD007", Intent.CANCEL_ORDER)
    assert shown.reply.startswith("Change ORD007 to Amul Milk 1L, without Potato Chips")
    assert acted(await talk.says("yes")) == [("items_changed", "done", "ORD007")]


async def test_cancelling_one_item_asks_which_and_never_cancels_the_order(talk: Talk) -> None:
    both = [(await order(talk, each)).items[0] for each in ("ORD004", "ORD005")]
    await pending(talk, "ORD007", items=both, total=make.eur(2598))
    asked = await talk.says("Cancel one item of ORD007", Intent.CANCEL_ORDER)
    assert "What shall I add, remove or change?" in asked.reply
    assert "without Potato Chips" in (await talk.says("remove the chips")).reply


async def test_all_orders_on_their_way_are_listed_when_several_are_asked_for(talk: Talk) -> None:
    reply = await talk.says("Where are my orders?", STATUS)
    assert [line[:6] for line in reply.reply.splitlines()] == ["ORD006", "ORD001"]
    named = await talk.says("Where are ORD004 and ORD900?", STATUS)
    assert named.reply.splitlines()[-1] == "There is no order ORD900."


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("What did I order last?", "Your order ORD006"),
        ("When will ORD001 arrive?", "It is expected between 4 March 2026 and 5 March 2026."),
        ("When will ORD006 arrive?", "It has not been sent yet, and I have no delivery date for it."),
        ("Has ORD001 shipped?", "It left us on 2 March 2026."),
        ("What is in ORD004?", "It holds Amul Milk 1L at €12.99."),
        ("How much did I pay for ORD004?", "You paid €12.99 for it."),
        ("Which address does ORD001 go to?", "It will go to Gartenweg 1, 10115 Berlin, DE."),
    ],
)
async def test_what_is_asked_of_an_order_is_answered_and_nothing_is_invented(
    talk: Talk, said: str, answer: str
) -> None:
    home = (await talk.stores.customers.get(ME)).address
    today = talk.now.date()
    window = Window(earliest=today + timedelta(days=1), latest=today + timedelta(days=2))
    known = {"shipped_at": talk.now - timedelta(days=1), "expected": window, "address": home}
    await talk.stores.orders.put((await order(talk, "ORD001")).model_copy(update=known))
    assert answer in (await talk.says(said, STATUS)).reply


async def test_a_late_parcel_is_traced_once_and_a_person_takes_it_on(talk: Talk) -> None:
    offered = await talk.says("My parcel is late", TROUBLE)
    assert offered.suggestions[:3] == ["Have it traced", "Send it again", "I want my money back"]
    shown = await talk.says("Have it traced", STATUS)
    assert shown.reply == "Have the parcel of ORD001 (Potato Chips) traced by a colleague?"
    before = talk.memory
    for _ in range(2):
        talk.memory = before
        done = await talk.says("yes")
        assert acted(done)[0] == ("trace_opened", "done", "ORD001")
        assert done.handed_off
    [traced] = (await talk.stores.traces.page()).items
    assert traced.trace
    assert (traced.order_id, traced.trace.trace_id, traced.trace.status) == ("ORD001", "TRC001", "open")


async def test_a_parcel_that_is_being_traced_is_not_traced_again(talk: Talk) -> None:
    await talk.says("Trace ORD001", TROUBLE)
    await talk.says("yes")
    later = Talk(talk.stores, talk.brain)
    later.memory = later.memory.model_copy(update={"conversation_id": "CNV002"})
    again = await later.says("Trace ORD001", TROUBLE)
    assert "being traced already, since 3 March 2026 (TRC001)" in again.reply
    assert not again.needs_confirmation
    assert "Its parcel is being traced (TRC001)." in (await later.says("Where is ORD001?", STATUS)).reply


@pytest.mark.parametrize(
    ("choice", "remedy"), [("Send it again", Remedy.REPLACEMENT), ("I want my money back", Remedy.REFUND)]
)
async def test_a_lost_parcel_is_sent_again_or_paid_back_through_a_claim(
    talk: Talk, choice: str, remedy: Remedy
) -> None:
    await talk.says("My parcel never came", TROUBLE)
    assert (await talk.says(choice, Intent.REFUND_REQUEST)).needs_confirmation
    await talk.says("yes")
    [(customer, request)] = talk.doors.opened.values()
    assert (customer, request.order_id, request.reason, request.remedy) == (ME, "ORD001", "missing", remedy)
    assert "never came" in request.complaint


async def test_what_is_said_to_be_delivered_is_looked_for_among_what_was(talk: Talk) -> None:
    asked = await talk.says("It says delivered but my parcel is not here", TROUBLE)
    assert asked.suggestions == ["ORD004", "ORD005"]
    assert "was delivered on" in (await talk.says("ORD005")).reply
    shown = await talk.says("send it again", TROUBLE)
    assert shown.reply == "Ask for a replacement, worth €12.99, of Potato Chips from ORD005, missing?"


async def test_where_policy_allows_no_claim_its_words_are_said_and_a_trace_is_left(talk: Talk) -> None:
    long_ago = talk.now - timedelta(days=90)
    await put(talk.stores, "ORD004", "AMUL-MILK-1L", talk.now, placed_at=long_ago, delivered_at=long_ago)
    reply = await talk.says("ORD004 says delivered but never came", TROUBLE)
    assert "within 30 days" in reply.reply
    assert reply.suggestions == ["Have it traced", "Talk to a person"]
    refused = await talk.says("I want my money back", Intent.REFUND_REQUEST)
    assert not refused.needs_confirmation
    assert not talk.doors.opened


async def test_trouble_with_what_has_not_left_ends_with_what_can_still_be_done(talk: Talk) -> None:
    reply = await talk.says("ORD006 is late", TROUBLE)
    assert "has not left us yet" in reply.reply
    assert reply.suggestions == ["Cancel ORD006", "Talk to a person"]


async def test_who_asks_where_a_lost_parcel_is_is_offered_a_way_out(talk: Talk) -> None:
    reply = await talk.says("Where is ORD001? It never arrived", STATUS)
    assert "is on its way to you" in reply.reply
    assert "Have it traced" in reply.suggestions


async def test_a_rude_courier_is_for_a_person(talk: Talk) -> None:
    assert (await talk.says("Your courier was rude to me", TROUBLE)).handed_off


async def test_the_parcel_of_somebody_else_does_not_exist(talk: Talk) -> None:
    await put(talk.stores, "ORD900", "CHIPS", talk.now, customer_id=OTHER, status=OrderStatus.SHIPPED)
    assert (await talk.says("ORD900 never arrived, trace it", TROUBLE)).reply == "There is no order ORD900."
    assert (await talk.stores.orders.get("ORD900")).trace is None


async def test_the_local_model_carries_a_change_of_items_and_a_claim_to_their_end(talk: Talk) -> None:
    spoken = Talk(talk.stores, LocalUnderstanding())
    assert (await spoken.says("add 2 whey protein to ORD006")).needs_confirmation
    assert acted(await spoken.says("yes please")) == [("items_changed", "done", "ORD006")]
    assert (await spoken.says("ord006 remove the chips pls")).needs_confirmation
    await spoken.says("ok")
    assert await held(spoken) == {"WHEY": 2}
    await spoken.says("ORD001 is lost")
    assert (await spoken.says("send it again")).needs_confirmation
