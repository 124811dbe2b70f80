"""Customers, and one customer at a glance."""

from __future__ import annotations

import asyncio

from care.models.common import Page
from care.models.customer import ChangeCustomer, Customer, CustomerView, Wallet
from care.rules.account_changes import changes_of
from care.stores.documents import NEWEST, Documents
from care.stores.mongo import Database


class CustomerStore:
    def __init__(self, database: Database) -> None:
        self._customers = Documents(database, "customers", Customer, key="customer_id", noun="customer")
        self._wallets = Documents(database, "wallets", Wallet, key="customer_id", noun="wallet")
        self._orders = database["orders"]
        self._refunds = database["refunds"]
        self._subscriptions = database["subscriptions"]

    async def ensure_indexes(self) -> None:
        await self._customers.collection.create_index([("created_at", NEWEST), ("_id", NEWEST)])

    async def get(self, customer_id: str) -> Customer:
        return await self._customers.get(customer_id)

    async def put(self, customer: Customer) -> None:
        await self._customers.put(customer)

    async def add(self, customer: Customer) -> bool:
        """Store once; False if the customer was there, which changes nothing."""
        return await self._customers.add(customer)

    async def change(self, customer_id: str, wish: ChangeCustomer) -> Customer:
        """Safe to repeat. Raises NotFound, and Invalid (`fields`) for what cannot be."""
        changed = await self._customers.change(customer_id, changes_of(wish))
        if changed is None:
            raise self._customers.missing(customer_id)
        return changed

    async def page(self, *, limit: int = 50, cursor: str | None = None) -> Page[Customer]:
        return await self._customers.page({}, by="created_at", limit=limit, cursor=cursor)

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
