from __future__ import annotations

import pytest

from care.errors import NotFound
from care.policy import load_policy
from care.stores import Stores


async def test_the_policies_that_were_worked_under_are_kept_as_they_were(stores: Stores) -> None:
    policy = load_policy(None)
    later = policy.model_copy(update={"version": "2027-01+12345678", "assessments": 1})
    for each in (policy, policy, later, policy):
        await stores.policies.put(each)
    assert await stores.policies.versions() == [policy.version, later.version]
    assert [use.version for use in await stores.policies.uses()] == [policy.version, later.version, policy.version]
    assert await stores.policies.get(policy.version) == policy
    assert await stores.policies.get(later.version) == later
    with pytest.raises(NotFound, match=r"Kept are: 2026-12\+\w+, 2027-01"):
        await stores.policies.get("2020-01+00000000")
