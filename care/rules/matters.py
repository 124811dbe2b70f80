"""The matters of a conversation: the one at hand, those set aside for another, and what waits to be served."""

from __future__ import annotations

from care.models.dialogue import Matter, Outcome, Reading
from care.models.memory import ConversationState, Open, Proposal
from care.models.understanding import Entities, Intent, Wish
from care.rules import phrases, words
from care.rules.approved import SENTENCES
from care.rules.subscription_questions import is_question
from care.rules.subscription_wishes import action_in
from care.rules.writes import WRITES

MOST_PARKED = 3
MOST_WAITING = 5

# Intents that change nothing, or little: asking for such a thing never drops what is open.
_QUESTIONS = {
    Intent.ORDER_STATUS, Intent.PRODUCT_QUESTION, Intent.PAYMENT_ISSUE, Intent.WALLET_ISSUE, Intent.ACCOUNT,
    Intent.HUMAN_AGENT, Intent.OTHER,
}  # fmt: skip

# What a matter is called.
MATTER: dict[Intent, str] = {
    Intent.ORDER_STATUS: "where your order is",
    Intent.DELIVERY_ISSUE: "your delivery",
    Intent.CANCEL_ORDER: "cancelling your order",
    Intent.CHANGE_ORDER: "changing your order",
    Intent.REFUND_REQUEST: "your refund",
    Intent.SUBSCRIPTION_REQUEST: "your new subscription",
    Intent.SUBSCRIPTION_MANAGE: "your subscription",
    Intent.PAYMENT_ISSUE: "your payment",
    Intent.WALLET_ISSUE: "your wallet",
    Intent.PRODUCT_QUESTION: "the product",
    Intent.ACCOUNT: "your account",
}


def is_open(matter: Open) -> bool:
    """Whether it waits for the customer: for a yes, or for an answer."""
    return matter.pending is not None or matter.awaiting is not None


def intent_of(matter: Open) -> Intent | None:
    return WRITES[matter.pending.kind].intent if matter.pending else matter.topic


def cleared(state: ConversationState) -> ConversationState:
    """As if nothing had been asked; what is being talked about stays."""
    return state.model_copy(update=_fields(Open(slots=state.slots)))


def left(intent: Intent, found: Entities, text: str, state: ConversationState) -> Matter:
    """What becomes of the open matter when `intent` is served: a question is answered and the matter comes back, the
    same wish with other details goes on, other wishes set it aside or, in words of replacement, take its place. Which
    order a question was about matters no more once something is to be done."""
    if not is_open(state):
        return "kept"
    if intent is Intent.HUMAN_AGENT:
        return "parked"  # for the summary
    if intent is intent_of(state) and not _apart(intent, found, text, state):
        return "kept"
    asks = intent in _QUESTIONS or phrases.only_asks(text)
    only_asked = intent_of(state) in _QUESTIONS and state.pending is None
    if words.drops_open(text) or (not asks and (only_asked or words.replaces(text))):
        return "dropped"
    return "parked"


def _apart(intent: Intent, found: Entities, text: str, state: ConversationState) -> bool:
    """Whether a wish of the same kind as the open one is another: "also cancel ORD005", "when is the next one?"."""
    if phrases.asks_besides(text) and state.pending:
        shown = state.pending.shown.upper()
        return any(each.upper() not in shown for each in (*found.order_ids, *found.subscription_ids))
    if intent is Intent.REFUND_REQUEST:
        offered = {choice.id for choice in state.choices}  # one of these is the answer that was asked for
        return bool(set(found.refund_ids) - offered) or phrases.asks_for_refund_status(text)
    asks = intent is Intent.SUBSCRIPTION_MANAGE and (phrases.only_asks(text) or _asks_nothing_done(text))
    return asks and not (found.dates or found.quantity or found.frequency)


def _asks_nothing_done(text: str) -> bool:
    return is_question(text) and action_in(text) is None


def resumed(state: ConversationState) -> ConversationState:
    """The matter that was left last, in the place of the question that is open."""
    *parked, matter = state.parked
    waiting = [*state.waiting, *matter.waiting]
    return state.model_copy(update=_fields(matter) | {"parked": parked, "waiting": waiting, "pointed": None})


