"""The catalogues: of what the code says nothing is missing, and every entry is whole."""

from __future__ import annotations

import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message

from care.language import DEFAULT, LANGUAGES
from care.language.catalogue import FOLDER, read
from care.language.messages import template, updated

TRANSLATED = [code for code in LANGUAGES if code != DEFAULT]
HOLE = re.compile(r"\{\w*\}")


@cache
def messages() -> Catalog:
    return template()


@cache
def catalogue(code: str) -> list[Message]:
    return [message for message in read(code) if message.id]


def forms(text: object) -> list[str]:
    return [text] if isinstance(text, str) else [str(form) for form in text]  # type: ignore[attr-defined]


def name(message: Message) -> str:
    return forms(message.id)[0]


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_holds_what_the_code_says_and_nothing_else(code: str) -> None:
    file = (FOLDER / f"{code}.po").read_bytes()
    assert updated(code, messages()) == file, f"run `make messages`, then translate what is new in {code}.po"


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated(code: str) -> None:
    waiting = [name(m) for m in catalogue(code) if m.fuzzy or not all(forms(m.string))]
    assert waiting == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_fills_in_what_its_text_does(code: str) -> None:
    """The form for one may leave the number out: "una entrega"."""
    wrong = []
    for message in catalogue(code):
        holes = {hole for form in forms(message.id) for hole in HOLE.findall(form)}
        for number, said in enumerate(forms(message.string)):
            allowed = [holes, holes - {"{n}"}] if number == 0 and not isinstance(message.id, str) else [holes]
            if set(HOLE.findall(said)) not in allowed or said.count("{") != said.count("}"):
                wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_is_plain_text_of_one_line(code: str) -> None:
    """A few stand in pages that are written as HTML."""
    said = [form for message in catalogue(code) for form in forms(message.string)]
    assert [form for form in said if re.search(r"[<>&\n]| {2}|^\s|\s$", form)] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_ends_as_its_text_does(code: str) -> None:
    """What is a sentence stays one; a label gets no full stop."""

    def end(text: str) -> str:
        return {"।": "."}.get(text[-1], text[-1]) if text[-1] in ".!?।:…" else ""

    wrong = [m.string for m in catalogue(code) if end(forms(m.id)[-1]) != end(forms(m.string)[-1])]
    assert wrong == []
