"""What a message means at this point of a conversation, and which family of tools serves it."""

from __future__ import annotations

from typing import get_args

from care.models.conversation import HandoffReason
from care.models.dialogue import Act, Context, Family, Matter, Reading
from care.models.memory import ConversationState
from care.models.understanding import Entities, Intent, Understood, Wish
from care.rules import answering, matters, parts, phrases, references, scope, words
from care.rules.anger import is_angry
from care.rules.approved import Approved
from care.rules.corrections import settled
from care.rules.intents import FAMILY, best_of, intent_of, wants_person
from care.rules.repeating import names_a_part
from care.rules.subscription_meant import intent_meant
from care.rules.writes import WRITES

# Messages in a row that were not understood before a person takes over.
PATIENCE = 2
# Messages after which a person is offered the conversation, and each time that so many more have come.
LONG = 200

FAMILIES: tuple[Family, ...] = get_args(Family)


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

    A yes is a yes only to what was shown before the message was sent, and only in plain words. What goes on and on
    is passed to a person: it costs, and gets the customer nowhere.
    """
    reading = _first(understood, text, has_files, state, context, hasty)
    goes_on = state.turn > 0 and state.turn % LONG == 0 and reading.act == "serve"
    return _to_person(reading.intent, "long", "needs_person", state) if goes_on else reading


def _first(
    understood: Understood, text: str, has_files: bool, state: ConversationState, context: Context, hasty: bool
) -> Reading:
    understood = understood.model_copy(update={"entities": settled(text, understood.entities)})
    if hasty and state.pending and words.answer_in(text, state.pending.words) == "yes":
        return _act("ask_again", Intent.OTHER)
    if apart := _answered_and_more(understood, text, state, context):
        return apart
    wishes = parts.wishes_of(understood)
    if not wishes or wants_person(understood, text):
        return _part(understood, text, has_files, state, context, wishes)
    first, *later = wishes
    reading = _part(parts.alone(first, understood), first.text, has_files, state, context, later)
    return reading.model_copy(update={"text": reading.text or first.text, "said": first.said or None})


def read_part(wish: Wish, understood: Understood, state: ConversationState, context: Context) -> Reading:
    """The reading of a part that has waited; nothing else is open."""
    reading = _part(parts.alone(wish, understood), wish.text, False, state, context, [])
    return reading.model_copy(update={"text": reading.text or wish.text, "said": wish.said or None})


def _part(
    said: Understood, text: str, has_files: bool, state: ConversationState, context: Context, later: list[Wish]
) -> Reading:
    said = said.model_copy(update={"entities": references.numbered(text, said.entities, context)})
    read = _read(said, text, has_files, state, context).model_copy(update={"entities": said.entities})
    reading, others = parts.one_each(read, text, state) if parts.is_one(said) else (read, [])
    reading = reading.model_copy(update={"waiting": [*others, *later]})
    return reading.model_copy(update={"not_done": matters.not_done(state, reading)})


def _answered_and_more(understood: Understood, text: str, state: ConversationState, context: Context) -> Reading | None:
    """ "Yes. And where is ORD001?": the answer, and a wish that is none of what was shown."""
    if state.pending is None or words.answer_in(text, state.pending.words):
        return None  # "yes, cancel it" is a yes, and nothing more
    if (split := words.answer_and_more(text, state.pending.words)) is None:
        return None
    if split.answer == "yes" and names_a_part(text, context.shown) and not phrases.only_asks(split.rest):
        return None
    shown = WRITES[state.pending.kind].intent
    wish = parts.behind_answer(understood, split, state.pending)
    if wish is None or wish.intent is Intent.HUMAN_AGENT:
        return None
    said = _act("confirm", shown) if split.answer == "yes" else _act("decline", shown, family="answers")
    return said.model_copy(update={"waiting": [wish]})


def _read(understood: Understood, text: str, has_files: bool, state: ConversationState, context: Context) -> Reading:
    pending = state.pending
    answer = words.answer_in(text, pending.words if pending else "")
    if pending and answer == "yes" and not names_a_part(text, context.shown):
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
    intent = references.claim_meant(intent, text, understood.entities, state, context)
    if pending and (answer == "no" or words.means_none(text) or (understood.answer == "no" and intent is Intent.OTHER)):
        return _act("decline", WRITES[pending.kind].intent, family="answers")
    if apart := _apart(intent, understood, text, state):
        return apart
    unclear = intent is Intent.OTHER and not _is_small_talk(text)
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
    if intent is Intent.HUMAN_AGENT and phrases.names_person(text):
        return None
    if is_angry(text, told=understood.angry, english=understood.language == "en"):
        return _to_person(intent, "angry", "angry", state)
    ask = scope.ask_of(text)
    if ask is None or scope.stands_beside(ask, intent):
        return None
    if scope.is_a_persons(ask):
        return _to_person(intent, ask, "out_of_scope", state)
    if intent is Intent.HUMAN_AGENT:
        return None
    matter: Matter = "parked" if matters.is_open(state) else "kept"
    return Reading(act="serve", intent=Intent.OTHER, family="answers", approved=ask, matter=matter)


def _to_person(intent: Intent, approved: Approved, reason: HandoffReason, state: ConversationState) -> Reading:
    matter: Matter = "parked" if matters.is_open(state) else "kept"
    return Reading(act="serve", intent=intent, family="handoff", approved=approved, handoff=reason, matter=matter)


def _answers_parked(understood: Understood, text: str, has_files: bool, state: ConversationState) -> bool:
    """Whether a message answers the question that was left for another one, and not that other one."""
    if not state.parked or state.pending or state.awaiting is None:
        return False
    best, found = best_of(understood), understood.entities
    if answering.answers(state.awaiting, best, found, text, has_files, state):
        return False
    return answering.answers_left(state.parked[-1], best, found, text, has_files)


def is_unread(understood: Understood) -> bool:
    """The local model reads English alone: what is in another language is for a person."""
    return understood.model == "local" and understood.language != "en"


def _is_small_talk(text: str) -> bool:
    """What is answered beside a proposal, which is then shown again."""
    asks = (phrases.is_greeting, phrases.asks_for_abilities, phrases.asks_how_are_you, phrases.asks_who)
    return any(asked(text) for asked in asks)


def _leaves(text: str, state: ConversationState) -> bool:
    """A no where no yes was asked for; to "What is wrong with it?" and "Have you a photo?" it is an answer."""
    if words.gives_up(text) or (state.choices and words.means_none(text)):
        return True
    if state.awaiting == "remedy" and words.waits(text):
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
