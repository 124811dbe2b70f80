"""Subscriptions in the chat, through the graph's own nodes: each write is shown, and done on a yes to exactly that."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from care.brains.local import LocalUnderstanding
from care.models.money import Money
from care.models.order import OrderStatus
from care.models.subscription import (
    Delivery,
    Frequency,
    Item,
    NamedItem,
    PaidTerm,
    Prepaid,
    Subscription,
    SubscriptionRequest,
    SubscriptionStatus,
)
from care.models.understanding import Intent
from care.rules.recurrence import delivery_day, schedule_for
from care.rules.subscription import planned
from care.stores import Stores
from tests.graphs.talk import ME, OTHER, Talk, furnish, put

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)  # a Thursday
MANAGE, REQUEST = Intent.SUBSCRIPTION_MANAGE, Intent.SUBSCRIPTION_REQUEST
MILK, CHIPS = "AMUL-MILK-1L", "CHIPS"
NAMES = {MILK: "Amul Milk 1L", CHIPS: "Potato Chips"}


@pytest.fixture
async def talk(stores: Stores) -> Talk:
    begun = Talk(stores, now=NOW)
    await furnish(stores, NOW)
    return begun


async def keep(
    talk: Talk,
    subscription_id: str = "SUB002",
    frequency: Frequency = Frequency.WEEKLY,
    on: int | str = "friday",
    *,
    items: dict[str, int] | None = None,
    whose: str = ME,
    **more: Any,
) -> Subscription:
    """A stored subscription, by default for one milk every Friday, with its next dates."""
    pieces = items or {MILK: 1}
    wish = [Item(sku=sku, quantity=n) for sku, n in pieces.items()]
    request = SubscriptionRequest(customer_id=whose, items=wish, frequency=frequency, delivery_day=on)
    schedule = schedule_for(request, customer_timezone="Europe/Berlin", now=NOW, allow_subdaily=False)
    price = Money(amount=200, currency="EUR")
    subscription = Subscription(
        subscription_id=subscription_id,
        customer_id=whose,
        items=[NamedItem(sku=sku, name=NAMES[sku], quantity=n, price=price) for sku, n in pieces.items()],
        frequency=frequency,
        delivery_day=delivery_day(frequency, schedule),
        recurrence=schedule.recurrence,
        timezone=schedule.timezone,
        schedule=schedule,
        created_at=NOW - timedelta(days=int(subscription_id[3:])),
    ).model_copy(update=more)
    await talk.stores.subscriptions.save(planned(subscription))
    return subscription


async def stored(talk: Talk, subscription_id: str = "SUB002") -> Subscription:
    return await talk.stores.subscriptions.get(subscription_id)


async def test_the_next_delivery_is_named_by_its_date_and_skipped_on_yes(talk: Talk) -> None:
    await keep(talk)
    shown = await talk.says("Skip my next delivery", MANAGE)
    assert shown.reply.startswith("Skip the delivery of 27 November 2026 of SUB002 (Amul Milk 1L)?")
    assert [(a.kind, a.status, a.id) for a in shown.actions] == [("delivery_skipped", "proposed", "SUB002")]
    assert not talk.doors.acted
    done = await talk.says("yes")
    assert [(a.kind, a.status, a.id) for a in done.actions] == [("delivery_skipped", "done", "SUB002")]
    assert "The next delivery is on 4 December 2026." in done.reply
    assert (await stored(talk)).skipped == ["2026-11-27"]


async def test_a_second_skip_of_the_next_one_skips_no_second_delivery(talk: Talk) -> None:
    await keep(talk, skipped=["2026-11-27"])
    reply = await talk.says("skip my next delivery", MANAGE)
    assert "27 November 2026 of SUB002 is skipped already" in reply.reply
    assert reply.suggestions == ["Skip 4 December"]
    assert not reply.needs_confirmation


async def test_a_yes_that_comes_when_the_delivery_is_over_skips_no_other(talk: Talk) -> None:
    await keep(talk)
    await talk.says("Skip my next delivery", MANAGE)
    talk.now = talk.doors.now = NOW + timedelta(days=2)
    refused = await talk.says("yes")
    assert [a.status for a in refused.actions] == ["refused"]
    assert refused.reply == "There is no delivery planned for 2026-11-27."
    assert not (await stored(talk)).skipped


async def test_a_date_without_a_delivery_is_answered_with_the_dates_that_have_one(talk: Talk) -> None:
    await keep(talk)
    reply = await talk.says("skip the delivery on 28 November", MANAGE)
    assert reply.reply.startswith("SUB002 has no delivery on 28 November 2026. Planned are: 27 November, 4 December")


async def test_a_delivery_that_is_not_named_is_asked_for(talk: Talk) -> None:
    await keep(talk)
    asked = await talk.says("I want to skip a delivery", MANAGE)
    assert asked.reply.startswith("Which delivery of SUB002 shall I skip?")
    assert (await talk.says("the 4th")).reply.startswith("Skip the delivery of 4 December 2026")


async def test_a_correction_moves_the_skip_and_shows_it_anew(talk: Talk) -> None:
    await keep(talk)
    await keep(talk, "SUB003", on="monday", items={CHIPS: 1})
    await talk.says("Skip friday's delivery of SUB002", MANAGE)
    later = await talk.says("no, the week after", Intent.ORDER_STATUS)
    assert later.reply.startswith("Skip the delivery of 4 December 2026 of SUB002")
    other = await talk.says("no, the other one")
    assert other.reply.startswith("SUB003 has no delivery on 4 December 2026.") or other.needs_confirmation
    await talk.says("skip the next delivery of SUB003", MANAGE)
    await talk.says("yes")
    assert talk.doors.acted == [("skip", "SUB003")]


async def test_which_of_two_is_asked_and_the_answer_goes_on_with_the_skip(talk: Talk) -> None:
    await keep(talk)
    await keep(talk, "SUB003", on="monday", items={CHIPS: 1})
    asked = await talk.says("skip my next delivery", MANAGE)
    assert asked.suggestions == ["SUB002", "SUB003"]
    assert (await talk.says("the chips one", Intent.PRODUCT_QUESTION)).reply.startswith(
        "Skip the delivery of 30 November 2026 of SUB003"
    )
    await talk.says("yes")
    assert talk.doors.acted == [("skip", "SUB003")]


async def test_one_item_of_two_is_left_out_and_the_rest_comes(talk: Talk) -> None:
    await keep(talk, items={MILK: 1, CHIPS: 2})
    shown = await talk.says("skip the chips next time", MANAGE)
    assert shown.reply.startswith("Leave Potato Chips out of the delivery of 27 November 2026")
    await talk.says("yes")
    assert (await stored(talk)).left_out == {"2026-11-27": [CHIPS]}


async def test_of_two_dates_that_were_shown_a_yes_to_one_skips_neither_yet(talk: Talk) -> None:
    await keep(talk)
    await talk.says("skip 27 November and 4 December", MANAGE)
    again = await talk.says("yes, 4 December")
    assert again.reply.startswith("Skip the delivery of 4 December 2026 of SUB002")
    assert not talk.doors.acted
    await talk.says("yes")
    assert (await stored(talk)).skipped == ["2026-12-04"]


async def test_a_skip_is_taken_back(talk: Talk) -> None:
    await keep(talk, skipped=["2026-11-27"])
    shown = await talk.says("please deliver on friday after all", MANAGE)
    assert shown.reply == "Deliver SUB002 (Amul Milk 1L) on 27 November 2026 after all?"
    await talk.says("yes")
    assert (await stored(talk)).skipped == []


async def test_a_pause_shows_what_it_leaves_out_and_takes_another_end(talk: Talk) -> None:
    await keep(talk)
    shown = await talk.says("pause my milk until 5 December", MANAGE)
    assert shown.reply == ("Pause SUB002 (Amul Milk 1L) until 5 December 2026? Left out: 27 November, 4 December.")
    longer = await talk.says("make it until 15 December", MANAGE)
    assert longer.reply.startswith("Pause SUB002 (Amul Milk 1L) until 15 December 2026?")
    await talk.says("yes")
    assert (await stored(talk)).paused_until == date(2026, 12, 15)
    again = await talk.says("pause it", MANAGE)
    assert again.reply.startswith("SUB002 (Amul Milk 1L) is paused already until 15 December 2026.")


async def test_a_yes_to_words_that_only_explain_is_no_yes(talk: Talk) -> None:
    await keep(talk)
    await talk.says("pause my milk until 5 December", MANAGE)
    await talk.says("yes, 4 December", MANAGE)
    assert not talk.doors.acted


async def test_a_pause_that_begins_later_skips_the_dates_between(talk: Talk) -> None:
    await keep(talk)
    shown = await talk.says("I'm away from 1 to 15 december", MANAGE)
    assert shown.reply.startswith("Skip the deliveries of 4 December 2026 and 11 December 2026 of SUB002")
    await talk.says("yes")
    after = await stored(talk)
    assert (after.skipped, after.status) == (["2026-12-04", "2026-12-11"], "active")


async def test_a_paused_one_goes_on(talk: Talk) -> None:
    await keep(talk, status=SubscriptionStatus.PAUSED)
    shown = await talk.says("resume my subscription", MANAGE)
    assert shown.reply == "Resume SUB002 (Amul Milk 1L) now? The next delivery is on 27 November 2026."
    await talk.says("yes")
    assert (await stored(talk)).status is SubscriptionStatus.ACTIVE
    assert "is not paused" in (await talk.says("resume it", MANAGE)).reply


async def test_a_delivery_is_moved_and_the_move_corrected(talk: Talk) -> None:
    await keep(talk)
    shown = await talk.says("move Friday's delivery to Saturday", MANAGE)
    assert "from 27 November 2026 to 28 November 2026?" in shown.reply
    assert "to 30 November 2026?" in (await talk.says("no, Monday")).reply
    await talk.says("yes")
    assert (await stored(talk)).moved == {"2026-11-27": "2026-11-30"}


async def test_the_day_to_move_to_is_asked_for_and_a_taken_one_refused(talk: Talk) -> None:
    await keep(talk)
    asked = await talk.says("reschedule my next delivery", MANAGE)
    assert asked.reply == "To which day shall I move the delivery of 27 November 2026 of SUB002?"
    taken = await talk.says("the 4th of december")
    assert taken.reply == "There is a delivery on 2026-12-04 already."


TERMS: list[tuple[str, str, dict[str, Any]]] = [
    ("make it 2", "Change SUB002 to 2 x Amul Milk 1L, for €4.00 each time?", {"items": {MILK: 2}}),
    ("add potato chips to SUB002", "Change SUB002 to Amul Milk 1L, Potato Chips,", {"items": {MILK: 1, CHIPS: 1}}),
    ("swap the milk for chips", "Change SUB002 to Potato Chips,", {"items": {CHIPS: 1}}),
    ("every two weeks instead", "Change SUB002 to every two weeks on Friday?", {"frequency": "biweekly"}),
    ("change the delivery day to monday", "Change SUB002 to every week on Monday?", {"delivery_day": "monday"}),
    (
        "pay SUB002 with the test card that works",
        'Change SUB002 to be paid with "Test',
        {"payment_method": "pm_card"},
    ),
    ("send SUB002 to Lindenweg 4, 10969 Berlin", "Change SUB002 to be sent to Lindenweg 4", {"city": "Berlin"}),
]


async def test_other_terms_are_shown_and_agreed(talk: Talk) -> None:
    for n, (text, asks, now_so) in enumerate(TERMS, 1):
        await keep(talk, version=100 * n)
        shown = await talk.says(text, MANAGE)
        assert shown.reply.startswith(asks)
        assert len(talk.doors.acted) == n - 1
        done = await talk.says("yes")
        assert [(a.kind, a.status) for a in done.actions] == [("subscription_changed", "done")]
        after = await stored(talk)
        state = after.model_dump(mode="json") | {"items": {i.sku: i.quantity for i in after.items}}
        assert {**state, "city": after.address.city if after.address else None}.items() >= now_so.items()


async def test_details_that_are_added_to_a_change_are_shown_with_it(talk: Talk) -> None:
    await keep(talk)
    await talk.says("change my subscription to every two weeks", MANAGE)
    both = await talk.says("and make it 3", MANAGE)
    assert both.reply.startswith("Change SUB002 to 3 x Amul Milk 1L, for €6.00 each time and to every two weeks on")
    assert "Now it brings Amul Milk 1L, every week on Friday. Next deliveries then: 27 November, 11 Dec" in both.reply


MISSING = [
    (
        "change my subscription",
        "What shall I change in SUB002",
        "every month on the 1st",
        "to every month on the 1st",
    ),
    (
        "change the address of SUB002",
        "Where shall SUB002 go?",
        "Lindenweg 4, 10969 Berlin",
        "to be sent to Lindenweg",
    ),
    ("another card for SUB002 please", "With which of these", "2", 'to be paid with "Test card that works"'),
    ("another delivery day for SUB002", "On which day of the week", "tuesday", "to every week on Tuesday"),
]


async def test_what_is_missing_is_asked_for(talk: Talk) -> None:
    await keep(talk)
    for text, question, answer, shown in MISSING:
        assert (await talk.says(text, MANAGE)).reply.startswith(question)
        assert f"Change SUB002 {shown}" in (await talk.says(answer)).reply
        await talk.says("no")


async def test_a_change_is_not_made_to_what_has_become_another_thing(talk: Talk) -> None:
    await keep(talk)
    await talk.says("make it 2", MANAGE)
    await keep(talk, items={CHIPS: 4}, version=7)
    refused = await talk.says("yes")
    assert [a.status for a in refused.actions] == ["refused"]
    assert "has changed since I showed you this" in refused.reply
    assert not talk.doors.acted


async def test_another_price_than_was_shown_is_not_agreed_to(talk: Talk) -> None:
    await keep(talk)
    await talk.says("make it 2", MANAGE)
    dearer = (await talk.stores.products.find([MILK]))[MILK].model_copy(
        update={"price": Money(amount=999, currency="EUR")}
    )
    await talk.stores.products.put(dearer)
    assert [a.status for a in (await talk.says("yes")).actions] == ["refused"]
    assert not talk.doors.acted


async def test_taking_away_the_last_item_is_offered_as_an_end(talk: Talk) -> None:
    await keep(talk)
    reply = await talk.says("remove the milk", MANAGE)
    assert reply.suggestions == ["Cancel SUB002"]
    assert not reply.needs_confirmation


async def test_one_product_of_two_is_stopped_without_ending_the_subscription(talk: Talk) -> None:
    await keep(talk, items={MILK: 1, CHIPS: 2})
    shown = await talk.says("stop sending chips", MANAGE)
    assert shown.reply.startswith("Change SUB002 to Amul Milk 1L,")


async def test_an_end_keeps_the_reason_and_offers_other_ways_once(talk: Talk) -> None:
    await keep(talk)
    shown = await talk.says("cancel my subscription because it is too expensive", MANAGE)
    question = "Cancel SUB002 (Amul Milk 1L, every week on Friday) now?"
    assert shown.reply == f"{question} The delivery of 27 November 2026 will not come any more."
    assert shown.suggestions == ["Yes", "No", "After the next delivery", "Pause it instead"]
    await talk.says("yes")
    after = await stored(talk)
    assert (after.status, after.cancel_reason) == ("cancelled", "it is too expensive")
    assert (await talk.says("cancel SUB002", MANAGE)).reply == "SUB002 is cancelled already."


async def test_a_yes_that_repeats_what_was_shown_ends_one_and_touches_no_other(stores: Stores) -> None:
    talk = Talk(stores, LocalUnderstanding(), now=NOW)
    await furnish(stores, NOW)
    await keep(talk)
    await keep(talk, "SUB003", on="monday", items={CHIPS: 1})
    await talk.says("cancel SUB002")
    done = await talk.says("yes, cancel it")
    assert [(a.status, a.id) for a in done.actions] == [("done", "SUB002")]
    assert (await talk.says("cancel it")).reply == "SUB002 is cancelled already."


async def test_an_end_after_the_next_delivery_is_made_and_taken_back(talk: Talk) -> None:
    await keep(talk)
    await talk.says("cancel my milk", MANAGE)
    later = await talk.says("after the next delivery", Intent.ORDER_STATUS)
    assert "after its next delivery, on 27 November 2026?" in later.reply
    await talk.says("yes")
    assert (await stored(talk)).cancel_after_next
    assert (await talk.says("don't cancel it", Intent.CANCEL_ORDER)).reply.startswith("Keep SUB002")
    await talk.says("yes")
    assert not (await stored(talk)).cancel_after_next


async def test_a_cancelled_one_is_started_again_as_a_new_one(talk: Talk) -> None:
    await keep(talk, "SUB044", status=SubscriptionStatus.CANCELLED)
    shown = await talk.says("subscribe to SUB044 again", REQUEST)
    assert "first on 27 November 2026, for €2.00 each time?" in shown.reply
    await talk.says("yes")
    [request] = talk.doors.subscribed.values()
    assert (request.items[0].sku, request.frequency, request.delivery_day) == (MILK, "weekly", "friday")
    assert (await talk.says("pause SUB044", MANAGE)).reply == "Subscription SUB044 is cancelled."


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("skip 31 February for SUB002", 'I cannot tell which day "31 February" is.'),
        ("skip 05/11 for SUB002", 'I cannot tell which day "05/11" is.'),
        ("pause SUB002 until 31 February", 'I cannot tell which day "31 February" is.'),
        ("pause SUB002 until yesterday", "Until which day shall I pause SUB002 (Amul Milk 1L)?"),
        ("make it 5000 milk in SUB002", "I can only take whole numbers from 1 to 1000, not 5000."),
    ],
)
async def test_what_cannot_be_is_asked_about_and_nothing_else_is_shown_instead(
    talk: Talk, said: str, answer: str
) -> None:
    await keep(talk)
    reply = await talk.says(said, MANAGE)
    assert reply.reply.startswith(answer)
    assert not reply.needs_confirmation


async def test_an_extra_delivery_is_not_ordered_of_more_than_was_shown(talk: Talk) -> None:
    await keep(talk)
    await talk.says("order an extra delivery of SUB002 now", MANAGE)
    await keep(talk, items={MILK: 90}, version=2)
    refused = await talk.says("yes")
    assert [action.status for action in refused.actions] == ["refused"]
    assert not talk.doors.acted


async def test_an_extra_delivery_is_ordered_for_today_and_no_other_day(talk: Talk) -> None:
    await keep(talk)
    shown = await talk.says("order SUB002 now", MANAGE)
    assert "one extra delivery of SUB002 (Amul Milk 1L) today, 26 November 2026, for €2.00?" in shown.reply
    talk.now = talk.doors.now = NOW + timedelta(hours=20)
    assert [a.status for a in (await talk.says("yes")).actions] == ["refused"]
    assert not talk.doors.acted
    other_day = await talk.says("order an extra delivery of SUB002 on tuesday", MANAGE)
    assert other_day.reply.startswith("An extra delivery can only be ordered for today.")


async def test_a_repeated_yes_node_acts_once(talk: Talk) -> None:
    await keep(talk)
    await talk.says("order SUB002 now", MANAGE)
    before = talk.memory
    first = await talk.says("yes")
    talk.memory = before
    again = await talk.says("yes")
    assert talk.doors.acted == [("order", "SUB002")]
    assert [a.status for a in again.actions] == [a.status for a in first.actions] == ["done"]


async def test_somebody_elses_subscription_does_not_exist_for_any_wish(talk: Talk) -> None:
    await keep(talk)
    await keep(talk, "SUB900", whose=OTHER)
    for wish in ("skip {}", "pause {}", "cancel {}", "change {} to monthly", "order {} now", "when does {} come?"):
        said = wish.format("SUB900")
        assert (await talk.says(said, MANAGE)).reply == "There is no subscription SUB900."
        unknown = wish.format("SUB901")
        assert (await talk.says(unknown, MANAGE)).reply == "There is no subscription SUB901."


async def test_cancelling_an_order_never_shows_a_subscription_and_the_other_way_round(talk: Talk) -> None:
    await keep(talk)
    await put(talk.stores, "ORD006", MILK, NOW, status=OrderStatus.PENDING)
    assert (await talk.says("cancel my order", MANAGE)).reply.startswith("Cancel ORD006")
    await talk.says("no")
    assert (await talk.says("cancel my subscription", Intent.CANCEL_ORDER)).reply.startswith("Cancel SUB002")


ANSWERS = [
    ("when is my next delivery?", "SUB002 (Amul Milk 1L): the next delivery is on 4 December 2026."),
    ("how much is my subscription?", "SUB002 (Amul Milk 1L) costs €2.00 each time, every week on Friday."),
    (
        "show my upcoming deliveries",
        "planned are 4 December, 11 December, 18 December, 25 December, 1 January 2027.",
    ),
    ("is SUB002 paused?", "every week on Friday, active, next delivery on 4 December 2026, skipped: 27 November."),
    ("what did SUB002 deliver last?", "the last delivery, of 20 November 2026, was ordered for you as ORD077."),
]


async def test_what_is_asked_of_a_subscription_is_answered(talk: Talk) -> None:
    last = Delivery(occurrence="2026-11-20", outcome="delivered", order_id="ORD077", at=NOW - timedelta(days=6))
    await keep(talk, skipped=["2026-11-27"], recent=[last])
    for question, says in ANSWERS:
        assert says in (await talk.says(question, Intent.ORDER_STATUS if "next" in question else MANAGE)).reply


async def test_a_product_that_no_subscription_brings_is_not_mistaken_for_one(talk: Talk) -> None:
    await keep(talk)
    reply = await talk.says("skip my chips delivery", MANAGE)
    assert reply.reply.startswith("You have no subscription with Potato Chips.")
    assert not reply.needs_confirmation


async def test_without_a_subscription_nothing_is_shown(talk: Talk) -> None:
    assert (await talk.says("pause my subscription", MANAGE)).reply == "You have no subscription at the moment."


async def test_prepaid_deliveries_refuse_as_the_api_does_and_say_what_goes_back(talk: Talk) -> None:
    price = Money(amount=200, currency="EUR")
    paid = PaidTerm(items=[NamedItem(sku=MILK, name=NAMES[MILK], quantity=1, price=price)], reference="pay_1", left=3)
    await keep(talk, prepaid=Prepaid(deliveries=6), paid=paid)
    assert (await talk.says("how much is SUB002?", MANAGE)).reply.endswith("(3 of 6 paid deliveries left)")
    refused = await talk.says("make it 2", MANAGE)
    assert refused.reply.startswith("3 deliveries of the present items are paid.")
    shown = await talk.says("cancel SUB002", MANAGE)
    assert shown.reply.endswith("€6.00, paid for 3 deliveries that will not come, goes back to you.")
    later = await talk.says("after the next delivery", MANAGE)
    assert later.reply.endswith("€4.00, paid for 2 deliveries that will not come, goes back to you.")


async def test_several_products_and_a_start_go_into_one_subscription(talk: Talk) -> None:
    shown = await talk.says("2 milk and 3 packs of chips every friday, starting on 4 December", REQUEST)
    assert shown.reply.startswith(
        "Deliver 2 x Amul Milk 1L, 3 x Potato Chips every week on Friday, first on 4 December"
    )
    monday = await talk.says("make it monday", Intent.ORDER_STATUS)
    assert "every week on Monday, first on 7 December 2026" in monday.reply
    await talk.says("and only one pack of chips", REQUEST)
    await talk.says("yes")
    [request] = talk.doors.subscribed.values()
    assert [(i.sku, i.quantity) for i in request.items] == [(MILK, 2), (CHIPS, 1)]
    assert (request.delivery_day, request.start_date) == ("monday", date(2026, 12, 4))


async def test_a_new_subscription_may_go_to_another_address(talk: Talk) -> None:
    shown = await talk.says("chips every saturday to Lindenweg 4, 10969 Berlin", REQUEST)
    assert shown.reply.startswith("Deliver 1 x Potato Chips to Lindenweg 4, 10969 Berlin, DE every week on Saturday")


async def test_a_first_date_that_is_over_by_the_time_of_the_yes_is_shown_anew(talk: Talk) -> None:
    await talk.says("I want milk every friday", REQUEST)
    talk.now = talk.doors.now = NOW + timedelta(days=2)
    again = await talk.says("yes")
    assert "first on 4 December 2026" in again.reply
    assert again.needs_confirmation
    assert not talk.doors.subscribed


async def test_the_local_model_carries_a_skip_from_question_to_yes(stores: Stores) -> None:
    talk = Talk(stores, LocalUnderstanding(), now=NOW)
    await furnish(stores, NOW)
    await keep(talk)
    assert "27 November 2026" in (await talk.says("when is my next delivery?")).reply
    assert (await talk.says("skpi it pls")).reply.startswith("Skip the delivery of 27 November 2026")
    assert (await talk.says("no, the week after")).reply.startswith("Skip the delivery of 4 December 2026")
    await talk.says("yes please")
    assert (await stored(talk)).skipped == ["2026-12-04"]
