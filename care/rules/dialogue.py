"""What a message means at this point of a conversation, and which family of tools serves it."""

from __future__ import annotations

from typing import get_args

from care.models.conversation import HandoffReason
from care.models.dialogue import Act, Context, Family, Matter, Reading
from care.models.memory import ConversationState
from care.models.understanding import Entities, Intent, IntentScore, Understood, Wish
from care.rules import (
    answering,
    corrections,
    matters,
    order_words,
    parcel_words,
    parts,
    phrases,
    references,
    scope,
    words,
)
from care.rules.account_asks import is_about_account
from care.rules.anger import is_angry
from care.rules.approved import Approved
from care.rules.corrections import settled
from care.rules.payment_matters import matter_of
from care.rules.refund_asks import asks_to_appeal, asks_to_withdraw, part_in
from care.rules.subscription_meant import intent_meant
from care.rules.writes import WRITES

# Below this a guess is no better than a question.
CONFIDENT = 0.3
# A request for a person counts at any place among the intents, and has to be plain.
SURE_OF_PERSON = 0.6
# Messages in a row that were not understood before a person takes over.
PATIENCE = 2

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

# "It arrived broken": what has to be put right with what was delivered is a claim, not a question of where it is.
_CLAIMS = {"damaged", "wrong_item", "quality"}
# What another card for an order that is named may be taken for.
_NO_CHANGE = {Intent.PAYMENT_ISSUE, Intent.ACCOUNT, Intent.OTHER, Intent.PRODUCT_QUESTION}


def read(
    understood: Understood,
    text: str,
    has_files: bool,
    state: ConversationState,
    context: Context,
    *,
    hasty: bool = False,
) -> Reading:
    """The reading of one message, or of its first part: the other parts are `waiting`.

    A yes is a yes only to what was shown before the message was sent, and only in plain words.
    """
    understood = understood.model_copy(update={"entities": settled(text, understood.entities)})
    if hasty and state.pending and words.answer_in(text, state.pending.shown) == "yes":
        return _act("ask_again", Intent.OTHER)
    if apart := _answered_and_more(understood, text, state):
        return apart
    wishes = parts.wishes_of(understood)
    if not wishes or _wants_person(understood):
        return _part(understood, text, has_files, state, context, wishes)
    first, *later = wishes
    reading = _part(parts.alone(first, understood), first.text, has_files, state, context, later)
    return reading.model_copy(update={"text": reading.text or first.text})


def read_part(wish: Wish, understood: Understood, state: ConversationState, context: Context) -> Reading:
    """The reading of a part that has waited; nothing else is open."""
    reading = _part(parts.alone(wish, understood), wish.text, False, state, context, [])
    return reading.model_copy(update={"text": reading.text or wish.text})


def _part(
    said: Understood, text: str, has_files: bool, state: ConversationState, context: Context, later: list[Wish]
) -> Reading:
    read = _read(said, text, has_files, state, context).model_copy(update={"entities": said.entities})
    reading, others = parts.one_each(read, text, state) if parts.is_one(said) else (read, [])
    reading = reading.model_copy(update={"waiting": [*others, *later]})
    return reading.model_copy(update={"not_done": matters.not_done(state, reading)})


def _answered_and_more(understood: Understood, text: str, state: ConversationState) -> Reading | None:
    """ "Yes. And where is ORD001?": the answer, and a wish that is none of what was shown."""
    if state.pending is None or words.answer_in(text, state.pending.shown):
        return None  # "yes, cancel it" is a yes, and nothing more
    if (split := words.answer_and_more(text, state.pending.shown)) is None:
        return None
    shown = WRITES[state.pending.kind].intent
    wish = parts.behind_answer(understood, split, state.pending)
    if wish is None or wish.intent is Intent.HUMAN_AGENT:
        return None
    said = _act("confirm", shown) if split.answer == "yes" else _act("decline", shown, family="answers")
    return said.model_copy(update={"waiting": [wish]})


