"""Which gateway is chosen, which keys and addresses are taken, and what the doctor says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from care.errors import SetupError
from care.gateways import payments_for
from care.gateways.ledger import LedgerGateway
from care.gateways.stripe import StripeGateway
from care.running.doctor import examine
from care.settings import Settings
from care.stores import Stores
from tests.fakes.stripe_server import HTML, KEY, WRONG_KEY, StripeStandIn


def settings(**given: Any) -> Settings:
    return Settings.model_validate(given)


async def test_without_a_key_payments_stay_in_the_ledger_and_with_one_they_go_through_stripe(stores: Stores) -> None:
    for key in (None, ""):
        async with payments_for(settings(stripe_api_key=key), stores) as payments:
            assert isinstance(payments, LedgerGateway)
    async with payments_for(settings(stripe_api_key=KEY), stores) as payments:
        assert isinstance(payments, StripeGateway)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"stripe_api_key": "pk_test_public"}, "CARE_STRIPE_API_KEY"),
        ({"stripe_api_key": "hunter2"}, "CARE_STRIPE_API_KEY"),
        ({"stripe_api_key": KEY, "stripe_base_url": "http://x.test", "env": "production"}, "CARE_STRIPE_BASE_URL"),
    ],
)
async def test_a_key_that_cannot_pay_or_would_go_in_clear_is_refused(
    stores: Stores, given: dict[str, Any], name: str
) -> None:
    with pytest.raises(SetupError, match=name) as raised:
        async with payments_for(settings(**given), stores):
            pass
    assert given["stripe_api_key"] not in str(raised.value)


async def test_the_doctor_asks_stripe_and_never_shows_the_key(
    stripe_server: StripeStandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def said() -> tuple[bool, str]:
        [finding] = [each for each in await examine(None) if each.what == "payments"]
        assert KEY not in repr(finding)
        return finding.ok, finding.found

    monkeypatch.chdir(tmp_path)  # a developer's own .env must not decide a test
    monkeypatch.setenv("CARE_MONGODB_URI", "mongodb://127.0.0.1:1/")
    monkeypatch.setenv("CARE_TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setattr("care.running.doctor.SECONDS", 0.1)
    assert "set CARE_STRIPE_API_KEY" in (await said())[1]
    monkeypatch.setenv("STRIPE_API_KEY", KEY)
    monkeypatch.setenv("CARE_STRIPE_BASE_URL", stripe_server.url)
    assert await said() == (True, "Stripe, test mode (key set)")
    stripe_server.will_get(WRONG_KEY, HTML)
    assert await said() == (False, "Stripe, test mode (key set): the key is refused")
    ok, found = await said()
    assert not ok
    assert "no answer" in found
    assert stripe_server.sent("/v1/refunds") == []
