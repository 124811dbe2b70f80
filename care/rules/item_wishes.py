"""What a message wants an order or a subscription to hold: "add 2 whey", "remove the chips", "make it 3". Pure.

Read clause by clause; a clause without a verb goes on with the verb before it ("add milk and 2 chips").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from care.models.dialogue import NamedSku
from care.rules.item_words import (
    Verb,
    clauses_in,
    count_in,
    is_bare,
    keeps,
    names_a_stranger,
    removes_everything,
    says_instead,
    says_something,
    share_in,
    stands_for_it,
    swap_in,
    verb_in,
    wants_none,
    without_whose,
)
from care.rules.product_names import products_in


@dataclass(frozen=True)
class Wished:
    """`pieces` by sku is what shall be held; None where the words name no change, or none that is clear.

    `between` are the products that may be meant, where a word fits several; `absent` names what is to go and is not
    held; `unnamed` says that a change was named and no product, or not how many.
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
    replaces: bool = False,
) -> Wished:
    """`held` is what is held by sku; `base` what was shown last, to which the message may add. `about` is the product
    that was talked of: what a message without a name means, or one that fits several. `replaces`: a product that is
    named beside no verb comes instead of the only one, not with it."""
    reader = _Reader(held, base or held, catalogue, about, replaces)
    try:
        return reader.read(text)
    except _Unclear as unclear:
        return unclear.wished


class _Reader:
    def __init__(
        self,
        held: Mapping[str, int],
        base: Mapping[str, int],
        catalogue: Sequence[NamedSku],
        about: str | None,
        replaces: bool,
    ) -> None:
        self._held = held
        self._base, self._pieces = Counter(dict(base)), Counter(dict(base))
        self._skus = {p.name: p.sku for p in catalogue}
        self._catalogue = catalogue
        self._about = about
        self._replaces = replaces
        self._verb: Verb | None = None
        self._vague: Wished | None = None

    def read(self, text: str) -> Wished:
        plain = without_whose(text)
        text = plain if self._named(plain) else text
        if removes_everything(text) and not self._named(text):
            return Wished({}, "remove")
        for clause in clauses_in(text):
            self._clause(clause)
        if self._vague and self._pieces == self._base:
            return self._vague
        after = +self._pieces
        return Wished(dict(after) if after != self._base else None, self._verb)

    def _clause(self, clause: str) -> None:
        if keeps(clause):
            return
        swap = swap_in(clause)
        if swap and self._swapped(*swap):
            return
        named, count = self._named(clause), count_in(clause)
        said = verb_in(clause)
        if said in (None, "set") and named and says_instead(clause) and self._moved(named, count):
            return
        if (said or self._verb) in (None, "set") and self._came(named, count, clause):
            return
        verb = self._meant(clause, named, count)
        if verb is None:
            return
        self._verb, share = verb, share_in(clause)
        if verb == "set" and count is None and share is None:
            self._vague = Wished(verb=verb, unnamed=True)
            held = [sku for sku in named if sku in self._held]
            self._about = held[0] if len(held) == 1 else self._about
            return
        sku = self._one_of(verb, named, clause)
        self._pieces[sku] = self._after(sku, verb, count, halves=share == "half")
        if verb != "remove":
            self._about = sku

    def _meant(self, clause: str, named: list[str], count: int | None) -> Verb | None:
        """The verb of a clause, its own or the one before it; None where it changes nothing."""
        said = "remove" if named and wants_none(clause) else verb_in(clause)
        if self._verb == "remove" and named and says_instead(clause):
            return "add"  # "no chips any more, send me whey instead"
        if said or (named and self._verb):
            return said or self._verb
        if named and count:  # "3 chips please": so many of what is held, else so many more
            return "set" if any(sku in self._held for sku in named) else "add"
        # "3", where it was asked what to change, or how many was not said yet
        open_ = self._verb is None or self._vague is not None
        return self._verb or "set" if open_ and not named and count and is_bare(clause, count) else None

    def _named(self, words: str) -> list[str]:
        """SKUs, best first."""
        return [self._skus[name] for name in products_in(words, list(self._skus))]

    def _after(self, sku: str, verb: Verb, count: int | None, *, halves: bool) -> int:
        now = self._held.get(sku, 0)
        if verb == "add":
            return now + (count or 1)
        if verb == "remove":
            return now - count if count is not None and count < now else 0
        if count is not None:
            return count
        return max(1, now // 2) if halves else 2 * now

    def _moved(self, named: list[str], count: int | None) -> bool:
        """Whether "make it coffee instead" puts another thing in the place of what was about to be added."""
        about = self._about
        more = self._pieces[about] - self._held.get(about, 0) if about else 0
        if about is None or more <= 0:
            return False
        come = self._about = self._one_of("add", named)
        self._verb = "add"
        self._pieces[about] -= more
        self._pieces[come] = self._held.get(come, 0) + (count or more)
        return True

    def _came(self, named: list[str], count: int | None, clause: str) -> bool:
        """Whether a product that is not held is named beside no verb, to come instead of what is."""
        news = [sku for sku in named if sku not in self._held]
        if not news or len(news) < len(named) or self._pieces != self._base:
            return False
        only = next(iter(self._held)) if len(self._held) == 1 else None
        if not (self._replaces or (only and says_instead(clause))):
            return False
        come = self._about = self._one_of("add", news)
        self._verb = "add"
        self._pieces[come] = count or (self._held[only] if only else 1)
        if only:
            self._pieces[only] = 0
        return True

    def _swapped(self, old: str, new: str) -> bool:
        """Whether the two sides name products: "change the milk to 3" does not."""
        olds, news = self._named(old), self._named(new)
        if not news or not (olds or len(self._held) == 1):
            return False
        gone = self._one_of("remove", olds)
        others = [sku for sku in news if sku != gone]
        if not others:
            return False
        come = self._about = self._one_of("add", others)
        self._verb = "add"
        moved = min(count_in(old) or self._held[gone], self._held[gone])
        self._pieces[gone] = self._held[gone] - moved
        self._pieces[come] = self._held.get(come, 0) + (count_in(new) or moved)
        return True

    def _one_of(self, verb: Verb, named: list[str], clause: str = "") -> str:
        """The product that a clause means. Raises _Unclear for none or several."""
        inside = [sku for sku in named if sku in self._held]
        if verb == "remove" and named and not inside:
            raise _Unclear(Wished(verb=verb, absent=[p.name for p in self._those(named)]))
        fitting = inside or named
        if len(fitting) == 1:
            return fitting[0]
        if self._about and self._about in fitting:
            return self._about
        if fitting:
            raise _Unclear(Wished(verb=verb, between=self._those(fitting)))
        if says_something(clause):
            raise _Unclear(Wished(verb="set", unnamed=True))
        if names_a_stranger(clause) and not (verb == "set" and stands_for_it(clause)):
            raise _Unclear(Wished(verb=verb, unnamed=True))
        if self._about and (self._about in self._pieces or verb == "add"):
            return self._about
        if len(self._held) == 1:
            return next(iter(self._held))
        raise _Unclear(Wished(verb=verb, between=self._those(self._held), unnamed=True))

    def _those(self, skus: Collection[str]) -> list[NamedSku]:
        return [p for p in self._catalogue if p.sku in skus]
