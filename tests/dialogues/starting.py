"""The lines `shop:` and `meanwhile:`: what there is before anybody speaks, and what happens between two messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from care.models.order import OrderStatus
from care.models.refund import RefundReason
from tests.dialogues.grammar import Wrong, check_days, goods, id_of, money

_THEIRS = "somebody else's "
_GOODS = r"(?P<goods>(?:\d+ x )?\w+(?: \+ (?:\d+ x )?\w+)*)"
_PAID = ("unpaid", "unpaid but charged", "declined")
_DAY = r"\{[\w ]+\}"


@dataclass(frozen=True)
class Given:
    """`kind` names what is made or done, `id` the thing as the dialogue calls it, `about` the rest of the line."""

    kind: str
    id: str = ""
    mine: bool = True
    about: dict[str, Any] = field(default_factory=dict)


_FORMS: dict[str, tuple[str, re.Pattern[str]]] = {
    "order": (
        "order ORD001 2 x milk + chips delivered 2 days ago | pending unpaid | shipped",
        re.compile(
            rf"(?P<id>\S+) {_GOODS} (?P<status>{'|'.join(OrderStatus)})(?: (?P<days>\d+) days? ago)?"
            rf"(?: (?P<paid>{'|'.join(sorted(_PAID, key=len, reverse=True))}))?"
        ),
    ),
    "subscription": (
        "subscription SUB001 milk weekly {weekday in 3 days} [paused | cancelled | ending | without {in 3 days}]",
        re.compile(
            rf"(?P<id>\S+) {_GOODS} (?P<frequency>daily|weekly|biweekly|monthly)"
            r"(?: (?P<day>\d+|\{weekday [\w ]+\}))?"
            rf"(?: (?P<state>paused|cancelled|ending|without (?P<skipped>{_DAY})))?"
        ),
    ),
    "refund": (
        "refund REF001 of ORD001 damaged",
        re.compile(rf"(?P<id>\S+) of (?P<order>\S+) (?P<reason>{'|'.join(RefundReason)})"),
    ),
    "wallet": (
        "wallet €1.00 [but the books say €25.00]",
        re.compile(r"(?P<shown>€\S+)(?: but the books say (?P<booked>€\S+))?"),
    ),
    "photo": ("photo EV001", re.compile(r"(?P<id>\S+)")),
    "card": ("card declines | waits | refuses_refunds", re.compile(r"(?P<behaviour>declines|waits|refuses_refunds)")),
    "customer": ("customer in Asia/Kolkata", re.compile(r"in (?P<zone>[A-Za-z]+/[A-Za-z_]+)")),
}
_EVENTS: dict[str, tuple[str, re.Pattern[str]]] = {
    "order": (
        "order ORD001 is shipped | delivered | cancelled",
        re.compile(rf"(?P<id>\S+) is (?P<becomes>{'|'.join(OrderStatus)})"),
    ),
    "subscription": (
        "subscription SUB001 is cancelled | paused",
        re.compile(r"(?P<id>\S+) is (?P<becomes>cancelled|paused)"),
    ),
    "refund": _FORMS["refund"],
    "product": ("product milk costs €2.00", re.compile(r"(?P<word>\w+) costs (?P<price>€\S+)")),
}
_PREFIX = {"order": "ORD", "subscription": "SUB", "refund": "REF", "photo": "EV"}


def given(text: str) -> Given:
    return _read(text, _FORMS)


def meanwhile(text: str) -> Given:
    return _read(text, _EVENTS)


def _read(text: str, forms: dict[str, tuple[str, re.Pattern[str]]]) -> Given:
    mine = not text.startswith(_THEIRS)
    kind, _, rest = check_days(text).removeprefix(_THEIRS).partition(" ")
    form = forms.get(kind)
    if form is None:
        raise Wrong(f"{kind!r} is unknown here: {', '.join(forms)}")
    found = form[1].fullmatch(rest)
    if found is None:
        raise Wrong(f"write: {form[0]}")
    about: dict[str, Any] = {name: value for name, value in found.groupdict().items() if value is not None}
    id_ = about.pop("id", "")
    if kind in _PREFIX:
        id_of(id_, _PREFIX[kind])
    if "goods" in about:
        about["goods"] = goods(about["goods"])
    for name in ("shown", "booked", "price"):
        if name in about:
            about[name] = money(about[name])
    return Given(kind, id_, mine, about)
