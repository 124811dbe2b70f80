"""What a message wants an order to hold: "add 2 whey", "remove the chips", "make the milk 3", "swap it for oats". Pure.

Read clause by clause; a clause without a verb goes on with the verb before it ("add milk and 2 chips").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from care.models.dialogue import NamedSku
from care.rules.entities import find_entities
from care.rules.product_names import products_in
from care.rules.words import words_of

Verb = Literal["add", "remove", "set", "swap"]

_IDS = re.compile(r"\b(?:ord|sub|ref)[-_ ]?(?:\w+-)*\w*\d[\w-]*", re.I)
_BREAK = re.compile(r"\s*(?:[,;.!?\n]|\b(?:and|then|but|also|plus)\b)\s*", re.I)
_SWAP = re.compile(
    r"\b(?:swap|replace|exchange|switch|substitute|change)\b(?P<old>.+?)\b(?:for|with|to|by|into)\b(?P<new>.+)"
    r"|(?P<new2>.+?)\b(?:instead of|rather than|in place of)\b(?P<old2>.+)",
    re.I,
)
_REMOVE = re.compile(
    r"\b(?:remove|take (?:\w+ ){0,4}(?:out|off|away)|drop|delete|without|cancel|leave (?:\w+ ){0,4}out|get rid of|skip"
    r"|(?:don'?t|do not|no longer) (?:want|need)|less|fewer|minus|forget)\b",
    re.I,
)
_ADD = re.compile(r"\b(?:add|another|more|extra|include|put|throw in|additional|append)\b", re.I)
_SET = re.compile(
    r"\b(?:make|set|change|increase|reduce|lower|raise|decrease|quantity|qty|only|just|instead|want|need|should be"
    r"|double|up)\b",
    re.I,
)
# "Cancel the mug but keep the tea": what stays is no part of the change.
_KEEP = re.compile(r"^(?:please |just |to )*(?:keep|leave)\b(?!.*\bout\b)", re.I)
_NONE_OF = re.compile(r"^(?:please )?no (?:more )?(?:\w+ ){0,2}\w+(?: (?:please|any ?more))?$", re.I)
_ONE = re.compile(r"\b(?:one|an?|another)\b", re.I)
_INSTEAD = re.compile(r"\binstead\b(?! of\b)", re.I)
_EVERYTHING = re.compile(r"\b(?:everything|all (?:of it|of them|the items|items)|the whole (?:order|thing))\b", re.I)
# Words that may stand in "make it 3 please" or "one more of them": with any other, a thing is named that is not sold.
_FILLERS = set(
    words_of(
        "a an the my your this that it its them these those one two three four five six seven eight nine ten twelve"
        " dozen of to from by in on for with at is be was should i i'd i'm we you us me can could would please pls just"
        " only also too more less fewer another extra some add put include remove take out off drop delete make set"
        " change want wanted need get have order orders item items piece pieces pack packs bag bags bottle bottles box"
        " boxes quantity qty number amount increase reduce lower raise decrease instead wrong actually no not oh sorry"
        " wait ok okay up down double like same there update again so then hi hello hey thanks thank kindly x"
    )
)
_ANYTHING = {"something", "anything", "thing", "things", "stuff", "item", "items"}
_BY = re.compile(r"\bby (?:\d|one|two|three)\b|\b(?:less|fewer|more)\b", re.I)


@dataclass(frozen=True)
class Wished:
    """`pieces` by sku is what the order shall hold; None where the words name no change, or none that is clear.

    `between` are products that a word fits equally well, `absent` names what is to go and is not in the order,
    `unnamed` says that a change was named and no product.
    """

    pieces: dict[str, int] | None = None
    verb: Verb | None = None
    between: list[NamedSku] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    unnamed: bool = False

    @property
    def unclear(self) -> bool:
        return bool(self.between or self.absent or self.unnamed)


class _Unclear(Exception):
    def __init__(self, wished: Wished) -> None:
        self.wished = wished


def wished(
    text: str,
    held: Mapping[str, int],
    catalogue: Sequence[NamedSku],
    *,
    base: Mapping[str, int] | None = None,
    about: str | None = None,
) -> Wished:
    """`held` is what the order holds by sku; `base` what was shown last, to which the message may add. `about` is the
    product that was talked of: what a message without a name means."""
    reader = _Reader(held, base or held, catalogue, about)
    try:
        return reader.read(_IDS.sub(" ", text))
    except _Unclear as unclear:
        return unclear.wished


class _Reader:
    def __init__(
        self, held: Mapping[str, int], base: Mapping[str, int], catalogue: Sequence[NamedSku], about: str | None
    ) -> None:
        self._held = held
        self._pieces = Counter(dict(base))
        self._names = {p.name: p.sku for p in catalogue}
        self._catalogue = catalogue
        self._about = about
        self._verb: Verb | None = None
        self._vague: Wished | None = None

    def read(self, text: str) -> Wished:
        before = dict(self._pieces)
        if _REMOVE.search(text) and _EVERYTHING.search(text) and not products_in(text, list(self._names)):
            return Wished({}, "remove")
        for clause in _clauses(text):
            self._clause(clause)
        if self._vague and before == dict(self._pieces):
            return self._vague
        after = {sku: count for sku, count in self._pieces.items() if count > 0}
        return Wished(after if before != after else None, self._verb)

    def _clause(self, clause: str) -> None:
        if _KEEP.search(clause):
            return
        swap = _SWAP.search(clause)
        if swap and self._swapped(swap["old"] or swap["old2"], swap["new"] or swap["new2"]):
            return
        named, said = products_in(clause, list(self._names)), _verb_of(clause)
        verb, count = said or self._verb, _count(clause)
        if said is None and named and _NONE_OF.match(clause):
            verb = said = "remove"
        if said in (None, "set") and named and _INSTEAD.search(clause) and self._moved(named, count):
            return
        if self._verb == "remove" and named and _INSTEAD.search(clause):
            verb = "add"  # "no chips any more, send me whey instead"
        if verb is None and named and count:  # "3 chips please": so many of what is in the order, else so many more
            verb = "set" if any(self._names[name] in self._held for name in named) else "add"
        if verb is None and count and set(words_of(clause)) <= _FILLERS | {str(count)}:
            verb = said = "set"  # "3", where it was asked what to change
        if verb is None or not (named or said):
            return
        self._verb = verb
        double = re.search(r"\bdouble\b", clause, re.I)
        if verb == "set" and count is None and not double:
            self._vague = Wished(verb=verb, unnamed=True)
            return
        sku = self._one_of(verb, named, clause)
        self._pieces[sku] = self._after(sku, verb, count)

    def _moved(self, named: list[str], count: int | None) -> bool:
        """Whether "make it coffee instead" puts another thing in the place of what was about to be added."""
        about = self._about
        more = self._pieces[about] - self._held.get(about, 0) if about else 0
        if about is None or more <= 0:
            return False
        sku = self._one_of("add", named)
        self._verb = "swap"
        self._pieces[about] -= more
        self._pieces[sku] = self._held.get(sku, 0) + (count or more)
        return True

    def _after(self, sku: str, verb: Verb, count: int | None) -> int:
        now = self._held.get(sku, 0)
        if verb == "add":
            return now + (count or 1)
        if verb == "remove":
            return now - count if count is not None and count < now else 0
        return 2 * now if count is None else count

    def _swapped(self, old: str, new: str) -> bool:
        """Whether the two sides name products: "change the milk to 3" does not."""
        olds, news = (products_in(side, list(self._names)) for side in (old, new))
        if not news or not (olds or len(self._held) == 1):
            return False
        gone = self._one_of("remove", olds)
        others = [name for name in news if self._names[name] != gone]
        if not others:
            return False
        self._verb, come = "swap", self._one_of("add", others)
        moved = min(_count(old) or self._held[gone], self._held[gone])
        self._pieces[gone] = self._held[gone] - moved
        self._pieces[come] = self._held.get(come, 0) + (_count(new) or moved)
        return True

    def _one_of(self, verb: Verb, named: list[str], clause: str = "") -> str:
        """The product that a clause means. Raises _Unclear for none or several."""
        skus = [self._names[name] for name in named]
        inside = [sku for sku in skus if sku in self._held]
        if verb == "remove" and skus and not inside:
            raise _Unclear(Wished(verb=verb, absent=named))
        if len(inside) == 1:
            return inside[0]
        fitting = inside or skus
        if len(fitting) > 1:
            raise _Unclear(Wished(verb=verb, between=[p for p in self._catalogue if p.sku in fitting]))
        if fitting:
            return fitting[0]
        if _ANYTHING & set(words_of(clause)):
            raise _Unclear(Wished(verb="set", unnamed=True))
        if any(word not in _FILLERS and not word.isdigit() for word in words_of(clause)):
            raise _Unclear(Wished(verb=verb, unnamed=True))
        if self._about and (self._about in self._pieces or verb == "add"):
            return self._about
        if len(self._held) == 1:
            return next(iter(self._held))
        raise _Unclear(Wished(verb=verb, unnamed=True))


def _clauses(text: str) -> list[str]:
    return [part for part in _BREAK.split(text) if part and part.strip()]


def _verb_of(clause: str) -> Verb | None:
    if _REMOVE.search(clause):
        return "remove"
    if re.search(r"\b(?:reduce|lower|decrease)\b", clause, re.I) and _BY.search(clause):
        return "remove"
    if _ADD.search(clause) or (re.search(r"\b(?:increase|raise|up)\b", clause, re.I) and _BY.search(clause)):
        return "add"
    return "set" if _SET.search(clause) else None


def _count(clause: str) -> int | None:
    found = find_entities(clause).quantity
    return found if found is not None else (1 if _ONE.search(clause) else None)
