"""The intent of a message that is served: what was said, in the light of what is open."""

from __future__ import annotations

from care.models.dialogue import Family
from care.models.memory import ConversationState
from care.models.understanding import Entities, Intent, IntentScore, Understood
from care.rules import answering, corrections, order_words, parcel_words, phrases, references
from care.rules.account_asks import is_about_account
from care.rules.payment_matters import matter_of
from care.rules.product_names import is_only_names
from care.rules.refund_asks import asks_to_appeal, asks_to_withdraw, exchanged_in, names_picture, part_in
from care.rules.writes import WRITES

# Below this a guess is no better than a question.
CONFIDENT = 0.3
# A request for a person counts at any place among the intents, and has to be plain.
SURE_OF_PERSON = 0.6

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
# "It arrived broken": what has to be put right with what was delivered is a claim, not a question of where it is.
_CLAIMS = {"damaged", "wrong_item", "quality"}
# What another card for an order that is named may be taken for.
_NO_CHANGE = {Intent.PAYMENT_ISSUE, Intent.ACCOUNT, Intent.OTHER, Intent.PRODUCT_QUESTION}


def wants_person(understood: Understood, text: str) -> bool:
    """ "Are you a robot?" is a question, and asks for nobody."""
    return not phrases.asks_who(text) and any(
        s.intent is Intent.HUMAN_AGENT and s.confidence >= SURE_OF_PERSON for s in understood.intents
    )


def intent_of(understood: Understood, text: str, has_files: bool, state: ConversationState) -> Intent:
    """The intent to serve: what was said, unless the message answers a question that is still open."""
    if wants_person(understood, text):
        return Intent.HUMAN_AGENT
    best = best_of(understood)
    if best.intent is Intent.ORDER_STATUS and _is_about_paying(understood, text):
        best = best.model_copy(update={"intent": Intent.PAYMENT_ISSUE})
    said = Intent.OTHER if phrases.is_vague(text) and len(understood.intents) == 1 else best.intent
    if (
        state.topic
        and state.awaiting
        and answering.answers(state.awaiting, best, understood.entities, text, has_files, state)
    ):
        return state.topic
    if _names_claimed(said, understood.entities, text, state):
        return Intent.REFUND_REQUEST
    if said is Intent.CANCEL_ORDER and order_words.is_to_stay(text):
        return Intent.ORDER_STATUS  # "please do not cancel it"
    if said in (Intent.PRODUCT_QUESTION, Intent.OTHER) and understood.entities.products and phrases.asks_where(text):
        return Intent.ORDER_STATUS  # "where is my kettle?"
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
    if said in (Intent.OTHER, Intent.PRODUCT_QUESTION) and matter_of(text) == "methods":
        return Intent.PAYMENT_ISSUE
    if said is Intent.REFUND_REQUEST and _asks_of_cancelling(understood.entities, state):
        return Intent.CANCEL_ORDER
    if state.pending and state.pending.kind == "open_refund" and (understood.entities.remedy or part_in(text)):
        return Intent.REFUND_REQUEST  # "make it store credit": no word about the wallet
    if _changes_order(said, text, understood.entities, state):
        return Intent.CHANGE_ORDER
    if state.pending and answering.names_details(understood.entities, text, state):
        shown = WRITES[state.pending.kind].intent
        return said if answering.asks_else(said, shown, FAMILY[said] == FAMILY[shown], text) else shown
    if _means_other(said, understood.entities, text, state):
        return state.topic or said
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
    if said in (Intent.OTHER, Intent.PRODUCT_QUESTION) and state.slots.order_id and phrases.asks_how_it_stands(text):
        return Intent.ORDER_STATUS
    if said is Intent.OTHER and understood.entities.products and not understood.entities.order_ids:
        return Intent.PRODUCT_QUESTION
    # "What about ORD004?": an order that is named is what it is about.
    if said in (Intent.OTHER, Intent.PRODUCT_QUESTION) and understood.entities.order_ids:
        return Intent.DELIVERY_ISSUE if parcel_words.says_it_is_lost(text) else Intent.ORDER_STATUS
    return said


