"""Customers from before they could be searched for get the keys that they are found by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from care.stores.migrations.step import Rewrite
from care.stores.mongo import Document

if TYPE_CHECKING:
    from care.stores import Stores


async def move(stores: Stores, customer: Document) -> None:
    await stores.customers.make_findable(customer["_id"])


CUSTOMER_KEYS = Rewrite(
    name="0002-customer-keys",
    what="customers are found by name and address",
    collection="customers",
    old={"handles": None},
    move=move,
)
