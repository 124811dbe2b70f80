"""Dialogues through the graph's own nodes, with real stores."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from care.brains.local import LocalUnderstanding
from care.errors import NotEligible
from care.models.customer import Wallet
from care.models.order import OrderStatus, Payment, PaymentStatus
from care.models.refund import RefundStatus, Remedy, Wanted
from care.models.subscription import NamedItem
from care.models.understanding import Intent
from care.stores import Stores
from tests.graphs.talk import ME, OTHER, Lying, Speechless, Talk, furnish, put
from tests.stores import make


@pytest.fixture
async def talk(stores: Stores) -> Talk:
    begun = Talk(stores)
    await furnish(stores, begun.now)
    return begun


async def test_where_is_my_order_tells_of_the_one_that_is_on_its_way(talk: Talk) -> None:
    reply = await talk.says("Where is my order?", Intent.ORDER_STATUS)
    assert "ORD001" in reply.reply
    assert "on its way" in reply.reply


async def test_a_delivery_day_is_said_in_the_customers_zone(talk: Talk) -> None:
    late_evening = talk.now.replace(day=1, hour=23, minute=30)  # half past midnight on 2 March in Berlin
    await put(talk.stores, "ORD004", "AMUL-MILK-1L", talk.now, delivered_at=late_evening)
    assert "delivered on 2 March 2026" in (await talk.says("Status of ORD004?", Intent.ORDER_STATUS)).reply


async def test_two_orders_on_their_way_are_told_apart_by_asking(talk: Talk) -> None:
    await put(talk.stores, "ORD002", "AMUL-MILK-1L", talk.now, status=OrderStatus.SHIPPED)
    asked = await talk.says("Where is my parcel?", Intent.ORDER_STATUS)
    assert asked.suggestions == ["ORD001", "ORD002"]
    assert "ORD002" in (await talk.says("the second one")).reply


async def test_an_order_of_somebody_else_does_not_exist(talk: Talk) -> None:
    foreign = await talk.says("Where is ORD900?", Intent.ORDER_STATUS)
    unknown = await talk.says("Where is ORD901?", Intent.ORDER_STATUS)
    assert foreign.reply == "There is no order ORD900."
    assert unknown.reply == "There is no order ORD901."


async def test_five_turns_keep_their_context_and_open_the_refund(talk: Talk) -> None:
    await talk.stores.evidence.put(make.evidence("EV001", customer_id=ME), b"...")
    await talk.says("Where is my order ORD004?", Intent.ORDER_STATUS)
    why = await talk.says("Can I get a refund for it?", Intent.REFUND_REQUEST)
    assert "What is wrong with ORD004" in why.reply
    photo = await talk.says("The carton was leaking", Intent.DELIVERY_ISSUE)
    assert "photo" in photo.reply
    shown = await talk.says("Here it is", files=["EV001"])
    assert shown.needs_confirmation
    assert shown.reply == "Open a refund of €12.99 for Amul Milk 1L from ORD004, damaged?"
    assert [a.status for a in shown.actions] == ["proposed"]
    assert not talk.doors.opened
    done = await talk.says("Yes please")
    assert [(a.kind, a.status, a.id) for a in done.actions] == [("refund_opened", "done", "REF001")]
    [(customer, request)] = talk.doors.opened.values()
    assert (customer, request.order_id, request.reason, request.evidence_ids) == (ME, "ORD004", "damaged", ["EV001"])
    assert "leaking" in request.complaint


async def test_order_reason_and_photo_in_one_message_are_shown_at_once(talk: Talk) -> None:
    await talk.stores.evidence.put(make.evidence("EV001", customer_id=ME), b"...")
    text = "I want a refund for ORD004, the milk arrived damaged"
    assert (await talk.says(text, Intent.REFUND_REQUEST, ["EV001"])).needs_confirmation
    await talk.says("yes")
    assert len(talk.doors.opened) == 1


async def test_a_customer_without_a_photo_still_gets_the_refund_opened(talk: Talk) -> None:
    await talk.says("Refund for ORD004, it arrived broken", Intent.REFUND_REQUEST)
    assert (await talk.says("I have no photo")).needs_confirmation


async def test_a_photo_of_somebody_else_is_not_taken(talk: Talk) -> None:
    await talk.stores.evidence.put(make.evidence("EV900", customer_id=OTHER), b"...")
    reply = await talk.says("Refund ORD004, it arrived broken", Intent.REFUND_REQUEST, ["EV900"])
    assert reply.reply == "There is no evidence EV900."
    assert not reply.needs_confirmation


async def test_which_of_two_delivered_orders_is_asked_and_answered_by_its_product(talk: Talk) -> None:
    asked = await talk.says("I want my money back", Intent.REFUND_REQUEST)
    assert asked.suggestions == ["ORD004", "ORD005"]
    assert "ORD005" in (await talk.says("the chips")).reply


async def test_a_no_does_nothing_and_a_later_yes_neither(talk: Talk) -> None:
    await talk.says("Refund ORD004, I changed my mind", Intent.REFUND_REQUEST)
    assert "not done anything" in (await talk.says("no")).reply
    out_of_the_blue = await talk.says("yes")
    assert "nothing that waits" in out_of_the_blue.reply
    assert not talk.doors.opened


async def test_a_yes_out_of_the_blue_does_nothing(talk: Talk) -> None:
    assert (await talk.says("yes")).actions == []


async def test_a_yes_with_another_order_in_it_is_not_a_yes(talk: Talk) -> None:
    await talk.says("Refund ORD004, I changed my mind", Intent.REFUND_REQUEST)
    shown = await talk.says("yes, for ORD005", Intent.REFUND_REQUEST)
    assert not talk.doors.opened
    assert "ORD005" in shown.reply


async def test_a_model_that_says_yes_for_the_customer_moves_nothing(stores: Stores) -> None:
    talk = Talk(stores, Lying())
    await furnish(stores, talk.now)
    await talk.says("Refund ORD004, I changed my mind", Intent.REFUND_REQUEST)
    again = await talk.says("hmm let me think")
    assert again.needs_confirmation
    assert not talk.doors.opened


async def test_what_takes_the_place_of_what_was_shown_drops_it_and_says_so(talk: Talk) -> None:
    await talk.says("Refund ORD004, I changed my mind", Intent.REFUND_REQUEST)
    other = await talk.says("Actually I want to subscribe to the chips", Intent.SUBSCRIPTION_REQUEST)
    assert other.reply.startswith("I have not done this: Open a refund of €12.99")
    await talk.says("yes")
    assert not talk.doors.opened


async def test_a_refusal_is_told_in_its_own_sentence_and_nothing_is_done(talk: Talk) -> None:
    await put(talk.stores, "ORD004", "AMUL-MILK-1L", talk.now, delivered_at=talk.now - timedelta(days=90))
    reply = await talk.says("Refund ORD004, it arrived damaged", Intent.REFUND_REQUEST)
    assert "30 days" in reply.reply
    assert not reply.needs_confirmation


async def test_a_refusal_after_the_yes_is_listed_as_refused(talk: Talk) -> None:
    await talk.says("Refund ORD004, I changed my mind", Intent.REFUND_REQUEST)
    talk.doors.refusal = NotEligible("The window has closed.", rule="window_closed")
    reply = await talk.says("yes")
    assert reply.reply == "The window has closed."
    assert [(a.kind, a.status, a.id) for a in reply.actions] == [("refund_opened", "refused", "ORD004")]


async def test_milk_every_friday_is_shown_at_once_and_started_on_yes(talk: Talk) -> None:
    shown = await talk.says("I want Amul Milk 1L every Friday", Intent.SUBSCRIPTION_REQUEST)
    first = "Deliver 1 x Amul Milk 1L every week on Friday, first on 6 March 2026, for €2.00 each time?"
    assert shown.reply == first
    done = await talk.says("yes")
    assert [(a.kind, a.id) for a in done.actions] == [("subscription_created", "SUB001")]
    [request] = talk.doors.subscribed.values()
    assert (request.customer_id, request.frequency, request.delivery_day) == (ME, "weekly", "friday")


async def test_a_subscription_is_gathered_question_by_question(talk: Talk) -> None:
    assert "What would you like" in (await talk.says("Set up a subscription", Intent.SUBSCRIPTION_REQUEST)).reply
    assert "How often" in (await talk.says("Amul Milk 1L", Intent.PRODUCT_QUESTION)).reply
    assert "On which day" in (await talk.says("every week")).reply
    assert (await talk.says("on monday")).needs_confirmation
    await talk.says("go ahead")
    [request] = talk.doors.subscribed.values()
    assert request.delivery_day == "monday"


async def test_changed_details_are_shown_again_before_anything_starts(talk: Talk) -> None:
    await talk.says("I want Amul Milk 1L every Friday", Intent.SUBSCRIPTION_REQUEST)
    again = await talk.says("make it monday")
    assert "on Monday" in again.reply
    assert again.needs_confirmation
    assert not talk.doors.subscribed
    await talk.says("yes")
    [request] = talk.doors.subscribed.values()
    assert request.delivery_day == "monday"


async def test_a_subscription_is_cancelled_only_after_yes(talk: Talk) -> None:
    await talk.stores.subscriptions.save(make.subscription("SUB001", customer_id=ME))
    shown = await talk.says("Cancel my subscription", Intent.SUBSCRIPTION_MANAGE)
    assert "Cancel SUB001" in shown.reply
    assert not talk.doors.cancelled
    await talk.says("yes, cancel it")
    assert talk.doors.cancelled == ["SUB001"]


async def test_a_subscription_of_somebody_else_cannot_be_cancelled(talk: Talk) -> None:
    await talk.stores.subscriptions.save(make.subscription("SUB009", customer_id=OTHER))
    reply = await talk.says("Cancel SUB009", Intent.SUBSCRIPTION_MANAGE)
    assert reply.reply == "There is no subscription SUB009."
    assert not reply.needs_confirmation


async def test_a_pending_order_is_cancelled_on_yes(talk: Talk) -> None:
    unpaid = Payment(status=PaymentStatus.PENDING)
    await put(talk.stores, "ORD006", "CHIPS", talk.now, status=OrderStatus.PENDING, payment=unpaid)
    await talk.says("Cancel my order", Intent.CANCEL_ORDER)
    assert (await talk.stores.orders.get("ORD006")).status is OrderStatus.PENDING
    done = await talk.says("yes")
    assert [(a.kind, a.id) for a in done.actions] == [("order_cancelled", "ORD006")]
    assert (await talk.stores.orders.get("ORD006")).status is OrderStatus.CANCELLED


async def test_a_shipped_order_is_not_cancelled(talk: Talk) -> None:
    reply = await talk.says("Cancel ORD001", Intent.CANCEL_ORDER)
    assert "only pending orders" in reply.reply
    assert not reply.needs_confirmation


async def test_a_new_address_is_asked_for_shown_and_set(talk: Talk) -> None:
    await put(talk.stores, "ORD006", "CHIPS", talk.now, status=OrderStatus.PENDING)
    await talk.says("Change the address of ORD006", Intent.CHANGE_ORDER)
    shown = await talk.says("Lindenweg 4, 10969 Berlin")
    assert shown.reply == "Send ORD006 to Lindenweg 4, 10969 Berlin, DE?"
    await talk.says("yes")
    stored = await talk.stores.orders.get("ORD006")
    assert str(stored.address) == "Lindenweg 4, 10969 Berlin, DE"


async def test_a_payment_that_the_gateway_knows_is_set_to_paid(talk: Talk) -> None:
    unpaid = Payment(status=PaymentStatus.PENDING)
    await put(talk.stores, "ORD007", "CHIPS", talk.now, status=OrderStatus.PENDING, payment=unpaid)
    charged = await talk.payments.charge(ME, make.eur(1299), "order:ORD007")
    await talk.says("I paid but my order says pending", Intent.PAYMENT_ISSUE)
    assert (await talk.stores.orders.get("ORD007")).payment == unpaid
    reply = await talk.says("yes")
    assert [(a.kind, a.status, a.id) for a in reply.actions] == [("payment_confirmed", "done", "ORD007")]
    stored = await talk.stores.orders.get("ORD007")
    assert stored.payment == Payment(status=PaymentStatus.PAID, reference=charged.reference)


async def test_a_payment_that_the_gateway_never_saw_goes_to_a_person(talk: Talk) -> None:
    unpaid = Payment(status=PaymentStatus.PENDING)
    await put(talk.stores, "ORD007", "CHIPS", talk.now, status=OrderStatus.PENDING, payment=unpaid)
    reply = await talk.says("I paid for ORD007", Intent.PAYMENT_ISSUE)
    assert reply.handed_off
    assert (await talk.stores.orders.get("ORD007")).payment == unpaid


async def test_a_wallet_out_of_step_is_set_to_what_the_ledger_says(talk: Talk) -> None:
    await talk.stores.wallets.set(Wallet(customer_id=ME, balance=make.eur(100)))
    await talk.stores.ledger.post("gift", "gift", [(f"wallet:{ME}", 2500), ("shop:cash", -2500)], "EUR")
    shown = await talk.says("My wallet is wrong", Intent.WALLET_ISSUE)
    assert "€1.00" in shown.reply
    assert "€25.00" in shown.reply
    assert await talk.stores.wallets.get(ME) == Wallet(customer_id=ME, balance=make.eur(100))
    done = await talk.says("yes")
    assert [(a.kind, a.status) for a in done.actions] == [("wallet_resynced", "done")]
    assert await talk.stores.wallets.get(ME) == Wallet(customer_id=ME, balance=make.eur(2500))


async def test_a_wallet_that_is_right_is_left_alone(talk: Talk) -> None:
    await talk.stores.wallets.set(Wallet(customer_id=ME, balance=make.eur(0)))
    reply = await talk.says("My wallet is wrong", Intent.WALLET_ISSUE)
    assert reply.actions == []
    assert "agrees" in reply.reply


async def test_a_product_question_is_answered_from_the_catalogue(talk: Talk) -> None:
    reply = await talk.says("How much is Amul Milk 1L?", Intent.PRODUCT_QUESTION)
    assert "Amul Milk 1L costs €2.00 and is in stock." in reply.reply


async def test_after_the_handoff_the_machine_is_silent(talk: Talk) -> None:
    handed = await talk.says("I want a human", Intent.HUMAN_AGENT)
    assert handed.handed_off
    asked = len(talk.brain.asked)
    silent = await talk.says("Refund ORD004, I changed my mind", Intent.REFUND_REQUEST)
    assert silent.handed_off
    assert (silent.reply, silent.suggestions, silent.model) == ("", [], "none")
    assert silent.actions == []
    assert len(talk.brain.asked) == asked
    view = await talk.stores.conversations.view("CNV001")
    assert [m.role for m in view.messages] == ["customer", "assistant", "customer"]
    assert view.handed_off


async def test_two_messages_that_nobody_understands_go_to_a_person(talk: Talk) -> None:
    assert not (await talk.says("flurb")).handed_off
    assert (await talk.says("blarg flurb")).handed_off


async def test_a_model_without_an_answer_asks_back(stores: Stores) -> None:
    talk = Talk(stores, Speechless())
    await furnish(stores, talk.now)
    reply = await talk.says("Where is my order?")
    assert reply.model == "none"
    assert reply.suggestions


async def test_a_closed_conversation_is_taken_up_where_it_stopped(talk: Talk) -> None:
    await talk.says("Where is ORD004?", Intent.ORDER_STATUS)
    again = Talk(talk.stores, talk.brain)
    assert "ORD004" in (await again.says("I want a refund for it", Intent.REFUND_REQUEST)).reply
    assert again.memory.turn == 2


async def test_the_local_model_carries_a_refund_from_question_to_yes(stores: Stores) -> None:
    talk = Talk(stores, LocalUnderstanding())
    await furnish(stores, talk.now)
    assert "on its way" in (await talk.says("Where is my order?")).reply
    assert "delivered" in (await talk.says("What about ORD004?")).reply
    await talk.says("It arrived damaged, can I get a refund for it?")
    shown = await talk.says("I have no photo")
    assert shown.needs_confirmation
    done = await talk.says("yes, please")
    assert [(a.kind, a.status) for a in done.actions] == [("refund_opened", "done")]
    assert done.model == "local"


async def test_a_repeated_yes_node_opens_one_refund(talk: Talk) -> None:
    await talk.says("Refund ORD004, I changed my mind", Intent.REFUND_REQUEST)
    before = talk.memory
    await talk.says("yes")
    talk.memory = before
    again = await talk.says("yes")
    assert len(talk.doors.opened) == 1
    assert [a.id for a in again.actions] == ["REF001"]
    assert len((await talk.stores.conversations.view("CNV001")).messages) == 4


async def test_a_vague_call_for_help_is_asked_back_as_often_as_it_comes(talk: Talk) -> None:
    for _ in range(3):
        reply = await talk.says("I need help with my order", Intent.CHANGE_ORDER)
        assert reply.reply.startswith("Gladly.")
        assert not reply.handed_off


async def test_small_talk_is_answered_and_brings_no_person(talk: Talk) -> None:
    for text in ("hiya", "lol ok", "what can you do?", "thanks a lot for the quick help", "bye"):
        reply = await talk.says(text)
        assert "understand" not in reply.reply
        assert not reply.handed_off


async def test_no_the_other_one_moves_the_cancellation_to_the_other_subscription(talk: Talk) -> None:
    for number, name in (("SUB001", "Amul Milk 1L"), ("SUB002", "Potato Chips")):
        items = [NamedItem(sku=name.split()[-1], name=name, quantity=1, price=make.eur(120))]
        await talk.stores.subscriptions.save(make.subscription(number, customer_id=ME, items=items))
    assert "SUB002" in (await talk.says("Stop the chips one", Intent.SUBSCRIPTION_MANAGE)).reply
    other = await talk.says("no, the other one")
    assert other.reply.startswith("Cancel SUB001")
    assert other.needs_confirmation
    await talk.says("yes")
    assert talk.doors.cancelled == ["SUB001"]


async def test_a_yes_leaves_an_open_question_open(talk: Talk) -> None:
    asked = await talk.says("I want a refund for ORD004", Intent.REFUND_REQUEST)
    again = await talk.says("yes")
    assert asked.reply in again.reply
    assert "photo" in (await talk.says("it was leaking")).reply


async def test_asking_for_a_refund_that_was_never_opened_opens_none(talk: Talk) -> None:
    reply = await talk.says("How is my refund going?", Intent.REFUND_REQUEST)
    assert reply.reply == "I see no refund of yours yet."


@pytest.mark.parametrize(
    ("standing", "says"),
    [
        ({"status": RefundStatus.NEEDS_EVIDENCE, "wanted": Wanted.LABEL}, "Please send a photo of the label."),
        ({"status": RefundStatus.NEEDS_EVIDENCE, "wanted": Wanted.RETURN}, "Please send the goods back to us"),
        (
            {"status": RefundStatus.PAYMENT_FAILED, "offered": Remedy.STORE_CREDIT},
            "as store credit instead",
        ),
        ({"status": RefundStatus.PAYMENT_FAILED}, "A colleague looks into the payment soon"),
        ({"status": RefundStatus.EXPIRED}, "closed without a decision, and you can ask again."),
    ],
)
async def test_who_asks_how_a_refund_stands_is_told_what_is_theirs_to_do(
    talk: Talk, standing: dict[str, Any], says: str
) -> None:
    await talk.stores.refunds.save(make.refund(customer_id=ME, version=1, **standing))
    assert says in (await talk.says("How is my refund REF001 going?", Intent.REFUND_REQUEST)).reply


async def test_just_one_of_them_claims_one_piece(talk: Talk) -> None:
    order = await talk.stores.orders.get("ORD004")
    four = order.items[0].model_copy(update={"quantity": 4})
    await talk.stores.orders.put(order.model_copy(update={"items": [four]}))
    all_of_them = await talk.says("Refund for ORD004, the milk was late", Intent.REFUND_REQUEST)
    assert "4 x Amul Milk 1L" in all_of_them.reply
    assert "for Amul Milk 1L from ORD004" in (await talk.says("just one of them")).reply


async def test_another_language_goes_to_a_person_who_is_announced_in_it(talk: Talk) -> None:
    spoken = Talk(talk.stores, LocalUnderstanding())
    reply = await spoken.says("hola, quiero saber dónde está mi pedido ORD001")
    assert reply.reply.startswith("Todavía no leo bien el español")
    assert reply.handed_off
    assert "colleague" not in reply.reply
    head = await talk.stores.conversations.get(reply.conversation_id)
    assert head.handoff
    assert head.handoff.language == "es"


async def test_a_yes_in_another_language_still_counts(talk: Talk) -> None:
    await put(talk.stores, "ORD006", "CHIPS", talk.now, status=OrderStatus.PENDING)
    spoken = Talk(talk.stores, LocalUnderstanding())
    assert (await spoken.says("cancel ORD006")).needs_confirmation
    assert "is cancelled" in (await spoken.says("sí, por favor")).reply


async def test_and_the_milk_too_adds_to_the_claim(talk: Talk) -> None:
    milk, chips = [(await talk.stores.orders.get(each)).items[0] for each in ("ORD004", "ORD005")]
    order = await talk.stores.orders.get("ORD004")
    both = [milk, chips, milk.model_copy(update={"sku": "EGGS", "name": "Eggs"})]
    total = order.total.model_copy(update={"amount": 3897})
    await talk.stores.orders.put(order.model_copy(update={"items": both, "total": total}))
    asked = await talk.says("I want a refund for the chips of ORD004", Intent.REFUND_REQUEST)
    assert "What is wrong" in asked.reply
    assert "What is wrong" in (await talk.says("and the milk too", Intent.PRODUCT_QUESTION)).reply
    shown = await talk.says("they came late", Intent.DELIVERY_ISSUE)
    assert "Amul Milk 1L, Potato Chips from ORD004, too late" in shown.reply
