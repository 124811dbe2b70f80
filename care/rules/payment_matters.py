"""What is wrong with a payment, told by the words. What a customer says of money is a claim, never a fact. Pure."""

from __future__ import annotations

import re
from typing import Literal

from care.rules.patterns import any_beginning, any_word
from care.rules.spoken_money import money_in

# "unheard": paid, and the order does not say so. "amount": another sum than was due. "unknown": for nothing they know.
Matter = Literal["twice", "after_cancelling", "unknown", "amount", "declined", "methods", "fees", "unheard"]


_CHARGED = r"(?:charged?|billed?|debited?|took|taken|deducted?|paid|payments?|withdrawn|pulled)"
_PAID = any_word(r"paid|payed|payd|pa[iy]+d|deducted|debited|charged|taken|took|left|gone|went")
_TAKEN = any_word(r"charged|billed|debited|deducted|overcharged|took|taken")
# The first that fits counts.
_MATTERS: dict[Matter, re.Pattern[str]] = {
    "twice": any_beginning(
        r"twice\b|double[- ](?:charg|pay|bill)|charged (?:me )?double|(?:two|2|three) times\b|2x\b|two payments",
        r"(?:duplicate|second|two|2|three|identical|same) (?:\w+ )?(?:charges?|payments?|transactions?|amounts?)\b",
        r"more than once\b|again for the same",
    ),
    "after_cancelling": any_beginning(
        rf"{_CHARGED}\b.{{0,40}}\b(?:after|although|though|even though|despite|but)\b.{{0,30}}\bcancel",
        rf"cancel\w*\b.{{0,50}}\b(?:still|but|and|yet|anyway)\b.{{0,30}}\b{_CHARGED}",
        rf"{_CHARGED}\b.{{0,20}}\bfor (?:a|the|my|an) cancell?ed\b",
    ),
    "unknown": any_beginning(
        r"(?:do(?:n'?t| not)|did(?:n'?t| not)|cannot|can'?t|never|not) (?:recogni[sz]e|recall|remember|authori[sz]e"
        r"|make|order(?:ed)?|bought|made)\b.{0,30}\b(?:charge|payment|transaction|it|this|that|purchase|debit)",
        r"(?:unknown|unrecogni[sz]ed|strange|suspicious|unexpected|mystery|mysterious|fraudulent|unauthori[sz]ed|weird"
        r"|random|extra) (?:\w+ )?(?:charge|payment|transaction|debit|fee)",
        r"what(?:'s| is| was) (?:this|that|the) (?:\w+ ){0,2}(?:charge|payment|transaction)",
        r"(?:charge|payment|transaction)s?\b.{0,30}\b(?:i (?:did|do)(?:n'?t| not)|i never|not mine|wasn'?t me)",
        r"never (?:ordered|bought|authori[sz]ed)",
    ),
    "amount": any_beginning(
        r"(?:wrong|incorrect|different|too much|too high|more than|higher|less than|over|under)[- ]?(?:\w+ ){0,3}"
        r"(?:amount|sum|price|total|charged?|billed?|agreed|it should|expected)",
        r"overcharged?|overbilled|(?:charged?|billed?|paid|took|taken)\b.{0,20}\b(?:too much|more|extra)\b"
        r"|(?:bill|amount|total) (?:is|was|seems|doesn'?t|does not) (?:\w+ )?(?:wrong|high|add up|match|correct)",
        r"why (?:was|were|did|am|is|have)\b.{0,30}\b(?:charged?|billed?)\b.{0,20}\d",
        r"instead of [€$£₹]?\d",
    ),
    "declined": any_beginning(
        r"(?:declin|reject|refus|fail|denied|deny|bounc|not (?:work|accept|go)|did(?:n'?t| not) (?:work|go)"
        r"|can(?:'?t|not) pay|unable to pay|could(?:n'?t| not) pay|won'?t (?:work|go|accept))"
    ),
    "methods": any_beginning(
        r"(?:which|what|how)\b.{0,25}\b(?:cards?|payment methods?|ways? (?:to|of) pay|can i pay)\b.{0,20}"
        r"(?:have|file|stored|saved|accept|take|use|offer|\?|$)|(?:my|saved|stored) (?:cards|payment methods)\b"
    ),
    "fees": any_beginning(r"(?:fees?|surcharge|extra cost)\b"),
    "unheard": any_beginning(
        r"(?:paid|payed|payd|pay|payment|charged|debited|money (?:left|was taken|is gone|went))\b.{0,60}"
        r"\b(?:pending|unpaid|not (?:paid|confirmed|shown|updated)|still|hasn'?t|doesn'?t show|awaiting|isn'?t)",
        r"charged anyway|(?:have|'ve|already|just) paid\b|i paid\b|(?:confirm|confirmation)\b|pending\b|unpaid\b",
        r"did (?:it|my payment) (?:arrive|go through|come)|(?:is|was) (?:it|my order) paid\b|still shows?\b",
    ),
}


# What is not done here: money into a wallet, out of it, or to somebody else.
_WALLET_MOVES = any_beginning(
    r"(?:top(?:ping)?[- ]?up|load|fund|deposit|withdraw|cash out|pa(?:y|id) ?out|add (?:\w+ )?(?:money|funds|cash))\b",
    r"(?:add|put|pay)\b.{0,20}\d.{0,15}\b(?:to|into|in|on)\b.{0,10}\b(?:wallet|balance)\b",
    r"(?:transfer|move|send|give)\b.{0,30}\b(?:to|into|from)\b",
)
_MISSED = any_beginning(
    r"wrong|incorrect|missing|not (?:right|there|correct|showing|credited|added|updated)|gone|disappear\w*|vanish\w*",
    r"(?:did|does|has|is|was)(?:n'?t| not)|never|out of sync|still|where(?:'s| is)|should|error|zero|mistake|lost",
    r"less|lower|short\b",
)
_MOVEMENTS = any_beginning(
    r"movements?|transactions?|history|statement|entries|activity|what happened|last credits?|spen[dt]|used? for"
)


def asks_to_move_wallet(text: str) -> bool:
    """ "How do I top up?"; not "my top-up is missing", which is about what happened."""
    return bool(_WALLET_MOVES.search(text)) and not says_wallet_is_wrong(text)


def says_wallet_is_wrong(text: str) -> bool:
    return bool(_MISSED.search(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")))


def says_paid(text: str) -> bool:
    """The customer says that money has left, and does not only ask."""
    return bool(_PAID.search(text))


def asks_for_movements(text: str) -> bool:
    return bool(_MOVEMENTS.search(text))


def as_matter(name: str | None) -> Matter | None:
    """What was asked about before, as a conversation keeps it."""
    return next((matter for matter in _MATTERS if matter == name), None)


def matter_of(text: str) -> Matter | None:
    said = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    found = next((matter for matter, pattern in _MATTERS.items() if pattern.search(said)), None)
    # "I was charged €99 for ORD004": whether that is right is the question.
    names_sum = found in (None, "unheard") and _TAKEN.search(said) and money_in(said, "EUR")
    return "amount" if names_sum else found
