"""What a message wants changed about an order: its address, its items, its payment, its day. Pure.

Nothing here makes the machine act: it only chooses what is asked back or shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from care.models.customer import StoredMethod
from care.models.understanding import Entities
from care.rules.address import address_in
from care.rules.words import picked, words_of

Part = Literal["address", "items", "payment", "date"]

_ADDRESS = re.compile(
    r"\bad+re+s+e?s?\b|\b(?:street|postcode|post code|zip|pin code)\b|\bmoved (?:house|home|to)\b"
    r"|\b(?:deliver|send|ship|bring)\w* (?:\w+ ){0,3}to (?:my |the |another |a different |a new )?"
    r"(?:office|work|home|house|flat|place|neighbou?rs?|parents|somewhere|location)\b"
)
_SEND = re.compile(r"\b(?:send|ship|deliver|bring)\b")
_ANYWHERE = "ZZ"
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
_NUMBER = re.compile(r"\b(?:make|change|update|set|quantity|qty|increase|reduce)\b")
_IN_ORDER = re.compile(
    rf"{_CHANGING}[^.!?]*"
    rf"\b(?:to|in|into|onto|on|from|out of|of)\b[^.!?]{{0,20}}\b(?:{_ORDER})"
)
_OTHER_METHOD = re.compile(
    r"\b(?:pay|charge|use|try|bill|put)\b[^.!?]*\b(?:other|another|different|new|second|card|method|visa|mastercard|pm_\w+)\b"
    r"|\b(?:change|switch|update)\b[^.!?]*\b(?:card|payment method|way (?:i|it is) (?:pay|paid))\b"
)
_PAY_OTHERWISE = re.compile(
    r"\b(?:pay|use|try|switch|change|charge|put)\b[^.!?]{0,30}\b(?:other|another|different|new|second)\b[^.!?]{0,15}"
    r"\b(?:card|method|account|way)\b|\b(?:change|switch)\b[^.!?]{0,20}\bpayment method\b"
    r"|\b(?:try|use) (?:it (?:with|on) )?(?:\w+ ){0,3}(?:card|visa|mastercard|amex|paypal|upi)\b"
)
_NOT_CANCEL = re.compile(
    r"(?<!why )\b(?:do not|don'?t|dont) (?:(?:please|want|wish|need|to|you|even|yet|ever) )*cancel"
)
_DATE = re.compile(
    r"\b(?:delivery|arrival|shipping) (?:date|day|time|slot|window)\b"
    r"|\b(?:re-?schedul\w*|postpone|delay|bring forward)\b"
    r"|\b(?:deliver|arrive|come|send|ship|bring|get|have)\w*\b[^.!?]{0,40}"
    r"\b(?:earlier|later|sooner|faster|tomorrow|today|next week|(?:on|by|before|after|until) (?:the )?"
    r"(?:\d|mon|tue|wed|thu|fri|sat|sun))"
)
_A_PART = re.compile(r"\b(?:one|an?|some|two|three|\d+) (?:of the )?(?:items?|products?|things?)\b|\bpart of\b")
# Said of every payment method alike.
_SAID_OF_ALL = {"my", "your", "the", "card", "payment", "method", "test", "that", "is", "was", "a", "in", "ending"}


def part_asked(text: str, found: Entities) -> Part | None:
    """Which part of an order a message wants changed; None where it does not say."""
    plain = text.casefold()
    names_items = bool(_ITEMS.search(plain)) and bool(found.products)
    if _ADDRESS.search(plain) or (not names_items and names_address(text)):
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
    if found.order_ids and found.quantity and _NUMBER.search(plain):
        return True
    return bool(found.products or found.order_ids) and bool(_IN_ORDER.search(plain))


def names_address(text: str) -> bool:
    """Whether a street, a postcode and a city stand in it, of whichever country."""
    return address_in(text, _ANYWHERE) is not None


def sends_elsewhere(text: str, found: Entities) -> bool:
    """ "Please send ORD006 to Lindenweg 4, 10969 Berlin": no question of where it is."""
    return bool(found.order_ids) and "?" not in text and bool(_SEND.search(text.casefold())) and names_address(text)


def means_a_part(text: str) -> bool:
    """ "Cancel one item of my order": not all of it."""
    return bool(_A_PART.search(text.casefold()))


def names_a_payment(text: str) -> bool:
    """ "... with my Visa": how something is to be paid is said as well."""
    return bool(_PAYMENT.search(text.casefold()))


def wants_another_method(text: str) -> bool:
    """ "Charge it to my other card", said of an order."""
    return bool(_OTHER_METHOD.search(text.casefold()))


def would_pay_otherwise(text: str) -> bool:
    """ "The payment failed, can I use another card?": an order is to be paid in another way."""
    return bool(_PAY_OTHERWISE.search(text.casefold()))


def keeps_some(text: str) -> bool:
    """ "Cancel the mug but keep the tea" """
    return bool(re.search(r"\b(?:but|and|just|only) (?:keep|leave|not)\b", text.casefold()))


def is_to_stay(text: str) -> bool:
    """ "Please do not cancel my order" """
    return bool(_NOT_CANCEL.search(text.casefold()))


def adds_anew(text: str) -> bool:
    """ "Add milk to my order": any order may be meant, not the one that holds milk."""
    plain = text.casefold()
    return bool(re.search(r"\b(?:add|put|include)\b", plain)) and not re.search(r"\b(?:another|more|extra)\b", plain)


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
