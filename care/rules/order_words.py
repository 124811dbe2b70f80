"""What a message asks of an order: another address, other items, another payment, or only to know something. Pure.

Nothing here makes the machine act: it only chooses what is asked back or shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from care.models.customer import StoredMethod
from care.models.understanding import Entities
from care.rules.words import picked, words_of

Part = Literal["address", "items", "payment", "date"]
Remedy = Literal["trace", "reship", "refund"]

_ADDRESS = re.compile(
    r"\baddress\b|\b(?:street|postcode|post code|zip|pin code)\b|\bmoved (?:house|home|to)\b"
    r"|\b(?:deliver|send|ship|bring)\w* (?:\w+ ){0,3}to (?:my |the |another |a different |a new )?"
    r"(?:office|work|home|house|flat|place|neighbou?rs?|parents|somewhere|location)\b"
)
_PAYMENT = re.compile(
    r"\bpay(?:s|ing|ment|ments)?\b|\bcard\b|\bpaypal\b|\b(?:visa|mastercard|amex|upi)\b|\bcharge\b|\bbilled?\b"
)
_ITEMS = re.compile(
    r"\b(?:add|remove|take (?:\w+ ){0,3}(?:out|off)|drop|leave out|swap|replace|exchange|switch|substitute|quantity|qty"
    r"|items?|products?|more|another|extra|less|fewer|without|include|increase|reduce|double|instead of)\b"
)
_ORDER = (
    r"(?:my|the|this|that|your|an?|existing|last|current|same|pending)\b[^.!?]{0,20}\b(?:order|parcel|basket)\b"
    r"|\bord[-_ ]?\w*\d"
)
_CHANGING = (
    r"\b(?:add|put|include|remove|take|drop|delete|leave|swap|replace|another|extra|more|less|fewer|instead"
    r"|(?:don'?t|do not|no longer) (?:want|need))\b"
)
_VERB = re.compile(_CHANGING)
_IN_ORDER = re.compile(
    rf"{_CHANGING}[^.!?]*"
    rf"\b(?:to|in|into|onto|on|from|out of|of)\b[^.!?]{{0,20}}\b(?:{_ORDER})"
)
_OTHER_METHOD = re.compile(
    r"\b(?:pay|charge|use|try|bill|put)\b[^.!?]*\b(?:other|another|different|new|second|card|method|visa|mastercard|pm_\w+)\b"
    r"|\b(?:change|switch|update)\b[^.!?]*\b(?:card|payment method|way (?:i|it is) (?:pay|paid))\b"
)
_DATE = re.compile(
    r"\b(?:delivery|arrival|shipping) (?:date|day|time|slot|window)\b"
    r"|\b(?:re-?schedul\w*|postpone|delay|bring forward)\b"
    r"|\b(?:deliver|arrive|come|send|ship|bring|get|have)\w*\b[^.!?]{0,40}"
    r"\b(?:earlier|later|sooner|faster|tomorrow|today|next week|(?:on|by|before|after|until) (?:the )?"
    r"(?:\d|mon|tue|wed|thu|fri|sat|sun))"
)
_ALL = re.compile(r"\b(?:orders|parcels|packages|deliveries|shipments)\b")
_HISTORY = re.compile(
    r"\border history\b|\b(?:past|previous|recent|earlier|old|all) (?:of )?(?:my )?orders\b|\blist\b[^.!?]*\borders\b"
    r"|\bwhat (?:have|did) i (?:order|buy|bought)\w*\b(?![^.!?]*\blast\b)|\b(?:show|see|view)\b[^.!?]*\borders\b"
)
_LAST = re.compile(
    r"\b(?:order(?:ed)?|buy|bought|purchased?)\b[^.!?]{0,15}\b(?:last|most recently|lately)\b"
    r"|\b(?:last|previous|latest) (?:thing|purchase|time)\b|\bmy last\b"
)
_WHEN = re.compile(
    r"\bwhen\b|\bhow (?:long|soon|much longer)\b|\beta\b|\b(?:arrival|delivery) (?:date|day|time)\b"
    r"|\bwhat (?:day|time)\b"
    r"|\bby (?:today|tomorrow|the|mon|tue|wed|thu|fri|sat|sun)\w*\b|\bexpect\w*\b|\barriv(?:e|es|ing)\b"
)
_COST = re.compile(r"\bhow much\b|\b(?:cost|price|total|amount)\b|\b(?:paid|pay|payment|charged?|invoice|receipt)\b")
_CONTENTS = re.compile(
    r"\bwhat(?:'s| is| was| are| were)? in\b|\bwhat (?:did|have) i (?:order|buy)\w*|\b(?:items|contents?|contains?)\b"
    r"|\bdetails?\b"
)
_EVENTS = re.compile(
    r"\btrack\w*\b|\bhistory\b|\b(?:has|was|did|is) (?:it|this|that|my \w+|ord\S+) (?:been |already )*(?:ship|sen|left|dispatch)"
)
_WHERE_TO = re.compile(
    r"\baddress\b|\bwhere\b[^.!?]*\b(?:go|going|sent|shipped|delivered|coming)\b[^.!?]*\bto\b"
    r"|\bwhere (?:does|will|is) it (?:go|going|be sent)\b"
)
_TRACE = re.compile(
    r"\btrac(?:e|es|ed|ing)\b|\binvestigat\w*|\blook (?:for|into)\b|\bfind (?:it|out|my|the|where)\b|\bsearch\b"
    r"|\b(?:ask|contact|call|chase) (?:the |your )?(?:courier|carrier|driver)\b"
)
_RESHIP = re.compile(
    r"\bre-?s(?:hip|end)\w*|\bsend\w* (?:\w+ ){0,4}(?:again|another|new|replacement)\b|\breplac\w+"
    r"|\bnew (?:one|parcel)\b|\banother one\b|\bship (?:it|them|\w+) again\b|\bstill want (?:it|them|my)\b"
)
_REFUND = re.compile(r"\brefund\w*|\bmoney back\b|\bmy money\b|\breimburs\w*|\bpay me back\b")
_SAYS_DELIVERED = re.compile(
    r"\b(?:say\w*|show\w*|mark\w*|list\w*|claim\w*|state\w*|status|apparently|supposedly)\b[^.!?]{0,30}\bdelivered\b"
    r"|\bdelivered\b[^.!?]{0,40}\b(?:but|yet|though)\b|\b(?:was|were) left\b|\bleft (?:it|them|my)\b"
    r"|\b(?:wrong|other|different) (?:house|address|door|flat|place|building|apartment|street)\b"
    r"|\bneighbou?r|\b(?:stolen|nicked|porch pirate)\b"
    r"|\bdelivered (?:it |them )?to (?:the |a )?(?:wrong|someone|somebody)"
)
_BEHAVIOUR = re.compile(
    r"\b(?:rude|impolite|unprofessional|aggressive|insult\w*|swor[en]|swears?|swearing|yell\w*|shout\w*|threw|throw\w*"
    r"|behaviou?r|attitude|threaten\w*|harass\w*|refused to)\b"
)
_LOST = re.compile(
    r"\b(?:lost|missing|never|vanished|disappeared|gone|not (?:arrived|here|received|come))\b"
    r"|n't (?:arriv|rec|get|got|come|here)"
)
# Said of every payment method alike.
_SAID_OF_ALL = {"my", "your", "the", "card", "payment", "method", "test", "that", "is", "was", "a", "in", "ending"}


def part_asked(text: str, found: Entities) -> Part | None:
    """Which part of an order a message wants changed; None where it does not say."""
    plain = text.casefold()
    names_items = bool(_ITEMS.search(plain)) and bool(found.products)
    if _ADDRESS.search(plain):
        return "address"
    if _PAYMENT.search(plain) and not names_items:
        return "payment"
    if not names_items and (_DATE.search(plain) or (found.dates and not found.products)):
        return "date"
    return "items" if found.products or found.quantity or _ITEMS.search(plain) else None


def changes_an_order(text: str, found: Entities) -> bool:
    """ "Add 2 whey to ORD006", "remove the chips from my order": so many words name what is changed about an order."""
    plain = text.casefold()
    if found.order_ids and found.products and _VERB.search(plain):
        return True
    return bool(found.products or found.order_ids) and bool(_IN_ORDER.search(plain))


def means_the_one(text: str) -> bool:
    """ "The order": the one that is being talked about."""
    return bool(re.search(r"\b(?:the|this|that) (?:order|parcel|package)\b", text.casefold()))


def names_a_payment(text: str) -> bool:
    """ "... with my Visa": how something is to be paid is said as well."""
    return bool(_PAYMENT.search(text.casefold()))


def wants_another_method(text: str) -> bool:
    """ "Charge it to my other card", said of an order."""
    return bool(_OTHER_METHOD.search(text.casefold()))


def asks_where_to(text: str) -> bool:
    return bool(_WHERE_TO.search(text.casefold()))


def adds_anew(text: str) -> bool:
    """ "Add milk to my order": any order may be meant, not the one that holds milk."""
    plain = text.casefold()
    return bool(re.search(r"\b(?:add|put|include)\b", plain)) and not re.search(r"\b(?:another|more|extra)\b", plain)


def asks_for_all(text: str) -> bool:
    """ "Where are my orders?" """
    return bool(_ALL.search(text.casefold()))


def asks_for_history(text: str) -> bool:
    """What was ordered before, whatever became of it."""
    return bool(_HISTORY.search(text.casefold()))


def asks_for_last(text: str) -> bool:
    return bool(_LAST.search(text.casefold()))


def asks_when(text: str) -> bool:
    return bool(_WHEN.search(text.casefold()))


def asks_what_it_cost(text: str) -> bool:
    return bool(_COST.search(text.casefold()))


def asks_what_is_in_it(text: str) -> bool:
    return bool(_CONTENTS.search(text.casefold()))


def asks_for_events(text: str) -> bool:
    return bool(_EVENTS.search(text.casefold()))


def asks_for_trace(text: str) -> bool:
    return bool(_TRACE.search(text.casefold()))


def remedy_asked(text: str) -> Remedy | None:
    """Which way out of a trouble with a delivery a message names; None for none, or for several."""
    plain = text.casefold()
    ways: list[tuple[Remedy, re.Pattern[str]]] = [("trace", _TRACE), ("reship", _RESHIP), ("refund", _REFUND)]
    named = [way for way, pattern in ways if pattern.search(plain)]
    return named[0] if len(named) == 1 else None


def says_it_was_delivered(text: str) -> bool:
    """ "It says delivered, but it is not here", or left at a wrong place."""
    return bool(_SAYS_DELIVERED.search(text.casefold()))


def says_it_is_lost(text: str) -> bool:
    return bool(_LOST.search(text.casefold()))


def is_about_behaviour(text: str) -> bool:
    """How whoever brought the parcel behaved."""
    return bool(_BEHAVIOUR.search(text.casefold()))


def methods_meant(text: str, methods: Sequence[StoredMethod], *, asked: bool) -> list[StoredMethod]:
    """The stored payment methods that a message may mean; `asked`: they were listed, so a number picks one."""
    plain, said = text.casefold(), set(words_of(text)) - _SAID_OF_ALL
    named = [
        m for m in methods if m.label.casefold() in plain or re.search(rf"\b{re.escape(m.payment_method)}\b", text)
    ]
    if named:
        return [max(named, key=lambda m: len(m.label))]
    hits = {m.payment_method: len(said & (set(words_of(m.label)) - _SAID_OF_ALL)) for m in methods}
    best = max(hits.values(), default=0)
    if best:
        return [m for m in methods if hits[m.payment_method] == best]
    index = picked(text, len(methods)) if asked else None
    return [] if index is None else [methods[index]]
