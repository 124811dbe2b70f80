"""What a body may be made of, told before it is parsed: counting bytes costs little, parsing may cost a lot.

Each gives the sentence of the refusal, or None. Signs in texts count too: no body that we take holds nearly so many.
"""

from __future__ import annotations

import re

MOST_ELEMENTS = 10_000
DEEPEST = 32
MOST_FIELDS = 100
_SIGN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def too_much_json(body: bytes) -> str | None:
    opened = body.count(b"[") + body.count(b"{")
    if opened + body.count(b",") + body.count(b'"') // 2 > MOST_ELEMENTS:
        return f"The JSON holds too many elements: at most {MOST_ELEMENTS} are taken."
    if opened > DEEPEST and _depth(body) > DEEPEST:
        return f"The JSON is nested too deeply: at most {DEEPEST} levels are taken."
    return None


def too_many_fields(body: bytes) -> str | None:
    if body.count(b"&") + body.count(b";") >= MOST_FIELDS:
        return f"The form has too many fields: at most {MOST_FIELDS} are taken."
    return None


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for sign in _SIGN.finditer(body):
        match sign[0][:1]:
            case b"[" | b"{":
                depth += 1
                deepest = max(deepest, depth)
            case b"]" | b"}":
                depth -= 1
    return deepest
