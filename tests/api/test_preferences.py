"""What a customer wants by mail."""

from __future__ import annotations

from tests.api.shop import Someone
from tests.api.test_errors import assert_is_problem


async def test_everything_goes_by_mail_until_a_customer_says_otherwise(ana: Someone, agent: Someone) -> None:
    address = f"/preferences/{ana.customer_id}"
    at_first = (await ana.http.get(address)).json()
    assert at_first["customer_id"] == ana.customer_id
    assert set(at_first["mail"].values()) == {True}
    chosen = await ana.http.put(address, json={"mail": {"reminders": False}})
    assert chosen.json()["mail"] == at_first["mail"] | {"reminders": False}
    assert (await agent.http.get(address)).json() == chosen.json()


async def test_a_group_that_does_not_exist_changes_nothing(ana: Someone) -> None:
    address = f"/preferences/{ana.customer_id}"
    assert_is_problem(await ana.http.put(address, json={"mail": {"remindres": False}}), 422)
    assert_is_problem(await ana.http.put(address, json={}), 422)
    assert set((await ana.http.get(address)).json()["mail"].values()) == {True}
