"""Messages that ask for several things, and questions in between: through the graph's own nodes, with real stores."""

from __future__ import annotations

import pytest

from care.models.customer import Wallet
from care.models.order import OrderStatus, Payment, PaymentStatus
from care.models.subscription import NamedItem
from care.models.understanding import Intent
from care.stores import Stores
from tests.graphs.talk import ME, Talk, furnish, put
from tests.stores import make

CANCEL, STATUS, REFUND = Intent.CANCEL_ORDER, Intent.ORDER_STATUS, Intent.REFUND_REQUEST
UNPAID = Payment(status=PaymentStatus.PENDING)


@pytest.fixture
async def talk(stores: Stores) -> Talk:
    """Two orders that can still be cancelled, two subscriptions, and a wallet."""
    begun = Talk(stores)
    await furnish(stores, begun.now)
    for order_id, sku in (("ORD006", "CHIPS"), ("ORD007", "AMUL-MILK-1L")):
        await put(stores, order_id, sku, begun.now, status=OrderStatus.PENDING, payment=UNPAID)
    for number, name in (("SUB001", "Amul Milk 1L"), ("SUB002", "Potato Chips")):
        items = [NamedItem(sku=name.split()[-1], name=name, quantity=1, price=make.eur(120))]
        await stores.subscriptions.save(make.subscription(number, customer_id=ME, items=items))
    await stores.wallets.set(Wallet(customer_id=ME, balance=make.eur(0)))
    return begun


async def cancelled(talk: Talk) -> list[str]:
    orders = await talk.stores.orders.latest(ME, 10)
    return sorted(o.order_id for o in orders if o.status is OrderStatus.CANCELLED)


async def test_two_questions_are_answered_in_one_reply_in_their_order(talk: Talk) -> None:
    reply = await talk.asks(("my wallet balance", Intent.WALLET_ISSUE), ("where is ORD001", STATUS))
    first, second = reply.reply.split("\n\n")
    assert "Your wallet holds" in first
    assert second.startswith("Your order ORD001")
    assert talk.memory.waiting == []


async def test_two_orders_that_are_asked_for_are_both_told(talk: Talk) -> None:
    reply = await talk.says("Where are ORD001 and ORD900?", STATUS)
    assert "Your order ORD001" in reply.reply
    assert reply.reply.endswith("There is no order ORD900.")


async def test_each_order_to_cancel_is_shown_and_agreed_to_by_itself(talk: Talk) -> None:
    shown = await talk.says("Cancel ORD006 and ORD007", CANCEL)
    assert shown.reply == "Cancel ORD006 (Potato Chips, €12.99)?"
    then = await talk.says("yes")
    assert await cancelled(talk) == ["ORD006"]
    assert then.reply.split("\n\n")[1] == "Cancel ORD007 (Amul Milk 1L, €12.99)?"
    assert [(a.kind, a.status, a.id) for a in then.actions] == [
        ("order_cancelled", "done", "ORD006"),
        ("order_cancelled", "proposed", "ORD007"),
    ]
    assert then.suggestions == ["Yes", "No"]
    await talk.says("yes")
    assert await cancelled(talk) == ["ORD006", "ORD007"]


async def test_a_no_to_one_part_leaves_it_and_goes_on_with_the_next(talk: Talk) -> None:
    await talk.asks(("cancel ORD006", CANCEL), ("stop SUB002", Intent.SUBSCRIPTION_MANAGE))
    next_part = await talk.says("no")
    assert next_part.reply.startswith("All right, I have not done that.\n\nCancel SUB002")
    await talk.says("yes")
    assert talk.doors.cancelled == ["SUB002"]
    assert await cancelled(talk) == []


async def test_an_order_and_a_subscription_in_one_breath_are_two_parts(talk: Talk) -> None:
    await talk.says("Cancel ORD006 and SUB001", CANCEL)
    then = await talk.says("yes")
    assert "Cancel SUB001" in then.reply
    await talk.says("yes")
    assert (await cancelled(talk), talk.doors.cancelled) == (["ORD006"], ["SUB001"])


async def test_both_takes_all_that_was_offered(talk: Talk) -> None:
    asked = await talk.says("Please cancel my order", CANCEL)
    assert sorted(asked.suggestions) == ["ORD006", "ORD007"]
    shown = await talk.says("both of them")
    assert shown.needs_confirmation
    then = await talk.says("yes")
    assert then.needs_confirmation
    await talk.says("yes")
    assert await cancelled(talk) == ["ORD006", "ORD007"]


