"""What a message wants done with a subscription, told by its words; typing slips are allowed. Pure.

Nothing happens by these words alone: what was understood is shown, and waits for a yes. The few Spanish and Hindi words
serve where a model has read the rest.
"""

from __future__ import annotations

import re
from typing import Literal

from care.rules.patterns import any_of
from care.rules.subscription_questions import is_question, mended, sentences

Action = Literal[
    "skip", "unskip", "pause", "resume", "reschedule", "change", "cancel", "uncancel", "resubscribe", "order_now"
]

_DAY = r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day"
_MANY = r"(?:a|an|one|two|three|four|five|six|\d+|(?:a )?couple(?: of)?|(?:a )?few|some|the next \w+)"
_SPAN = rf"(?:until|till?|unless|for {_MANY} (?:days?|weeks?|months?|fortnights?)|for a while|while i)"
_NOT = r"(?:do not|don'?t|dont|no longer|never)"
_STOP = r"(?:cancel|stop|end|terminate|unsubscribe|quit|discontinue)"

_AWAY = (
    r"\bi'?(?:m| am| will be|ll be) (?:away|not (?:home|here|there|in)|out of town|travell?ing)\b"
    r"|\bi'?(?:m| am| will be|ll be) on (?:holidays?|vacation)\b"
)
_ONE_DELIVERY = (
    rf"(?:next|this|that|upcoming|coming|tomorrow|today|{_DAY}|\d{{1,2}}(?:st|nd|rd|th)?|january|february|march|april|may"
    r"|june|july|august|september|october|november|december)(?:'?s)?(?: (?:weeks?'?s?|milk|box))?"
)
_AFTER_NEXT = re.compile(
    r"\bafter (?:the|my|its|this|that)?\s*(?:(?:next|upcoming|coming|following)\b|delivery\b)"
    r"|\b(?:once|when) (?:the|my) (?:next|coming|upcoming)\b|\b(?:one|1) (?:more|last|final) (?:delivery|one|time)\b"
    r"|\bstill (?:come|arrive|be delivered|get|want|need|deliver|send|bring)\b"
    r"|\blast (?:one|delivery) (?:is|should be|shall be|can be) the next\b"
)
# What is to stay so, as against one delivery.
_LASTING = re.compile(
    r"\b(?:every|each|always|from now on|permanently|all (?:my|the|future|following|its)|delivery day"
    rf"|day of (?:the )?delivery|{_DAY}s|weekly|monthly|daily|bi-?weekly|fortnightly)\b"
    r"|\b(?:subscription|plan)\b(?!.{0,40}\bdeliver)"
)
_TO_OTHER_THINGS = re.compile(r"\b(?:address|street|card|payment|pay)\b")


