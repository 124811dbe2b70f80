"""Buttons that say something in the chat. What is said stands beside the button as data, never inside a script."""

from __future__ import annotations

from nicegui import ui

from care.settings import Settings
from ui.language import _
from ui.parts.elements import box

_SAY = "event => window.careChat.say(event.currentTarget.dataset.say)"


def runs(label: str, script: str, *, look: str = "unelevated", symbol: str | None = None) -> ui.button:
    """A button that the page itself answers, with a function of chat.js."""
    return ui.button(label, icon=symbol, color="primary").props(f"{look} no-caps").on("click", js_handler=script)


def says(label: str, said: str, *, look: str = "outline") -> ui.button:
    made = runs(label, _SAY, look=look)
    made.props["data-say"] = said
    return made


def row(said: str, name: str = "") -> ui.element:
    """A whole row of a list as one button, to be filled."""
    made = box("ask-row", tag="button", name=name).props("type=button").on("click", js_handler=_SAY)
    made.props["data-say"] = said
    return made


def in_words_of(settings: Settings, english: str, **values: object) -> str:
    """A sentence that the portal offers: in the customer's language where a hosted model reads it, else in English,
    as the local model reads nothing else."""
    return _(english, **values) if settings.groq_api_key else english.format(**values)
