"""Reads the format that README.md tells of. All is checked here; an error names the file and the line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from care.rules.writes import WRITES
from tests.dialogues import expecting, starting
from tests.dialogues.grammar import Wrong, check_days
from tests.dialogues.heard import Heard, heard, part
from tests.dialogues.script import Action, ByColleague, Dialogue, Mode, Said
from tests.fakes.groq_server import MISBEHAVIOUR

SCRIPTS = Path(__file__).parent / "scripts"
# A yes and a no are read the same by everyone; of any other message it is written down what a good model makes of it.
_PLAIN = {"yes": Heard(answer="yes"), "no": Heard(answer="no")}
_DEEDS = {write.done for write in WRITES.values()}


def all_for(mode: Mode) -> list[Dialogue]:
    """All that are to be played in this mode, file by file."""
    files = sorted(SCRIPTS.glob("*.txt"))
    dialogues = [each for path in files for each in parse(path.read_text(encoding="utf-8"), path.name)]
    return [dialogue for dialogue in dialogues if dialogue.only in (None, mode)]


def parse(text: str, file: str) -> list[Dialogue]:
    """Raises Wrong."""
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
    """One dialogue, line by line."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        self._said: Said | None = None
        self._nothing = False
        self._ended = False
        self._takes: dict[str, Callable[[str], None]] = {
            "only:": self._only,
            "shop:": self._shop,
            "meanwhile:": self._meanwhile,
            "understands:": self._understands,
            "part:": self._part,
            "misbehaves:": self._misbehaves,
            "words:": self._words,
            "assistant>": lambda text: self._last.replies.append(_pattern(text)),
            "assistant:": self._silence,
            "never>": lambda text: self._last.never.append(_pattern(text)),
            "action:": self._action,
            "then:": self._then,
        }

    def take(self, number: int, line: str) -> None:
        at = min((at for mark in ">:" if (at := line.find(mark)) >= 0), default=-1)
        word, rest = line[: at + 1], line[at + 1 :].strip()
        if self._ended and word != "then:":
            raise Wrong("after the first 'then:' come only others")
        if word.startswith("customer") and word.endswith(">"):
            self._customer(number, word[:-1].split()[1:], rest)
        elif word in ("colleague>", "colleague hands back>"):
            self._close()
            self.dialogue.steps.append(ByColleague(number, rest, hands_back=word != "colleague>"))
        elif word in self._takes:
            self._takes[word](rest)
        else:
            raise Wrong(f"unknown line: write 'customer>', {', '.join(repr(each) for each in self._takes)}")

    def finish(self) -> None:
        self._close()
        if not any(isinstance(step, Said) for step in self.dialogue.steps):
            raise Wrong("nobody says anything")
        if not self._ended:
            raise Wrong("end with what has become of it: 'then: ...'")
        if self._nothing and self.dialogue.claims:
            raise Wrong("either something changes or nothing does")

    def _close(self) -> None:
        """What the last message must have: a reading by the stand-in, and something that is expected of the reply."""
        said, self._said = self._said, None
        if said is None:
            return
        if said.heard is None and not said.misbehaves and self.dialogue.only != "local":
            raise Wrong(f"line {said.line} needs 'understands:', what a good model makes of it")
        if not said.expects:
            raise Wrong(f"nothing is expected of the reply to line {said.line}")

    @property
    def _last(self) -> Said:
        if self._said is None:
            raise Wrong("there is no message that this could be about")
        return self._said

    def _customer(self, number: int, more: list[str], text: str) -> None:
        self._close()
        if more and (more[0] != "shows" or len(more) < 2):
            raise Wrong("write 'customer>' or 'customer shows EV001>'")
        if not text:
            raise Wrong("the customer says nothing")
        self._said = Said(number, check_days(text), more[1:], _PLAIN.get(text.casefold()))
        self.dialogue.steps.append(self._said)

    def _only(self, rest: str) -> None:
        match rest:
            case "local" | "groq":
                self.dialogue.only = rest
            case _:
                raise Wrong("only: local, or only: groq")

    def _shop(self, rest: str) -> None:
        if self.dialogue.steps:
            raise Wrong("'shop:' comes before the first message; for later there is 'meanwhile:'")
        self.dialogue.given.append(starting.given(rest))

    def _meanwhile(self, rest: str) -> None:
        if not self.dialogue.steps:
            raise Wrong("nothing was said yet: use 'shop:'")
        self._close()
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

    def _words(self, rest: str) -> None:
        if not rest or self._last.words:
            raise Wrong("write once what becomes of each sentence of the reply")
        self._last.words = check_days(rest)

    def _silence(self, rest: str) -> None:
        if rest != "silent":
            raise Wrong("write 'assistant> *words of the reply*' or 'assistant: silent'")
        self._last.silent = True

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
                    "write 'action: order_cancelled proposed ORD001' (or done, or refused), 'action: handed_off done' "
                    f"or 'action: none'; there are {', '.join(sorted(_DEEDS))}"
                )

    def _then(self, rest: str) -> None:
        self._close()
        self._ended = True
        if rest == "nothing changes":
            self._nothing = True
        elif rest.startswith("handed over: "):
            self.dialogue.handed_over = expecting.handoff_reason(rest.removeprefix("handed over: "))
        else:
            self.dialogue.claims.append(expecting.claim(rest))


def _pattern(text: str) -> str:
    if not text.replace("*", "").strip():
        raise Wrong("this would fit any reply")
    return check_days(text)
