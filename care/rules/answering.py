"""Whether a message answers the question that is open, or takes up what was shown, or asks for something new."""

from __future__ import annotations

from care.models.memory import Awaiting, ConversationState, Open
from care.models.understanding import Entities, Intent, IntentScore
from care.rules import corrections, phrases, references, words

# From here on a message that also answers an open question is taken for something new.
SURE = 0.7
# Intents that a model may well see in the answer to such a question ("It arrived broken": DELIVERY_ISSUE).
_AKIN: dict[Awaiting, set[Intent]] = {
    "order": {Intent.ORDER_STATUS, Intent.OTHER},
    "reason": {Intent.DELIVERY_ISSUE, Intent.REFUND_REQUEST, Intent.PRODUCT_QUESTION, Intent.OTHER},
    "evidence": {Intent.DELIVERY_ISSUE, Intent.REFUND_REQUEST, Intent.OTHER},
    "product": {Intent.PRODUCT_QUESTION, Intent.SUBSCRIPTION_REQUEST, Intent.OTHER},
    "frequency": {Intent.SUBSCRIPTION_REQUEST, Intent.SUBSCRIPTION_MANAGE, Intent.OTHER},
    "day": {Intent.SUBSCRIPTION_REQUEST, Intent.SUBSCRIPTION_MANAGE, Intent.DELIVERY_ISSUE, Intent.OTHER},
    "address": {Intent.CHANGE_ORDER, Intent.ACCOUNT, Intent.OTHER},
    "date": {Intent.SUBSCRIPTION_MANAGE, Intent.DELIVERY_ISSUE, Intent.CHANGE_ORDER, Intent.OTHER},
    "items": {Intent.CHANGE_ORDER, Intent.PRODUCT_QUESTION, Intent.OTHER},
    "payment_method": {Intent.PAYMENT_ISSUE, Intent.CHANGE_ORDER, Intent.SUBSCRIPTION_MANAGE, Intent.OTHER},
    "change": {Intent.SUBSCRIPTION_MANAGE, Intent.CHANGE_ORDER, Intent.OTHER},
    "remedy": {Intent.REFUND_REQUEST, Intent.DELIVERY_ISSUE, Intent.OTHER},
    "detail": {Intent.ACCOUNT, Intent.CHANGE_ORDER, Intent.OTHER},
    "subscription": {Intent.SUBSCRIPTION_MANAGE, Intent.SUBSCRIPTION_REQUEST, Intent.OTHER},
}
_QUESTIONS = {Intent.ORDER_STATUS, Intent.PRODUCT_QUESTION, Intent.WALLET_ISSUE, Intent.PAYMENT_ISSUE, Intent.ACCOUNT}
# Questions whose answers can be told from other messages.
_TELLING = {"order", "subscription", "product", "reason", "evidence", "frequency", "day", "date"}
_SHORT = 4  # words: "ORD004", "the second one", "every Friday please"


def answers(
    awaiting: Awaiting, said: IntentScore, found: Entities, text: str, has_files: bool, state: ConversationState
) -> bool:
    """Whether a message, taken for `said` by a model, answers the question that is open."""
    if said.intent is state.topic:
        return True
    if said.intent in _QUESTIONS and phrases.only_asks(text):
        return False  # "wait, where is ORD001?"
    if said.intent in _AKIN[awaiting] and _fits(awaiting, found, text, has_files, state):
        return True
    brief = len(words.words_of(text)) <= _SHORT or said.confidence < SURE
    return brief and _names(awaiting, found, text, has_files, state)


def answers_left(matter: Open, said: IntentScore, found: Entities, text: str, has_files: bool) -> bool:
    """Whether a message holds what a matter that was set aside had asked for."""
    if matter.awaiting not in _TELLING or phrases.only_asks(text):
        return False
    fits = said.intent is matter.topic or said.intent in _AKIN[matter.awaiting]
    return fits and _names(matter.awaiting, found, text, has_files, matter)


def _names(awaiting: Awaiting, found: Entities, text: str, has_files: bool, state: Open) -> bool:
    """Whether the message holds what was asked for."""
    match awaiting:
        case "order":
            named = found.order_ids or found.products or references.choice_in(text, state)
            return bool(named) or words.means_newest(text) or _each(text, state)
        case "subscription":
            named = found.subscription_ids or found.products or references.choice_in(text, state)
            return bool(named) or _each(text, state)
        case "product":
            return bool(found.products or references.choice_in(text, state)) or _has_rhythm(found)
        case "reason":
            return found.reason is not None
        case "evidence":
            return has_files or words.has_no_evidence(text)
        case "frequency" | "day":
            # "3", before it is known how often: so many of it each time, or the third of the month.
            return _has_rhythm(found) or found.quantity is not None
        case "address":
            return any(c.isdigit() for c in text)
        case "date":
            return bool(found.dates) or found.delivery_day is not None
        case "items" | "change" | "payment_method" | "remedy" | "detail":
            return True


def _each(text: str, state: Open) -> bool:
    return len(state.choices) > 1 and (words.means_each(text) or words.means_other_one(text))


def _has_rhythm(found: Entities) -> bool:
    return found.frequency is not None or found.delivery_day is not None


def _fits(awaiting: Awaiting, found: Entities, text: str, has_files: bool, state: ConversationState) -> bool:
    # What is wrong with a thing is said in any words.
    return awaiting == "reason" or _names(awaiting, found, text, has_files, state) or bool(words.answer_in(text))


def names_details(found: Entities, text: str, state: ConversationState) -> bool:
    """Whether a message names a detail that an open proposal could take up ("make it two", "on Monday instead")."""
    if state.pending and state.pending.kind == "change_address" and any(c.isdigit() for c in text):
        return True
    named = (found.order_ids, found.subscription_ids, found.products, found.dates, found.reason)
    return any((*named, found.quantity, found.frequency, found.delivery_day)) or words.means_other_one(text)


def asks_else(said: Intent, shown: Intent, same_family: bool, text: str) -> bool:
    """Whether words with such details ask for something of their own, and do not put right what was shown."""
    if said in (Intent.OTHER, shown):
        return False
    if phrases.only_asks(text) or phrases.names_action(said, text):
        return True
    brief = len(words.words_of(text)) <= _SHORT
    return not (same_family or brief or corrections.amends(text))
