"""What costs more than its bytes is refused before it is parsed."""

from __future__ import annotations

import json

import pytest

from care.rules.bulk import DEEPEST, MOST_ELEMENTS, MOST_FIELDS, too_many_fields, too_much_json


def _nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        _nested(DEEPEST),
        json.dumps({"message": '["{' * 1000}).encode(),
        json.dumps([1] * (MOST_ELEMENTS - 10)).encode(),
        b'{"a": [' + b"[]," * 500 + b"[]]}",
    ],
)
def test_json_that_a_person_or_program_would_send_passes(body: bytes) -> None:
    assert too_much_json(body) is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (_nested(DEEPEST + 1), "deeply"),
        (b"[" * 9000, "deeply"),
        (b"[" * 1_000_000, "elements"),
        (json.dumps([1] * (MOST_ELEMENTS + 10)).encode(), "elements"),
        (json.dumps({str(n): 1 for n in range(MOST_ELEMENTS)}).encode(), "elements"),
        (b'"' * 1_000_000, "elements"),
    ],
)
def test_json_that_is_made_to_cost_is_refused(body: bytes, why: str) -> None:
    assert why in (too_much_json(body) or "")


def test_a_form_has_few_fields() -> None:
    assert too_many_fields(b"&".join([b"a=b"] * MOST_FIELDS)) is None
    assert "fields" in (too_many_fields(b"&" * MOST_FIELDS) or "")
