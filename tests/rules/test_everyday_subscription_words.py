"""What customers say of their subscriptions on an ordinary day, and what it means."""

from __future__ import annotations

from datetime import date

import pytest

from care.models.dialogue import NamedSku
from care.models.memory import Choice, ConversationState
from care.rules.address import address_in
from care.rules.delivery_dates import range_named
from care.rules.entities import find_entities, only_names_days
from care.rules.item_wishes import wished
from care.rules.phrases import asks_who, follows_up, is_thinking
from care.rules.references import choice_in
from care.rules.spoken_dates import dates_in
from care.rules.subscription_wishes import Action, action_in
from care.rules.terms_wishes import rhythm_wanted

_CATALOGUE = [NamedSku(sku="MILK", name="Amul Milk 1L"), NamedSku(sku="TEA", name="Green Tea")]
_CATALOGUE.append(NamedSku(sku="CHIPS", name="Potato Chips"))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("oh wait i do need it, put it back", "unskip"),
        ("ok bring it anyway", "unskip"),
        ("I'd like to stop my milk but tomorrow's delivery should still come", "cancel"),
        ("skip every other delivery", "change"),
        ("away the next two weeks no milk pls", "pause"),
        ("i go vacation 5 december to 20 december stop delivery please", "pause"),
        ("i'm not home tomorrow, can it come on tuesday", "reschedule"),
        ("I don't need any milk over christmas, from 20 dec to 3 jan", "skip"),
    ],
)
def test_everyday_words_tell_what_shall_be_done(text: str, action: Action) -> None:
    assert action_in(text) == action


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("add a green tea to my milk subscription", {"MILK": 1, "TEA": 1}),
        ("take the milk out and put chips in", {"CHIPS": 1}),
    ],
)
def test_a_step_that_adds_follows_one_that_takes_away(text: str, items: dict[str, int]) -> None:
    assert wished(text, {"MILK": 1}, _CATALOGUE, replaces=True).pieces == items


@pytest.mark.parametrize(
    "text",
    [
        "my mother is visiting next week and we need more milk, could you make it 4 instead of 1? Thanks",
        "set up a tea subscription instead, every month on the 10th",
        "tea monthly, starting December 2026",
    ],
)
def test_a_sentence_with_numbers_is_no_address(text: str) -> None:
    assert address_in(text, "DE") is None


def test_what_is_said_after_an_address_is_no_part_of_it() -> None:
    found = address_in("i moved to Neue Gasse 5, 60311 Frankfurt. please change it", "DE")
    assert found is not None
    assert found.city == "Frankfurt"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("pause until january 7", ["7 jan"]),
        ("pause until the end of january", ["31 jan"]),
        ("tomorrows delivery", ["tomorrow"]),
        ("next weeks milk", ["next week"]),
    ],
)
def test_dates_in_everyday_spelling(text: str, spoken: list[str]) -> None:
    assert dates_in(text) == spoken


def test_a_range_needs_no_from() -> None:
    span = range_named("stop from home, 5 december to 20 december", date(2026, 11, 26))
    assert span == (date(2026, 12, 5), date(2026, 12, 20))


def test_a_day_that_no_longer_fits_is_not_the_new_one() -> None:
    text = "fridays don't work for me any more. can we do mondays?"
    assert rhythm_wanted(text, find_entities(text))["delivery_day"] == "monday"
    assert only_names_days("on wednesdays")
    assert not only_names_days("every wednesday")


def test_a_subscription_is_picked_by_its_rhythm() -> None:
    labels = {"SUB001": "Amul Milk 1L, every week on Friday", "SUB002": "Amul Milk 1L, every month on the 1st"}
    choices = [Choice(kind="subscription", id=id_, label=label) for id_, label in labels.items()]
    state = ConversationState(conversation_id="CNV001", customer_id="CUST001", choices=choices)
    for text, picked in (("the monthly one", "SUB002"), ("the one on fridays", "SUB001")):
        choice = choice_in(text, state)
        assert choice is not None
        assert choice.id == picked


def test_small_words_around_a_proposal() -> None:
    assert is_thinking("hmm let me think")
    assert not is_thinking("asdf qwer")
    assert asks_who("are you a robot?")
    assert not asks_who("can I talk to a human?")
    assert follows_up("and the one after")
    assert not follows_up("where is my order")
