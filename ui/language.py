"""The language of whoever looks at the page: `_` for a text, `plural` for one with a number, `mark` for tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from typing import cast

from fastapi import Request
from nicegui import ui
from nicegui.language import Language as Spoken

from care.language import Language, language_of, wishes

COOKIE = "care_language"
_KEY = "language"
_ENGLISH = language_of(())
_spoken: ContextVar[Language | None] = ContextVar("spoken", default=None)


def current() -> Language:
    """Of the text that is being written, else of the open page, else English."""
    if (spoken := _spoken.get()) is not None:
        return spoken
    try:
        found = ui.context.client.storage.get(_KEY)
    except RuntimeError:  # no page: a pure function in a test
        return _ENGLISH
    return found if isinstance(found, Language) else _ENGLISH


def _(message: str, /, **values: object) -> str:
    """The text in the reader's language, with its `{holes}` filled."""
    return current().text(message, **values)


def plural(one: str, many: str, n: int, /, **values: object) -> str:
    """The form for `n`, which fills `{n}`: plural("{n} order", "{n} orders", 3)."""
    return current().plural(one, many, n, **values)


def mark(message: str) -> str:
    """For a text in a table, which is built before anybody looks: `_` translates it where it is shown."""
    return message


def retold(sentence: str) -> str:
    """A finished English sentence from behind the portal (a refusal, a notice), in the reader's language."""
    return current().retold(sentence)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """For what is written outside an open page."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def wished(request: Request, locale: str | None = None) -> Language:
    """What the reader chose in this browser, else the customer's `locale`, else what the browser asks for."""
    asked = request.headers.get("accept-language", "")
    return language_of([request.cookies.get(COOKIE), *wishes(locale, asked)])


def speak(language: Language) -> None:
    """Make the page that is being built speak it; the answer's `lang` follows."""
    client = ui.context.client
    client.storage[_KEY] = language
    client.page = copy(client.page)  # all visits of an address share the one
    client.page.language = spoken_as(language.code)


def spoken_as(code: str) -> Spoken:
    """What NiceGUI and Quasar call the language."""
    return cast(Spoken, "en-GB" if code == "en" else code)
