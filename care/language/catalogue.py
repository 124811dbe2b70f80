"""A language's catalogue: a gettext file, read once when somebody first needs it."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
_PORTAL = "ui/"


def read(code: str) -> Catalog:
    """The catalogue as translators keep it, with the files that each text comes from."""
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
    """Each sentence that is told behind the portal, with its translation.

    What only the portal says is left out: a product may be called as one of its buttons is.
    """
    if not (FOLDER / f"{code}.po").exists():
        return {}
    found: dict[str, str] = {}
    for message in read(code):
        if message.id and any(not file.startswith(_PORTAL) for file, _ in message.locations):
            found |= _forms(message)
    return {text: translation for text, translation in found.items() if translation}


def _forms(message: Message) -> dict[str, str]:
    """With plural forms, that of one and that of most numbers."""
    said = message.string or ""
    if isinstance(message.id, str):
        return {message.id: str(said)}
    return {message.id[0]: said[0], message.id[1]: said[-1]} if said else {}