def _read(understood: Understood, text: str, has_files: bool, state: ConversationState, context: Context) -> Reading:
    pending = state.pending
    answer = words.answer_in(text, pending.shown if pending else "")
    if pending and answer == "yes":
        if state.pointed and phrases.is_nodding(text):
            return _act("ask_again", Intent.OTHER)  # "ok", to the answer that stood before the question
        wanted = WRITES[pending.kind].intent
        # A file that comes with a yes was not shown.
        if not (has_files and wanted is Intent.REFUND_REQUEST):
            return _act("confirm", wanted)
    if is_unread(understood) and answer is None:
        return _act("serve", Intent.OTHER)
    if words.drops_all(text) and (matters.is_open(state) or state.waiting or state.parked):
        return _act("decline", state.topic or Intent.OTHER, family="answers", matter="all_dropped")
    if _answers_parked(understood, text, has_files, state):
        read = _read(understood, text, has_files, matters.resumed(state), context)
        if (read.act, read.matter) == ("serve", "kept"):
            return read.model_copy(update={"matter": "resumed"})
    intent = intent_of(understood, text, has_files, state)
    intent = intent_meant(intent, text, understood.entities, state, context)
    if pending and (answer == "no" or words.means_none(text) or (understood.answer == "no" and intent is Intent.OTHER)):
        return _act("decline", WRITES[pending.kind].intent, family="answers")
    if apart := _apart(intent, understood, text, state):
        return apart
    unclear = intent is Intent.OTHER and not phrases.is_greeting(text) and not phrases.asks_for_abilities(text)
    if pending and unclear:
        return _act("ask_again", Intent.OTHER)
    if not pending and state.awaiting != "evidence" and answer == "yes" and not _nothing_asked(text, state):
        return _act("nothing_pending", Intent.OTHER)
    if not pending and _leaves(text, state):
        return _act("decline", state.topic or Intent.OTHER, family="answers")
    matter = matters.left(intent, understood.entities, text, state)
    before = state if matter == "kept" else matters.cleared(state)
    served = _serve(intent, understood.entities, text, before, context)
    return served.model_copy(update={"matter": matter, "approved": scope.ask_of(text)})


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
    matter: Matter = "parked" if matters.is_open(state) else "kept"
    return Reading(act="serve", intent=Intent.OTHER, family="answers", approved=ask, matter=matter)


def _to_person(intent: Intent, approved: Approved, reason: HandoffReason, state: ConversationState) -> Reading:
    matter: Matter = "parked" if matters.is_open(state) else "kept"
    return Reading(act="serve", intent=intent, family="handoff", approved=approved, handoff=reason, matter=matter)


def _answers_parked(understood: Understood, text: str, has_files: bool, state: ConversationState) -> bool:
    """Whether a message answers the question that was left for another one, and not that other one."""
    if not state.parked or state.pending or state.awaiting is None:
        return False
    best, found = _best(understood), understood.entities
    if answering.answers(state.awaiting, best, found, text, has_files, state):
        return False
    return answering.answers_left(state.parked[-1], best, found, text, has_files)


def is_unread(understood: Understood) -> bool:
    """The local model reads English alone: what is in another language is for a person."""
    return understood.model == "local" and understood.language != "en"


def _leaves(text: str, state: ConversationState) -> bool:
    """A no where no yes was asked for; to "What is wrong with it?" and "Have you a photo?" it is an answer."""
    if words.gives_up(text) or (state.choices and words.means_none(text)):
        return True
    return state.awaiting not in ("reason", "evidence") and words.is_plain_no(text)


def _nothing_asked(text: str, state: ConversationState) -> bool:
    """ "ok thanks" after an answer is no yes to anything."""
    return not state.choices and (phrases.is_nodding(text) or phrases.is_thanks(text))


def _act(act: Act, intent: Intent, family: Family | None = None, matter: Matter = "kept") -> Reading:
    return Reading(act=act, intent=intent, family=family or FAMILY[intent], matter=matter)


def _serve(intent: Intent, entities: Entities, text: str, state: ConversationState, context: Context) -> Reading:
    known = [i for o in context.orders for i in o.items]
    return Reading(
        act="serve",
        intent=intent,
        family=FAMILY[intent],
        order_ids=references.orders_meant(intent, text, entities, state, context),
        subscription_ids=references.subscriptions_meant(text, entities, state, context),
        skus=references.named_products(entities, text, known),
    )


def _wants_person(understood: Understood) -> bool:
    return any(s.intent is Intent.HUMAN_AGENT and s.confidence >= SURE_OF_PERSON for s in understood.intents)


def intent_of(understood: Understood, text: str, has_files: bool, state: ConversationState) -> Intent:
    """The intent to serve: what was said, unless the message answers a question that is still open."""
    if _wants_person(understood):
        return Intent.HUMAN_AGENT
    best = _best(understood)
    if best.intent is Intent.ORDER_STATUS and _is_about_paying(understood, text):
        best = best.model_copy(update={"intent": Intent.PAYMENT_ISSUE})
    said = Intent.OTHER if phrases.is_vague(text) and len(understood.intents) == 1 else best.intent
    if (
        state.topic
        and state.awaiting
        and answering.answers(state.awaiting, best, understood.entities, text, has_files, state)
    ):
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
    if said is Intent.PAYMENT_ISSUE:
        another = order_words.part_asked(text, found) == "payment"
        return another and shown in ("change_items", "change_payment_method")
    if shown == "change_items" and said is Intent.SUBSCRIPTION_REQUEST and not found.frequency:
        return bool(found.products or found.quantity)  # "no, make it 2 milk"
    if said in (Intent.ORDER_STATUS, Intent.OTHER) and order_words.sends_elsewhere(text, found):
        return True
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


def _best(understood: Understood) -> IntentScore:
    """The likeliest intent; OTHER where the model is not sure enough."""
    unsure = IntentScore(intent=Intent.OTHER, confidence=0)
    best = max(understood.intents, key=lambda s: s.confidence, default=unsure)
    # Plain requests for a person were served before this.
    return best if best.confidence >= CONFIDENT and best.intent is not Intent.HUMAN_AGENT else unsure
