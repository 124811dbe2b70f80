"""What kind of message it is, told by its wording: hello and goodbye, a question without a matter, and the like.

Nothing here makes the machine act; it only chooses which answer is given.
"""

from __future__ import annotations

import re

from care.models.understanding import Intent
from care.rules.words import words_of

_GREETING = re.compile(
    r"(hi|hiya|hello|hey|howdy|good (morning|afternoon|evening|day)|hola|namaste|नमस्ते)( there| care| team| again)?"
    r"(( i)? (hope|trust) (you|you're|your|all|everything) .{0,40}(well|good|fine|great|day|weekend|ok)"
    r"| how (are|is|'s) (you|it|things|everything)( doing| going)?( today)?)?"
)
_FAREWELL = re.compile(
    r"(ok |okay |thanks )?(bye|goodbye|bye bye|see you|have a (nice|good|great) \w+)( now| later| then)?"
)
# "lol ok", "great": said back, with nothing asked for.
_NODDING = {
    "ok", "okay", "k", "alright", "great", "cool", "lol", "haha", "nice", "perfect", "good", "fine", "super", "awesome",
    "i", "see", "got", "it", "thats", "that's",
}  # fmt: skip
_THINKING = re.compile(
    r"(?:(?:hm+|um+|uh+|er+|wait|hold on|hang on|ok|just|one|a|give me|let me|i|a bit|not sure|i'm not sure|yet)\s*)*"
    r"(?:hm+|um+|(?:moment|min(?:ute)?|sec(?:ond)?|think(?: about it)?|check|wait|hold on|hang on|not sure|dunno"
    r"|i don'?t know)(?: please| pls| yet)?)"
)
_WELLBEING = re.compile(
    r"(?:(?:and|so|hi|hello|hey) )?(?:how (?:are|r) (?:you|u)|how(?:'s| is) (?:it going|life|your day))"
    r"(?: (?:doing|today|going))*"
)
_WHO = re.compile(
    r"(?:(?:so|wait|hi|hello|hey) )?(?:(?:are|r) (?:you|u)|is this|am i (?:talking|chatting|speaking) (?:to|with))"
    r" (?:an? )?(?:real |actual |chat ?)?(?:ro?bot|human|person|machine|ai|computer)(?: being)?"
    r"(?: or (?:an? )?\w+(?: \w+)?)?"
    r"|(?:so )?(?:who|what) (?:are|r) (?:you|u)|what(?:'s| is) your name"
)
_PERSON = re.compile(
    r"\b(?:humans?|persons?|agents?|someone|somebody|anyone|rep(?:resentative)?s?|managers?|supervisors?|operators?"
    r"|colleagues?|staff|team|advisors?|talk|speak|call|phone|connect|transfer|escalate|real|live|people|complain\w*)\b"
)
_FOLLOWING = {"and", "also", "same", "plus"}
_ABILITIES = re.compile(
    r"^\W*(?:i need |please )?help(?: me)?(?: please| pls)?\W*$"
    r"|\bwhat (?:else )?(?:can|could|do) you (?:do|help|offer)\b|\bhow (?:can|does) (?:you|this) (?:help|work)\b"
)
_RANGE = re.compile(r"\bdo you (?:guys )?(?:sell|have|stock|carry|offer|got)\b(?! (?:it|that|this|them)\b)")
# "I need help with my order": a thing is named, but not what should happen to it.
_VAGUE = re.compile(
    r"(?:.{0,40}\b)?(?:help|question|problem|issue|trouble|something|query|assistance|enquire|ask)"
    r" (?:me )?(?:(?:with|about|regarding|on|for|concerning) )?(?:my|an|the|one of my|this|a) (?:\w+ )?"
    r"(?:order|purchase)s?"
    r"(?: ord-?\w+(?:-\w+)*)?(?: please| pls| thanks)?"
)
_HOW_IT_STANDS = re.compile(
    r"^(?:so |and |but )?(?:is|was|has|did|does) (?:it|that|this)\b.*"
    r"\b(?:cancell?ed|shipped|sent|dispatched|delivered|arrived?|left|on its way)\b"
)
_WHERE_IS = re.compile(
    r"\bwhere(?:'s|s| is| are| the| my)\b|\b(?:has|have|did|is|are) (?:my|the) .*\b(?:arrive|come|ship|sent|here)"
)
_ORIGIN = re.compile(r"\b(?:from|made|grown|produced|sourced|manufactured)\b")
_THANKS = re.compile(r"\b(thanks|thank you|thx|cheers|gracias|dhanyavad|धन्यवाद)\b")
# How an earlier refund stands; not a wish for one, whatever else is said of parcels that "arrived".
_REFUND_STATUS = re.compile(
    r"\b(?:status|progress|update|news|track\w*)\b[^.!?]*\brefund"
    r"|\brefund\w*\b[^.!?]{0,20}\b(?:rejected|denied|declined|refused|approved|not paid)\b"
    r"|\brefund\w*\b[^.!?]*\b(?:can'?t|can ?not|don'?t|do not|haven'?t|have not|never|not)\b[^.!?]{0,20}"
    r"\b(?:see|got|get|receiv\w+|find|arrived)\b"
    r"|\b(?:when|where'?s?|how long)\b[^.!?]*\bmoney\b[^.!?]*\b(?:back|cancell?ed)\b"
    r"|\b(?:where'?s?|when|how'?s?|what'?s?|has|have|is|did|was|will|still)\b[^.!?]*\b(?:my|the|that|this)\b[^.!?,]{0,20}\brefund"
    r"|\brefund\w*\b[^.!?]*\b(?:status|yet|still|going|progress|update|processed|happen(?:ed|ing))\b"
)
_REFUND_WISH = re.compile(
    r"\b(?:want|need|like|get an?|give|request|open|start|claim|deserve|demand|another|ask for|please)\b"
    r"[^.!?]{0,30}\brefund"
    r"|\brefund (?:me|it|them|please)\b"
)
# A question, whatever was asked before: "wait, where is ORD001?". "What about Monday?" is none.
_ASKS = re.compile(
    r"^(?:(?:wait|hold on|hang on|ok|okay|and|but|so|also|first|before that|by the way|btw|quick question|actually|oh"
    r"|hey|hi|hello|please|sorry|(?:can|could) you (?:please )?tell me|do you know|i want to know) )*"
    r"(?:where(?:'?s)?|whats|what's|how (?:much|many|long|soon)"
    r"|(?:(?:when|what|which|how|who|why)(?:'s)?|(?:which|how) \w+|what (?:day|date|time|kind|sort|else))"
    r" (?:is|are|was|were|will|would|do|does|did|has|have|can|should)"
    r"|(?:is|are|was|has|does|did|do) (?:my|the|it|that|this|you|there|i|ord\S*|sub\S*|any|they|your)"
    r"|(?:show|list|tell) me|track|status of|any (?:news|update))\b"
)
# The words that ask for one thing and for no other of its family.
_ACTIONS: dict[Intent, re.Pattern[str]] = {
    Intent.ORDER_STATUS: re.compile(r"\b(?:where|track\w*|status|when)\b"),
    Intent.DELIVERY_ISSUE: re.compile(r"\b(?:never (?:came|arrived)|lost|late|trace|not (?:arrived|here)|courier)\b"),
    Intent.CANCEL_ORDER: re.compile(r"\b(?:cancel\w*|call off)\b"),
    Intent.CHANGE_ORDER: re.compile(r"\b(?:address|change|swap|add|remove|update|switch|pay (?:by|with))\b"),
    Intent.REFUND_REQUEST: re.compile(r"\b(?:refund\w*|money back|return\w*|replace\w*)\b"),
    Intent.SUBSCRIPTION_REQUEST: re.compile(r"\b(?:subscribe|new subscription|set up|sign (?:me )?up|start a)\b"),
    Intent.SUBSCRIPTION_MANAGE: re.compile(
        r"\b(?:skip\w*|paus\w+|resume|unsubscribe|cancel\w*|stop|reschedule|postpone|order now|on hold)\b"
    ),
    Intent.PAYMENT_ISSUE: re.compile(r"\b(?:paid|pay|payment|charged?|card|bank)\b"),
    Intent.WALLET_ISSUE: re.compile(r"\bwallet\b|\bbalance\b"),
    Intent.PRODUCT_QUESTION: re.compile(r"\b(?:price|cost|sell|stock|contain|ingredients?|available)\b"),
    Intent.ACCOUNT: re.compile(r"\b(?:account|password|email|phone|my name)\b"),
}
_ACCOUNT_ADDRESS = re.compile(
    r"\b(?:account|profile|default|usual|home|on file|in general|for all|future)\b[^.!?]{0,30}\baddress\b"
    r"|\baddress\b[^.!?]{0,30}\b(?:account|profile|on file|in general|for all|future|default)\b"
    r"|\b(?:i|we)(?:'ve| have)? (?:just |recently )?moved\b"
)


