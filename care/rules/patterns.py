"""Patterns made of many, for tables of words."""

from __future__ import annotations

import re


def any_of(*patterns: str) -> re.Pattern[str]:
    """Any of these, in capitals or not."""
    return re.compile(f"(?:{'|'.join(patterns)})", re.IGNORECASE)


def any_word(*patterns: str) -> re.Pattern[str]:
    """The same, but only whole words: each pattern begins and ends at the edge of one."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


def any_beginning(*patterns: str) -> re.Pattern[str]:
    """The same, but each pattern begins at the edge of a word; it may end inside of one ("declin")."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})", re.IGNORECASE)
