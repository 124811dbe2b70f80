"""Whether a reply in other words says what the tools said: nothing more, and nothing less.

Facts are compared, not sentences: ids, names, numbers, currencies, dates, statuses, promises, and whether they are
denied. A wording that is true may fail here, and the plain reply is sent; the other way round would be worse. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from care.rules import fact_words as words
from care.rules import numbers
from care.rules.facts import Facts, capitals_in, facts_of, is_plain_capital

_LATIN = re.compile(r"[A-Za-zÁÉÍÓÚÑÜáéíóúñü][\w'-]+")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
# Markup, further lines, and what turns the order of letters around or hides them.
_MARKUP = re.compile(r"[<>\[\]{}*`|\\\x00-\x1f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_WORDS = re.compile(r"[^\W\d_][\w'&-]*")


def faults(reply: str, template: str, names: Sequence[str] = ()) -> list[str]:
    """What is wrong with a wording; nothing if it may be sent."""
    return unsupported(reply, template, names) or missing(reply, template, names)


def unsupported(reply: str, template: str, names: Sequence[str] = ()) -> list[str]:
    """What `reply` states and `template` does not. `names`: of products, so that they are known as such."""
    if len(reply) > 2 * len(template) + 40:
        return ["much more"]  # and too long to be searched
    ours, theirs = facts_of(template, names), facts_of(reply, names)
    allowed = ours.claims | {claim for claim, by in words.SAME.items() if by & ours.claims}
    new = [
        *(theirs.names - ours.names),
        *(theirs.ids - ours.ids),
        *(theirs.dates - ours.dates),
        *(theirs.times - ours.times - {time for time, by in words.SAME.items() if by & ours.times}),
        *(theirs.currencies - ours.currencies),
        *(theirs.amounts - ours.amounts),
        *(number for number in theirs.sure - ours.said if not (number == "1" and numbers.may_say(1, template))),
        *(theirs.claims - allowed),
        *_new_capitals(reply, template),
        *({*_MARKUP.findall(reply)} - {*_MARKUP.findall(template)}),
    ]
    if _denies(reply) and not (_denies(template) or words.HALF_NEGATION.search(template.casefold())):
        new.append("a denial")
    return sorted(new)


def missing(reply: str, template: str, names: Sequence[str] = ()) -> list[str]:
    """What `template` states and `reply` lost."""
    ours, theirs = facts_of(template, names), facts_of(reply, names)
    said = {word.casefold() for word in _WORDS.findall(reply)}
    times = theirs.times | {time for time, by in words.SAME.items() if by & theirs.times}
    lost = [
        *(ours.names - theirs.names),
        *(ours.ids - theirs.ids),
        *(ours.dates - theirs.dates),
        *(ours.times - times),
        *(ours.currencies - theirs.currencies),
        *(ours.amounts - theirs.amounts),
        *(ours.sure - theirs.said),
        *(word for word in capitals_in(template) if word.casefold() not in said),
    ]
    if "?" in template:
        # What is asked for must be what will be done.
        lost += [*(_topics(ours) - _topics(theirs)), *([] if "?" in reply else ["?"])]
    if _denies(template) and not _denies(reply):
        lost.append("a denial")
    return sorted(lost)


def _topics(facts: Facts) -> set[str]:
    return facts.claims & words.TOPICS.keys()


def _denies(text: str) -> bool:
    return bool(words.NEGATION.search(text.casefold()))


def _new_capitals(reply: str, template: str) -> set[str]:
    """Names that the reply brings up. Among Devanagari every Latin word is one."""
    known = {word.casefold() for word in _WORDS.findall(template)}
    found = _LATIN.findall(reply) if _DEVANAGARI.search(reply) else capitals_in(reply)
    return {word for word in found if word.casefold() not in known and not is_plain_capital(word)}
