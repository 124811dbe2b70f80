"""What is asked about refunds, beyond asking for one: withdrawing, exchanging, the policy, and how much of an order.

Pure. None of it makes the machine act: what was understood is shown, and waits for a yes.
"""

from __future__ import annotations

from care.models.refund import Remedy
from care.rules.entities import find_entities
from care.rules.patterns import any_of, any_word

_CLAIM = r"(?:refund|claim|return|reimbursement|money back|REF[-_ ]?\d+)"
_WITHDRAW = any_of(
    r"\b(?:withdraw|cancel|retract|revoke|take back|drop|undo|stop|close|abort) (?:(?:my|the|this|that|your|open) )*"
    rf"(?:{_CLAIM}|request for (?:an? |the |my )?{_CLAIM}|(?:request|case)\b(?! (?:for|to) ))",
    rf"\b(?:do(?:n'?t| not)|no longer) (?:want|need) (?:(?:my|the|this|that|an?|any) )*{_CLAIM}\b[^.!?]{{0,20}}"
    r"(?:any ?more|any longer|after all|$)",
    r"\b(?:forget|scrap) (?:about )?(?:(?:my|the|this|that|your) )*(?:refund )?REF[-_ ]?\d+",
)
_APPEAL = any_word(
    r"(?:to|want an|my) appeal|appeal (?:this|that|the|it)|reconsider\w*",
    r"review(?:ed)? (?:it |this |that |my \w+ )?again|look(?:ed)? at (?:it |this |that )?again",
    r"(?:disagree|(?:not|don'?t) (?:agree|accept)) (?:with )?(?:the|your|this|that) (?:decision|ruling)",
    r"(?:dispute|challenge|contest) (?:the|your|this|that) (?:decision|rejection)|second opinion",
)
_POLICY = any_of(
    r"\b(?:refund|return)s? (?:policy|policies|rules|conditions|window|period|terms)\b",
    r"\bhow do (?:refunds|returns) work\b|\bin (?:which|what) cases\b",
    r"\b(?:how (?:long|many days)|until when|within|deadline)\b[^.!?]{0,40}\b(?:return|refund|send back)\b",
    r"\b(?:when|how long)\b[^.!?]{0,20}\b(?:does|do|will) (?:an? |the )?(?:refund|return|reimbursement)s? take\b",
    r"\bhow (?:can|do) i (?:return|send back) (?:something|an item|a product|things|items)\b",
)
_EXCHANGE = any_of(
    r"\b(?:exchang\w+|swap\w*|switch\w*|replac\w+|trade)\b(?P<given>[^.!?]*?)\b(?:for|with|by|against|to|into)\b(?P<new>[^.!?]+)"
)
_LEFT_OUT = any_of(
    r"\b(?:except|besides|apart from|other than|everything but|all but|but not|without)\b(?P<rest>.*)",
)
_NOT_WANTED = any_of(
    r"\b(?:instead of|rather than|not|no|than)\s+(?:(?:an?|the|any|my)\s+)?"
    r"(?:refund|replacement|store credit|new one|exchange|money back|another one)\b",
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_NUMBER = rf"\d{{1,3}}|{'|'.join(_NUMBERS)}"
_PART = any_of(
    rf"\b(?P<n>{_NUMBER}) (?:out )?of (?!(?:\w+ )?orders?\b)(?:the |my |these |those |them|all )*(?:{_NUMBER}|them)?\b"
)
_LATER = any_word(r"later|afterwards|tomorrow|skip (?:it|that|this)|go on|continue|proceed|without")


def asks_to_withdraw(text: str) -> bool:
    return bool(_WITHDRAW.search(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip(" .!")))


def asks_to_appeal(text: str) -> bool:
    """A decision that the customer sees differently."""
    return bool(_APPEAL.search(text))


def asks_about_policy(text: str) -> bool:
    return bool(_POLICY.search(text))


def exchanged_in(text: str) -> tuple[str, str] | None:
    """The words for what is given back and for what is wanted instead: "swap the mug for coffee"."""
    found = _EXCHANGE.search(text)
    return (found["given"], found["new"]) if found else None


def left_out(text: str) -> str | None:
    """The words after "except" or "everything but": what is not claimed."""
    found = _LEFT_OUT.search(text)
    return found["rest"] if found else None


def remedy_in(text: str) -> Remedy | None:
    """The remedy that is wished for; "a refund instead of a replacement" wishes for a refund."""
    found = find_entities(_NOT_WANTED.sub(" ", text)).remedy
    return Remedy(found) if found else None


def part_in(text: str) -> int | None:
    """How many of the pieces: "3 of the 4", "one of them"."""
    found = _PART.search(text)
    if found is None:
        return None
    number = found["n"].lower()
    return _NUMBERS.get(number) or int(number) or None


def puts_off_evidence(text: str) -> bool:
    return bool(_LATER.search(text))
