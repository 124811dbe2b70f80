"""Every address that answers a GET, asked with the ids of what is there, as staff and as its customers.

Old documents lack fields, and a model that minds shows as a 500 here, or as an error in the log of the web process.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.upgrade.shop import Shop

# What streams, leads elsewhere, or is of somebody without a sign-in.
_ASIDE = {"/skip/{token}", "/files/{token}"}
_OFFERED = {
    "customer_id": "/customers",
    "subscription_id": "/subscriptions/{customer_id}",
    "order_id": "/orders/{customer_id}",
    "refund_id": "/refunds/{customer_id}",
    "conversation_id": "/chat/{customer_id}",
}
PAGES = {
    "customer": ["/", "/support", "/orders", "/refunds", "/planner", "/notifications", "/preferences"],
    "admin": [
        *("/desk", "/conversations", "/customers", "/parcels", "/analytics", "/policy", "/account", "/accounts"),
        *("/audit", "/desk/{refund_id}", "/conversations/{conversation_id}", "/customers/{customer_id}"),
    ],
}


def walk(shop: Shop) -> tuple[int, list[str]]:
    """How many addresses were asked, and those that were not answered as they should be."""
    admin = shop.client("admin@demo.care")
    ids = _ids(admin)
    asked, wrong = 0, []
    for email in ("admin@demo.care", "sofia@demo.care", "amy@demo.care", "ana@demo.care"):
        client = shop.client(email)
        for path in _addresses(shop, ids):
            answer = client.get(path)
            asked += 1
            fine = answer.status_code < 400 or (email != "admin@demo.care" and answer.status_code in (403, 404))
            if not fine:
                wrong.append(f"{email} {path}: {answer.status_code} {answer.text[:200]}")
    return asked, wrong


def ids_of(shop: Shop) -> dict[str, list[str]]:
    return _ids(shop.client("admin@demo.care"))


def _ids(admin: httpx.Client) -> dict[str, list[str]]:
    customers = [each["customer_id"] for each in _all(admin, "/customers")]
    found: dict[str, list[str]] = {"customer_id": customers}
    for name, path in list(_OFFERED.items())[1:]:
        found[name] = [each[name] for one in customers for each in _all(admin, path.format(customer_id=one))]
    cases = (admin.get(f"/refund/{each}").json() for each in found["refund_id"])
    found["evidence_id"] = [each for case in cases for each in case["evidence_ids"]]
    return found


def _all(client: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(path, params={"limit": "50"} | ({"cursor": cursor} if cursor else {})).raise_for_status()
        yield from page.json()["items"]
        cursor = page.json()["next"]


def _addresses(shop: Shop, ids: dict[str, list[str]]) -> Iterator[str]:
    for path, methods in shop.knows.items():
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        if "get" not in methods or path in _ASIDE or not set(names) <= set(ids):
            continue
        if not names:
            yield path
        for each in ids[names[0]] if names else ():
            if path != "/order/tracking/{order_id}" or each.startswith("ORD-"):
                yield path.replace("{" + names[0] + "}", each)


if __name__ == "__main__":
    number, faults = walk(Shop(Path(sys.argv[1])))
    json.dump({"asked": number, "wrong": faults}, sys.stdout, indent=1)
