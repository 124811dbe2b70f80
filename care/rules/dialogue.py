"""What a message means at this point of a conversation, and which family of tools serves it."""

from __future__ import annotations

from typing import get_args

from care.models.conversation import HandoffReason
from care.models.dialogue import Act, Context, Family, Reading
from care.models.memory import Awaiting, ConversationState, Proposal
from care.models.understanding import Entities, Intent, IntentScore, Understood
from care.rules import phrases, references, scope, words
from care.rules.account_asks import is_about_account
from care.rules.anger import is_angry
from care.rules.approved import SENTENCES, Approved
from care.rules.payment_matters import matter_of
from care.rules.refund_asks import asks_to_appeal, asks_to_withdraw, part_in
from care.rules.writes import WRITES

# Below this a guess is no better than a question.
CONFIDENT = 0.3
# A request for a person counts at any place among the intents, and has to be plain.
SURE_OF_PERSON = 0.6
# From here on a message that also answers an open question is taken for something new.
SURE = 0.7
# From here on a further wish of a message is named, so that it is not lost.
SURE_OF_SECOND = 0.65
# Messages in a row that were not understood before a person takes over.
PATIENCE = 2
HISTORY = 12
_LINE = 300

FAMILY: dict[Intent, Family] = {
    Intent.ORDER_STATUS: "orders",
    Intent.DELIVERY_ISSUE: "orders",
    Intent.CANCEL_ORDER: "orders",
    Intent.CHANGE_ORDER: "orders",
    Intent.REFUND_REQUEST: "refunds",
    Intent.SUBSCRIPTION_REQUEST: "subscriptions",
    Intent.SUBSCRIPTION_MANAGE: "subscriptions",
    Intent.PAYMENT_ISSUE: "payments",
    Intent.WALLET_ISSUE: "payments",
    Intent.HUMAN_AGENT: "handoff",
    Intent.PRODUCT_QUESTION: "answers",
    Intent.ACCOUNT: "answers",
    Intent.OTHER: "answers",
}
FAMILIES: tuple[Family, ...] = get_args(Family)

# What a wish that has to wait is called.
WISH: dict[Intent, str] = {
    Intent.ORDER_STATUS: "where an order is",
    Intent.DELIVERY_ISSUE: "a delivery",
    Intent.CANCEL_ORDER: "cancelling an order",
    Intent.CHANGE_ORDER: "changing an order",
    Intent.REFUND_REQUEST: "a refund",
    Intent.SUBSCRIPTION_REQUEST: "a new subscription",
    Intent.SUBSCRIPTION_MANAGE: "a subscription",
    Intent.PAYMENT_ISSUE: "a payment",
    Intent.WALLET_ISSUE: "your wallet",
    Intent.PRODUCT_QUESTION: "a product",
    Intent.ACCOUNT: "your account",
}
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
# "It arrived broken": what has to be put right with what was delivered is a claim, not a question of where it is.
_CLAIMS = {"damaged", "wrong_item", "quality"}
_SHORT = 4  # words: "ORD004", "the second one", "every Friday please"


def read(understood: Understood, text: str, has_files: bool, state: ConversationState, context: Context) -> Reading:
    """The reading of one message. A yes is a yes only to what was shown, and only in plain words."""
    reading = _read(understood, text, has_files, state, context)
    return reading.model_copy(update={"entities": understood.entities})


def _read(understood: Understood, text: str, has_files: bool, state: ConversationState, context: Context) -> Reading:
    pending = state.pending
    answer = words.answer_in(text, pending.shown if pending else "")
    if pending and answer == "yes":
        return _act("confirm", WRITES[pending.kind].intent)
    intent = intent_of(understood, text, has_files, state)
    if pending and (answer == "no" or (understood.answer == "no" and intent is Intent.OTHER)):
        return _act("decline", WRITES[pending.kind].intent, family="answers")
    if pending and intent is Intent.OTHER and not phrases.is_greeting(text) and not phrases.asks_for_abilities(text):
        return _act("ask_again", Intent.OTHER)
    if not pending and state.awaiting != "evidence" and answer == "yes" and not _nothing_asked(text, state):
        return _act("nothing_pending", Intent.OTHER)
    if not pending and _leaves(text, state):
        return _act("decline", state.topic or Intent.OTHER, family="answers")
    if apart := _apart(intent, understood, text, state):
        return apart
    served = _serve(intent, understood.entities, text, state, context)
    return served.model_copy(update={"also": also_asked(understood, intent), "approved": scope.ask_of(text)})


def _apart(intent: Intent, understood: Understood, text: str, state: ConversationState) -> Reading | None:
    """What no tool serves: anger and what only a person may see to are passed on, the rest is refused.

    Whoever asks for a person gets one as asked.
    """
    if intent is Intent.HUMAN_AGENT:
        return None
    if is_angry(text, told=understood.angry, english=understood.language == "en"):
        return _to_person(intent, "angry", "angry", state)
    ask = scope.ask_of(text)
    if ask is None or scope.stands_beside(ask, intent):
        return None
    if scope.is_a_persons(ask):
        return _to_person(intent, ask, "out_of_scope", state)
    return Reading(act="serve", intent=Intent.OTHER, family="answers", approved=ask)


