"""What a text states, as far as it can be told from its words: English, Spanish and Hindi in both scripts.

Dates are months and days ("03-06"); their years are among the numbers. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from care.rules import fact_words as words
from care.rules import numbers

_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+|(?<![\w.])[a-z][\w-]*\.[a-z]{2,}(?:/\S*)?(?![\w.])", re.I)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)")
_MONTH = "|".join(sorted(words.MONTHS, key=len, reverse=True))
_SPOKEN = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|\.?º)?\s+(?:of\s+|de\s+)?({_MONTH})(?![\w\u0900-\u0963])", re.I
)
_SPOKEN_US = re.compile(rf"(?<!\w)({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d)", re.I)
_TOKEN = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z0-9][A-Za-z0-9_-]*")
_AMOUNT = {
    code: re.compile(rf"(?:{currency.pattern})\s?({numbers.DIGITS})|({numbers.DIGITS})\s?(?:{currency.pattern})")
    for code, currency in words.CURRENCIES.items()
}
_COUNTED = re.compile(r"\d+-?(?:[a-z]{1,3}|[A-Z])|\d+")  # "2x", "27th", "10am": a number
_CAPITAL = re.compile(r"(?<![\w-])[A-ZÁÉÍÓÚÑÜ][\w'&-]*")
_OPENING = re.compile(r"(?:^|[.!?:¿¡\n\"“•]|\d\.)\s*$")


@dataclass
class Facts:
    """What a text states. `amounts` are numbers with a currency; `sure` numbers are no other words, and `said` holds
    those too that might be."""

    names: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    times: set[str] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)
    amounts: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    claims: set[str] = field(default_factory=set)


def facts_of(text: str, names: Sequence[str]) -> Facts:
    """`names` are those of products: each is one fact, whatever words and numbers it holds."""
    facts, left = Facts(), unicodedata.normalize("NFC", text)
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
    facts.amounts = {
        f"{code} {numbers.value_of(found[1] or found[2]):f}"
        for code, pattern in _AMOUNT.items()
        for found in pattern.finditer(plain)
    }
    facts.times = {time for time, pattern in words.TIMES.items() if pattern.search(plain)}
    digits = numbers.digits_in(left)
    facts.sure |= {f"{n:f}" for n in (*digits, *numbers.words_in(left))}
    facts.said |= {f"{n:f}" for n in numbers.words_in(left, unsure=True)} | facts.sure
    facts.claims = _claims(plain) | ({"percent"} if "%" in left else set())
    return facts


def _take_dates(text: str, facts: Facts) -> str:
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


def _date(facts: Facts, month: int, day: int, year: str = "") -> str:
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


def capitals_in(text: str) -> list[str]:
    """Words with a capital inside a sentence: names, since neither months nor weekdays nor ids are among them."""
    found = [m for m in _CAPITAL.finditer(text) if not _OPENING.search(text[: m.start()])]
    return [m.group() for m in found if not is_plain_capital(m.group())]


def is_plain_capital(word: str) -> bool:
    small = word.casefold()
    dated = small in words.MONTHS or any(pattern.fullmatch(small) for pattern in words.TIMES.values())
    return dated or small in words.PLAIN_CAPITALS or any(c.isdigit() for c in word)
