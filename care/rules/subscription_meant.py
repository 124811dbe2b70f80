"""Whether a message is about a subscription, whatever a model took it for, and whether a new one is wanted. Pure."""

from __future__ import annotations

import re

from care.models.dialogue import Context
from care.models.memory import ConversationState
from care.models.order import OrderStatus
from care.models.subscription import SubscriptionStatus
from care.models.understanding import Entities, Intent
from care.rules import phrases, words
from care.rules.subscription_questions import is_question, mended
from care.rules.subscription_wishes import action_in
from care.rules.writes import WRITES

_OF_ORDERS = {"cancel": Intent.CANCEL_ORDER, "change": Intent.CHANGE_ORDER}
FAMILY = (Intent.SUBSCRIPTION_REQUEST, Intent.SUBSCRIPTION_MANAGE)

_SUBSCRIPTION = re.compile(
    r"\b(?:(?:un|re)?-?subscri\w*|recurring|standing order|auto-?(?:ship|delivery|order)\w*"
    r"|(?:regular|repeat) (?:deliver|order)\w*|suscripci\w+|subs?\b(?! ?\d))|सब्सक्रिप्शन|सदस्यता"
)
# Said of nothing but subscriptions.
_OWN_WORDS = re.compile(r"\b(?:skip|un-?skip|pause|un-?pause|resume)\w*\b")
_NEXT = re.compile(
    r"\b(?:next|upcoming|coming|future)\b.{0,25}\b(?:deliver(?:y|ies)|shipments?|dates?|box)\b"
    r"|\bdeliver(?:y day|ies (?:are |is )?(?:left|planned|ahead|coming))\b"
)
_ORDER = re.compile(r"\b(?:orders?|ordered|parcels?|packages?|refunds?|money back)\b")
_ORDER_NOW = re.compile(
    r"\border (?:an? |one )?(?:extra|additional|more)\b|\border\b.{0,30}\b(?:now|today|right away|early)\b"
    r"|\b(?:recurring|standing|regular|repeat) orders?\b"
)
_CORRECTS = re.compile(r"(?:no|nope|nah|not|wait|actually|sorry|oops)\b.*\w")
_RHYTHM_ONLY = re.compile(r"\b(?:weekly|monthly|daily|bi-?weekly|fortnightly)\b")
_BEGIN = re.compile(
    r"\bsubscribe\b|\bset(?:ting)? ?up\b|\bsign (?:me |us )?up\b|\bnew subscription\b|\bsu[bs]scribirme\b"
    r"|\b(?:start|begin|create|open|make|get|want|need|like)\b.{0,20}\b(?:a|an|another|new|second)\b.{0,20}\bsubscription\b"
)
_OF_THE_ACCOUNT = re.compile(r"\b(?:account|profile|password|e-?mails?|my name)\b")
_EACH_TIME = re.compile(r"\b(?:each|every|per) (?:time|delivery|week|month|day)\b")
_BRIEF = 4  # words: "no, 3 days"
_HAS_ONE = re.compile(r"\b(?:do|did|what) i\b.{0,20}\bsubscrib|\b(?:cancel|stop|end|pause)\b")
_WANT = re.compile(r"\b(?:want|like|need|get|have|deliver\w*|send|bring|order|give|take|start)\b|^\W*\d+\b")
_OF_ONE_THAT_IS = re.compile(
    r"\b(?:instead|change|switch|move|shift|make|also|add|with my|from now on|it|stop"
    r"|my (?:\w+ )?(?:subscription|deliver\w+)|wrong day|my \w+ (?:comes?|arrives?))\b"
)
# Wishes of other kinds that may well name a subscription: they stay what they are unless something is to be done.
_OTHERS = (Intent.REFUND_REQUEST, Intent.PAYMENT_ISSUE, Intent.WALLET_ISSUE, Intent.DELIVERY_ISSUE)


def intent_meant(said: Intent, text: str, found: Entities, state: ConversationState, context: Context) -> Intent:
    """`said`, or the intent of a subscription where the words are about one, or of an order where they name that."""
    meant = _meant(said, text, found, state, context)
    if meant is Intent.SUBSCRIPTION_MANAGE and _is_only_ordered(text, found, context):
        return _OF_ORDERS.get(action_in(text) or "", meant)
    return meant


def _meant(said: Intent, text: str, found: Entities, state: ConversationState, context: Context) -> Intent:
    plain = mended(text)
    if said is Intent.HUMAN_AGENT:
        return said
    if said in FAMILY and _names_an_order(plain, found):
        return _OF_ORDERS.get(action_in(text) or "", said)
    if said is Intent.OTHER and state.task is not None and state.awaiting and not _is_small_talk(text):
        return Intent.SUBSCRIPTION_MANAGE
    if _follows(text, state) or (_brief(plain) and _amends(plain, found, state)):
        return _begun(plain, found, state)
    if said in (Intent.CANCEL_ORDER, Intent.CHANGE_ORDER) and _only_subscription(plain, found, state, context):
        return Intent.SUBSCRIPTION_MANAGE
    if said is Intent.PAYMENT_ISSUE and _asks_price(plain, context):
        return Intent.SUBSCRIPTION_MANAGE
    if not means_subscription(text, found, context, state) or (said in _OTHERS and action_in(text) is None):
        return _begun(plain, found, state) if said is Intent.SUBSCRIPTION_MANAGE else said
    return _begun(plain, found, state)


def _follows(text: str, state: ConversationState) -> bool:
    """ "And the one after", once a delivery was skipped: the same again."""
    done = state.task is not None and state.pending is None and state.awaiting is None
    return done and phrases.follows_up(text)