# The first that fits wins.
_ACTIONS: list[tuple[Action, re.Pattern[str]]] = [
    (
        "unskip",
        any_of(
            r"\bun-?skip",
            rf"\b{_NOT} (?:want to )?skip\b",
            r"\b(?:undo|take back|revert|reverse|remove|cancel) (?:the|my|that|this) skip",
            r"\btake (?:the|that|my) skip (?:back|off)\b",
            r"\bskipped\b.{0,60}\b(?:after all|back|anyway)\b",
            r"\b(?:put|add)\b.{0,40}\bdeliver\w*\b.{0,20}\bback\b",
            r"\bactually (?:please )?(?:do )?(?:deliver|send)\b",
            r"\b(?:put|want|need|have|get|take) (?:it|that|this|them) back\b(?! (?:by|to|an?|one|two|\d|until|for)\b)",
            r"\b(?:bring|deliver|send) (?:it|that|them)\b.{0,15}\banyway\b",
            r"\bskipp\w+\b.{0,60}\b(?:but|now)\b.{0,20}\b(?:want|need|keep)\b",
            rf"^(?!.*\b(?:{_STOP}|pause|keep|start)\b).*\b(?:deliver|send|bring|want|need|have)\b.*\bafter all\b",
        ),
    ),
    (
        "uncancel",
        any_of(
            r"\bun-?cancel",
            rf"\b{_NOT} (?:want (?:to|it|you to) )?{_STOP}\b",
            r"\b(?:undo|take back|revert|reverse|withdraw|stop) (?:the|my|that|this) (?:cancel|end)",
            r"\btake (?:the|that|my) cancell?ation back\b",
            r"\bkeep\b.{0,30}\b(?:subscription|subs?|sub\d+|it (?:going|running|active)|deliver\w*)\b",
        ),
    ),
    ("resubscribe", any_of(r"\bre-?subscri", r"\bsubscribe\b.{0,30}\bagain\b", r"\b(?:renew|revive)\b.{0,30}\bsub")),
    ("resume", any_of(r"\b(?:end|lift|stop|cancel|undo|remove|finish) (?:the|my|this|that) pause\b", r"\bun-?paus")),
    (
        "pause",
        any_of(
            r"\b(?:pause|pausing|suspend|freeze|on hold|hold off|pausar|pausa)\b|रोक दें|रोकें",
            r"(?=.*\b(?:weeks|days|months|to|until|till)\b)"
            r"\b(?:away|gone|abroad|holidays?|vacation|travell?ing|out of town|trip)\b"
            rf".{{0,80}}\b(?:{_STOP}|no|not|{_NOT})\b"
            r".{0,20}\b(?:deliver\w*|milk|send|bring|anything|subscription|it)\b",
            r"\bhold (?:my|the|all|it|sub\d*|deliver\w*)\b|\b(?:take|have|need) a break\b",
            rf"\b(?:{_STOP}|halt|no|not|{_NOT}|away|holidays?|vacation|travell?ing|out of town)\b.{{0,70}}\b{_SPAN}\b",
        ),
    ),
    (
        "resume",
        any_of(
            r"\b(?:resume|restart|re-?activate|continue|carry on|go on with|reanudar|reactivar)\b|फिर से शुरू",
            r"\b(?:start|begin)\b.{0,50}\b(?:again|back up)\b|\bturn\b.{0,30}\bback on\b",
            r"\bstart (?:deliver|send)ing\b.{0,30}\bagain\b",
        ),
    ),
    (
        "reschedule",
        any_of(
            r"\b(?:reschedul\w*|postpone|postponed|delay|prepone|put off|aplazar|posponer)\b",
            r"\b(?:push|bring|pull)\b.{0,60}\b(?:back|forward|out|ahead|earlier|later)\b",
            r"\b(?:move|shift|mover)\b(?!.{0,30}\b(?:house|home|flat|away)\b)",
            rf"\b(?:{_MANY}) (?:days?|weeks?) (?:later|earlier|sooner)\b",
            rf"\b(?:deliver|delivered|come|arrive|send|change|get|have|receive|want)\b.{{0,50}}\b(?:{_DAY}|\d{{1,2}}(?:st|nd|rd|th)?|tomorrow)\b.{{0,20}}\binstead\b",
            r"\b(?:can|could) (?:it|they|that|this one) (?:come|arrive|be (?:delivered|sent))\b"
            rf".{{0,20}}\b(?:{_DAY}|tomorrow|\d{{1,2}}(?:st|nd|rd|th)?)\b",
            r"\bchange (?:the )?(?:date|day) of (?:the|my) (?:next|coming)\b",
            rf"\bchange (?:the |my )?(?:next|this week'?s|{_DAY}'?s) (?:delivery|one|date|shipment)\b.{{0,40}}\bto\b",
        ),
    ),
    (
        "skip",
        any_of(
            r"\b(?:skip|skipping|omit|saltar|omitir|salta)\b|छोड़",
            r"\bleave\b.{0,30}\bout\b|\bmiss (?:out )?(?:the|my|this|next)\b",
            rf"\b{_NOT} (?:deliver|send|bring|ship|need|want)\b.*"
            rf"\b(?:this|next|on|over|from|between|tomorrow|today|{_DAY}|week)\b",
            rf"\b(?:cancel|drop|stop)\b.{{0,25}}\b{_ONE_DELIVERY} (?:delivery|deliveries|shipment|one|box|drop)\b",
            r"\b(?:cancel|drop|stop) (?:the|my) (?:delivery|shipment) (?:on|of|for|planned)\b",
            rf"\b(?:no|not|nothing|without)\b(?: \w+){{0,2}} (?:this|next|on|for) (?:week|time|month|{_DAY}|the \d)",
            _AWAY,
        ),
    ),
    (
        "cancel",
        any_of(
            rf"\b(?:{_STOP})\b(?! of\b)|\b(?:opt out|get rid of|cancelar|cancela|dar de baja)\b|रद्द|बंद कर",
            rf"\b{_NOT} (?:want|need|wish)\b.*\b(?:any ?more|any longer|subscription|deliveries|to be subscribed)\b",
            r"\bno longer (?:want|need|interested)\b|\bnot interested\b.{0,40}\bany ?more\b",
            r"\b(?:drop|close|delete|remove) (?:my|the|this|that)? ?(?:\w+ )?(?:subscription|sub\d+)\b",
        ),
    ),
    (
        "order_now",
        any_of(
            r"\border\b.{0,40}\b(?:now|right away|today|early|immediately|straight away)\b",
            r"\b(?:send|deliver|ship|bring|get|need|want|have)\b.{0,50}"
            r"(?<!from )\b(?:now(?! on)|right away|today|asap|immediately|straight away)\b",
            r"\b(?:extra|additional|one-?off|one more|another) (?:delivery|shipment)\b(?! (?:day|date|address|time))",
        ),
    ),
    (
        "change",
        any_of(
            r"\b(?:change|switch|swap|replace|exchange|add|remove|delete|increase|decrease|reduce|raise|lower|double|halve"
            r"|update|edit|modify|adjust|upgrade|downgrade|amend|cambiar|cambia|añadir|agregar|quitar)\b|बदल",
            r"\b(?:another|different|new|other) (?:delivery )?(?:day|address|card|payment|method)\b",
            r"\b(?:also|additionally) (?:bring|send|deliver)\b|\binclude\b",
            r"\bgo back to\b|\b(?:make|set|turn) (?:it|that|this|them|my|the|sub\d*)\b|\btake\b.{0,30}\b(?:off|out)\b",
            r"\b(?:more|less|fewer) (?:often|frequent)|\b(?:one|two|three|\d+) (?:more|less|fewer)\b|\binstead\b",
            r"\b(?:send|deliver|ship)\b.{0,40}\bto\b|\b(?:pay|charge|use)\b.{0,40}\b(?:with|by|card|from|method|usual)\b",
        ),
    ),
]


