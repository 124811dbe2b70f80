"""Who answers in a chat that was handed over, and when. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from care.models.policy import BusinessHours
from care.rules.deadlines import add_business_time, staffed_between
from ui.language import _
from ui.parts import words

_MINUTE = timedelta(minutes=1)


def who_answers(taken: bool, staffed: BusinessHours, now: datetime, zone: str) -> str:
    """`taken`: a colleague is there already. The next opening is told in the customer's `zone`."""
    if taken:
        return _("A colleague is with you, and reads what you write here.")
    if staffed_between(now, now + _MINUTE, staffed):
        return _("A colleague will answer you here. Our team is at work now. You can leave this page: we let you know.")
    opens = add_business_time(now, 1, staffed) - timedelta(hours=1)
    return _(
        "A colleague will answer you here. Our team is back on {moment}. You can leave this page: we let you know.",
        moment=words.moment(opens, zone),
    )
