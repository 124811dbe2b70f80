"""Asks that no tool serves: which approved sentence answers them, and which are a person's. Pure.

Persuasion changes nothing: a request for what policy allows goes to its tool, whatever is said around it, and only
what the words ask for beyond that is refused here.
"""

from __future__ import annotations

from care.models.understanding import Intent
from care.rules.approved import BEYOND, Approved, Refusal
from care.rules.injection import signs
from care.rules.scope_words import ASKS

_LONGEST = 4000
_REQUESTS = set(Intent) - {Intent.OTHER, Intent.PRODUCT_QUESTION, Intent.ACCOUNT, Intent.HUMAN_AGENT}
# Said around a request that a tool can serve: the sentence stands before what is served.
_BESIDE: dict[Approved, set[Intent]] = {
    "promise": _REQUESTS,
    "decision": {Intent.REFUND_REQUEST},
    "outside_policy": _REQUESTS,
    "other_account": {Intent.REFUND_REQUEST},
    "price": {Intent.PRODUCT_QUESTION},
    "advice": {Intent.PRODUCT_QUESTION},
    "opinion": {Intent.PRODUCT_QUESTION},
}


def ask_of(text: str) -> Approved | None:
    """What of a message lies outside of what the assistant does; None for nearly all messages."""
    said = " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())[:_LONGEST]
    for name, pattern in ASKS.items():
        if pattern.search(said):
            return name
    instructs: Refusal = "instructions"
    return instructs if signs(text) else None


def is_a_persons(name: Approved) -> bool:
    return name in BEYOND


def stands_beside(name: Approved, intent: Intent) -> bool:
    """Whether a message that holds this ask is served all the same, by the tool for `intent`."""
    return intent in _BESIDE.get(name, set())