def is_greeting(text: str) -> bool:
    return bool(_GREETING.fullmatch(" ".join(words_of(text))))


def is_farewell(text: str) -> bool:
    return bool(_FAREWELL.fullmatch(" ".join(words_of(text))))


def is_nodding(text: str) -> bool:
    """ "ok great": an answer to nothing."""
    said = set(words_of(text))
    return bool(said) and said <= _NODDING


def is_thanks(text: str) -> bool:
    found, count = _THANKS.search(text.casefold()), len(words_of(text))
    return found is not None and (count <= 6 or (found.start() == 0 and count <= 10))


def is_thinking(text: str) -> bool:
    """ "One moment": an answer that comes later."""
    return bool(_THINKING.fullmatch(" ".join(words_of(text))))


def asks_how_are_you(text: str) -> bool:
    return bool(_WELLBEING.fullmatch(" ".join(words_of(text))))


def asks_who(text: str) -> bool:
    """ "Are you a robot?", "who are you?" """
    return bool(_WHO.fullmatch(" ".join(words_of(text))))


def names_person(text: str) -> bool:
    """Whether somebody to talk to is asked for in words."""
    return bool(_PERSON.search(text.casefold()))


def is_vague(text: str) -> bool:
    """Whether help with an order is asked for without saying which help."""
    said = [s for s in re.split(r"[.!?\n]+", text) if words_of(s) and not is_greeting(s)]
    vague = [s for s in said if _VAGUE.fullmatch(" ".join(words_of(s)))]
    return bool(vague) and all(s in vague or is_thanks(s) for s in said)


