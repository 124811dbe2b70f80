"""Whether a customer is angry, told by the words. Pure.

An angry customer gets a person. A complaint is no anger ("I'm disappointed that it came late"): it is served. One
strong word tells enough; shouting tells only beside something else, because some people always write in capitals.
"""

from __future__ import annotations

import re

from care.rules.patterns import any_word

_ENOUGH = 2


_SHOP = (
    r"(?:compan(?:y|ies)|shop|store|services?|support|customer (?:service|care|support)|experience|website|site|app"
    r"|chat ?bot|bot|people|business)"
)
_BAD = r"(?:useless|terrible|horrible|awful|horrendous|hopeless|garbage|trash|crap|crappy|lousy|rubbish|bloody|shitty)"
_INSULT = (
    r"(?:idiots?|morons?|incompetent|thieves|thief|crooks?|criminals?|scammers?|liars?|clowns?|stupid|dumb|cheats?"
    r"|cheaters|robbers|scum)"
)
_VERY = r"(?:\w+ ){0,2}"
# (points, words): each line counts once.
_SIGNS: list[tuple[int, re.Pattern[str]]] = [
    (
        2,
        any_word(
            r"ridiculous|outrageous|appalling|pathetic|infuriating|furious|livid|outraged|shameful|shameless|disgraceful",
            rf"(?:this|that|it) (?:is|was) {_VERY}(?:unacceptable|disgusting|insane|madness)|beyond a joke|what a joke",
            rf"(?:this|it|you|your \w+) (?:is|are) {_VERY}joke|i(?:'m| am) {_VERY}(?:disgusted|enraged|fuming)",
            r"fed up|sick and tired|had (?:it with|enough)|enough is enough|sick of (?:this|you|your|waiting|it)",
            r"how dare you|shame on you|screw you|go to hell|to hell with|shut up",
            r"(?:losing|lost|lose|run out of|running out of|out of) (?:my |all )?patience",
            r"(?:so|very|really|extremely|absolutely|damn) (?:angry|mad)|pissed|makes me (?:angry|mad)",
        ),
    ),
    (
        2,
        any_word(
            rf"worst (?:\w+ )?{_SHOP}|the worst(?: \w+){{0,3}} (?:ever|i have|i've|in my life)",
            rf"{_BAD} {_SHOP}|(?:this|your|that) {_SHOP} (?:is|are) {_VERY}(?:{_BAD}|worthless|a scam|a fraud)",
            rf"(?:you|you guys|you people|you all|you lot)(?: are|'re|re)? {_VERY}(?:{_BAD}|{_INSULT}|the worst)",
            r"(?:stupid|dumb|idiotic|useless|damn|bloody) (?:bot|robot|machine|assistant|chatbot|computer|ai|thing)",
            rf"idiots?|morons?|imbeciles?|scammers|bastards?|assholes?|bunch of {_INSULT}",
        ),
    ),
    (2, any_word(r"f+u+c+k\w*|f\*+k?\w*|wtf|bull ?shit|shit\w*|motherf\w+|stfu|piece of (?:crap|junk|garbage)")),
    (
        2,
        any_word(
            r"never (?:ever )?(?:buy|order|shop|com|us|deal|do)(?:e|ing)?\b[^.!?]{0,30} (?:again|back|you)",
            r"(?:lost|losing) (?:me as )?a customer|tak(?:e|ing) my business elsewhere|done with (?:you|this)",
            r"(?:switch|go|going|mov)(?:e|ing)? to (?:a|your|the|another) (?:competit\w+|competition)",
            r"tell (?:everyone|everybody|all my friends)[^.!?]{0,30}(?:avoid|how bad|terrible|awful|stay away|scam)",
        ),
    ),
    (
        1,
        any_word(
            r"damn|goddamn|hell|bloody|crap|freaking|sucks?|wth|ffs|for god'?s sake|hate", r"disgusting|unacceptable"
        ),
    ),
    (
        1,
        any_word(
            r"angry|mad|unbelievable|incredible|waste of (?:my )?(?:time|money)|no(?:body| one) (?:cares|answers|helps)"
        ),
    ),
    (1, re.compile(r"!{3,}|[?!]{4,}|(?:![^!?]{0,80}){4,}")),
]
_NEGATED = re.compile(
    r"\b(?:not|n't|isn't|aren't|never|nothing) (?:\w+ )?(?:angry|mad|ridiculous|furious|hate|unacceptable)\b"
    r"|\bmad (?:about|for) (?:the|your|this|these)\b|\bhate to (?:bother|ask|say|be)\b",
    re.IGNORECASE,
)
_ID = re.compile(r"\b[A-Z]{2,}[-_ ]?\d[\w-]*\b")
_SHOUTED_WORDS, _SHOUTED_SHARE = 4, 0.7


def is_angry(text: str, *, told: bool = False, english: bool = True) -> bool:
    """`told`: a model says so. In English it needs a sign in the words as well; other languages have no words here."""
    points = anger(text)
    return points >= _ENOUGH or (told and (points > 0 or not english))


def anger(text: str) -> int:
    """How angry the words are, in points."""
    said = _NEGATED.sub(" ", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return sum(points for points, pattern in _SIGNS if pattern.search(said)) + _shouts(said)


def _shouts(text: str) -> int:
    words = [w for w in re.findall(r"[^\W\d_]+", _ID.sub(" ", text)) if len(w) > 1]
    loud = [w for w in words if w.isupper()]
    return int(len(loud) >= _SHOUTED_WORDS and len(loud) >= _SHOUTED_SHARE * len(words))
