"""The whole product and a crowd that claims at once."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import MongoClient

from care.models.order import OrderStatus
from care.stores.documents import plain
from tests.running import CareUp
from tests.stores.make import eur, order

CLAIMS = 40 if os.environ.get("CARE_STORM_ROUNDS", "1") == "1" else 200


def test_of_many_refunds_of_one_order_at_once_those_that_fit_open_and_none_fails(whole_product: CareUp) -> None:
    customer, yesterday = whole_product.account("customer", 1)["customer_id"], datetime.now(UTC) - timedelta(days=1)
    items = {f"PIECE-{n}": 1 for n in range(CLAIMS)}
    # A voucher has paid for a quarter of it: a quarter of the claims cannot be met.
    given: dict[str, Any] = {"customer_id": customer, "placed_at": yesterday, "delivered_at": yesterday}
    given |= {"status": OrderStatus.DELIVERED, "total": eur(200 * CLAIMS * 3 // 4)}
    bought = plain(order("ORD-CROWD", items=items, **given).model_dump())

    def claimed(n: int) -> tuple[int, str]:
        body = {"order_id": "ORD-CROWD", "reason": "damaged", "complaint": "It arrived broken."}
        answer = client.post("/refund", json=body | {"items": [{"sku": f"PIECE-{n}", "quantity": 1}]})
        return answer.status_code, answer.json().get("title", "")

    with MongoClient[dict[str, Any]](whole_product.runtime["mongodb_uri"]) as database:
        orders, refunds = database["care"]["orders"], database["care"]["refunds"]
        orders.insert_one(bought | {"_id": bought.pop("order_id")})
        with whole_product.signed_in("customer", 1) as client, ThreadPoolExecutor(CLAIMS) as threads:
            answers = Counter(threads.map(claimed, range(CLAIMS)))
        reserved = orders.find_one({"_id": "ORD-CROWD"}, {"reserved": 1, "total": 1}) or {}
        held = [each["held_amount"] for each in refunds.find({"order_id": "ORD-CROWD"})]
    assert answers.pop((202, "")) == len(held) == CLAIMS * 3 // 4
    assert set(answers) <= {(422, "Not eligible"), (409, "A refund is already open")}, answers
    assert sum(held) == reserved["reserved"]["amount"] == reserved["total"]["amount"]
