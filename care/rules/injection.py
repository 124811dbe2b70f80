"""Whether a text speaks to the machine that judges, and not to the shop. Pure.

It never decides a claim: that a text gives orders to an assistant only means that a person looks. A miss still meets
the policy's other limits; a false alarm costs a person a minute.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from care.rules.disguises import hidden, readings
from care.rules.injection_languages import OTHER_LANGUAGES
from care.rules.injection_rules import ENGLISH, ENOUGH, Rule

_RULES = [*ENGLISH, *OTHER_LANGUAGES]
# So many words, and so large a share of them the same: it is meant to wear a model out, not to be read.
_DRONE_WORDS, _DRONE_SHARE = 30, 0.3
_NAME_BREAKS = re.compile(r"[_.\-+%]+")


def signs(text: str) -> list[str]:
    """What gives the text away, in its most telling reading; nothing where that is not enough."""
    found = max(([rule for rule in _RULES if rule.pattern.search(said)] for said in readings(text)), key=_points)
    names = list(dict.fromkeys(rule.name for rule in found)) if _points(found) >= ENOUGH else []
    if any(True for _ in hidden(text)):
        names.append("hides words")
    if _drones(text):
        names.append("repeats itself")
    return names


def doubts(complaint: str, file_names: Iterable[str], file_texts: Iterable[str]) -> list[str]:
    """Sentences on which of a claim's texts speak to the machine, for the reviewer. They quote nothing."""
    found = []
    if signs(complaint):
        found.append("The complaint speaks to the assistant that judges it; a person decides.")
    if any(signs(_NAME_BREAKS.sub(" ", name)) for name in file_names):
        found.append("A file's name speaks to the assistant that judges it; a person decides.")
    if any(signs(text) for text in file_texts):
        found.append("The text of a file speaks to the assistant that judges it; a person decides.")
    return found


def _points(rules: list[Rule]) -> int:
    return sum(rule.weight for rule in rules)


def _drones(text: str) -> bool:
    words = text.casefold().split()
    return len(words) >= _DRONE_WORDS and Counter(words).most_common(1)[0][1] >= _DRONE_SHARE * len(words)
