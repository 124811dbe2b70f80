"""Small closed sets of words that steer a conversation: yes and no, "the second one", "it", hello.

A yes makes the machine act, so it is told by these lists and never by a model alone.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal, NamedTuple

from care.rules.repeating import repeatable


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YES = _words(
    "yes yeah yea yep yup y sure ok okay alright aye confirm confirmed correct right exactly absolutely"
    " definitely agreed proceed affirmative"
    " sí si claro vale confirmo correcto exacto adelante hazlo hágalo dale haan bilkul हाँ हां जी बिल्कुल"
)
_YES_PHRASES = (
    "go ahead",
    "do it",
    "sounds good",
    "of course",
    "that's fine",
    "please do",
    "de acuerdo",
    "ठीक है",
    "theek hai",
)
_PLAIN_NO = _words("no nope nah n")
_NO = _PLAIN_NO | _words("not don't dont never stop cancel forget nahin nahi नहीं मत nunca")
# What can be proposed may be repeated in a yes: "yes, cancel it". A "no longer" that was shown makes no yes of a no.
_STOPPING = _words("stop cancel forget")
_THANKS = _words("thanks thx thank")
# Words that may stand around a yes or a no without changing what it says. No things: "ok, I want a refund" is no yes.
_FILLERS = _words(
    "please pls plz thanks thx thank you actually well that that's thats is it the this do go ahead i i'm am"
    " want to would like good fine great"
    " sir madam ma'am mam dear mate perfect lovely brilliant wonderful excellent cool fix kindly"
    " sounds mind as now all for me just thing anything my of course a so"
    " then and with por favor gracias de acuerdo ji kripya hai theek dhanyavaad shukriya कृपया है ठीक धन्यवाद शुक्रिया"
)
# Around a no these change nothing; in a yes ("ok, keep it", "ok, I changed my mind") they would turn it round.
_NO_FILLERS = _FILLERS | _words("keep leave changed change sorry ok okay")
_HEDGES = _words(
    "but except instead only maybe unless if what why how when where who which pero salvo excepto lekin magar लेकिन मगर"
)
# A message that ends with one of these has more to come: "ok so", "yes and".
_UNFINISHED = _words("so and a the my with as i i'm")
_ADDING = _words("and also plus then")
_HEDGES_OF_A_YES = _words("but except instead only maybe unless if not")
_CLAUSE = re.compile(
    r"\s*[.!;,\n]+\s*(?:and |also |then |plus )*|\s+(?:but also|and|also|plus|then)\s+(?:also |then )*", re.I
)
_ORDINALS = {
    "first": 0, "1st": 0, "one": 0, "second": 1, "2nd": 1, "two": 1, "third": 2, "3rd": 2, "three": 2,
    "fourth": 3, "4th": 3, "four": 3, "fifth": 4, "5th": 4, "five": 4, "last": -1,
}  # fmt: skip
_BREAK = re.compile(r"[\s,;:!?¡¿.()\[\]{}\"#/…।\N{MULTIPLICATION SIGN}]+")
_PICK = re.compile(r"\b(first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|last)\b(?:\s+(?:one|order|subscription))?")
_BARE_PICK = re.compile(r"(?:(?:number|option|no\.?|#)\s*)?(\d|one|two|three|four|five)\.?")
_ANSWERING = re.compile(r"^(?:yes|no|ok|okay)[ ,.!]+")
_OTHER_ONE = re.compile(r"\b(?:the )?other (?:\w+ )?(?:one|order|subscription)\b")
_POINTING = re.compile(r"\b(it|that|this|its|it's|them|the same|same one)\b")
_NEWEST = re.compile(r"\b(latest|newest|most recent|last order|recent order|just (?:placed|ordered|made|bought))\b")
_STATUS = "(delivered|shipped|cancelled|pending)"
# "the one that was delivered", "my shipped order"; not "is my order delivered?", which is a question.
_BY_STATUS = re.compile(
    rf"\b(?:one|(?:order|parcel|package) (?:that|which)) (?:(?:that|which|was|is|has|got|been|already) )*{_STATUS}\b"
    rf"|\b{_STATUS} (?:one|order|parcel|package)\b"
)
_GIVING_UP = re.compile(
    r"(?:(?:oh|ok|okay|no|ah|well|fine|alright|then|actually) )*"
    r"(?:nvm|never ?mind|(?:forget|drop|leave) (?:it|that|about it))"
    r"(?: then| thanks| please| sorry)*"
)
# "I'll wait a few more days": a way out that needs nothing from us; "wait, where is it?" is none.
_WAITING = re.compile(
    r"(?:(?:ok|okay|fine|alright|then|no|i|i'll|ill|i'd|will|can|could|guess|think|just|rather|let's|let|me|we|us|to)"
    r" )*wait(?: (?:then|and see|a (?:bit|while|day|few)|another|some|one|two|until|till|longer|more|for)\b.*)?"
)
_ALL = re.compile(
    r"\b(?:forget|cancel|drop|stop|scrap|leave)(?: about)? (?:everything|it all|all (?:of )?(?:it|that|this)|the lot)\b"
)
_DROPPING = re.compile(
    r"^(?:no|nope|nah|(?:actually |ok |oh )?(?:forget|drop|scrap|leave|never ?mind|nvm)(?: about)?(?: (?:it|that))?)\b"
)
_REPLACING = re.compile(r"\binstead\b(?! of)|\brather\b(?! than)|^(?:no|nope|actually|scrap|forget)\b")
_EACH = _words("both all each every everyone")
_AROUND_EACH = _words("of them those these the two three four five ones please yes yeah orders subscriptions my thanks")
_EACH_OF = re.compile(
    r"\b(?:both|all|each)(?: of)?(?: my| the| these| those)?(?: \w+){0,2} (?:orders|subscriptions|parcels|packages)\b"
    r"|\b(?:pause|hold|skip|resume|restart|stop|cancel|put) (?:them )?"
    r"(?:everything|both|all (?:of )?(?:them|my deliveries))\b|\b(?:of|for) both\b"
)
_NONE = re.compile(r"(?:no )?(?:neither|none)(?: of (?:them|these|those))?(?: please| thanks| thank you)?")
_NO_EVIDENCE = re.compile(r"\b(no|none|nope|nothing|not|don't|dont|haven't|can't|cannot|without|threw)\b")


def words_of(text: str) -> list[str]:
    """Words in lower case, split at spaces and marks: a pattern of letters would cut Hindi words at vowel signs."""
    plain = text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return [w for part in _BREAK.split(plain) if (w := part.strip("'"))]


def answer_in(text: str, shown: str = "") -> Literal["yes", "no"] | None:
    """A plain yes or no to what was shown; None for all that needs a second look ("yes, but ...").

    Words that were shown may be repeated: "yes, cancel ORD005" answers "Cancel ORD005?", and nothing else.
    """
    words, repeated = set(words_of(text)), set(words_of(shown if "from" in words_of(text) else repeatable(shown)))
    if "cancel" in repeated:
        repeated.add("end")  # the same deed by another name; "stop" might mean the cancelling
    if not words or "?" in text or _HEDGES & words:
        return None
    if words & (_NO - (repeated & _STOPPING)):
        return "no" if words <= _NO | _NO_FILLERS | repeated else None
    if _takes_back(words, repeated):
        return "no" if words <= _NO_FILLERS | repeated else None
    if words_of(text)[-1] in _UNFINISHED or not _counts_as(words_of(text), words_of(shown)):
        return None
    if words & _THANKS and words & _YES <= {"ok", "okay", "alright"}:
        return None  # "ok thanks" is said to an answer
    if words <= _YES | _FILLERS | repeated and (_YES & words or any(p in text.casefold() for p in _YES_PHRASES)):
        return "yes"
    return None


def _takes_back(words: set[str], repeated: set[str]) -> bool:
    """ "Keep it", said of what was to be cancelled; "I changed my mind"."""
    return bool(({"keep", "leave"} - repeated) & words) or {"changed", "mind"} <= words


def _counts_as(words: list[str], shown: list[str]) -> bool:
    """Whether numbers are said as they were shown: "2 x Milk" was; the 2 of "yes, 2" may be another."""
    pairs = set(pairwise(shown))
    said = zip(["", *words[:-1]], words, [*words[1:], ""], strict=True)
    return all((before, word) in pairs or (word, after) in pairs for before, word, after in said if word.isdigit())


class Answered(NamedTuple):
    """A plain yes or no with something else behind it; `added` if that is joined by an "and" or "also"."""

    answer: Literal["yes", "no"]
    rest: str
    added: bool


def answer_and_more(text: str, shown: str) -> Answered | None:
    """ "Yes. And where is ORD001?" """
    for cut in reversed(list(_CLAUSE.finditer(text))):
        answer, rest = answer_in(text[: cut.start()], shown), text[cut.end() :].strip()
        if answer and rest and not _HEDGES_OF_A_YES & set(words_of(rest)):
            return Answered(answer, rest, added=bool(set(words_of(cut[0])) & _ADDING))
    return None


def picked(text: str, offered: int) -> int | None:
    """The index that "the second one", "2" or "last" names among `offered` answers; None if it names none."""
    plain = _ANSWERING.sub("", " ".join(text.casefold().split()).strip(" .!"))
    bare = _BARE_PICK.fullmatch(plain)
    named = bare or _PICK.search(plain)
    if offered == 0 or named is None:
        return None
    word = named.group(1)
    index = int(word) - 1 if word.isdigit() else _ORDINALS[word]
    index = offered - 1 if index == -1 else index
    return index if 0 <= index < offered else None


def means_other_one(text: str) -> bool:
    return bool(_OTHER_ONE.search(text.casefold()))


def points_back(text: str) -> bool:
    return bool(_POINTING.search(text.casefold()))


def means_newest(text: str) -> bool:
    return bool(_NEWEST.search(text.casefold()))


def means_oldest(text: str) -> bool:
    return bool(re.search(r"\b(?:oldest|earliest)\b", text.casefold()))


def means_older(text: str) -> bool:
    return bool(re.search(r"\b(?:older|earlier) (?:\w+ )?(?:one|order)\b", text.casefold()))


def means_newer(text: str) -> bool:
    return bool(re.search(r"\b(?:newer|later|more recent) (?:\w+ )?(?:one|order)\b", text.casefold()))


def status_named(text: str) -> str | None:
    """The status by which a message tells its order apart from others: "the one that was delivered"."""
    named = _BY_STATUS.search(text.casefold())
    return None if named is None else named.group(1) or named.group(2)


def gives_up(text: str) -> bool:
    return bool(_GIVING_UP.fullmatch(" ".join(words_of(text))))


def waits(text: str) -> bool:
    """ "I'll wait a few more days" """
    return bool(_WAITING.fullmatch(" ".join(words_of(text))))


def drops_all(text: str) -> bool:
    """ "Forget it all": what is open, and all that waits behind it."""
    return bool(_ALL.search(" ".join(words_of(text))))


def drops_open(text: str) -> bool:
    """ "Forget that, where is ORD001?", "no, I want a refund": something else in the place of what is open."""
    return bool(_DROPPING.search(" ".join(words_of(text))))


def replaces(text: str) -> bool:
    """ "Actually I want a refund", "cancel it instead"."""
    return bool(_REPLACING.search(" ".join(words_of(text))))


def means_each(text: str) -> bool:
    """ "Both", "all of them": said of what was offered."""
    said = set(words_of(text))
    return bool(said & _EACH) and said <= _EACH | _AROUND_EACH


def names_each(text: str) -> bool:
    """ "Cancel both my orders"."""
    return bool(_EACH_OF.search(" ".join(words_of(text))))


def means_none(text: str) -> bool:
    """ "Neither", said of what was offered."""
    return bool(_NONE.fullmatch(" ".join(words_of(text))))


def is_plain_no(text: str) -> bool:
    """A no that names nothing to stop: "no thanks", but not "cancel that"."""
    said = set(words_of(text))
    return answer_in(text) == "no" and bool(said & _PLAIN_NO) and not said & {"cancel", "stop", "forget"}


def has_no_evidence(text: str) -> bool:
    return bool(_NO_EVIDENCE.search(text.casefold()))