def refused_beside(reading: Reading) -> str | None:
    """What is refused of a message whose other part is served."""
    alone = reading.intent is Intent.OTHER or reading.handoff
    return SENTENCES[reading.approved] if reading.approved and not alone else None


def _to_person(intent: Intent, approved: Approved, reason: HandoffReason, state: ConversationState) -> Reading:
    dropped = not_done(state.pending)
    return Reading(act="serve", intent=intent, family="handoff", approved=approved, handoff=reason, not_done=dropped)


def _leaves(text: str, state: ConversationState) -> bool:
    """A no where no yes was asked for; to "What is wrong with it?" and "Have you a photo?" it is an answer."""
    return words.gives_up(text) or (state.awaiting not in ("reason", "evidence") and words.is_plain_no(text))


def _nothing_asked(text: str, state: ConversationState) -> bool:
    """ "ok thanks" after an answer is no yes to anything."""
    return not state.choices and (phrases.is_nodding(text) or phrases.is_thanks(text))


def also_asked(understood: Understood, served: Intent) -> Intent | None:
    """The likeliest further wish, where another family of tools than the one that serves the message sees to it."""
    if served in (Intent.OTHER, Intent.HUMAN_AGENT):
        return None
    # What went wrong on the way and the claim for it are one wish.
    one_wish = {served} | ({Intent.DELIVERY_ISSUE, Intent.ORDER_STATUS} if served is Intent.REFUND_REQUEST else set())
    left = [s for s in understood.intents if s.confidence >= SURE_OF_SECOND and s.intent in WISH.keys() - one_wish]
    others = [s for s in left if FAMILY[s.intent] != FAMILY[served]]
    said = any(s.intent is served for s in understood.intents)
    return max(others, key=lambda s: s.confidence).intent if others and said else None


def _act(act: Act, intent: Intent, family: Family | None = None) -> Reading:
    return Reading(act=act, intent=intent, family=family or FAMILY[intent])


def _serve(intent: Intent, entities: Entities, text: str, state: ConversationState, context: Context) -> Reading:
    dropped = state.pending if state.pending and WRITES[state.pending.kind].intent is not intent else None
    known = [i for o in context.orders for i in o.items]
    return Reading(
        act="serve",
        intent=intent,
        family=FAMILY[intent],
        order_ids=references.orders_meant(intent, text, entities, state, context),
        subscription_ids=references.subscriptions_meant(text, entities, state, context),
        skus=references.named_products(entities, text, known),
        not_done=not_done(dropped),
    )


def not_done(dropped: Proposal | None) -> str | None:
    """What to say of a proposal that was left without a yes."""
    return f"I have not done this: {dropped.shown.rstrip('?')}." if dropped else None


def intent_of(understood: Understood, text: str, has_files: bool, state: ConversationState) -> Intent:
    """The intent to serve: what was said, unless the message answers a question that is still open."""
    if any(s.intent is Intent.HUMAN_AGENT and s.confidence >= SURE_OF_PERSON for s in understood.intents):
        return Intent.HUMAN_AGENT
    best = _best(understood)
    if best.intent is Intent.ORDER_STATUS and _is_about_paying(understood, text):
        best = best.model_copy(update={"intent": Intent.PAYMENT_ISSUE})
    said = Intent.OTHER if phrases.is_vague(text) and len(understood.intents) == 1 else best.intent
    if state.topic and state.awaiting and _answers(state.awaiting, best, understood.entities, text, has_files, state):
        return state.topic
    if said in (Intent.DELIVERY_ISSUE, Intent.OTHER) and understood.entities.reason in _CLAIMS:
        return Intent.REFUND_REQUEST
    if understood.entities.refund_ids or asks_to_withdraw(text) or asks_to_appeal(text):
        return Intent.REFUND_REQUEST
    if said is Intent.CANCEL_ORDER and phrases.asks_for_refund_status(text):
        return Intent.REFUND_REQUEST  # "where is the money for my cancelled order"
    if said in (Intent.OTHER, Intent.PRODUCT_QUESTION) and phrases.names_wallet(text):
        return Intent.WALLET_ISSUE
    if has_files and said in (Intent.OTHER, Intent.DELIVERY_ISSUE, Intent.PRODUCT_QUESTION):
        return Intent.REFUND_REQUEST
    if state.pending and state.pending.kind == "open_refund" and (understood.entities.remedy or part_in(text)):
        return Intent.REFUND_REQUEST  # "make it store credit": no word about the wallet
    if state.pending and _changes(understood.entities):
        amended = WRITES[state.pending.kind].intent
        return amended if said is Intent.OTHER or FAMILY[said] == FAMILY[amended] else said
    if not understood.entities.order_ids and _means_account(said, text):
        return Intent.ACCOUNT
    if said is Intent.CANCEL_ORDER and _means_subscription(understood.entities, text, state):
        return Intent.SUBSCRIPTION_MANAGE
    if said is Intent.OTHER and references.choice_in(text, state) and state.topic:
        return state.topic
    if said in (Intent.OTHER, Intent.PRODUCT_QUESTION) and _goes_on(understood.entities, text, state):
        return Intent.REFUND_REQUEST
    if said is Intent.OTHER and understood.entities.remedy and understood.entities.order_ids:
        return Intent.REFUND_REQUEST  # "swap the mug from ORD008 for coffee"
    if said is Intent.OTHER and state.slots.order_id and phrases.asks_how_it_stands(text):
        return Intent.ORDER_STATUS
    if said is Intent.OTHER and understood.entities.products and not understood.entities.order_ids:
        return Intent.PRODUCT_QUESTION
    # "What about ORD004?": an order that is named is what it is about.
    if said in (Intent.OTHER, Intent.PRODUCT_QUESTION) and understood.entities.order_ids:
        return Intent.ORDER_STATUS
    return said


