"""Payments, wallets, accounts, products and refusals in the chat."""

from __future__ import annotations

from typing import Any

import pytest

from care.models.customer import Wallet
from care.models.order import OrderStatus, Payment, PaymentStatus
from care.models.understanding import Intent
from care.stores import Stores
from tests.graphs.talk import ME, OTHER, Talk, furnish, put
from tests.stores import make

UNPAID: dict[str, Any] = {"status": OrderStatus.PENDING, "payment": Payment(status=PaymentStatus.PENDING)}


@pytest.fixture
async def talk(stores: Stores) -> Talk:
    begun = Talk(stores)
    await furnish(stores, begun.now)
    return begun


def _done(reply: Any) -> list[tuple[str, str, str | None]]:
    return [(a.kind, a.status, a.id) for a in reply.actions]


async def _paid_for(talk: Talk, order_id: str) -> None:
    """The gateway has the money, and the shop has not heard of it."""
    await put(talk.stores, order_id, "CHIPS", talk.now, **UNPAID)
    await talk.payments.charge(ME, make.eur(1299), f"order:{order_id}")


async def test_a_no_leaves_the_payment_as_the_shop_knows_it(talk: Talk) -> None:
    await _paid_for(talk, "ORD007")
    shown = await talk.says("I paid for ORD007", Intent.PAYMENT_ISSUE)
    assert _done(shown) == [("payment_confirmed", "proposed", "ORD007")]
    await talk.says("no")
    assert (await talk.stores.orders.get("ORD007")).payment == UNPAID["payment"]


async def test_a_payment_that_has_changed_since_it_was_shown_is_not_confirmed(talk: Talk) -> None:
    await _paid_for(talk, "ORD007")
    await talk.says("I paid for ORD007", Intent.PAYMENT_ISSUE)
    await talk.stores.orders.cancel("ORD007")
    reply = await talk.says("yes")
    assert _done(reply) == [("payment_confirmed", "refused", "ORD007")]
    assert (await talk.stores.orders.get("ORD007")).payment == UNPAID["payment"]


async def test_confirming_a_payment_again_changes_nothing_more(talk: Talk) -> None:
    await _paid_for(talk, "ORD007")
    await talk.says("I paid for ORD007", Intent.PAYMENT_ISSUE)
    before = talk.memory
    first = await talk.says("yes")
    paid = await talk.stores.orders.get("ORD007")
    talk.memory = before
    assert _done(await talk.says("yes")) == _done(first)
    assert await talk.stores.orders.get("ORD007") == paid


async def test_the_payment_of_somebody_else_does_not_exist(talk: Talk) -> None:
    assert (await talk.says("I paid for ORD900", Intent.PAYMENT_ISSUE)).reply == "There is no order ORD900."


@pytest.mark.parametrize(
    ("text", "says", "handed"),
    [
        ("I was charged twice for ORD004", "I know of that one payment", True),
        ("I was charged €99 for ORD004", "not the amount you name", True),
        ("Why was I charged 12.99 for ORD004", "It is made up of: 1 x Amul Milk 1L €12.99", False),
        ("There is an unknown charge of 77.77 on my card", "no order of yours that came to €77.77", True),
        ("I see a charge of 12.99 I don't recognise", "from your account", False),
        ("Which cards do you have on file", "Test card that works", False),
        ("Is there a fee for paying by card", "no other fee", False),
        ("My card was declined", "no declined payment", False),
    ],
)
async def test_a_doubted_charge_is_held_against_the_books(talk: Talk, text: str, says: str, handed: bool) -> None:
    reply = await talk.says(text, Intent.PAYMENT_ISSUE)
    assert says in reply.reply
    assert reply.handed_off is handed
    if handed:
        assert talk.memory.handoff is not None
        assert talk.memory.handoff.reason == "needs_person"


async def test_an_unknown_charge_is_looked_for_among_the_orders_and_then_by_a_person(talk: Talk) -> None:
    asked = await talk.says("There is an unknown charge on my card", Intent.PAYMENT_ISSUE)
    assert "ORD004" in asked.suggestions
    assert "€12.99 was taken for ORD004" in (await talk.says("ORD004", Intent.PAYMENT_ISSUE)).reply
    assert (await talk.says("That unknown charge is none of these", Intent.PAYMENT_ISSUE)).handed_off


async def test_what_was_charged_after_cancelling_is_told_by_where_it_is(talk: Talk) -> None:
    gone = {"status": OrderStatus.CANCELLED, "payment": Payment(status=PaymentStatus.REFUNDED)}
    await put(talk.stores, "ORD006", "CHIPS", talk.now, **gone)
    reply = await talk.says("You charged me after I cancelled", Intent.PAYMENT_ISSUE)
    assert "has been refunded" in reply.reply


async def _wallet(talk: Talk, shown: int, booked: int) -> None:
    await talk.stores.wallets.set(Wallet(customer_id=ME, balance=make.eur(shown)))
    await talk.stores.ledger.post("gift", "gift", [(f"wallet:{ME}", booked), ("shop:cash", -booked)], "EUR")