async def test_neither_takes_none(talk: Talk) -> None:
    await talk.says("Please cancel my order", CANCEL)
    reply = await talk.says("neither")
    assert reply.reply.startswith("All right.")
    assert talk.memory.awaiting is None


async def test_a_part_that_waits_is_asked_for_after_the_one_before_has_gathered_all(talk: Talk) -> None:
    asked = await talk.asks(("refund ORD004", REFUND), ("where is ORD001", STATUS))
    assert "What is wrong with ORD004" in asked.reply
    assert "ORD001" not in asked.reply
    await talk.says("I changed my mind about it")
    done = await talk.says("yes")
    assert "I have opened refund" in done.reply
    assert "Your order ORD001" in done.reply


async def test_forgetting_it_all_drops_what_waits_too(talk: Talk) -> None:
    await talk.says("Cancel ORD006 and ORD007", CANCEL)
    reply = await talk.says("forget it all")
    assert "not done anything" in reply.reply
    assert (talk.memory.pending, talk.memory.waiting, talk.memory.parked) == (None, [], [])
    await talk.says("yes")
    assert await cancelled(talk) == []


async def test_a_yes_and_a_further_wish_are_both_heard(talk: Talk) -> None:
    await talk.says("Cancel ORD006", CANCEL)
    reply = await talk.says("Yes please. And where is ORD001?", STATUS)
    assert await cancelled(talk) == ["ORD006"]
    assert reply.reply.endswith("is on its way to you.")


async def test_a_waiting_part_survives_the_end_of_its_run(talk: Talk) -> None:
    await talk.says("Cancel ORD006 and ORD007", CANCEL)
    again = Talk(talk.stores, talk.brain)
    assert "Cancel ORD007" in (await again.says("yes")).reply


async def test_a_question_in_between_is_answered_and_the_proposal_shown_again(talk: Talk) -> None:
    await talk.says("Cancel ORD006", CANCEL)
    between = await talk.says("wait, where is ORD001?", STATUS)
    answer, back = between.reply.split("\n\n")
    assert "ORD001" in answer
    assert back == "Back to cancelling your order: Cancel ORD006 (Potato Chips, €12.99)?"
    assert between.needs_confirmation
    await talk.says("yes")
    assert await cancelled(talk) == ["ORD006"]


async def test_a_question_in_between_leaves_what_was_gathered(talk: Talk) -> None:
    await talk.says("I want a refund for ORD004", REFUND)
    between = await talk.says("how much is Amul Milk 1L?", Intent.PRODUCT_QUESTION)
    assert between.reply.endswith("Back to your refund: What is wrong with ORD004 (Amul Milk 1L)?")
    assert "It is damaged" in between.suggestions
    shown = await talk.says("it came too late")
    assert "ORD004, too late" in shown.reply


async def test_the_answer_after_a_question_is_about_the_first_order_and_it_about_the_second(talk: Talk) -> None:
    await talk.says("Change the address of ORD006", Intent.CHANGE_ORDER)
    await talk.says("where is ORD001?", STATUS)
    shown = await talk.says("Lindenweg 4, 10969 Berlin")
    assert shown.reply == "Send ORD006 to Lindenweg 4, 10969 Berlin, DE?"
    await talk.says("where is ORD001?", STATUS)
    again = await talk.says("when was it sent?", STATUS)
    assert again.reply.startswith("Your order ORD001")


async def test_a_write_in_between_comes_first_and_then_the_one_before(talk: Talk) -> None:
    await talk.says("Cancel ORD006", CANCEL)
    other = await talk.says("I also want to stop SUB002", Intent.SUBSCRIPTION_MANAGE)
    assert other.reply.startswith("Cancel SUB002")
    then = await talk.says("yes")
    assert then.reply.endswith("Back to cancelling your order: Cancel ORD006 (Potato Chips, €12.99)?")
    assert await cancelled(talk) == []
    await talk.says("no")
    assert (await cancelled(talk), talk.doors.cancelled) == ([], ["SUB002"])


async def test_no_more_than_three_matters_are_kept_in_mind(talk: Talk) -> None:
    await talk.says("Cancel ORD006", CANCEL)
    await talk.says("I want a refund for ORD004", REFUND)
    await talk.says("Stop SUB002", Intent.SUBSCRIPTION_MANAGE)
    await talk.says("Subscribe to the chips", Intent.SUBSCRIPTION_REQUEST)
    last = await talk.says("Change the address of ORD007", Intent.CHANGE_ORDER)
    assert last.reply.startswith("I have not done this: Cancel ORD006 (Potato Chips, €12.99).")
    assert len(talk.memory.parked) == 3


