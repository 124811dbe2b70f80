"""When each version of the policy was in force. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from care.models.policy import InForce, PolicyUse


def in_force(uses: Sequence[PolicyUse]) -> list[InForce]:
    """Newest first, from uses that are oldest first. Two workers that started together note the same use twice."""
    told = [use for n, use in enumerate(uses) if n == 0 or uses[n - 1].version != use.version]
    ends = [*(use.since for use in told[1:]), None]
    spans = [InForce(version=use.version, since=use.since, until=end) for use, end in zip(told, ends, strict=False)]
    return spans[::-1]
