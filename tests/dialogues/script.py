"""A dialogue as it is played: what there is, what is said and expected in turn, and what must have become of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from care.models.conversation import HandoffReason
from tests.dialogues.expecting import Claim
from tests.dialogues.heard import Heard, Part
from tests.dialogues.starting import Given

Mode = Literal["local", "groq"]


@dataclass(frozen=True)
class Action:
    kind: str
    status: str
    id: str | None


@dataclass
class Said:
    """One message of the customer, what the stand-in for Groq makes of it, and what must come of it.

    `actions` are all that the reply may list; `misbehaves` names what Groq does instead of an answer; `words` is what
    it makes of each sentence when it shall say the reply in another language.
    """

    line: int
    text: str
    files: list[str] = field(default_factory=list)
    heard: Heard | None = None
    parts: list[Part] = field(default_factory=list)
    misbehaves: str | None = None
    words: str | None = None
    replies: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    no_action: bool = False
    silent: bool = False

    @property
    def expects(self) -> bool:
        return bool(self.replies or self.actions or self.no_action or self.silent)


@dataclass(frozen=True)
class ByColleague:
    """What a person at the desk writes, perhaps as the last word before the assistant speaks again."""

    line: int
    text: str
    hands_back: bool


@dataclass
class Dialogue:
    """A `Given` among the steps happens between two messages."""

    file: str
    line: int
    title: str
    only: Mode | None = None
    given: list[Given] = field(default_factory=list)
    steps: list[Said | ByColleague | Given] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    handed_over: HandoffReason | None = None

    @property
    def name(self) -> str:
        words = "-".join(re.findall(r"\w+", self.title.lower()))
        return f"{self.file.removesuffix('.txt')}/{words}"