async def test_a_wallet_that_moved_after_it_was_shown_is_left_alone(talk: Talk) -> None:
    await _wallet(talk, 100, 2500)
    await talk.says("My wallet is wrong", Intent.WALLET_ISSUE)
    await talk.stores.ledger.post("more", "gift", [(f"wallet:{ME}", 1), ("shop:cash", -1)], "EUR")
    reply = await talk.says("yes")
    assert [(a.kind, a.status) for a in reply.actions] == [("wallet_resynced", "refused")]
    assert await talk.stores.wallets.get(ME) == Wallet(customer_id=ME, balance=make.eur(100))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Show the transactions of my wallet", "+€25.00 on"),
        ("I added 50 euros and they are missing", "no entry of €50.00"),
        ("The 25 euros are missing", "I find +€25.00"),
        ("How do I top up my wallet", "nothing that I can do here"),
        ("What is my balance", "agrees with every entry"),
    ],
)
async def test_a_wallet_is_told_from_the_ledger(talk: Talk, text: str, says: str) -> None:
    await _wallet(talk, 2500, 2500)
    reply = await talk.says(text, Intent.WALLET_ISSUE)
    assert says in reply.reply
    assert reply.actions == []


async def test_who_still_misses_money_in_the_wallet_gets_a_person(talk: Talk) -> None:
    await _wallet(talk, 2500, 2500)
    assert not (await talk.says("My balance is wrong", Intent.WALLET_ISSUE)).handed_off
    assert (await talk.says("It is still wrong", Intent.WALLET_ISSUE)).handed_off


@pytest.mark.parametrize(
    ("text", "shown", "field", "value"),
    [
        ("Change my name to Ada Lovelace", "from Ada to Ada Lovelace", "name", "Ada Lovelace"),
        ("My time zone is New York", "from Europe/Berlin to America/New_York", "timezone", "America/New_York"),
    ],
)
async def test_the_account_is_changed_on_yes_with_old_and_new_shown(
    talk: Talk, text: str, shown: str, field: str, value: str
) -> None:
    reply = await talk.says(text, Intent.ACCOUNT)
    assert shown in reply.reply
    before = await talk.stores.customers.get(ME)
    assert getattr(before, field) != value
    assert _done(await talk.says("yes")) == [("account_changed", "done", ME)]
    assert await talk.stores.customers.get(ME) == before.model_copy(update={field: value})
    assert getattr(await talk.stores.customers.get(OTHER), field) != value


async def test_a_new_address_of_the_account_is_asked_for_shown_and_set(talk: Talk) -> None:
    await talk.says("I moved, please change the address in my account", Intent.ACCOUNT)
    shown = await talk.says("Lindenweg 4, 10969 Berlin", Intent.CHANGE_ORDER)
    assert "from Gartenweg 1, 10115 Berlin, DE to Lindenweg 4, 10969 Berlin, DE?" in shown.reply
    await talk.says("yes")
    assert str((await talk.stores.customers.get(ME)).address) == "Lindenweg 4, 10969 Berlin, DE"
    assert (await talk.stores.orders.get("ORD004")).address is None


async def test_mails_are_turned_off_on_yes_and_the_others_stay(talk: Talk) -> None:
    shown = await talk.says("Stop the reminder mails", Intent.ACCOUNT)
    assert shown.reply == "Turn mails about reminders off (now on)?"
    await talk.says("yes")
    mail = (await talk.stores.preferences.get(ME)).mail
    assert not mail.reminders
    assert mail.deliveries
    assert "off already" in (await talk.says("No more reminder mails", Intent.ACCOUNT)).reply


@pytest.mark.parametrize("text", ["Change my e-mail address", "I forgot my password", "Delete my account"])
async def test_what_needs_to_know_who_asks_is_a_persons(talk: Talk, text: str) -> None:
    reply = await talk.says(text, Intent.ACCOUNT)
    assert reply.handed_off
    assert talk.memory.handoff is not None
    assert talk.memory.handoff.reason == "needs_person"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Is the Amul Milk vegan?", "would rather not guess"),
        ("Which is cheaper, milk or potato chips?", "€2.00"),
        ("Do you sell unicorns?", "I do not find that"),
        ("What do you sell?", "Amul Milk 1L (€2.00)"),
        ("Anything under 1 euro?", "nothing at that price"),
        ("How many potato chips do you have?", "(100 left)"),
        ("What do you think of the milk?", "I have no opinions"),
    ],
)
async def test_of_products_only_the_catalogue_is_told(talk: Talk, text: str, says: str) -> None:
    assert says in (await talk.says(text, Intent.PRODUCT_QUESTION)).reply


async def test_a_refusal_leaves_what_was_shown_open_and_shows_it_again(talk: Talk) -> None:
    await talk.says("Refund ORD005, it came late", Intent.REFUND_REQUEST)
    refused = await talk.says("and 20% off my next order please", Intent.REFUND_REQUEST)
    assert refused.reply.startswith("I cannot give discounts")
    assert refused.needs_confirmation
    assert "Open a refund of €12.99" in refused.reply
    await talk.says("yes")
    assert len(talk.doors.opened) == 1


@pytest.mark.parametrize(
    ("text", "intent", "reason"),
    [
        ("This is ridiculous!!! Where is my order", Intent.ORDER_STATUS, "angry"),
        ("The milk made my son sick", Intent.REFUND_REQUEST, "out_of_scope"),
        ("You useless bot, give me a human", Intent.HUMAN_AGENT, "asked"),
    ],
)
async def test_a_person_takes_over_and_knows_why(talk: Talk, text: str, intent: Intent, reason: str) -> None:
    assert (await talk.says(text, intent)).handed_off
    assert talk.memory.handoff is not None
    assert talk.memory.handoff.reason == reason


async def test_two_messages_that_say_nothing_are_handed_over_as_not_understood(talk: Talk) -> None:
    await talk.says("flurb")
    await talk.says("blarg")
    assert talk.memory.handoff is not None
    assert talk.memory.handoff.reason == "not_understood"
