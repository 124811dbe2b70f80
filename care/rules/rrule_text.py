"""How a recurrence is written (RFC 5545 RRULE): read it, or refuse it with a sentence that tells what to write."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from care.errors import Invalid
from care.rules.rrule import DAYS, SECONDS, Rule

# The longest INTERVAL of each frequency: two deliveries lie at most five years apart, sub-daily ones a year.
_LONGEST = {"YEARLY": 5, "MONTHLY": 60, "WEEKLY": 260, "DAILY": 1826} | {f: 31_622_400 // s for f, s in SECONDS.items()}
_LISTS = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
}
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_WEEKLY = _ALWAYS | {"BYMONTH", "BYDAY", "BYSETPOS"}
_MONTHLY = _WEEKLY | {"BYMONTHDAY"}
_ALLOWED = {
    "YEARLY": _MONTHLY | {"BYYEARDAY", "BYWEEKNO"},
    "MONTHLY": _MONTHLY,
    "WEEKLY": _WEEKLY,
    "DAILY": _MONTHLY,
    **dict.fromkeys(SECONDS, _ALWAYS),
}
_UNTIL = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?")
_WEEKDAY = re.compile(r"([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)")


def bad_rule(detail: str) -> Invalid:
    return Invalid(detail, fields={"recurrence": detail})


@lru_cache(maxsize=1024)
def parse(text: str) -> Rule:
    """Read an RRULE, with or without the leading "RRULE:". Raises Invalid with a sentence for whatever is not sound."""
    parts = _parts(text)
    freq = parts.get("FREQ", "")
    if freq not in _ALLOWED:
        raise bad_rule("A recurrence needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY, for example FREQ=WEEKLY;BYDAY=FR.")
    if parts.keys() & {"BYHOUR", "BYMINUTE", "BYSECOND"} and freq not in SECONDS:
        raise bad_rule("Deliveries go out at 09:00 local time: leave out BYHOUR, BYMINUTE and BYSECOND.")
    if unknown := sorted(parts.keys() - _ALLOWED[freq]):
        raise bad_rule(f"{unknown[0][:20]} cannot be used with FREQ={freq}.")
    rule = Rule(
        freq=freq,
        interval=_number("INTERVAL", parts.get("INTERVAL", "1"), 1, _LONGEST[freq]),
        count=_number("COUNT", parts["COUNT"], 1, 10_000) if "COUNT" in parts else None,
        until=_until(parts.get("UNTIL")),
        wkst=_wkst(parts.get("WKST", "MO")),
        byday=_byday(parts["BYDAY"]) if "BYDAY" in parts else (),
        **{name.lower(): _numbers(name, parts[name]) for name in _LISTS if name in parts},
    )
    _check_sense(rule)
    return rule


def _check_sense(rule: Rule) -> None:
    if rule.count and rule.until:
        raise bad_rule("Give either COUNT or UNTIL, not both.")
    if any(n for n, _ in rule.byday) and (rule.freq not in ("MONTHLY", "YEARLY") or rule.byweekno):
        raise bad_rule("A numbered weekday such as 1FR needs FREQ=MONTHLY or FREQ=YEARLY, without BYWEEKNO.")
    if rule.bysetpos and not (rule.byday or rule.bymonthday or rule.byyearday or rule.byweekno or rule.bymonth):
        raise bad_rule("BYSETPOS needs another BY part to choose from.")
    if rule.byweekno and rule.wkst:
        raise bad_rule("BYWEEKNO counts ISO weeks: leave out WKST.")


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not (equals and name.isascii() and name.isalpha() and value):
            raise bad_rule("A recurrence is written as in RFC 5545, for example FREQ=WEEKLY;INTERVAL=2;BYDAY=FR.")
        if name in parts:
            raise bad_rule(f"{name[:20]} is given twice.")
        parts[name] = value
    return parts


def _number(name: str, text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,8}", text) or not low <= int(text) <= high:
        raise bad_rule(f"{name} must be a whole number from {low} to {high}.")
    return int(text)


def _numbers(name: str, text: str) -> tuple[int, ...]:
    values = {_number(name, one, *_LISTS[name]) for one in text.split(",")}
    if 0 in values:
        raise bad_rule(f"{name} cannot be 0.")
    return tuple(sorted(values))


def _byday(text: str) -> tuple[tuple[int, int], ...]:
    found = [_WEEKDAY.fullmatch(one) for one in text.split(",")]
    if not all(found):
        raise bad_rule("BYDAY takes MO, TU, WE, TH, FR, SA and SU, monthly also with a number such as 1FR or -1FR.")
    return tuple(sorted({(int(m[1] or 0), DAYS.index(m[2])) for m in found if m}))


def _wkst(text: str) -> int:
    if text not in DAYS:
        raise bad_rule("WKST takes one of MO, TU, WE, TH, FR, SA and SU.")
    return DAYS.index(text)


def _until(text: str | None) -> str | None:
    if text is None:
        return None
    if not _UNTIL.fullmatch(text) or not _is_time(text):
        raise bad_rule("UNTIL is written as 20271231 or 20271231T090000Z.")
    return text


def _is_time(text: str) -> bool:
    try:
        return 1970 <= datetime.fromisoformat(text).year <= 9000
    except ValueError:
        return False