def _only_subscription(plain: str, found: Entities, state: ConversationState, context: Context) -> bool:
    """ "Add 2 chips to it", where there is a subscription and no order that could be changed."""
    alive = any(s.status is not SubscriptionStatus.CANCELLED for s in context.subscriptions)
    waits = any(o.status is OrderStatus.PENDING for o in context.orders)
    of_order = _names_an_order(plain, found) or state.slots.order_id is not None or phrases.asks_for_address(plain)
    return alive and not (waits or of_order or _OF_THE_ACCOUNT.search(plain)) and action_in(plain) is not None


def _brief(plain: str) -> bool:
    return len(words.words_of(plain)) <= _BRIEF


def _asks_price(plain: str, context: Context) -> bool:
    alive = any(s.status is not SubscriptionStatus.CANCELLED for s in context.subscriptions)
    return alive and is_question(plain) and bool(_EACH_TIME.search(plain))


def means_subscription(text: str, found: Entities, context: Context, state: ConversationState) -> bool:
    plain = mended(text)
    if found.order_ids or found.refund_ids:
        return False
    if found.subscription_ids or _SUBSCRIPTION.search(plain):
        return True
    if _OF_THE_ACCOUNT.search(plain):
        return False
    if _names_an_order(plain, found):
        return False
    if _amends(plain, found, state):
        return True
    alive = [s for s in context.subscriptions if s.status is not SubscriptionStatus.CANCELLED]
    if _OWN_WORDS.search(plain) or (alive and _NEXT.search(plain)) or _wants_regularly(plain, found):
        return True
    action = action_in(text)
    waits = any(o.status is OrderStatus.PENDING for o in context.orders)
    if alive and (action in ("skip", "unskip", "pause", "resume") or (action == "reschedule" and not waits)):
        return True
    if alive and action == "order_now" and "deliver" in plain:
        return True
    if alive and action == "change" and (found.frequency or "from now on" in plain):
        return True
    talked_of = state.topic in FAMILY and state.slots.subscription_id is not None
    if talked_of and (action or is_question(text)) and (words.points_back(text) or not found.products):
        return True
    return _is_subscribed(found, context) and (action is not None or (is_question(text) and "next" in plain))


def _begun(plain: str, found: Entities, state: ConversationState) -> Intent:
    """Whether it is about a new subscription or about one that there is."""
    action = action_in(plain)
    if action == "resubscribe" or (_BEGIN.search(plain) and not found.subscription_ids and not _HAS_ONE.search(plain)):
        return Intent.SUBSCRIPTION_REQUEST
    shown = WRITES[state.pending.kind].intent if state.pending else None
    of_another = shown is Intent.SUBSCRIPTION_REQUEST and bool(found.subscription_ids)
    if shown in FAMILY and _amends(plain, found, state) and not of_another:
        return shown
    if found.subscription_ids or action in ("skip", "unskip", "pause", "resume", "cancel", "uncancel", "reschedule"):
        return Intent.SUBSCRIPTION_MANAGE
    if state.draft is not None and state.topic is Intent.SUBSCRIPTION_REQUEST and state.awaiting:
        return Intent.SUBSCRIPTION_REQUEST
    return Intent.SUBSCRIPTION_REQUEST if _wants_regularly(plain, found) else Intent.SUBSCRIPTION_MANAGE


def _amends(plain: str, found: Entities, state: ConversationState) -> bool:
    """Whether it names a detail that an open proposal, or a question of this family, could take up."""
    pending = state.pending
    if pending is None or WRITES[pending.kind].intent not in FAMILY or is_question(plain):
        return False
    if _CORRECTS.match(plain):
        return True
    named = (found.dates, found.delivery_day, found.frequency, found.quantity, found.products, found.subscription_ids)
    detail = r"\b(?:week|one|delivery|time|day|days|weeks) (?:after|later|earlier|before)\b|\bfollowing\b|\bother one\b"
    return any(named) or bool(re.search(detail, plain)) or action_in(plain) is not None


def _wants_regularly(plain: str, found: Entities) -> bool:
    """ "2 litres of milk every Friday please" """
    if not (found.frequency and found.products) or _OF_ONE_THAT_IS.search(plain) or is_question(plain):
        return False
    return bool(_WANT.search(plain)) or not _RHYTHM_ONLY.search(plain)


def _names_an_order(plain: str, found: Entities) -> bool:
    if found.order_ids:
        return True
    about_orders = bool(_ORDER.search(plain)) and not _ORDER_NOW.search(plain)
    return about_orders and not (found.subscription_ids or _SUBSCRIPTION.search(plain))


def _is_small_talk(text: str) -> bool:
    return any(
        is_it(text) for is_it in (phrases.is_greeting, phrases.is_farewell, phrases.is_thanks, phrases.is_nodding)
    )


def _is_only_ordered(text: str, found: Entities, context: Context) -> bool:
    """ "I don't need the coffee any more, cancel it": a product that an order holds and no subscription brings."""
    if found.subscription_ids or found.frequency or _SUBSCRIPTION.search(mended(text)):
        return False
    subscribed, ordered = _holders(found, context)
    return ordered and not subscribed


def _is_subscribed(found: Entities, context: Context) -> bool:
    """A product is named that a subscription brings, and no order that is not sent yet."""
    subscribed, ordered = _holders(found, context)
    return subscribed and not ordered


def _holders(found: Entities, context: Context) -> tuple[bool, bool]:
    """Whether a product that is named is brought by a subscription, and is in an order that is not sent yet."""
    named = set(found.products)
    brought = {i.name for s in context.subscriptions if s.status is not SubscriptionStatus.CANCELLED for i in s.items}
    waiting = {i.name for o in context.orders if o.status is OrderStatus.PENDING for i in o.items}
    return bool(named & brought), bool(named & waiting)
