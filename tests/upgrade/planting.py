"""Live data, made over HTTP in any version of CARE since the first: what a shop has in hand when it upgrades."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.media.files import encoded, phone_photo, scene
from tests.upgrade.shop import Shop

ANA, RAVI, ELENA, JONAS = "ana@demo.care", "ravi@demo.care", "elena@demo.care", "jonas@demo.care"
AMY = "amy@demo.care"
CUSTOMERS = {ANA: "CUST001", RAVI: "CUST002", ELENA: "CUST003", JONAS: "CUST004"}
NOTE = "Seen, thank you."
MILK = [{"sku": "AMUL-MILK-1L", "quantity": 1}]


def plant(shop: Shop) -> dict[str, Any]:
    """What was made, by what it is: ids, and answers that must be replayed."""
    return {"subscriptions": _subscriptions(shop), "conversations": _conversations(shop), **_refunds(shop)}


def _subscriptions(shop: Shop) -> dict[str, str]:
    weekly = {"customer_id": "CUST001", "items": MILK, "frequency": "weekly", "delivery_day": "friday"}
    made = {
        "weekly": _subscribed(shop, ANA, weekly),
        "monthly": _subscribed(shop, RAVI, {"items": MILK, "frequency": "monthly", "delivery_day": 31}),
        "reminded": _subscribed(
            shop, ELENA, {"items": MILK, "recurrence": "FREQ=WEEKLY;BYDAY=MO", "remind_before": ["P3D", "P1D"]}
        ),
        "minutely": _subscribed(
            shop, ANA, {"items": MILK, "recurrence": "FREQ=SECONDLY;INTERVAL=20", "remind_before": ["PT5S"]}
        ),
        "last one": _subscribed(shop, RAVI, {"items": MILK, "frequency": "biweekly", "delivery_day": "tuesday"}),
        "cancelled": _subscribed(shop, ELENA, {"items": MILK, "frequency": "daily"}),
        "jonas": _subscribed(shop, JONAS, {"items": MILK, "frequency": "weekly", "delivery_day": "monday"}),
    }
    shop.post(RAVI, f"/subscription/cancel/{made['last one']}", {"when": "after_next_delivery"})
    shop.post(ELENA, f"/subscription/cancel/{made['cancelled']}", {"when": "now", "reason": "moving"})
    return made | (_exceptions(shop) if "/subscription/skip/{subscription_id}" in shop.knows else {})


def _exceptions(shop: Shop) -> dict[str, str]:
    """What later versions know: dates skipped and moved, a pause."""
    daily = {"items": MILK, "frequency": "daily", "start_date": str(datetime.now(UTC).date() + timedelta(days=5))}
    skipped, moved, paused = (_subscribed(shop, ELENA, daily) for _ in range(3))
    shop.post(ELENA, f"/subscription/skip/{skipped}", {})
    next_day = shop.get(ELENA, f"/subscription/{moved}")["next_delivery"]
    to = str(datetime.fromisoformat(next_day).date() - timedelta(days=1))
    shop.post(ELENA, f"/subscription/reschedule/{moved}", {"date": next_day, "to": to})
    shop.post(ELENA, f"/subscription/pause/{paused}", {})
    return {"skipped": skipped, "moved": moved, "paused": paused}


def _subscribed(shop: Shop, email: str, body: dict[str, Any]) -> str:
    made = shop.post(email, "/subscription", {"customer_id": CUSTOMERS[email], **body})
    return str(made["subscription_id"])


def _refunds(shop: Shop) -> dict[str, Any]:
    orders = {email: _refundable(shop, email) for email in CUSTOMERS}
    made = {
        "in review": _in_review(shop, ANA, orders),
        "claimed": _in_review(shop, ANA, orders),
        "needs evidence": _in_review(shop, ANA, orders),
        "paid": _in_review(shop, RAVI, orders),
        "rejected": _in_review(shop, RAVI, orders),
        "withdrawn": _in_review(shop, RAVI, orders),
        "replacement": _in_review(shop, ELENA, orders, remedy="replacement"),
        "credit": _in_review(shop, ELENA, orders, remedy="store_credit"),
        "jonas": _in_review(shop, JONAS, orders),
    }
    shop.post(AMY, f"/review/claim/{made['claimed']}")
    for name, decision in (("needs evidence", "request_evidence"), ("paid", "approve"), ("rejected", "reject")):
        shop.post(AMY, f"/review/claim/{made[name]}")
        shop.post(AMY, f"/review/decide/{made[name]}", {"decision": decision, "note": NOTE})
    shop.post(RAVI, f"/refund/withdraw/{made['withdrawn']}")
    shop.until(RAVI, f"/refund/{made['paid']}", lambda refund: refund["status"] == "paid")
    repeated = {
        "email": JONAS,
        "path": "/refund",
        "key": "kept-by-the-old",
        "body": {"order_id": orders[JONAS].pop(0), "reason": "quality", "complaint": "It tastes of soap."},
    }
    answer = shop.post(JONAS, "/refund", repeated["body"], key=str(repeated["key"]))
    return {"refunds": made, "repeated": {**repeated, "answer": answer}}


def _refundable(shop: Shop, email: str) -> list[str]:
    since = (datetime.now(UTC) - timedelta(days=25)).isoformat()
    orders = shop.items(email, f"/orders/{CUSTOMERS[email]}")
    return [each["order_id"] for each in orders if (each["delivered_at"] or "") > since and "ORD-" in each["order_id"]]


def _in_review(shop: Shop, email: str, orders: dict[str, list[str]], remedy: str = "refund") -> str:
    body = {
        "order_id": orders[email].pop(0),
        "reason": "damaged",
        "complaint": "It arrived broken, with the lid off.",
        "evidence_ids": [evidence(shop, email)],
        "remedy": remedy,
    }
    refund_id = str(shop.post(email, "/refund", body)["refund_id"])
    if _waits(shop, email, refund_id) == "needs_evidence":  # later versions ask once more before they ask a person
        shown_until_reviewed(shop, email, refund_id)
    return refund_id


def shown_until_reviewed(shop: Shop, email: str, refund_id: str) -> None:
    """Of photos that are drawn at random, some are not sharp enough."""
    waits = "needs_evidence"
    while waits == "needs_evidence":
        shop.post(email, f"/refund/evidence/{refund_id}", {"evidence_ids": [evidence(shop, email)]})
        waits = _waits(shop, email, refund_id)


def _waits(shop: Shop, email: str, refund_id: str) -> str:
    waiting = ("in_review", "needs_evidence")
    return str(shop.until(email, f"/refund/{refund_id}", lambda refund: refund["status"] in waiting)["status"])


_seeds = iter(range(1000, 9000))


def evidence(shop: Shop, email: str) -> str:
    """A photo that no other claim has shown."""
    picture = scene(seed=next(_seeds) + int(datetime.now(UTC).timestamp()))
    today = f"{datetime.now(UTC):%Y:%m:%d %H:%M:%S}"
    file = phone_photo(picture, taken=today) if email == ANA else encoded(picture, "PNG")
    answer = shop.client(email).post("/evidence", files={"file": ("broken.jpg", file)}).raise_for_status()
    return str(answer.json()["evidence_id"])


def _conversations(shop: Shop) -> dict[str, str]:
    pending = next(
        each["order_id"]
        for each in shop.items(RAVI, f"/orders/{CUSTOMERS[RAVI]}")
        if each["status"] == "pending" and "ORD-" in each["order_id"]
    )
    return {
        "proposal": say(shop, ANA, "I want Amul Milk 1L every Friday")["conversation_id"],
        "cancelling": say(shop, RAVI, f"Please cancel my order {pending}")["conversation_id"],
        "handed over": say(shop, ELENA, "I want to talk to a human please")["conversation_id"],
        "answered": say(shop, JONAS, "Where is my latest order?")["conversation_id"],
    }


def say(shop: Shop, email: str, message: str, conversation_id: str | None = None) -> dict[str, Any]:
    body = {"message": message, "conversation_id": conversation_id}
    reply: dict[str, Any] = shop.post(email, f"/chat/{CUSTOMERS[email]}", body)
    return reply


if __name__ == "__main__":
    json.dump(plant(Shop(Path(sys.argv[1]))), sys.stdout, indent=1)
