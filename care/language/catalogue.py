"""A language's catalogue: a gettext file, read once when somebody first needs it."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent


def read(code: str) -> Catalog:
    """The catalogue as translators keep it, with where each text comes from."""
    with (FOLDER / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


@cache
def translations(code: str) -> NullTranslations:
    """None are needed for English; a text that a catalogue lacks stays English."""
    if not (FOLDER / f"{code}.po").exists():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read(code))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def templates(code: str) -> dict[str, str]:
    """Every text with its translation; plural forms, which come from the portal alone, are left out."""
    if not (FOLDER / f"{code}.po").exists():
        return {}
    found = {}
    for message in read(code):
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string:
            found[message.id] = message.string
    return found
