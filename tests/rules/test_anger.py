"""An angry customer is told by the words; a complaint is no anger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from care.rules.anger import is_angry


@pytest.mark.parametrize(
    "text",
    [
        "This is ridiculous, I have been waiting for a week",
        "you people are useless",
        "WORST SERVICE EVER",
        "Your support is a complete joke",
        "I am sick and tired of waiting",
        "WHERE IS MY ORDER, ANSWER ME NOW!!!",
        "wtf is going on with my parcel",
        "I'm never ordering from you again",
        "You have lost a customer",
        "this is unacceptable",
        "I'm so angry right now",
        "stupid bot",
        "bunch of thieves",
        "I will switch to a competitor",
    ],
)
def test_who_insults_shouts_or_threatens_to_leave_is_angry(text: str) -> None:
    assert is_angry(text)


@pytest.mark.parametrize(
    "text",
    [
        "I'm disappointed that the milk came late",
        "The cheese tastes disgusting, I want a refund",
        "WHERE IS MY ORDER",
        "Hi!!! I need help with my account",
        "I am not happy with the mug",
        "I'm not angry, just tell me where it is",
        "I hate to bother you, but my parcel is late",
        "the worst case is that it comes tomorrow, right?",
        "the whey is awful, can I return it?",
        "please cancel ORD005",
    ],
)
def test_a_complaint_is_served_and_not_passed_on(text: str) -> None:
    assert not is_angry(text)


def test_a_model_that_sees_anger_in_plain_english_words_is_not_believed() -> None:
    assert not is_angry("Where is my order?", told=True)
    assert is_angry("Where is my damn order?", told=True)
    assert is_angry("¡Esto es una vergüenza!", told=True, english=False)


def test_hardly_any_of_the_messages_that_the_model_learns_from_is_angry() -> None:
    """But for those that ask for a person."""
    folder = Path(__file__).parents[2] / "care" / "brains" / "utterances"
    files = [file for file in folder.glob("*.txt") if file.stem != "HUMAN_AGENT"]
    learnt = [line for file in files for line in file.read_text().splitlines() if line and not line.startswith("#")]
    assert sum(is_angry(line) for line in learnt) <= len(learnt) // 100


def test_hardly_any_message_of_other_shops_is_angry(shared_data: Path) -> None:
    lines = (shared_data / "intents_public.jsonl").read_text().splitlines()
    assert sum(is_angry(json.loads(line)["text"]) for line in lines) <= len(lines) // 50