def action_in(text: str) -> Action | None:
    """The first thing that a message asks to be done; questions ask for nothing."""
    for said in sentences(text):
        if is_question(said):
            continue
        if found := _action(said):
            return "change" if found == "skip" and skips_every_other(said) else found
    return None


def skips_every_other(text: str) -> bool:
    """ "Skip every other delivery": half as often, and no date of its own."""
    return bool(re.search(r"\bskip\w*\b.{0,20}\b(?:every|each) (?:other|second|2nd|alternate)\b", mended(text)))


def ends_after_next(text: str) -> bool:
    """ "Cancel after the next delivery" """
    return bool(_AFTER_NEXT.search(mended(text)))


def _action(said: str) -> Action | None:
    found = next((action for action, pattern in _ACTIONS if pattern.search(said)), None)
    if found == "uncancel" and (rest := _instead_of_cancelling(said)):
        return rest
    if found in ("skip", "pause", "reschedule") and _AFTER_NEXT.search(said) and re.search(rf"\b{_STOP}\b", said):
        return "cancel"
    if found == "reschedule" and (_TO_OTHER_THINGS.search(said) or _LASTING.search(said)):
        # "Postpone my subscription until 5 December" rests until then; it moves no single delivery.
        return "pause" if re.search(r"\b(?:until|till?)\b", said) else "change"
    return found


def _instead_of_cancelling(said: str) -> Action | None:
    """ "I don't want to cancel, just pause it" """
    rest = re.sub(rf"\b{_NOT} (?:want (?:to|it|you to) )?{_STOP}\b", " ", said)
    found = next((action for action, pattern in _ACTIONS if pattern.search(rest)), None)
    return found if found in ("pause", "skip", "reschedule") else None
