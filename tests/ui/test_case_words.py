"""What the desk shows of a case, and what it offers to write about it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from care.models.evidence import Evidence, Facts
from care.models.refund import Judgement, RefundReason, Ruling
from tests.brains.conftest import a_file
from tests.ui.shop import verdict
from tests.ui.test_words import NOW, refund
from ui.parts.case import about_all, about_files
from ui.parts.deciding import decided_by
from ui.parts.keys import KEYS
from ui.parts.noting import ASKING, REJECTING
from ui.parts.proof import known
from ui.parts.queue import age
from ui.theme import STATIC

FOUND = ["The picture is blurred.", "The total agrees."]


def judged(**about: list[str]) -> Judgement:
    return Judgement(decision="unclear", confidence=0.5, findings=FOUND, about_files=about, model="m")


def test_a_finding_about_one_file_stands_beside_it_and_the_others_at_the_head() -> None:
    found = verdict(findings=FOUND, judgement=judged(EV1=FOUND[:1]))
    assert (about_files(found), about_all(found)) == ({"EV1": FOUND[:1]}, FOUND[1:])


@pytest.mark.parametrize("before", [None, judged()])
def test_a_verdict_from_before_files_were_told_apart_still_reads(before: Judgement | None) -> None:
    found = verdict(findings=FOUND, judgement=before)
    assert (about_files(found), about_all(found)) == ({}, FOUND)


@pytest.mark.parametrize(
    ("given", "who"),
    [
        ({"status": "rejected"}, "amy"),
        ({"status": "paid"}, "amy"),
        ({"status": "in_review"}, None),
        ({"status": "paid", "rulings": []}, None),
        ({"status": "expired", "rulings": [{"decision": "escalate", "reviewer": "amy"}]}, None),
    ],
)
def test_a_case_names_who_decided_it(given: dict[str, Any], who: str | None) -> None:
    case = refund(**{"rulings": [{"decision": "reject", "reviewer": "amy"}]} | given)
    decided = decided_by(case)
    assert (decided.reviewer if isinstance(decided, Ruling) else None) == who


@pytest.mark.parametrize(("hours", "said", "tone"), [(5, "5 h", "plain"), (30, "30 h", "warn"), (80, "3 days", "bad")])
def test_the_longer_a_customer_waits_the_louder_it_is_said(hours: int, said: str, tone: str) -> None:
    case = refund(created_at=NOW - timedelta(hours=hours))
    assert age(case, NOW) == (f"Waits {said}", tone)


@pytest.mark.parametrize("sentences", [REJECTING, ASKING])
def test_there_are_ready_sentences_for_every_reason(sentences: dict[RefundReason, list[str]]) -> None:
    assert set(sentences) == set(RefundReason)
    assert all(len(each) >= 2 and len(set(each)) == len(each) for each in sentences.values())


def test_each_key_is_told_once() -> None:
    assert len(KEYS) == len(set(KEYS.values()))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            Facts(width=800, height=600),
            "tub.jpg · 1 kB · 800 \N{MULTIPLICATION SIGN} 600 · no capture date in the file",
        ),
        (Facts(pages=1), "tub.jpg · 1 kB · 1 page"),
        (
            Facts(duration_ms=7_400, screenshot=True),
            "tub.jpg · 1 kB · 7 s · no capture date in the file · a screenshot",
        ),
    ],
)
def test_what_is_known_of_a_file_stands_in_one_line(facts: Facts, said: str) -> None:
    file: Evidence = a_file(facts=facts).about
    assert " · ".join(known(file)).startswith(said)


def test_every_button_of_the_viewer_does_something() -> None:
    script = (STATIC / "viewer.js").read_text()
    deeds = set(re.findall(r'_does\("(\w+)"', (STATIC.parent / "parts" / "viewer.py").read_text()))
    assert deeds
    assert all(re.search(rf"\b{deed}\b", script.split("const DEEDS")[1].split("};")[0]) for deed in deeds)
