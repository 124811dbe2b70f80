"""What a message wants to know of an order. Pure."""

from __future__ import annotations

import re

_ALL = re.compile(r"\b(?:orders|parcels|packages|deliveries|shipments)\b")
_HISTORY = re.compile(
    r"\border history\b|\b(?:past|previous|recent|earlier|old|all) (?:of )?(?:my )?orders\b|\blist\b[^.!?]*\borders\b"
    r"|\bwhat (?:have|did) i (?:order|buy|bought)\w*\b(?![^.!?]*\blast\b)|\b(?:show|see|view)\b[^.!?]*\borders\b"
)
_LAST = re.compile(
    r"\b(?:order(?:ed)?|buy|bought|purchased?)\b[^.!?]{0,15}\b(?:last|most recently|lately)\b"
    r"|\b(?:last|previous|latest) (?:thing|purchase|time)\b|\bmy last\b"
)
_WHEN = re.compile(
    r"\bwhen\b|\bhow (?:long|soon|much longer)\b|\beta\b|\b(?:arrival|delivery) (?:date|day|time)\b"
    r"|\bwhat (?:day|time)\b"
    r"|\bby (?:today|tomorrow|the|mon|tue|wed|thu|fri|sat|sun)\w*\b|\bexpect\w*\b|\barriv(?:e|es|ing)\b"
)
_COST = re.compile(r"\bhow much\b|\b(?:cost|price|total|amount)\b|\b(?:paid|pay|payment|charged?|invoice|receipt)\b")
_CONTENTS = re.compile(
    r"\bwhat(?:'s| is| was| are| were)? in\b|\bwhat (?:did|have) i (?:order|buy)\w*|\b(?:items|contents?|contains?)\b"
    r"|\bdetails?\b"
)
_EVENTS = re.compile(
    r"\btrack\w*\b|\bhistory\b"
    r"|\b(?:has|was|did|is) (?:it|this|that|my \w+|ord\S+) (?:been |already )*(?:ship|sen|left|dispatch)"
)
_WHERE_TO = re.compile(
    r"\baddress\b|\bwhere\b[^.!?]*\b(?:go|going|sent|shipped|delivered|coming)\b[^.!?]*\bto\b"
    r"|\bwhere (?:does|will|is) it (?:go|going|be sent)\b"
)


def asks_for_all(text: str) -> bool:
    """ "Where are my orders?" """
    return bool(_ALL.search(text.casefold()))


def asks_for_history(text: str) -> bool:
    """What was ordered before, whatever became of it."""
    return bool(_HISTORY.search(text.casefold()))


def asks_for_last(text: str) -> bool:
    return bool(_LAST.search(text.casefold()))


def asks_when(text: str) -> bool:
    return bool(_WHEN.search(text.casefold()))


def asks_what_it_cost(text: str) -> bool:
    return bool(_COST.search(text.casefold()))


def asks_what_is_in_it(text: str) -> bool:
    return bool(_CONTENTS.search(text.casefold()))


def asks_for_events(text: str) -> bool:
    return bool(_EVENTS.search(text.casefold()))


def asks_where_to(text: str) -> bool:
    return bool(_WHERE_TO.search(text.casefold()))


def means_the_one(text: str) -> bool:
    """ "The order": the one that is being talked about."""
    return bool(re.search(r"\b(?:the|this|that) (?:order|parcel|package)\b", text.casefold()))