def _names_claimed(said: Intent, found: Entities, text: str, state: ConversationState) -> bool:
    """ "The mugs", said while a claim is gathered: what it is for."""
    if said is Intent.PRODUCT_QUESTION and state.awaiting == "evidence" and names_picture(text):
        return True
    if state.topic is not Intent.REFUND_REQUEST or said not in (Intent.OTHER, Intent.PRODUCT_QUESTION):
        return state.awaiting == "evidence" and said is Intent.ORDER_STATUS and references.is_only_ids(text)
    return is_only_names(text, found.products)


def _asks_of_cancelling(found: Entities, state: ConversationState) -> bool:
    """ "And do I get my money back?", said of an order that is about to be cancelled: what is shown says so."""
    cancels = state.pending is not None and state.pending.kind == "cancel_order"
    return cancels and not (found.order_ids or found.products or found.reason or found.refund_ids)


def _means_account(said: Intent, text: str) -> bool:
    if said is Intent.CHANGE_ORDER:
        return phrases.means_account_address(text)
    return said in (Intent.OTHER, Intent.SUBSCRIPTION_MANAGE) and is_about_account(text)


def _is_about_paying(understood: Understood, text: str) -> bool:
    """ "I paid for ORD006, but it says pending" is about the payment, however much it names the order."""
    scored = any(s.intent is Intent.PAYMENT_ISSUE and s.confidence >= CONFIDENT for s in understood.intents)
    return scored and matter_of(text) is not None


def _changes_order(said: Intent, text: str, found: Entities, state: ConversationState) -> bool:
    """ "Add 2 whey to ORD006" is no new subscription, "remove the chips from it" cancels no order, and "charge it to my
    other card" reports no payment."""
    if found.subscription_ids:
        return False
    if found.order_ids and said in _NO_CHANGE and order_words.wants_another_method(text):
        return True
    shown = state.pending.kind if state.pending else None
    if said is Intent.PAYMENT_ISSUE and order_words.would_pay_otherwise(text):
        return True
    if said is Intent.PAYMENT_ISSUE:
        another = order_words.part_asked(text, found) == "payment"
        return another and shown in ("change_items", "change_payment_method")
    if shown == "change_items" and said is Intent.SUBSCRIPTION_REQUEST and not found.frequency:
        return bool(found.products or found.quantity)  # "no, make it 2 milk"
    if said in (Intent.ORDER_STATUS, Intent.OTHER) and order_words.sends_elsewhere(text, found):
        return True
    if said in (Intent.OTHER, Intent.PRODUCT_QUESTION) and found.products and exchanged_in(text):
        return True  # "exchange the chips for coffee"
    mistaken = (Intent.SUBSCRIPTION_REQUEST, Intent.CANCEL_ORDER, Intent.PRODUCT_QUESTION, Intent.OTHER)
    return said in mistaken and order_words.changes_an_order(text, found)


def _goes_on(found: Entities, text: str, state: ConversationState) -> bool:
    """ "And the milk too", said of a claim."""
    return state.topic is Intent.REFUND_REQUEST and bool(found.products) and phrases.adds_more(text)


def _means_other(said: Intent, found: Entities, text: str, state: ConversationState) -> bool:
    """ "I meant ORD005", after an answer: the same again."""
    named = found.order_ids or found.subscription_ids or found.products or references.choice_in(text, state)
    return bool(named) and corrections.means_other(text) and not phrases.names_action(said, text)


def _means_subscription(found: Entities, text: str, state: ConversationState) -> bool:
    """ "Cancel that", said of a subscription that was just talked about."""
    about = state.topic is not None and FAMILY[state.topic] == "subscriptions"
    return about and not found.order_ids and not references.names_an_order(text)


def best_of(understood: Understood) -> IntentScore:
    """The likeliest intent; OTHER where the model is not sure enough."""
    unsure = IntentScore(intent=Intent.OTHER, confidence=0)
    best = max(understood.intents, key=lambda s: s.confidence, default=unsure)
    # Plain requests for a person were served before this.
    return best if best.confidence >= CONFIDENT and best.intent is not Intent.HUMAN_AGENT else unsure
