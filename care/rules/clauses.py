"""A message taken apart into the wishes that it holds: which of its words ask for what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from care.models.understanding import Intent, IntentScore
from care.rules.entities import find_entities
from care.rules.phrases import names_action

# Words that begin a question or a command; "refund not received" begins none.
_ASK = (
    r"(?:(?:please|pls|plz|kindly|just) )*(?:(?:can|could|would|will) you (?:please )?|let's )?"
    r"(?:(?:where|when|what|what's|whats|why|how|which|who|can|could|would|will|is|are|was|were|do|does|did|has|have"
    r"|i want|i need|i'd like|i would like|i wish|i'd love|need|want)\b"
    r"|(?:cancel|skip|unskip|pause|resume|stop|hold|change|update|move|reschedule|swap|add|remove|track|refund|return"
    r"|exchange|replace|send|ship|deliver|show|tell|give|check|list|subscribe|unsubscribe|start|set|sign|make|get|put"
    r"|find|remind|reset|close|delete|connect|transfer|call|talk|speak|top up|pay|sync|fix|renew|reactivate)\b"
    r"(?! (?:not|is|was|has|hasn't|still|shows|failed|pending)\b))"
)
# ... or a statement; "and the eggs" begins none of them.
_TELL = r"(?:i|i'm|im|i've|my|we|your|it's|there)\b"
_LINK = (
    r"(?:(?:oh|and|also|then|plus|btw|by the way|as well as|after that|besides|next|finally|lastly|secondly)[\s,]+)+"
)
_BREAK = re.compile(
    rf"(?<=[.!?;])\s+|\n+|\s*,?\s+{_LINK}(?={_ASK}|{_TELL})|(?P<loose>,\s+(?:but\s+)?|\s+but\s+|\s+-\s+)(?={_ASK})",
    re.I,
)
_HELLO = r"(?:(?:hi|hello|hey|thanks|good \w+|ok|okay|so|and|also|then|oh)[\s,!.]+)*"
_ASKS = re.compile(rf"{_HELLO}{_ASK}", re.I)
_MOST = 5
# What happened and what is wanted for it are one wish, of the second intent.
_LEADS_TO: dict[Intent, set[Intent]] = {
    Intent.REFUND_REQUEST: {Intent.DELIVERY_ISSUE, Intent.ORDER_STATUS},
    Intent.DELIVERY_ISSUE: {Intent.ORDER_STATUS},
    Intent.CANCEL_ORDER: {Intent.DELIVERY_ISSUE, Intent.ORDER_STATUS},
}
_DEEDS = {Intent.REFUND_REQUEST, Intent.CANCEL_ORDER}
_QUESTION = re.compile(r"\?\s*$|^(?:where|when|what|how|which|has|is|are|did)\b", re.I)
# Money asked back for what one reports is the same matter.
_INCLUDES: dict[Intent, set[Intent]] = {
    Intent.PAYMENT_ISSUE: {Intent.REFUND_REQUEST},
    Intent.CANCEL_ORDER: {Intent.REFUND_REQUEST},
    Intent.REFUND_REQUEST: {Intent.DELIVERY_ISSUE, Intent.PAYMENT_ISSUE},
    Intent.DELIVERY_ISSUE: {Intent.ORDER_STATUS},
}
_LIKELY = 0.5
_SPOKEN = {
    Intent.ACCOUNT, Intent.CHANGE_ORDER, Intent.ORDER_STATUS, Intent.PRODUCT_QUESTION, Intent.SUBSCRIPTION_MANAGE,
    Intent.WALLET_ISSUE,
}  # fmt: skip
# Within one intent these are wishes of their own.
_KINDS: dict[Intent, list[tuple[str, re.Pattern[str]]]] = {
    Intent.SUBSCRIPTION_MANAGE: [
        ("skip", re.compile(r"\b(?:skip|leave out|miss out)\b", re.I)),
        ("pause", re.compile(r"\b(?:pause|hold|freeze|suspend)\b", re.I)),
        ("resume", re.compile(r"\b(?:resume|restart|unpause|reactivate)\b", re.I)),
        ("cancel", re.compile(r"\b(?:cancel|stop|end)\b", re.I)),
        ("ask", re.compile(r"^(?:when|what|which|how|show|list|is|do)\b", re.I)),
        ("change", re.compile(r"\b(?:change|make|move|swap|add|remove|switch|reschedule|deliver)\b", re.I)),
    ],
    Intent.CHANGE_ORDER: [
        ("address", re.compile(r"\b(?:address|deliver(?:ed)? to|send it to|ship it to)\b", re.I)),
        ("payment", re.compile(r"\b(?:pay|payment|card|paypal|wallet)\b", re.I)),
    ],
}


class Part(NamedTuple):
    """Words of a message and what they ask for."""

    text: str
    score: IntentScore


def clauses_of(text: str) -> list[str]:
    """The parts of a message that can ask for different things, at most five; empty where there is but one.

    They are in the order said, and nothing but a linking word or a mark is left out between them.
    """
    found: list[str] = []
    start = 0
    for link in [*_BREAK.finditer(text), None]:
        # "I sent it back, where is my money": what was told before a comma belongs to the question.
        if link and link["loose"] and not _ASKS.match(text, start):
            continue
        part = text[start : link.start() if link else len(text)].strip(" ,")
        # A lone word ("Thanks!") goes with what follows it.
        if len(part.split()) >= 2 or link is None:
            found += [part] if part else []
            start = link.end() if link else start
    return found[:_MOST] if len(found) > 1 else []


def joined(text: str, parts: Sequence[Part], sure: Callable[[IntentScore], bool]) -> list[Part]:
    """The wishes among the parts of a text, in the order said. A part that asks for nothing plainly goes to its
    neighbour."""
    wishes: list[Part] = []
    told: Part | None = None
    for part in parts:
        if not (sure(part.score) or _asks_plainly(part)):
            told = part if not wishes and told is None else told
            if wishes:
                wishes[-1] = _both(text, wishes[-1], part, wishes[-1].score)
            continue
        part = _led(wishes[-1] if wishes else None, part)
        if told is not None and not wishes:
            part = _both(text, told, part, part.score)
        if wishes and (score := _one_matter(wishes[-1], part)):
            wishes[-1] = _both(text, wishes[-1], part, score)
        else:
            wishes.append(part)
    return wishes


def _asks_plainly(part: Part) -> bool:
    """A command or a question of its own, where a little doubt about its intent is no reason to lose it."""
    score = part.score
    return score.intent in _SPOKEN and score.confidence >= _LIKELY and bool(_ASKS.match(part.text))


def _both(text: str, first: Part, second: Part, score: IntentScore) -> Part:
    """From the first to the second, with the words between them."""
    start = text.index(first.text)
    end = text.index(second.text, start + len(first.text)) + len(second.text)
    return Part(text[start:end], score)


def _led(before: Part | None, part: Part) -> Part:
    """ "Cancel it", said after a subscription was spoken of, is about the subscription; "set one up" is not."""
    orders = {Intent.CANCEL_ORDER, Intent.CHANGE_ORDER, Intent.SUBSCRIPTION_REQUEST}
    if part.score.intent is Intent.SUBSCRIPTION_REQUEST and names_action(part.score.intent, part.text):
        return part
    follows = before is not None and before.score.intent is Intent.SUBSCRIPTION_MANAGE and part.score.intent in orders
    if follows and not re.search(r"\border", part.text, re.I) and not find_entities(part.text).order_ids:
        return Part(part.text, part.score.model_copy(update={"intent": Intent.SUBSCRIPTION_MANAGE}))
    return part


def _one_matter(before: Part, part: Part) -> IntentScore | None:
    """The score of both together, if they ask for one thing."""
    first, second = before.score, part.score
    if first.intent is second.intent:
        same = _kind(before) == _kind(part) or not _kind(part)
        return max(first, second, key=lambda s: s.confidence) if same else None
    # "Where is it? And cancel the other one" asks for two things.
    if _names_another(before, part) or (second.intent in _DEEDS and _QUESTION.search(before.text)):
        return None
    # "Return the tea and get store credit": how it is paid back, and no word about the wallet.
    credit = second.intent is Intent.WALLET_ISSUE and find_entities(part.text).remedy == "store_credit"
    if first.intent is Intent.REFUND_REQUEST and credit:
        return first
    if first.intent in _LEADS_TO.get(second.intent, ()):
        return second
    return first if second.intent in _INCLUDES.get(first.intent, ()) else None


def _names_another(before: Part, part: Part) -> bool:
    """Whether the second part names an order or a subscription that the first did not."""
    one, two = find_entities(before.text), find_entities(part.text)
    named = {*two.order_ids, *two.subscription_ids, *two.refund_ids}
    return bool(named - {*one.order_ids, *one.subscription_ids, *one.refund_ids})


def _kind(part: Part) -> str:
    kinds = _KINDS.get(part.score.intent, [])
    return next((name for name, pattern in kinds if pattern.search(part.text)), "")
