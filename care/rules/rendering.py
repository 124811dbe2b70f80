"""Which words are read: the customer's own as anybody would see them, or their rendering in English, since many rules
read English alone."""

from __future__ import annotations

import re

from care.rules.phrases import is_greeting
from care.rules.words import answer_in

# What cannot be seen must not cut an id in two; a joiner is a part of some scripts, but not of ours.
_UNSEEN = re.compile(
    r"[\u00ad\u200b\u200e\u200f\u202a-\u202c\u2060-\u2064\u2066-\u2069\ufeff]|(?<=[!-~])[\u200c\u200d](?=[!-~])"
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def as_seen(message: str) -> str:
    """Without letters of no width, and with "ＯＲＤ００４" as "ORD004"."""  # noqa: RUF002
    return _UNSEEN.sub("", message).translate(_FULL_WIDTH)


def words_to_read(message: str, english: str | None, shown: str) -> str:
    """Never a rendering that says yes or no to what was `shown`: that is said by the customer alone. A greeting of
    several languages needs none."""
    if english is None or is_greeting(message) or answer_in(message, shown) or answer_in(english, shown):
        return message
    return english
