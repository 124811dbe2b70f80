"""What customers change about themselves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.shop import Someone
from tests.api.test_errors import assert_is_problem

HOME = {"street": "Lindenweg 4", "city": "Berlin", "postcode": "10969", "country": "DE"}


async def test_a_customer_changes_what_is_named_and_nothing_else(ana: Someone) -> None:
    before = (await ana.http.get(f"/customer/{ana.customer_id}")).json()
    changed = await ana.http.post(f"/customer/change/{ana.customer_id}", json={"address": HOME})
    assert changed.status_code == 200
    assert changed.json()["address"] == HOME
    after = (await ana.http.get(f"/customer/{ana.customer_id}")).json()
    assert after == before | {"address": HOME}


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"timezone": "Mars/Olympus"}, {"name": ""}, {"email": "x@y.test"}, {"address": {"street": "x"}}),
        *({"locale": each} for each in ("", "fr", "de-DE", "tlh")),
    ],
)
async def test_a_change_that_cannot_be_is_refused(ana: Someone, body: dict[str, Any]) -> None:
    assert_is_problem(await ana.http.post(f"/customer/change/{ana.customer_id}", json=body), 422)