def only_asks(text: str) -> bool:
    """Whether a message asks for an answer, and for nothing to be done."""
    return bool(_ASKS.search(" ".join(words_of(text))))


def names_action(intent: Intent, text: str) -> bool:
    """Whether the words themselves say what `intent` stands for."""
    pattern = _ACTIONS.get(intent)
    return bool(pattern and pattern.search(text.casefold()))


def asks_for_abilities(text: str) -> bool:
    return bool(_ABILITIES.search(text.casefold()))


def asks_for_range(text: str) -> bool:
    """ "Do you sell ...?" """
    return bool(_RANGE.search(text.casefold()))


def asks_for_address(text: str) -> bool:
    return bool(re.search(r"\b(?:address|where (?:does|will|is) it (?:go|going|be sent))\b", text.casefold()))


def asks_how_it_stands(text: str) -> bool:
    """ "Is it cancelled?", of the order that is being talked about."""
    return bool(_HOW_IT_STANDS.search(text.casefold()))


def asks_where(text: str) -> bool:
    """ "Where is my kettle?"; not "where is the tea from?" """
    return bool(_WHERE_IS.search(" ".join(words_of(text)))) and not _ORIGIN.search(text.casefold())


def adds_more(text: str) -> bool:
    """ "And the milk too": more of what was just spoken of."""
    return bool(re.search(r"\b(?:too|as well|also)\b[\s.!]*$", text.casefold()))


def follows_up(text: str) -> bool:
    """ "And the one after", "same for the tea": what was just done, once more."""
    said = words_of(text)
    return bool(said) and len(said) <= 8 and not only_asks(text) and (said[0] in _FOLLOWING or adds_more(text))


def asks_besides(text: str) -> bool:
    """ "I also want ...": one thing more, beside what is open."""
    return bool(re.search(r"\b(?:also|too|as well|another)\b", text.casefold()))


def asks_for_refund_status(text: str) -> bool:
    plain = text.casefold()
    return bool(_REFUND_STATUS.search(plain)) and not _REFUND_WISH.search(plain)


def names_wallet(text: str) -> bool:
    return bool(re.search(r"\bwall?ett?\b|\bmy (?:store credit|balance)\b", text.casefold()))


def means_account_address(text: str) -> bool:
    """ "The address in my account", not that of an order."""
    return bool(_ACCOUNT_ADDRESS.search(text.casefold()))
