"""Times and names of the models in the words of a paper."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def plain(name: str) -> str:
    return name.replace("_", " ").capitalize()
