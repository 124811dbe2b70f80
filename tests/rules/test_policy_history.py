from __future__ import annotations

from datetime import timedelta

from care.models.policy import PolicyUse
from care.rules.policy_history import in_force
from tests.stores.make import AT


def test_a_version_is_in_force_until_the_next_and_may_come_back() -> None:
    hours = [("A", 0), ("A", 1), ("B", 2), ("A", 3)]
    spans = in_force([PolicyUse(version=version, since=AT + timedelta(hours=h)) for version, h in hours])
    told = [(each.version, each.since - AT, each.until and each.until - AT) for each in spans]
    h = timedelta(hours=1)
    assert told == [("A", 3 * h, None), ("B", 2 * h, 3 * h), ("A", 0 * h, 2 * h)]
    assert in_force([]) == []
