"""What one clause of a wish for items says: a verb, a number, a swap. Pure."""

from __future__ import annotations

import re
from typing import Literal

from care.rules.entities import find_entities
from care.rules.words import words_of

Verb = Literal["add", "remove", "set"]

_IDS = re.compile(r"\b(?:ord|sub|ref)[-_ ]?(?:\w+-)*\w*\d[\w-]*", re.I)
_BREAK = re.compile(r"\s*(?:[,;.!?\n]|\b(?:and|then|but)\b|\b(?=(?:also|plus)\b))\s*", re.I)
_SWAP = re.compile(
    r"\b(?:swap|replace|exchange|switch|substitute|change)\b(?P<old>.+?)\b(?:for|with|to|by|into)\b(?P<new>.+)"
    r"|(?P<new2>.+?)\b(?:instead of|rather than|in place of)\b(?P<old2>.+)",
    re.I,
)
_REMOVE = re.compile(
    r"\b(?:remove|take (?:\w+ ){0,4}(?:out|off|away)|drop|delete|without|cancel|leave (?:\w+ ){0,4}out|get rid of|skip"
    r"|(?:don'?t|do not|no longer) (?:want|need|send|bring|deliver)|no more"
    r"|(?:less|fewer)(?! (?:often|frequent))|minus|forget|stop|quitar)\b|हटा",
    re.I,
)
_ADD = re.compile(
    r"\b(?:add|more(?! (?:often|frequent))|include|put|throw in|append|añadir|agregar"
    r"|(?:another|extra|additional)(?! (?:delivery|day|address|payment|card|method)))\b|जोड़",
    re.I,
)
_SET = re.compile(
    r"\b(?:make|set|change|increase|reduce|lower|raise|decrease|quantity|qty|only|just|instead|want|need|should be"
    r"|double|half|halve|twice as|up)\b",
    re.I,
)
# "Cancel the mug but keep the tea": what stays is no part of the change.
_KEEP = re.compile(r"^(?:please |just |to )*(?:keep|leave)\b(?!.*\bout\b)", re.I)
_NONE_OF = re.compile(r"^(?:please )?no (?:more )?(?:\w+ ){0,2}\w+(?: (?:please|any ?more))?$", re.I)
# Said beside no other verb, they add: "oats too".
_TOO = re.compile(r"\b(?:also|plus|as well)\b|\btoo(?:\W+(?:please|pls|thanks))?\W*$", re.I)
_ONE = re.compile(r"\b(?:one|an?|another|less|fewer)\b", re.I)
_THAT = re.compile(r"\b(?:it|them|that|those|(?:quantity|qty)(?! of))\b", re.I)
_INSTEAD = re.compile(r"\binstead\b(?! of\b)", re.I)
_DOUBLE = re.compile(r"\b(?:double|twice as (?:much|many))\b", re.I)
_HALF = re.compile(r"\bhal(?:f|ve)\b", re.I)
_EVERYTHING = re.compile(r"\b(?:everything|all (?:of it|of them|the items|items)|the whole (?:order|thing))\b", re.I)
# "to my milk subscription" says which subscription is meant, and nothing of what it shall bring.
_OF_WHICH = re.compile(
    r"\b(?:to|from|in|into|of|on|out of|with)\s+(?:my|the|our|this|that)\s+[^,.;!?]{1,40}?"
    r"\b(?:subscriptions?|sub|deliver(?:y|ies)|plan|box)\b",
    re.I,
)
# Words that may stand in "make it 3 please" or "one more of them": with any other, a thing is named that is not sold.
_FILLERS = set(
    words_of(
        "a an the my your this that it its them these those one two three four five six seven eight nine ten twelve"
        " dozen of to from by in on for with at is be was should i i'd i'm we you us me can could would please pls just"
        " only also too more less fewer another extra some add put include remove take out off drop delete make set"
        " change want wanted need get have order orders item items piece pieces pack packs bag bags bottle bottles box"
        " boxes quantity qty number amount plus well twice as much many increase reduce lower raise decrease instead"
        " wrong actually no not oh sorry wait ok okay up down double half halve like same there update again so then"
        " hi hello hey thanks thank kindly x every each week weeks weekly month months monthly daily time times"
        " subscription delivery deliveries"
    )
)
_ANYTHING = {"something", "anything", "thing", "things", "stuff", "item", "items"}
_BY = re.compile(r"\bby (?:\d|one|two|three)\b|\b(?:less|fewer|more)\b", re.I)


def clauses_in(text: str) -> list[str]:
    """Without ids, whose figures count nothing."""
    return [part for part in _BREAK.split(_IDS.sub(" ", text)) if part and part.strip()]


def without_whose(text: str) -> str:
    """Without the words that say which subscription is meant."""
    return _OF_WHICH.sub(" ", text)


def verb_in(clause: str) -> Verb | None:
    if _REMOVE.search(clause):
        return "remove"
    if re.search(r"\b(?:reduce|lower|decrease)\b", clause, re.I) and _BY.search(clause):
        return "remove"
    if _ADD.search(clause) or (re.search(r"\b(?:increase|raise|up)\b", clause, re.I) and _BY.search(clause)):
        return "add"
    if _SET.search(clause):
        return "set"
    return "add" if _TOO.search(clause) else None


def keeps(clause: str) -> bool:
    return bool(_KEEP.search(clause.strip()))


def wants_none(clause: str) -> bool:
    """ "No chips please", where a product is named."""
    return bool(_NONE_OF.match(clause.strip()))


def count_in(clause: str) -> int | None:
    found = find_entities(clause).quantity
    return found if found is not None else (1 if _ONE.search(clause) else None)


def swap_in(clause: str) -> tuple[str, str] | None:
    """The words for what is to go, and for what is to come: "swap ... for ...", "... instead of ..."."""
    swap = _SWAP.search(clause)
    return (swap["old"] or swap["old2"], swap["new"] or swap["new2"]) if swap else None


def removes_everything(text: str) -> bool:
    return bool(_REMOVE.search(text) and _EVERYTHING.search(text))


def share_in(clause: str) -> Literal["double", "half"] | None:
    if _HALF.search(clause):
        return "half"
    return "double" if _DOUBLE.search(clause) else None


def says_instead(clause: str) -> bool:
    return bool(_INSTEAD.search(clause))


def stands_for_it(clause: str) -> bool:
    """Whether "it" or "the quantity" names what is meant, whatever else is said: "make it 3 for the party"."""
    return bool(_THAT.search(clause))


def names_a_stranger(clause: str) -> bool:
    """Whether a thing is named beside the words of number and change: one that is not sold, if no product is."""
    return any(word not in _FILLERS and not word.isdigit() for word in words_of(clause))


def is_bare(clause: str, count: int) -> bool:
    """ "3", "make it 3 please" """
    return set(words_of(clause)) <= _FILLERS | {str(count)}


def says_something(clause: str) -> bool:
    """ "Remove one item": a thing, without a name."""
    return bool(_ANYTHING & set(words_of(clause)))
