"""What a message says of a parcel: where it is not, and what shall be done about it. Pure."""

from __future__ import annotations

import re
from typing import Literal

WayOut = Literal["trace", "reship", "refund"]

_TRACE = re.compile(
    r"\btrac(?:e|es|ed|ing)\b|\binvestigat\w*|\blook (?:for|into)\b|\bfind (?:it|out|my|the|where)\b|\bsearch\b"
    r"|\b(?:ask|contact|call|chase) (?:the |your )?(?:courier|carrier|driver)\b"
)
_RESHIP = re.compile(
    r"\bre-?s(?:hip|end)\w*"
    r"|\bsend\w* (?:\w+ ){0,4}(?:again|another|new|replacement)\b(?! (?:address|place|location))|\breplac\w+"
    r"|\bnew (?:one|parcel)\b|\banother one\b|\bship (?:it|them|\w+) again\b|\bstill want (?:it|them|my)\b"
)
_REFUND = re.compile(r"\brefund\w*|\bmoney back\b|\bmy money\b|\breimburs\w*|\bpay me back\b")
_SAYS_DELIVERED = re.compile(
    r"\b(?:say\w*|show\w*|mark\w*|list\w*|claim\w*|state\w*|status|apparently|supposedly)\b[^.!?]{0,30}\bdelivered\b"
    r"|\bdelivered\b[^.!?]{0,40}\b(?:but|yet|though)\b|\b(?:was|were) left\b|\bleft (?:it|them|my)\b"
    r"|\b(?:wrong|other|different) (?:house|address|door|flat|place|building|apartment|street)\b"
    r"|\bneighbou?r|\b(?:stolen|nicked|porch pirate)\b"
    r"|\bdelivered (?:it |them )?to (?:the |a )?(?:wrong|someone|somebody)"
)
_BEHAVIOUR = re.compile(
    r"\b(?:rude|impolite|unprofessional|aggressive|insult\w*|swor[en]|swears?|swearing|yell\w*|shout\w*|threw|throw\w*"
    r"|behaviou?r|attitude|threaten\w*|harass\w*|refused to)\b"
)
_LOST = re.compile(
    r"\b(?:lost|missing|vanished|disappeared|gone)\b"
    r"|\bnever (?:arriv|c[oa]me|turn|show|reach|receiv|got (?:it|my|here))"
    r"|(?:\bnot |n't )(?:\w+ )?(?:arriv|receiv|c[oa]me|turned up|shown up|reached|here\b)"
)


def remedy_asked(text: str) -> WayOut | None:
    """Which way out of a trouble with a delivery a message names; None for none, or for several."""
    plain = text.casefold()
    ways: list[tuple[WayOut, re.Pattern[str]]] = [("trace", _TRACE), ("reship", _RESHIP), ("refund", _REFUND)]
    named = [way for way, pattern in ways if pattern.search(plain)]
    return named[0] if len(named) == 1 else None


def says_it_was_delivered(text: str) -> bool:
    """ "It says delivered, but it is not here", or left at a wrong place."""
    return bool(_SAYS_DELIVERED.search(text.casefold()))


def says_it_is_lost(text: str) -> bool:
    return bool(_LOST.search(text.casefold()))


def is_about_behaviour(text: str) -> bool:
    """How whoever brought the parcel behaved."""
    return bool(_BEHAVIOUR.search(text.casefold()))