def begin(state: ConversationState, reading: Reading) -> ConversationState:
    """The conversation as it is when the tool begins: the open matter goes on, is set aside, or is dropped."""
    match reading.matter:
        case "kept":
            begun = state
        case "parked":
            parked = [*state.parked, Open.model_validate(_fields(state))]
            begun = cleared(state).model_copy(update={"parked": parked[-MOST_PARKED:]})
        case "dropped":
            begun = cleared(state).model_copy(update={"waiting": state.waiting})
        case "resumed":
            begun = resumed(state)
        case "all_dropped":
            begun = state.model_copy(update={"parked": [], "waiting": []})
    return begun.model_copy(update={"waiting": [*reading.waiting, *begun.waiting][:MOST_WAITING]})


def not_done(state: ConversationState, reading: Reading) -> str | None:
    """What is said of proposals that this reading drops without a yes, and of parts that are too many."""
    dropped: list[Open] = []
    if reading.matter == "dropped":
        dropped = [state]
    elif reading.matter == "parked":
        dropped = [*state.parked, state][:-MOST_PARKED]
    said = [_left_undone(each.pending) for each in dropped if each.pending]
    before = state.waiting if reading.matter in ("kept", "dropped") else []
    if left := [*reading.waiting, *before][MOST_WAITING:]:
        said.append(f"That is more than I can keep in mind, please ask me again for: {asked_for(left)}.")
    return "\n".join(said) or None


def _left_undone(proposal: Proposal) -> str:
    return f"I have not done this: {proposal.shown.rstrip('?')}."


def goes_on(state: ConversationState) -> bool:
    """Whether the next part is served in the same turn."""
    return bool(state.waiting) and not is_open(state) and not state.handed_off


def next_part(state: ConversationState) -> tuple[ConversationState, Wish]:
    first, *rest = state.waiting
    return state.model_copy(update={"waiting": rest}), first


def ended(outcome: Outcome, reading: Reading, before: ConversationState, so_far: Outcome | None) -> Outcome:
    """What a part came to, after those before it; the matter that was set aside comes back where nothing else does."""
    lost = before.pending if reading.act == "serve" and not is_open(outcome.state) else None
    said = (reading.not_done, _left_undone(lost) if lost else None, _refused_beside(reading), outcome.text)
    text = "\n".join(each for each in said if each)
    earlier = [so_far.text] if so_far else []
    actions = [*(so_far.actions if so_far else []), *outcome.actions]
    state = _shown_once(outcome.state)
    outcome = outcome.model_copy(update={"text": "\n\n".join([*earlier, text]), "actions": actions, "state": state})
    left = not (is_open(state) or state.waiting or state.handed_off)
    return _back(outcome, state.parked[-1]) if left and state.parked else outcome


def _refused_beside(reading: Reading) -> str | None:
    """What is refused of a message whose other part is served."""
    alone = reading.intent is Intent.OTHER or reading.handoff
    return SENTENCES[reading.approved] if reading.approved and not alone else None


def _shown_once(state: ConversationState) -> ConversationState:
    """What is shown anew does not come back a second time."""
    if state.pending is None:
        return state
    again = (state.pending.kind, state.pending.payload)
    parked = [m for m in state.parked if m.pending is None or (m.pending.kind, m.pending.payload) != again]
    return state.model_copy(update={"parked": parked})


def asked_for(wishes: list[Wish]) -> str:
    """In our words and with ids: those of a wish may be a model's."""
    return "; ".join(_named(wish) for wish in wishes)


def _named(wish: Wish) -> str:
    found = wish.entities
    things = [*found.order_ids, *found.subscription_ids, *found.refund_ids, *found.products]
    return " ".join([MATTER.get(wish.intent, "a person"), *([f"({', '.join(things)})"] if things else [])])


def _back(outcome: Outcome, matter: Open) -> Outcome:
    """A proposal is shown again, so that a yes is a yes to what the reply ends with."""
    question = matter.asked or (matter.pending.shown if matter.pending else "")
    intent = intent_of(matter)
    name = MATTER.get(intent, "your question") if intent else "your question"
    state = outcome.state.model_copy(
        update=_fields(matter) | {"parked": outcome.state.parked[:-1], "pointed": outcome.state.slots}
    )
    return outcome.model_copy(
        update={"text": f"{outcome.text}\n\nBack to {name}: {question}", "state": state, "suggestions": matter.offered}
    )


def _fields(matter: Open) -> dict[str, object]:
    return {name: getattr(matter, name) for name in Open.model_fields}
