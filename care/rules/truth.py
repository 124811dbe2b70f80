"""Whether a reply in other words says what the tools said: nothing more, and nothing less.

Facts are compared, not sentences: ids, names, numbers, currencies, dates, statuses, promises, and whether they are
denied. A wording that is true may fail here, and the plain reply is sent; the other way round would be worse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from care.rules import numbers
from care.rules import truth_words as words

_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+|(?<![\w.])[a-z][\w-]*\.[a-z]{2,}(?:/\S*)?(?![\w.])", re.I)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)")
_MONTH = "|".join(sorted(words.MONTHS, key=len, reverse=True))
_SPOKEN = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|\.?º)?\s+(?:of\s+|de\s+)?({_MONTH})(?![\w\u0900-\u0963])", re.I
)
_SPOKEN_US = re.compile(rf"(?<!\w)({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d)", re.I)
_TOKEN = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z0-9][A-Za-z0-9_-]*")
_COUNTED = re.compile(r"\d+-?[A-Za-z]{1,4}|\d+")  # "2x", "27th", "10am": a number
_CAPITAL = re.compile(r"(?<![\w-])[A-ZÁÉÍÓÚÑÜ][\w'&-]*")
_OPENING = re.compile(r"(?:^|[.!?:¿¡\n\"“•]|\d\.)\s*$")
_LATIN = re.compile(r"[A-Za-zÁÉÍÓÚÑÜáéíóúñü][\w'-]+")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
# Markup, further lines, and what turns the order of letters around or hides them.
_MARKUP = re.compile(r"[<>\[\]{}*`|\\\x00-\x1f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_WORDS = re.compile(r"[^\W\d_][\w'&-]*")


@dataclass
class _Facts:
    """What a text states. `sure` numbers are no other words; `said` holds them too where they might be."""

    names: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    times: set[str] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    claims: set[str] = field(default_factory=set)


def faults(reply: str, template: str, names: Sequence[str] = ()) -> list[str]:
    """What is wrong with a wording; nothing if it may be sent."""
    return unsupported(reply, template, names) or missing(reply, template, names)


def unsupported(reply: str, template: str, names: Sequence[str] = ()) -> list[str]:
    """What `reply` states and `template` does not. `names`: of products, so that they are known as such."""
    if len(reply) > 2 * len(template) + 40:
        return ["much more"]  # and too long to be searched
    ours, theirs = _facts(template, names), _facts(reply, names)
    allowed = ours.claims | {claim for claim, by in words.SAME.items() if by & ours.claims}
    new = [
        *(theirs.names - ours.names),
        *(theirs.ids - ours.ids),
        *(theirs.dates - ours.dates),
        *(theirs.times - ours.times - {time for time, by in words.SAME.items() if by & ours.times}),
        *(theirs.currencies - ours.currencies),
        *(number for number in theirs.sure - ours.said if not (number == "1" and numbers.may_say(1, template))),
        *(theirs.claims - allowed),
        *_new_capitals(reply, template),
        *({*_MARKUP.findall(reply)} - {*_MARKUP.findall(template)}),
    ]
    if _denies(reply) and not (_denies(template) or words.HALF_NEGATION.search(template.casefold())):
        new.append("a denial")
    return sorted(new)


def missing(reply: str, template: str, names: Sequence[str] = ()) -> list[str]:
    """What `template` states and `reply` lost."""
    ours, theirs = _facts(template, names), _facts(reply, names)
    said = {word.casefold() for word in _WORDS.findall(reply)}
    times = theirs.times | {time for time, by in words.SAME.items() if by & theirs.times}
    lost = [
        *(ours.names - theirs.names),
        *(ours.ids - theirs.ids),
        *(ours.dates - theirs.dates),
        *(ours.times - times),
        *(ours.currencies - theirs.currencies),
        *(ours.sure - theirs.said),
        *(word for word in _capitals(template) if word.casefold() not in said),
    ]
    if "?" in template:
        # What is asked for must be what will be done.
        lost += [*(_topics(ours) - _topics(theirs)), *([] if "?" in reply else ["?"])]
    if _denies(template) and not _denies(reply):
        lost.append("a denial")
    return sorted(lost)


def _facts(text: str, names: Sequence[str]) -> _Facts:
    facts, left = _Facts(), unicodedata.normalize("NFC", text)
    for name in sorted(names, key=len, reverse=True):
        if name.casefold() in left.casefold():
            facts.names.add(name)
            left = re.sub(re.escape(name), " ", left, flags=re.I)
    facts.ids = {found.casefold().rstrip(".,;:!?") for found in _ADDRESS.findall(left)}
    left = _ADDRESS.sub(" ", left)
    left = _take_dates(left, facts)
    for token in _TOKEN.findall(left):
        if any(c.isdigit() for c in token) and not _COUNTED.fullmatch(token) and any(c.isalpha() for c in token):
            facts.ids.add(token.upper().strip("-_"))
            left = left.replace(token, " ", 1)
    plain = left.casefold()
    facts.currencies = {code for code, pattern in words.CURRENCIES.items() if pattern.search(plain)}
    facts.times = {time for time, pattern in words.TIMES.items() if pattern.search(plain)}
    digits = numbers.digits_in(left)
    facts.sure |= {f"{n:f}" for n in (*digits, *numbers.words_in(left))}
    facts.said |= {f"{n:f}" for n in numbers.words_in(left, unsure=True)} | facts.sure
    facts.claims = _claims(plain) | ({"percent"} if "%" in left else set())
    return facts


def _take_dates(text: str, facts: _Facts) -> str:
    """The text without its dates; their years stay, as numbers."""

    def iso(m: re.Match[str]) -> str:
        return _date(facts, int(m[2]), int(m[3]), m[1])

    def slashed(m: re.Match[str]) -> str:
        first, second = int(m[1]), int(m[2])
        day, month = (second, first) if second > 12 else (first, second)
        return _date(facts, month, day, m[3])

    text = _SLASHED.sub(slashed, _ISO.sub(iso, text))
    text = _SPOKEN.sub(lambda m: _date(facts, words.MONTHS[m[2].casefold()], int(m[1])), text)
    return _SPOKEN_US.sub(lambda m: _date(facts, words.MONTHS[m[1].casefold()], int(m[2])), text)


def _date(facts: _Facts, month: int, day: int, year: str = "") -> str:
    facts.dates.add(f"{month:02}-{day:02}")
    return f" {year} "


def _claims(plain: str) -> set[str]:
    """Statuses and topics by name, with "not" before them where their clause denies them."""
    found = set()
    for clause in words.CLAUSE.split(plain):
        mark = "not " if words.NEGATION.search(clause) else ""
        found |= {mark + name for name, pattern in words.STATUSES.items() if pattern.search(clause)}
        found |= {name for name, pattern in words.TOPICS.items() if pattern.search(clause)}
    return found


def _topics(facts: _Facts) -> set[str]:
    return facts.claims & words.TOPICS.keys()


def _denies(text: str) -> bool:
    return bool(words.NEGATION.search(text.casefold()))


def _capitals(text: str) -> list[str]:
    """Words with a capital inside a sentence: names, since neither months nor weekdays nor ids are among them."""
    found = [m for m in _CAPITAL.finditer(text) if not _OPENING.search(text[: m.start()])]
    return [m.group() for m in found if not _is_plain(m.group())]


def _is_plain(word: str) -> bool:
    small = word.casefold()
    dated = small in words.MONTHS or any(pattern.fullmatch(small) for pattern in words.TIMES.values())
    return dated or small in words.PLAIN_CAPITALS or any(c.isdigit() for c in word)


def _new_capitals(reply: str, template: str) -> set[str]:
    """Names that the reply brings up. Among Devanagari every Latin word is one."""
    known = {word.casefold() for word in _WORDS.findall(template)}
    found = _LATIN.findall(reply) if _DEVANAGARI.search(reply) else _capitals(reply)
    return {word for word in found if word.casefold() not in known and not _is_plain(word)}
