"""Customers, one customer at a glance, and how they are found.

Beside the model's fields a customer keeps the keys to be found by: `handles` (id and e-mail address) and `names`.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from care.errors import Conflict
from care.models.common import Page
from care.models.customer import ChangeCustomer, Customer, CustomerView, Wallet
from care.rules.account_changes import changes_of
from care.rules.erasing import erased_customer
from care.rules.finding import key, name_keys
from care.stores.documents import NEWEST, Documents
from care.stores.mongo import Database, Session

_LAST = "\U0010ffff"  # no text that begins alike comes after it


class CustomerStore:
    def __init__(self, database: Database) -> None:
        self._customers = Documents(database, "customers", Customer, key="customer_id", noun="customer")
        self._wallets = Documents(database, "wallets", Wallet, key="customer_id", noun="wallet")
        self._orders = database["orders"]
        self._refunds = database["refunds"]
        self._subscriptions = database["subscriptions"]

    async def ensure_indexes(self) -> None:
        customers = self._customers.collection
        await customers.create_index([("created_at", NEWEST), ("_id", NEWEST)])
        await customers.create_index([("handles", 1)])
        await customers.create_index([("names", 1)])

    async def get(self, customer_id: str) -> Customer:
        return await self._customers.get(customer_id)

    async def put(self, customer: Customer) -> None:
        await self._customers.put(customer, **_keys(customer))

    async def add(self, customer: Customer) -> bool:
        """Store once; False if the customer was there, which changes nothing."""
        return await self._customers.add(customer, **_keys(customer))

    async def make_findable(self, customer_id: str) -> None:
        """For a customer from before there were keys, whatever changes it at the same time."""
        while (customer := await self._customers.find(customer_id)) is not None:
            as_read = {"name": customer.name, "email": customer.email}
            if await self._customers.change(customer_id, _keys(customer), only_if=as_read):
                return

    async def change(self, customer_id: str, wish: ChangeCustomer) -> Customer:
        """Safe to repeat. Raises NotFound, Conflict for one that was erased, Invalid (`fields`) for what cannot be."""
        fields = changes_of(wish)
        if "name" in fields:
            fields = fields | {"names": name_keys(fields["name"])}
        changed = await self._customers.change(customer_id, fields, only_if={"erased_at": None})
        if changed is None:
            await self._customers.get(customer_id)
            raise Conflict(f"Customer {customer_id} was erased.")
        return changed

    async def erase(self, customer: Customer, at: datetime, session: Session) -> None:
        """What is left is found by its id alone. Safe to repeat."""
        erased = erased_customer(customer, at)
        fields = self._customers.encode(erased) | _keys(erased)
        await self._customers.change(fields.pop("_id"), fields, session=session)

    async def page(self, *, limit: int = 50, cursor: str | None = None) -> Page[Customer]:
        return await self._customers.page({}, by="created_at", limit=limit, cursor=cursor)

    async def search(self, wanted: str, limit: int) -> list[Customer]:
        """Whose id, e-mail address or name, or a word of it, begins with `wanted`: the first `limit` that are found."""
        start = key(wanted)
        if not start:
            return []
        begins = {"$elemMatch": {"$gte": start, "$lt": start + _LAST}}
        found = self._customers.collection.find({"$or": [{"handles": begins}, {"names": begins}]}).limit(limit)
        return [self._customers.decode(each) async for each in found]

    async def view(self, customer_id: str) -> CustomerView:
        """The customer with wallet and counts. Raises NotFound."""
        mine = {"customer_id": customer_id}
        customer, wallet, orders, refunds, subscriptions = await asyncio.gather(
            self._customers.get(customer_id),
            self._wallets.find(customer_id),
            self._orders.count_documents(mine),
            self._refunds.count_documents(mine),
            self._subscriptions.count_documents(mine),
        )
        return CustomerView(
            **customer.model_dump(), wallet=wallet, orders=orders, refunds=refunds, subscriptions=subscriptions
        )


def _keys(customer: Customer) -> dict[str, Any]:
    return {"handles": [key(customer.customer_id), key(customer.email)], "names": name_keys(customer.name)}
