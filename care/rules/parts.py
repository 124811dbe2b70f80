"""A message that asks for several things: each is served by itself, in the order said, each write with its own yes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from care.models.dialogue import Reading
from care.models.memory import ConversationState, Proposal
from care.models.understanding import Entities, Intent, IntentScore, Understood, Wish
from care.rules import phrases, words
from care.rules.corrections import settled
from care.rules.entities import find_entities
from care.rules.words import Answered
from care.rules.writes import WRITES

# Here several ids are several wishes; a list of subscriptions is one answer.
_OF_ORDERS = {
    Intent.ORDER_STATUS, Intent.DELIVERY_ISSUE, Intent.CANCEL_ORDER, Intent.CHANGE_ORDER, Intent.REFUND_REQUEST,
    Intent.PAYMENT_ISSUE,
}  # fmt: skip
_SURE = 0.65
Ids = Literal["order_ids", "subscription_ids"]


def is_one(understood: Understood) -> bool:
    """Whether a message asks for one kind of thing: only then do several ids name one thing after the other."""
    return len({s.intent for s in understood.intents if s.confidence >= _SURE} - {Intent.OTHER}) < 2


def wishes_of(understood: Understood) -> list[Wish]:
    """The wishes of a message that has several."""
    told = [wish for wish in understood.wishes if wish.intent is not Intent.OTHER]
    return told if len(told) > 1 else []


def alone(wish: Wish, understood: Understood) -> Understood:
    """One wish as if the message had been no more."""
    said = [s.confidence for s in understood.intents if s.intent is wish.intent]
    score = IntentScore(intent=wish.intent, confidence=max(said, default=1.0))
    found = settled(wish.text, wish.entities)
    return understood.model_copy(update={"intents": [score], "entities": found, "answer": None, "wishes": []})


def behind_answer(understood: Understood, said: Answered, shown: Proposal) -> Wish | None:
    """What is asked for behind a yes or a no; None where it may rather be a detail of what was shown."""
    sure = {s.intent for s in understood.intents if s.confidence >= _SURE and s.intent is not Intent.OTHER}
    asked = [w.intent for w in understood.wishes if w.text.strip(" .!?") in said.rest] + [
        i for i in Intent if i in sure
    ]
    wish = next((i for i in asked if i in sure), None)
    if wish is None:
        return None
    found = find_entities(said.rest, understood.entities.products)
    stands = phrases.only_asks(said.rest) or phrases.names_action(wish, said.rest)
    if wish is WRITES[shown.kind].intent:
        # "Yes, and cancel ORD005"; "yes, cancel ORD005" may mean that one alone.
        ids = [*found.order_ids, *found.subscription_ids, *found.products]
        others = [each for each in ids if each.upper() not in shown.shown.upper()]
        stands = stands and bool(others) and (said.added or phrases.asks_besides(said.rest))
    return Wish(intent=wish, text=said.rest, entities=found) if stands else None


def one_each(reading: Reading, text: str, state: ConversationState) -> tuple[Reading, list[Wish]]:
    """The reading of the first of several orders or subscriptions, and a wish for each of the others."""
    if reading.act != "serve":
        return reading, []
    kind = _several(reading, text, state)
    if kind is None:
        return _split_kinds(reading, text)
    ids: list[str] = getattr(reading, kind)
    first, *rest = ids
    others = [_wish(reading, text, state, kind, each) for each in rest]
    found = _naming(reading.entities, kind, first)
    return reading.model_copy(update={kind: [first], "entities": found, "text": _only(first, ids, text)}), others


def _several(reading: Reading, text: str, state: ConversationState) -> Ids | None:
    """Which of the ids of a reading ask for the same thing again and again."""
    found = reading.entities
    if reading.intent is Intent.ORDER_STATUS and not found.order_ids:
        return None  # all of them are told at once
    if reading.intent in _OF_ORDERS and len(reading.order_ids) > 1:
        return "order_ids" if len(found.order_ids) > 1 or _each(text, state, "order") else None
    if reading.intent is not Intent.SUBSCRIPTION_MANAGE or len(reading.subscription_ids) < 2:
        return None
    writes = phrases.names_action(reading.intent, text) or state.awaiting == "subscription"
    apart = 1 < len(found.products) == len(reading.subscription_ids)  # "skip the milk, and the tea too"
    named = len(found.subscription_ids) > 1 or _each(text, state, "subscription") or apart
    return "subscription_ids" if writes and named and not phrases.only_asks(text) else None


def _each(text: str, state: ConversationState, kind: str) -> bool:
    offered = [c for c in state.choices if c.kind == kind]
    return (len(offered) > 1 and words.means_each(text)) or words.names_each(text)


def _split_kinds(reading: Reading, text: str) -> tuple[Reading, list[Wish]]:
    """ "Cancel ORD004 and SUB001" names one order and one subscription."""
    found = reading.entities
    if not (found.order_ids and found.subscription_ids):
        return reading, []
    if reading.intent is Intent.CANCEL_ORDER:
        intent, other = Intent.SUBSCRIPTION_MANAGE, "order_ids"
        text = _only(found.subscription_ids[0], [*found.order_ids, found.subscription_ids[0]], text)
    elif reading.intent is Intent.SUBSCRIPTION_MANAGE and phrases.names_action(Intent.CANCEL_ORDER, text):
        intent, other = Intent.CANCEL_ORDER, "subscription_ids"
        text = _only(found.order_ids[0], [*found.subscription_ids, found.order_ids[0]], text)
    else:
        return reading, []
    return reading, [Wish(intent=intent, text=text, entities=found.model_copy(update={other: []}))]


def _wish(reading: Reading, text: str, state: ConversationState, kind: Ids, wanted: str) -> Wish:
    ids: list[str] = getattr(reading, kind)
    if not words.means_each(text):
        found = _naming(reading.entities, kind, wanted)
        said = _only(wanted, ids, text)
        return Wish(
            intent=reading.intent, text=said if wanted in said.upper() else f"{said} ({wanted})", entities=found
        )
    # "Both" says nothing by itself: what was asked for stands in the message before.
    asked = _asked_before(state)
    found = find_entities(asked, reading.entities.products)
    if state.intake and state.intake.reason:
        found = found.model_copy(update={"reason": state.intake.reason.value})
    return Wish(intent=reading.intent, text=f"{asked} ({wanted})".strip(), entities=_naming(found, kind, wanted))


def _asked_before(state: ConversationState) -> str:
    heard = [line for line in state.history if line.startswith("customer: ")]
    return heard[-1].removeprefix("customer: ") if heard else ""


def _naming(found: Entities, kind: Ids, wanted: str) -> Entities:
    return found.model_copy(update={"order_ids": [], "subscription_ids": []} | {kind: [wanted]})


def _only(wanted: str, named: Iterable[str], text: str) -> str:
    """The text with one of the ids that it names: "cancel ORD004 and ORD005" -> "cancel ORD005"."""
    others = "|".join(_spelled(each) for each in named if each != wanted)
    if not others:
        return text
    joint = r"(?:\s*(?:[,;&+]|\b(?:and|or|also|then)\b))*\s*"
    text = re.sub(rf"{joint}(?:{others}){joint}", " ", text, flags=re.I)
    return re.sub(r"\s+([.?!,])", r"\1", " ".join(text.split()))


def _spelled(id_: str) -> str:
    """As customers type it: "ord 004", "ORD-004", "#ORD004"."""
    letters = len(id_) - len(id_.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return rf"#?{re.escape(id_[:letters])}[-_ ]?{re.escape(id_[letters:].lstrip('-'))}\b"