@pytest.mark.parametrize("text", ["no, ORD007 instead", "I meant ORD007", "sorry, ORD007", "not ORD006, ORD007"])
async def test_another_order_takes_the_place_of_the_one_shown(talk: Talk, text: str) -> None:
    await talk.says("Cancel ORD006", CANCEL)
    shown = await talk.says(text)
    assert shown.reply == "Cancel ORD007 (Amul Milk 1L, €12.99)?"
    await talk.says("yes")
    assert await cancelled(talk) == ["ORD007"]


@pytest.mark.parametrize("text", ["yes, ORD007", "ok, keep it", "ok I changed my mind", "yes but not now", "yes 2"])
async def test_a_yes_with_something_else_in_it_does_nothing(talk: Talk, text: str) -> None:
    await talk.says("Cancel ORD006", CANCEL)
    await talk.says(text)
    assert await cancelled(talk) == []


async def test_a_yes_that_crossed_with_the_answer_is_no_yes(talk: Talk) -> None:
    await talk.says("Cancel ORD006", CANCEL)
    await talk.says("make it ORD007")
    crossed = await talk.says("yes", hasty=True)
    assert crossed.needs_confirmation
    assert await cancelled(talk) == []


async def test_who_takes_over_is_told_what_is_open_and_what_waits(talk: Talk) -> None:
    await talk.says("Cancel ORD006 and ORD007", CANCEL)
    handed = await talk.says("let me talk to a person", Intent.HUMAN_AGENT)
    assert handed.handed_off
    assert (talk.memory.pending, talk.memory.parked, talk.memory.waiting) == (None, [], [])
    head = await talk.stores.conversations.get("CNV001")
    assert head.handoff is not None
    assert "Open: Cancel ORD006 (Potato Chips, €12.99)?" in head.handoff.summary
    assert "Also asked for: cancelling your order (ORD007)." in head.handoff.summary
    assert '"let me talk to a person"' in head.handoff.summary


async def test_two_orders_that_read_the_same_are_told_apart_by_hour_and_total(talk: Talk) -> None:
    noon = talk.now.replace(hour=12)
    for order_id, hour in (("ORD006", 8), ("ORD007", 9)):
        await put(
            talk.stores,
            order_id,
            "CHIPS",
            noon,
            status=OrderStatus.PENDING,
            payment=UNPAID,
            placed_at=noon.replace(hour=hour),
        )
    asked = await talk.says("Please cancel my order", CANCEL)
    lines = asked.reply.splitlines()[1:]
    assert lines == [
        "1. ORD007: Potato Chips, being prepared, ordered on 3 March 2026 at 10:00, €12.99",
        "2. ORD006: Potato Chips, being prepared, ordered on 3 March 2026 at 09:00, €12.99",
    ]
    assert (await talk.says("the older one")).reply.startswith("Cancel ORD006")


async def test_an_answer_to_the_question_before_the_last_is_taken_for_that(talk: Talk) -> None:
    await talk.says("Subscribe to Amul Milk 1L", Intent.SUBSCRIPTION_REQUEST)
    asked = await talk.says("when will my parcel arrive?", STATUS)
    assert asked.reply.startswith("Which order do you mean?")
    day = await talk.says("every two weeks", Intent.SUBSCRIPTION_REQUEST)
    assert day.reply == "On which day of the week shall Amul Milk 1L come?"
    assert talk.memory.parked == []


async def test_one_thing_more_of_the_same_kind_leaves_the_first_for_later(talk: Talk) -> None:
    await talk.says("Cancel ORD006", CANCEL)
    shown = await talk.says("I also want to cancel ORD007", CANCEL)
    assert shown.reply.startswith("Cancel ORD007")
    assert "Cancel ORD006" in (await talk.says("yes")).reply
    await talk.says("yes")
    assert await cancelled(talk) == ["ORD006", "ORD007"]


async def test_what_is_asked_for_again_does_not_come_back_a_second_time(talk: Talk) -> None:
    await talk.says("Cancel ORD006", CANCEL)
    await talk.says("I want a refund for ORD004", REFUND)
    again = await talk.says("cancel ORD006", CANCEL)
    assert again.reply.startswith("Cancel ORD006")
    after = await talk.says("yes")
    assert after.reply.endswith("Back to your refund: What is wrong with ORD004 (Amul Milk 1L)?")


async def test_other_details_that_are_refused_leave_the_first_undone_and_say_so(talk: Talk) -> None:
    await talk.says("Cancel ORD006", CANCEL)
    refused = await talk.says("no, I meant ORD001")
    assert refused.reply.startswith("I have not done this: Cancel ORD006 (Potato Chips, €12.99).\nOrder ORD001")
    assert not refused.needs_confirmation