def _means_account(said: Intent, text: str) -> bool:
    if said is Intent.CHANGE_ORDER:
        return phrases.means_account_address(text)
    return said in (Intent.OTHER, Intent.SUBSCRIPTION_MANAGE) and is_about_account(text)


def _is_about_paying(understood: Understood, text: str) -> bool:
    """ "I paid for ORD006, but it says pending" is about the payment, however much it names the order."""
    scored = any(s.intent is Intent.PAYMENT_ISSUE and s.confidence >= CONFIDENT for s in understood.intents)
    return scored and matter_of(text) is not None


def _goes_on(found: Entities, text: str, state: ConversationState) -> bool:
    """ "And the milk too", said of a claim."""
    return state.topic is Intent.REFUND_REQUEST and bool(found.products) and phrases.adds_more(text)


def _means_subscription(found: Entities, text: str, state: ConversationState) -> bool:
    """ "Cancel that", said of a subscription that was just talked about."""
    about = state.topic is not None and FAMILY[state.topic] == "subscriptions"
    return about and not found.order_ids and not references.names_an_order(text)


def _best(understood: Understood) -> IntentScore:
    """The likeliest intent; OTHER where the model is not sure enough."""
    unsure = IntentScore(intent=Intent.OTHER, confidence=0)
    best = max(understood.intents, key=lambda s: s.confidence, default=unsure)
    # Plain requests for a person were served before this.
    return best if best.confidence >= CONFIDENT and best.intent is not Intent.HUMAN_AGENT else unsure


def _answers(
    awaiting: Awaiting, said: IntentScore, found: Entities, text: str, has_files: bool, state: ConversationState
) -> bool:
    if said.intent is state.topic:
        return True
    if said.intent in _AKIN[awaiting] and _fits(awaiting, found, text, has_files, state):
        return True
    brief = len(words.words_of(text)) <= _SHORT or said.confidence < SURE
    return brief and _names(awaiting, found, text, has_files, state)


def _names(awaiting: Awaiting, found: Entities, text: str, has_files: bool, state: ConversationState) -> bool:
    """Whether the message holds what was asked for."""
    match awaiting:
        case "order":
            named = found.order_ids or found.products or references.choice_in(text, state)
            return bool(named) or words.means_newest(text)
        case "subscription":
            return bool(found.subscription_ids or found.products or references.choice_in(text, state))
        case "product":
            return bool(found.products or references.choice_in(text, state)) or _has_rhythm(found)
        case "reason":
            return found.reason is not None
        case "evidence":
            return has_files or words.has_no_evidence(text)
        case "frequency" | "day":
            return _has_rhythm(found)
        case "address":
            return any(c.isdigit() for c in text)
        case "date":
            return bool(found.dates) or found.delivery_day is not None
        case "items" | "change" | "payment_method" | "remedy" | "detail":
            return True


def _has_rhythm(found: Entities) -> bool:
    return found.frequency is not None or found.delivery_day is not None


def _fits(awaiting: Awaiting, found: Entities, text: str, has_files: bool, state: ConversationState) -> bool:
    # What is wrong with a thing is said in any words.
    return awaiting == "reason" or _names(awaiting, found, text, has_files, state) or bool(words.answer_in(text))


def _changes(found: Entities) -> bool:
    """Whether a message names a detail that an open proposal could take up ("make it two", "on Monday instead")."""
    return any((found.quantity, found.frequency, found.delivery_day, found.reason, found.order_ids, found.products))


def remember(history: list[str], role: str, text: str) -> list[str]:
    """The history with one more line, bounded: the oldest lines fall off and a long one is cut."""
    line = f"{role}: {' '.join(text.split())}"
    return [*history, line if len(line) <= _LINE else line[: _LINE - 1] + "…"][-HISTORY:]
