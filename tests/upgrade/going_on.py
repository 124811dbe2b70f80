"""What was planted goes on in the newer version: each thing that waited does what it waited for."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.upgrade.planting import AMY, ANA, CUSTOMERS, ELENA, JONAS, NOTE, RAVI, say, shown_until_reviewed
from tests.upgrade.shop import Shop

SOFIA, ADMIN = "sofia@demo.care", "admin@demo.care"


def goes_on(shop: Shop, planted: dict[str, Any]) -> None:
    """Raises AssertionError with the call that was refused or the state that never came."""
    _answers_are_replayed(shop, planted["repeated"])
    _subscriptions(shop, planted["subscriptions"])
    _refunds(shop, planted["refunds"])
    _conversations(shop, planted["conversations"])


def _answers_are_replayed(shop: Shop, repeated: dict[str, Any]) -> None:
    again = shop.post(repeated["email"], repeated["path"], repeated["body"], key=repeated["key"])
    assert again["refund_id"] == repeated["answer"]["refund_id"]


def _subscriptions(shop: Shop, ids: dict[str, str]) -> None:
    weekly = shop.get(ANA, f"/subscription/{ids['weekly']}")
    skipped = shop.post(ANA, f"/subscription/skip/{ids['weekly']}", {})
    assert skipped["next_delivery"] > weekly["next_delivery"]
    assert shop.post(ANA, f"/subscription/unskip/{ids['weekly']}", {"date": weekly["next_delivery"]})
    before = shop.get(RAVI, f"/subscription/{ids['monthly']}")
    shop.post(RAVI, f"/subscription/order-now/{ids['monthly']}")
    shop.until(RAVI, f"/subscription/{ids['monthly']}", lambda one: one["deliveries"] == before["deliveries"] + 1)
    shop.post(ELENA, f"/subscription/pause/{ids['reminded']}", {})
    assert shop.post(ELENA, f"/subscription/resume/{ids['reminded']}")["status"] == "active"
    assert not shop.post(RAVI, f"/subscription/uncancel/{ids['last one']}")["cancel_after_next"]
    assert shop.get(ELENA, f"/subscription/{ids['cancelled']}")["status"] == "cancelled"
    made = shop.get(ANA, f"/subscription/{ids['minutely']}")["deliveries"]
    shop.until(ANA, f"/subscription/{ids['minutely']}", lambda one: one["deliveries"] > made)
    assert shop.post(ANA, f"/subscription/cancel/{ids['minutely']}", {})["status"] == "cancelled"
    if "paused" in ids:
        assert shop.post(ELENA, f"/subscription/resume/{ids['paused']}")["status"] == "active"
        for name in ("skipped", "moved"):
            shop.post(ELENA, f"/subscription/cancel/{ids[name]}", {})


def _refunds(shop: Shop, ids: dict[str, str]) -> None:
    shown_until_reviewed(shop, ANA, ids["needs evidence"])
    for name in ("in review", "claimed", "needs evidence", "credit"):
        _approved(shop, ids[name])
        shop.until(ADMIN, f"/refund/{ids[name]}", lambda refund: refund["status"] == "paid")
    _approved(shop, ids["replacement"])
    shop.until(ADMIN, f"/refund/{ids['replacement']}", lambda refund: refund["status"] == "paid")
    states = {name: shop.get(ADMIN, f"/refund/{ids[name]}")["status"] for name in ("paid", "rejected", "withdrawn")}
    assert states == {name: name for name in states}


def _approved(shop: Shop, refund_id: str) -> None:
    if shop.get(ADMIN, f"/refund/{refund_id}")["claimed_by"] is None:
        shop.post(AMY, f"/review/claim/{refund_id}")
    shop.post(AMY, f"/review/decide/{refund_id}", {"decision": "approve", "note": NOTE})


def _conversations(shop: Shop, ids: dict[str, str]) -> None:
    before = len(shop.items(ANA, f"/subscriptions/{CUSTOMERS[ANA]}"))
    say(shop, ANA, "yes", ids["proposal"])
    assert len(shop.items(ANA, f"/subscriptions/{CUSTOMERS[ANA]}")) == before + 1
    say(shop, RAVI, "yes", ids["cancelling"])
    orders = shop.items(RAVI, f"/orders/{CUSTOMERS[RAVI]}")
    today = datetime.now(UTC).date().isoformat()
    assert any(each["status"] == "cancelled" and each["placed_at"][:10] >= today for each in orders)
    shop.post(AMY, f"/conversation/claim/{ids['handed over']}")
    shop.post(AMY, f"/conversation/reply/{ids['handed over']}", {"message": "How can I help?"})
    shop.post(AMY, f"/conversation/hand-back/{ids['handed over']}", {})
    assert say(shop, ELENA, "Where is my latest order?", ids["handed over"])["reply"]
    assert say(shop, JONAS, "And my subscriptions?", ids["answered"])["reply"]


if __name__ == "__main__":
    goes_on(Shop(Path(sys.argv[1])), json.loads(Path(sys.argv[2]).read_text()))
