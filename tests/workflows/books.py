"""The shop's books as they lie in the database, read past the stores that wrote them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from care.stores import Stores


async def documents(stores: Stores, collection: str, **match: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await stores.database[collection].find(match).to_list(None)
    return found


async def assert_charged_once_each(stores: Stores) -> None:
    """One movement and one entry for each order of CUST001, for its total; every entry sums to zero."""
    orders = {f"order:{order['_id']}": order["total"]["amount"] for order in await documents(stores, "orders")}
    movements = await documents(stores, "movements")
    assert {each["_id"]: each["amount"]["amount"] for each in movements} == orders
    assert all((each["kind"], each["status"]) == ("charge", "succeeded") for each in movements)
    entries = await documents(stores, "ledger")
    assert {each["_id"] for each in entries} == set(orders)
    assert [each for each in entries if sum(line["amount"] for line in each["lines"])] == []
    accounts = Counter[str]()
    for line in (line for each in entries for line in each["lines"]):
        accounts[line["account"]] += line["amount"]
    charged = sum(orders.values())
    assert accounts == {"shop:sales": charged, "customer:CUST001:card": -charged}
