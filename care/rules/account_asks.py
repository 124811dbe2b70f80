"""What is asked about an account, and the new name, time zone or choice of mails that a message holds. Pure."""

from __future__ import annotations

import re
from typing import Literal
from zoneinfo import available_timezones

from care.models.preferences import MailChoice
from care.rules.patterns import any_of

Detail = Literal["address", "name", "timezone", "mail"]
# Kept by others or not at all, or a question of who somebody is: a person sees to it, or nobody can.
Matter = Literal["email", "password", "closing", "opening", "phone", "language", "card", "identity"]


# The first that fits counts.
_NOUNS: dict[Detail | Matter, re.Pattern[str]] = {
    "closing": any_of(
        r"\b(?:delete|close|remove|deactivate|cancel|terminate|erase|get rid of|shut)\b[^.!?]{0,25}"
        r"\b(?:account|profile|acct)\b",
        r"\b(?:do(?:n't| not) want|no longer want)\b[^.!?]{0,20}\b(?:account|profile)\b",
    ),
    "password": any_of(
        r"\bpass ?(?:word|code)|\bpin\b|\b(?:log|sign) ?(?:ging )?in\b|\bsecurity question|\bun(?:b?lock)",
        r"\bb?lock(?:ed)?\b|\btwo[- ]factor|\b2fa\b|\bauthenticat|\buser ?name\b|\brecover",
    ),
    "identity": any_of(r"\bverif|\bidentity\b|\bprove\b|\bid (?:card|check)\b|\bpassport\b"),
    "opening": any_of(
        r"\b(?:open|create|register|set up|make|add|get|second|another|new|sign up)\b[^.!?]{0,25}"
        r"\b(?:account|profile|user)\b(?! address)",
        r"\bregist(?:er|ration)\b|\bsign(?:ing)?[- ]?up\b",
    ),
    "mail": any_of(
        r"(?<![\w-])(?:mails?|e-mails|emails)\b(?! address)|\bnotif|\bnewsletter|\breminder|\bpreferences?\b",
        r"\bunsubscribe\b",
    ),
    "email": any_of(r"\be-?mail\b"),
    "phone": any_of(r"\b(?:phone|mobile|cell|telephone|contact) ?(?:number)?\b"),
    "card": any_of(r"\b(?:credit |debit |bank )?cards?\b|\bpayment method|\biban\b|\bbank details\b"),
    "timezone": any_of(r"\btime ?zone\b"),
    "address": any_of(r"\baddress\b|\b(?:i|we)(?:'ve| have)? (?:just )?moved\b|\bi live\b"),
    "name": any_of(r"\bname\b|\bmarried\b"),
    "language": any_of(r"\blanguage\b"),
}
_CHANGE = re.compile(
    r"\b(?:chang\w+|updat\w+|edit|correct|new|wrong|mis-?spel\w+|switch\w*|moved|set|fix|replace|different|modify|adjust"
    r"|married|turn|stop|start|disable|enable|send me|don'?t send|no more|unsubscribe|mute|opt)\b",
    re.I,
)
_NAME = re.compile(
    r"\b(?P<part>first|given|last|family|sur|full)?[- ]?name\b(?: \w+){0,3}?(?: to| is| should be|:)(?: now)?:? +"
    r"(?P<name>[^\W\d_][^\d_,;:!?<>@]{0,80})",
    re.I,
)
_NO_NAMES = {"wrong", "misspelled", "misspelt", "incorrect", "not", "changed", "different", "spelled", "spelt"}
_ABOUT_ME = any_of(r"\bwhat (?:do|does) (?:you|the shop) know (?:about|of) me\b|\bmy (?:account )?details\b")
_MOVED = re.compile(r"\W*(?:hi|hello|hey)?\W*(?:i|we)(?:'ve| have)?(?: just| recently)? moved(?: house| home)?\b", re.I)
_MAILS = any_of(
    r"\b(?:stop|turn|disable|enable|no more|unsubscribe|do(?:n'?t| not) (?:send|want|e-?mail)|mute|opt|switch)\b"
    r"[^.!?]{0,40}\b(?:e-?mails?|mails?|notifications?|newsletter)\b"
)
_TAIL = re.compile(r"\s+(?:please|pls|thanks|thank you|now|instead|not|because|since|as i|and|in my|on my)\b.*$", re.I)
_CODES = (
    ("reminders", r"\breminders?\b"),
    ("deliveries", r"\bdeliver(?:y|ies)\b|\bshipping\b|\border (?:updates|mails)\b"),
    ("payments", r"\bpayments?\b|\bbilling\b"),
    ("refunds", r"\brefunds?\b"),
    ("conversations", r"\bchats?\b|\bconversations?\b"),
    ("account", r"\baccount (?:news|mails|notifications)\b"),
)
_OFF = re.compile(
    r"\b(?:stop|turn\w* off|off|disable|no more|don'?t|do not|unsubscribe|mute|without|fewer|opt out|never|remove)\b",
    re.I,
)
_ON = re.compile(r"\b(?:turn\w* on|enable|send me|start|again|opt in|resume|want|on|get|receive)\b", re.I)


def matter_of(text: str) -> Detail | Matter | None:
    """What of an account is asked about, by its words."""
    return next((name for name, pattern in _NOUNS.items() if pattern.search(text)), None)


def is_about_account(text: str) -> bool:
    """What a model may take for something else: a time zone, mails to turn off, what is known of somebody."""
    return bool(_MOVED.match(text) or _NOUNS["timezone"].search(text) or _MAILS.search(text) or _ABOUT_ME.search(text))


def asks_for_change(text: str) -> bool:
    return bool(_CHANGE.search(text))


def name_in(text: str, current: str) -> str | None:
    """The whole new name; a first or last name alone takes the place of that part of the `current` one."""
    *_, found = [None, *_NAME.finditer(text)]
    if found is None:
        return None
    name = _TAIL.sub("", found["name"].strip(" .'\"")).strip(" .'\"")
    words, part = current.split(), (found["part"] or "").lower()
    if not name or name.split()[0].lower() in _NO_NAMES:
        return None
    if part in ("last", "family", "sur") and len(words) > 1:
        return " ".join([*words[:-1], name])
    return " ".join([name, *words[1:]]) if part in ("first", "given") else name


def zone_in(text: str) -> str | None:
    """The IANA zone that a message names, in full or by its city: "Europe/Berlin", "New York"."""
    said = f" {' '.join(re.findall(r'[a-z/+-]+', text.casefold().replace('_', ' ')))} "
    zones = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
    )
    spoken = [(zone, zone.casefold().replace("_", " ")) for zone in zones]
    whole = [zone for zone, name in spoken if f" {name} " in said]
    return next(iter([*whole, *(zone for zone, name in spoken if f" {name.rpartition('/')[2]} " in said)]), None)


def mail_choice_in(text: str) -> dict[str, bool] | None:
    """Groups of notices with whether they go by mail; all of them where none is named. None if on or off is unsaid."""
    wanted = False if _OFF.search(text) else True if _ON.search(text) else None
    if wanted is None:
        return None
    named = [group for group, words in _CODES if re.search(words, text, re.I)]
    return dict.fromkeys(named or MailChoice.model_fields, wanted)
