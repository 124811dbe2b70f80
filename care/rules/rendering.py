"""Which words are read: the customer's own, or their rendering in English, since many rules read English alone."""

from __future__ import annotations

from care.rules.phrases import is_greeting
from care.rules.words import answer_in


def words_to_read(message: str, english: str | None, shown: str) -> str:
    """Never a rendering that says yes or no to what was `shown`: that is said by the customer alone. A greeting of
    several languages needs none."""
    if english is None or is_greeting(message) or answer_in(message, shown) or answer_in(english, shown):
        return message
    return english
