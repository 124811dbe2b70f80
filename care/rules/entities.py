"""What a message names, found by plain rules: ids, products, quantity, rhythm, dates, amounts, reason, remedy.

Nothing here is checked for truth: whether ORD-12 exists and whose it is, is the business of the tools.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, TypeVar

from care.models.understanding import Entities
from care.rules.number_words import NUMBERS
from care.rules.patterns import any_word
from care.rules.product_names import products_in
from care.rules.spoken_dates import WEEKDAYS, dates_in

T = TypeVar("T")
Frequency = Literal["daily", "weekly", "biweekly", "monthly"]
Reason = Literal["damaged", "wrong_item", "missing", "late", "quality", "changed_mind", "other"]
RemedyName = Literal["refund", "replacement", "store_credit"]

_WEEKDAY = "|".join(
    f"{name[:3]}(?:{name[3:]})?" if name[:3] not in ("tue", "wed", "thu", "sat") else name for name in WEEKDAYS
)
# Without "one", which more often stands for a thing.
_NUMBERS = {word: n for word, n in NUMBERS.items() if n > 1} | {"dozen": 12, "fifteen": 15, "twenty": 20}
# An amount has its currency beside it: "€12.99", "Rs. 300", "12,50 EUR", "twenty dollars". A pound of sugar is none.
_CURRENCY = r"euros?|eur|dollars?|bucks|usd|pounds?(?! of)|quid|gbp|rupees?|rs|inr|cents?|pence|[€£$₹]"
_FIGURE = r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?![.,]?\d)"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_SPELLED = (
    rf"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:{_ONES}))?"
    rf"|(?:a|{_ONES}|ten|eleven|twelve|fifteen)(?: hundred| thousand)?)"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?:[€£$₹]|(?:rs\.?|inr|eur|usd|gbp|us\$)(?=[\s\d]))\s?(?:{_FIGURE})"
    rf"|(?:(?:{_FIGURE})|\b{_SPELLED}\b)\s?(?:{_CURRENCY})(?!\w))",
    re.I,
)

# Numbers that count something other than pieces: spans of time, money, sizes, dates, ids, screen corners.
_NOT_PIECES = (
    r"(?:st|nd|rd|th|\)|\s*things\b|\s*[ap]\.?m\b|%|€|£|\$|₹|[a-z]{0,2}\d|[.,:/-]\d|\s*-?\s*(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?"
    r"|times?|euros?|eur|dollars?|usd|cents?|pounds?|gbp|rupees?|rs|inr|percent|o'?clock|kg|g|grams?|kilos?|ml|l|lit(?:er|re)s?"
    r"|inch(?:es)?|cm|mm|stars?|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|of\s+(?:the|my|them|these|us)|orders?|parcels?|emails?|people)\b)"
)
_PIECES = re.compile(
    rf"(?<![\w€£$₹#.,:/-])(?<!the )(?<!day )(?<!order )(?<!number )(?<!size )(?<!every )(?<!in )(?<!for )(?<!after )"
    rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMBERS)})(?!{_NOT_PIECES})(?=\s*x?\b|\s|$)",
    re.I,
)
_PIECES_NAMED = re.compile(
    rf"\b(?:(?:quantity|qty)(?:\s+(?:of|to|is|from\s+\d+\s+to))*\s*:?|make (?:it|that|them))\s*"
    rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMBERS)})\b(?!{_NOT_PIECES})",
    re.I,
)
# "just one of them"; a bare "one" more often stands for a thing than for a number.
_ONE = re.compile(
    r"\b(?:just|only) one\b|\bone of (?:them|the|my|these|those)\b(?!\s+(?:orders?|parcels?|subs\w*))", re.I
)
_FROM_TO = re.compile(r"\bfrom\s+\d{1,3}\s+to\s+(?P<n>\d{1,3})\b(?!\s*(?:am|pm))", re.I)


_ORDER_ID = r"\bORD[-_ ]?(?:[A-Z0-9]+-)*[A-Z0-9]*\d[A-Z0-9-]*\b"
_SUBSCRIPTION_ID = r"(?<!-)\bSUB[-_ ]?\d+\b"
_REFUND_ID = r"\bREF[-_ ]?\d+\b"
# "order #4471": of an id that was said without its letters, three digits at least; "number 2" picks from a list.
_ORDER_NUMBER = re.compile(r"\border\s*(?:#|(?:no\.?|num(?:ber)?|id)\s*[:#]?)\s*(\d{3,12})\b(?!-)", re.I)
_COUNTS_NOTHING = re.compile(rf"{_ORDER_ID}|{_SUBSCRIPTION_ID}|{_REFUND_ID}|{_AMOUNT.pattern}", re.I)


_NOT = r"(?:n'?t| not)"
_FREQUENCIES: list[tuple[Frequency, re.Pattern[str]]] = [
    (
        "biweekly",
        any_word(
            r"bi-?weekly|fortnight(?:ly)?|twice a month",
            rf"(?:every|each)\s+(?:two|2|other|second|2nd)\s+(?:weeks?|deliver(?:y|ies)|shipments?|{_WEEKDAY})",
        ),
    ),
    (
        "monthly",
        any_word(
            r"monthly|(?:every|each|once a|once per|a|per|of the)\s+month", r"(?:every|each)\s+\d{1,2}(?:st|nd|rd|th)"
        ),
    ),
    (
        "weekly",
        any_word(
            r"weekly|(?:every|each|once a|once per|per)\s+week",
            rf"(?:every|each)\s+(?:{_WEEKDAY})s?",
            rf"(?:{'|'.join(WEEKDAYS)})s",
        ),
    ),
    ("daily", any_word(r"daily|once a day|per day|(?:every|each)\s*(?:single\s+)?(?:day|morning|evening|night)")),
]

# The first that fits wins: what broke outweighs that it also came late.
_REASONS: list[tuple[Reason, re.Pattern[str]]] = [
    (
        "damaged",
        any_word(
            r"damag\w*|brok\w+|crack\w*|smash\w*|shatter\w*|crush\w*|dent(?:s|ed)?|torn|leak\w*|spil[lt]\w*",
            r"burst|in (?:pieces|bits)|scratch\w*|bent|ripped|chipped|ruined|wrecked|soak(?:ed|ing)|squash\w*",
            r"(?:was|were|came|arrived) (?:already |half )?open(?:ed)?|half[- ]empty",
        ),
    ),
    (
        "wrong_item",
        any_word(
            r"(?:wrong|incorrect) (?:\w+ ){0,2}(?:items?|products?|size|colou?r|things?|order|one|shoes?|model)",
            r"(?:sent|got|received|delivered|(?:came|arrived) with) (?:me )?(?:the |a )?(?:wrong|different)",
            r"someone else'?s|not what i (?:ordered|bought)|instead of (?:\w+ ){1,4}i ordered",
        ),
    ),
    (
        "missing",
        any_word(
            r"no (?:\w+ ){1,3}(?:in|inside) (?:the|my) (?:box|parcel|package|bag|delivery)",
            r"missing|incomplete|empty box|(?:box|parcel|package|bag) (?:was|is|came|arrived) (?:\w+ )?empty",
            r"not in the (?:box|parcel|package)|never (?:arrived|came|received|got)",
            r"only (?:got |received )?(?:one|two|three|\d+) (?:of|out)",
            r"only (?:got|received|get|sent me|came with) (?:one|two|three|\d+)",
            rf"(?:was|were){_NOT} (?:in|included)",
        ),
    ),
    (
        "quality",
        any_word(
            r"(?:gone|went) (?:off|bad)|taste[sd]? (?:\w+ )?(?:bad|off|awful|weird|funny|strange|like)",
            r"undrinkable|inedible|disgusting",
            r"sour|rotten|mou?ldy|spoil\w*|expired|stale|smell(?:s|ed|y)?|quality|faulty|defect\w*|stopped working",
            rf"(?:does|did|is|are){_NOT} work(?:ing)?|not working|not as described|fell apart",
        ),
    ),
    (
        "late",
        any_word(r"late|delay\w*|overdue|too slow|(?:took|taking|takes) (?:too|so) long|past (?:the|its) (?:date|due)"),
    ),
    (
        "changed_mind",
        any_word(
            r"chang\w+ (?:of|my) mind|by mistake|by accident|accidentally|not happy with",
            rf"(?:do{_NOT}|no longer) (?:need|want|like)|(?:does|did){_NOT} (?:fit|like)",
        ),
    ),
]
_REMEDIES: list[tuple[RemedyName, re.Pattern[str]]] = [
    ("store_credit", any_word(r"(?:store|shop|wallet) credit|credit (?:to|in|on) my wallet|voucher instead")),
    (
        "replacement",
        any_word(r"replac\w+|new ones?|another one|send (?:me )?(?:it|them|one) again|re-?ship|exchange|swap"),
    ),
    (
        "refund",
        any_word(
            r"refund\w*|money back|reimburs\w*|pay me back|my money|(?:have|get|want|take) the money|money instead"
        ),
    ),
]


def find_entities(text: str, products: Sequence[str] = ()) -> Entities:
    """Ids come back in capitals, dates as in `spoken_dates.dates_in`, products by their catalogue name."""
    return Entities(
        order_ids=list(dict.fromkeys([*_ids(_ORDER_ID, text, "ORD"), *_ORDER_NUMBER.findall(text)])),
        subscription_ids=_ids(_SUBSCRIPTION_ID, text, "SUB"),
        refund_ids=_ids(_REFUND_ID, text, "REF"),
        products=products_in(text, products),
        quantity=_quantity(_COUNTS_NOTHING.sub(" ; ", text)),
        frequency=_first(_FREQUENCIES, text),
        delivery_day=_delivery_day(text),
        dates=dates_in(text),
        amounts=list(dict.fromkeys(_AMOUNT.findall(text))),
        reason=_first(_REASONS, text),
        remedy=_first(_REMEDIES, text),
    )


def _ids(pattern: str, text: str, prefix: str) -> list[str]:
    found = (re.sub(r"[_ ]", "", match).upper() for match in re.findall(pattern, text, re.I))
    return list(dict.fromkeys(one for one in found if any(c.isdigit() for c in one.removeprefix(prefix))))


def _quantity(text: str) -> int | None:
    for pattern in (_PIECES_NAMED, _FROM_TO, _PIECES):
        match = pattern.search(text)
        if match:
            word = match["n"].lower()
            number = _NUMBERS.get(word) or int(word)
            return number if 1 <= number <= 1000 else None
    return 1 if _ONE.search(text) else None


def _delivery_day(text: str) -> int | str | None:
    weekday = re.search(rf"\b({_WEEKDAY})s?\b", text, re.I)
    if weekday:
        return next(name for name in WEEKDAYS if name.startswith(weekday[1].lower()[:3]))
    day = re.search(
        r"\b(?:(?:on\s+)?(?:the\s+)|(?:every|each)\s+|to\s+(?:the\s+)?|on\s+)(\d{1,2})(?:st|nd|rd|th)\b"
        r"(?!\s+(?:of\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
        text,
        re.I,
    ) or re.search(r"\bmonth(?:ly)?\b\D{0,12}\bday\s+(\d{1,2})\b", text, re.I)
    return int(day[1]) if day and 1 <= int(day[1]) <= 31 else None


def only_names_days(text: str) -> bool:
    """ "On Wednesdays" tells the day; how often is said only where nothing else is known of it."""
    single = re.sub(rf"\b({'|'.join(WEEKDAYS)})s\b", r"\1", text, flags=re.I)
    return single != text and _first(_FREQUENCIES, single) is None


def _first(table: Iterable[tuple[T, re.Pattern[str]]], text: str) -> T | None:
    return next((value for value, pattern in table if pattern.search(text)), None)
