"""What can be known of a file without looking at what it shows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from care.models.evidence import Facts
from care.rules.evidence_checks import agrees, amounts_in, findings_of
from tests.brains.conftest import PLACED, an_order


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Total EUR 17.99", {1799}),
        ("17,99 €", {1799}),
        ("1,299.00 and 1.299,00", {129900}),
        ("Ref 12345, page 2 of 3", set()),
        ("2026-11-20 v1.2.3", set()),
    ],
)
def test_amounts_are_read_in_both_notations(text: str, amounts: set[int]) -> None:
    assert amounts_in(text) == amounts


@pytest.mark.parametrize(
    ("text", "agreeing"),
    [("Order ORD004", True), ("order ord004.", True), ("Total 17.99", True), ("ORD0041, 18.99", False), ("", False)],
)
def test_a_document_agrees_when_it_names_the_order_or_its_total(text: str, agreeing: bool) -> None:
    assert agrees(Facts(text=text), an_order()) is agreeing


def test_a_camera_date_well_before_the_order_is_a_finding() -> None:
    early = Facts(captured_at=PLACED - timedelta(days=3))
    assert findings_of(early, an_order()) == ["The camera's date (2026-11-07) is before the order (2026-11-10)."]


def test_a_camera_clock_a_few_hours_off_is_none() -> None:
    assert findings_of(Facts(captured_at=PLACED - timedelta(hours=20)), an_order()) == []


def test_a_document_is_compared_with_the_order() -> None:
    assert findings_of(Facts(pages=1, text="Whey Protein, total 17.99"), an_order()) == [
        "The PDF has 1 page.",
        "The document does not name the order id ORD004.",
        "The document shows the order's total of €17.99.",
        "The document names Whey Protein.",
    ]


def test_a_scan_without_text_is_said_to_be_one() -> None:
    assert findings_of(Facts(pages=2), an_order()) == [
        "The PDF has 2 pages.",
        "The PDF holds no text that can be read.",
    ]


def test_a_screenshot_is_said_to_look_like_one() -> None:
    assert findings_of(Facts(screenshot=True), an_order()) == ["The picture looks like a screenshot."]
