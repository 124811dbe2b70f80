"""Numbers as people write them, in digits of any script and in words: English, Spanish, Hindi (both scripts)."""

from __future__ import annotations

import re
from decimal import Decimal

# A thing more often than a number: "one of them", "una leche", "ek".
_ONE = "one single first un una uno primer primero primera ek pehla pehli एक पहला पहली"
_WORDS: dict[int, str] = {
    0: "zero cero shunya शून्य",
    2: "two both twice couple dos ambos ambas doble दो दोनों dono",
    3: "three tres teen तीन",
    4: "four cuatro chaar चार",
    5: "five cinco paanch panch पांच पाँच",
    6: "six seis chhah chhe छह छः",
    7: "seven siete saat सात",
    8: "eight ocho aath आठ",
    9: "nine nueve nau नौ",
    10: "ten diez das दस",
    11: "eleven once gyarah ग्यारह",
    12: "twelve dozen doce docena barah बारह दर्जन",
    15: "fifteen quince pandrah पंद्रह पन्द्रह",
    20: "twenty veinte bees बीस",
    24: "veinticuatro चौबीस",
    30: "thirty treinta tees तीस",
    40: "forty cuarenta चालीस",
    50: "fifty cincuenta pachas pachaas पचास",
    60: "sixty sesenta साठ",
    70: "seventy setenta सत्तर",
    80: "eighty ochenta अस्सी",
    90: "ninety noventa नब्बे",
    100: "hundred cien ciento cientos sau सौ",
    200: "doscientos doscientas",
    500: "quinientos quinientas",
    1000: "thousand mil hazaar hazar हज़ार हजार",
    100_000: "lakh laakh लाख",
    1_000_000: "million millón millones",
}
_VALUES = {word: Decimal(value) for value, words in _WORDS.items() for word in words.split()}
_ONES = frozenset(_ONE.split())
# Words that are other words as well: "once" (Spanish eleven), "दो" (Hindi two, and "give"), "das" and the like.
UNSURE = frozenset(["once", "दो", "das", "saat", "nau", "bees", "tees", "dono"])
_DIGITS = re.compile(r"\d+(?:[.,'\u202f\u00a0]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:[\u0900-\u0963\u0970-\u097f]+)*")


def value_of(written: str) -> Decimal:
    """ "1,299.00" and "1.299,00" are 1299. A single mark before three digits parts thousands, else decimals."""
    ascii_digits = "".join(str(int(c)) if c.isdecimal() else c for c in written)
    parts = re.split(r"[.,'\u202f\u00a0]", ascii_digits)
    if len(parts) > 1 and len(parts[-1]) != 3:
        return Decimal("".join(parts[:-1]) + "." + parts[-1]).normalize()
    return Decimal("".join(parts)).normalize()


def digits_in(text: str) -> list[Decimal]:
    return [value_of(found) for found in _DIGITS.findall(text)]


def words_in(text: str, *, unsure: bool = False) -> list[Decimal]:
    """Numbers in words, without those that mean one; with `unsure`, words too that more often mean something else."""
    said = [word.casefold() for word in _WORD.findall(text)]
    return [_VALUES[word].normalize() for word in said if word in _VALUES and (unsure or word not in UNSURE)]


def may_say(number: int, text: str) -> bool:
    """Whether `text` holds the number in some way."""
    if number == 1 and any(word.casefold() in _ONES for word in _WORD.findall(text)):
        return True
    return Decimal(number).normalize() in {*digits_in(text), *words_in(text, unsure=True)}
