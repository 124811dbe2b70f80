"""A dialogue as it is written down, and the parser: README.md tells the format.

Everything is checked when the file is read; an error names the file and the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from care.models.conversation import HandoffReason
from care.rules.writes import WRITES
from tests.dialogues import expecting, starting
from tests.dialogues.expecting import Claim
from tests.dialogues.grammar import Wrong
from tests.dialogues.heard import Heard, Part, heard, part
from tests.dialogues.starting import Given
from tests.fakes.groq_server import MISBEHAVIOUR

SCRIPTS = Path(__file__).parent / "scripts"
Mode = Literal["local", "groq"]
# A yes and a no are read the same by everyone; of any other message it is written down what a good model makes of it.
_PLAIN = {"yes": Heard(answer="yes"), "no": Heard(answer="no")}
_DEEDS = {write.done for write in WRITES.values()}


@dataclass(frozen=True)
class Action:
    kind: str
    status: str
    id: str | None


@dataclass
class Said:
    """One message of the customer, what the stand-in for Groq makes of it, and what must come of it."""

    line: int
    text: str
    files: list[str] = field(default_factory=list)
    heard: Heard | None = None
    parts: list[Part] = field(default_factory=list)
    misbehaves: str | None = None
    replies: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    no_action: bool = False
    silent: bool = False


@dataclass
class Dialogue:
    """`steps` in their order; a `Given` among them happens between two messages."""

    file: str
    line: int
    title: str
    only: Mode | None = None
    given: list[Given] = field(default_factory=list)
    steps: list[Said | Given] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    handed_over: HandoffReason | None = None

    @property
    def name(self) -> str:
        words = "-".join(re.findall(r"\w+", self.title.lower()))
        return f"{self.file.removesuffix('.txt')}/{words}"

    @property
    def messages(self) -> list[Said]:
        return [step for step in self.steps if isinstance(step, Said)]


def all_for(mode: Mode) -> list[Dialogue]:
    """All that are to be played in this mode, by name."""
    files = sorted(SCRIPTS.glob("*.txt"))
    dialogues = [each for path in files for each in parse(path.read_text(encoding="utf-8"), path.name)]
    return [dialogue for dialogue in dialogues if dialogue.only in (None, mode)]


def parse(text: str, file: str) -> list[Dialogue]:
    """Each begins with its title. Raises Wrong, which says in which line of `file` what is wrong."""
    readers: list[_Reader] = []
    for number, line in enumerate(text.splitlines(), 1):
        with Wrong.at(file, number):
            if line.startswith("# "):
                readers += [_Reader(Dialogue(file, number, line.removeprefix("# ").strip()))]
            elif line.strip() and not readers:
                raise Wrong("begin with a title: '# What it is about'")
            elif line.strip() and not line.startswith("//"):
                readers[-1].take(number, line.strip())
    for reader in readers:
        with Wrong.at(file, reader.dialogue.line):
            reader.finish()
    return [reader.dialogue for reader in readers]


class _Reader:
    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        self._said: Said | None = None
        self._ended = False
        self._takes: dict[str, Callable[[str], None]] = {
            "only": self._only,
            "shop": self._shop,
            "meanwhile": self._meanwhile,
            "understands": self._understands,
            "part": self._part,
            "misbehaves": self._misbehaves,
            "assistant": self._assistant,
            "never": self._never,
            "action": self._action,
            "then": self._then,
        }

    def take(self, number: int, line: str) -> None:
        mark = next((m for m in line if m in ">:"), "")
        word, _, rest = line.partition(mark) if mark else (line, "", "")
        directive, _, more = word.strip().partition(" ")
        if directive == "customer" and mark == ">":
            self._customer(number, more, rest.strip())
        elif (directive, mark, rest.strip()) == ("assistant", ":", "silent"):
            self._last.silent = True
        elif mark and not more and directive in self._takes and (mark == ">") == (directive in ("assistant", "never")):
            self._check_order(directive)
            self._takes[directive](rest.strip())
        else:
            raise Wrong(f"unknown directive {word.strip()!r}")

    def finish(self) -> None:
        self._close()
        if not self.dialogue.messages:
            raise Wrong("nobody says anything")
        if not self._ended:
            raise Wrong("end with what has become of it: 'then: ...'")

    def _check_order(self, directive: str) -> None:
        if self._ended and directive != "then":
            raise Wrong(f"'{directive}' comes before the first 'then'")
        if directive in ("shop", "only") and self.dialogue.steps:
            raise Wrong(f"'{directive}' comes before the first message; for later use 'meanwhile'")

    def _customer(self, number: int, more: str, text: str) -> None:
        self._check_order("customer")
        self._close()
        verb, _, files = more.partition(" ")
        if more and (verb != "shows" or not files):
            raise Wrong(f"write 'customer>' or 'customer shows EV001>', not {'customer ' + more!r}")
        if not text:
            raise Wrong("the customer says nothing")
        self._said = Said(number, text, files.split(), _PLAIN.get(text.casefold()))
        self.dialogue.steps.append(self._said)

    def _close(self) -> None:
        """What the last message must have: a reading by the stand-in, and something that is expected of the reply."""
        if (said := self._said) is None:
            return
        if said.heard is None and not said.misbehaves and self.dialogue.only != "local":
            raise Wrong(f"line {said.line} needs 'understands:', what a good model makes of it")
        if not (said.replies or said.actions or said.no_action or said.silent):
            raise Wrong(f"nothing is expected of the reply to line {said.line}")

    @property
    def _last(self) -> Said:
        if self._said is None:
            raise Wrong("there is no message yet that this could be about")
        return self._said

    def _only(self, rest: str) -> None:
        match rest:
            case "local" | "groq":
                self.dialogue.only = rest
            case _:
                raise Wrong(f"only: {' or '.join(get_args(Mode))}")

    def _shop(self, rest: str) -> None:
        self.dialogue.given.append(starting.given(rest))

    def _meanwhile(self, rest: str) -> None:
        if not self.dialogue.steps:
            raise Wrong("nothing was said yet: use 'shop'")
        self.dialogue.steps.append(starting.meanwhile(rest))

    def _understands(self, rest: str) -> None:
        if self._last.heard not in (None, *_PLAIN.values()) or self._last.misbehaves:
            raise Wrong("it says already what is understood")
        self._last.heard = heard(rest)

    def _part(self, rest: str) -> None:
        self._last.parts.append(part(rest, self._last.text))

    def _misbehaves(self, rest: str) -> None:
        if rest != "slow" and rest not in MISBEHAVIOUR:
            raise Wrong(f"misbehaves: slow, {', '.join(MISBEHAVIOUR)}")
        self._last.misbehaves = rest

    def _assistant(self, rest: str) -> None:
        self._last.replies.append(_checked_pattern(rest))

    def _never(self, rest: str) -> None:
        self._last.never.append(_checked_pattern(rest))

    def _action(self, rest: str) -> None:
        match rest.split():
            case ["none"] if not self._last.actions:
                self._last.no_action = True
            case ["handed_off", "done"]:
                self._last.actions.append(Action("handed_off", "done", None))
            case [kind, ("proposed" | "done" | "refused") as status, id_] if kind in _DEEDS:
                self._last.actions.append(Action(kind, status, id_))
            case _:
                raise Wrong(
                    "write 'action: order_cancelled proposed ORD001', or done, or refused; or 'handed_off done'"
                )

    def _then(self, rest: str) -> None:
        self._close()
        self._said, self._ended = None, True
        if rest.startswith("handed over: "):
            self.dialogue.handed_over = expecting.handoff_reason(rest.removeprefix("handed over: "))
        elif rest != "nothing changes":
            self.dialogue.claims.append(expecting.claim(rest))


def _checked_pattern(text: str) -> str:
    if not text.replace("*", "").strip():
        raise Wrong("this would fit any reply")
    return text
