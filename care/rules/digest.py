"""What is kept of a conversation: its last lines."""

from __future__ import annotations

HISTORY = 12
_LINE = 300


def remember(history: list[str], role: str, text: str) -> list[str]:
    """The history with one more line, bounded: the oldest lines fall off and a long one is cut."""
    line = f"{role}: {' '.join(text.split())}"
    return [*history, line if len(line) <= _LINE else line[: _LINE - 1] + "…"][-HISTORY:]
