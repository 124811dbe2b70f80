"""All that is kept of one customer, and how it is erased: in one place, so that it can be seen to be all.

Ledger, movements, wallets and changes of orders stay as they are, as the books need them, and so do `allowances`,
`given_ids` and the audit record: they hold ids and numbers. The rest of the collections knows no customer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from care.models.audit import Act, AuditEvent
from care.models.conversation import Conversation
from care.models.customer import Account, Customer, Wallet
from care.models.evidence import Evidence
from care.models.ledger import Entry, Movement
from care.models.notification import Notification
from care.models.order import Order
from care.models.order_change import OrderChange
from care.models.preferences import Preferences
from care.models.refund import Refund
from care.models.subscription import Subscription
from care.rules.books import card_account, wallet_account
from care.rules.erasing import erased_conversation, erased_order, erased_refund, erased_subscription
from care.stores import Stores
from care.stores.documents import OLDEST, Documents, now
from care.stores.mongo import Document, Session, in_transaction

M = TypeVar("M", bound=BaseModel)
_ACT: Act = "customer_erased"


@dataclass(frozen=True)
class Belongings:
    """Everything of one customer, each list oldest first. `payer` is their id at the payment provider; `acts` is what
    they did that the audit record tells of, and what was done about them."""

    customer: Customer
    accounts: list[Account]
    preferences: Preferences
    payer: str | None
    wallet: Wallet | None
    orders: list[Order]
    order_changes: list[OrderChange]
    subscriptions: list[Subscription]
    refunds: list[Refund]
    conversations: list[Conversation]
    notifications: list[Notification]
    evidence: list[Evidence]
    entries: list[Entry]
    movements: list[Movement]
    acts: list[AuditEvent]


class PersonalStore:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._database = stores.database
        self._orders = self._of("orders", Order, "order_id")
        self._subscriptions = self._of("subscriptions", Subscription, "subscription_id")
        self._refunds = self._of("refunds", Refund, "refund_id")
        self._conversations = self._of("conversations", Conversation, "conversation_id")

    async def belongings(self, customer_id: str) -> Belongings:
        """Raises NotFound."""
        mine: Document = {"customer_id": customer_id}
        customer = await self._stores.customers.get(customer_id)
        orders = await self._orders.many(mine, by="placed_at", direction=OLDEST)
        of_orders: Document = {"order_id": {"$in": [order.order_id for order in orders]}}
        booked: Document = {"lines.account": {"$in": [card_account(customer_id), wallet_account(customer_id)]}}
        acts: Document = {"$or": [{"by": customer_id}, {"about": customer_id}]}
        return Belongings(
            customer=customer,
            accounts=await self._of("accounts", Account, "email").many(mine, by="created_at", direction=OLDEST),
            preferences=await self._stores.preferences.get(customer_id),
            payer=await self._stores.payers.find(customer_id),
            wallet=await self._stores.wallets.get(customer_id),
            orders=orders,
            order_changes=await self._of("order_changes", OrderChange, "change_id").many(
                of_orders, by="at", direction=OLDEST
            ),
            subscriptions=await self._subscriptions.many(mine, by="created_at", direction=OLDEST),
            refunds=await self._refunds.many(mine, by="created_at", direction=OLDEST),
            conversations=await self._conversations.many(mine, by="updated_at", direction=OLDEST),
            notifications=await self._of("notifications", Notification, "notification_id").many(
                mine, by="created_at", direction=OLDEST
            ),
            evidence=await self._of("evidence", Evidence, "evidence_id").many(mine, by="created_at", direction=OLDEST),
            entries=await self._of("ledger", Entry, "key").many(booked, by="at", direction=OLDEST),
            movements=await self._of("movements", Movement, "key").many(mine, by="at", direction=OLDEST),
            acts=await self._of("audit", AuditEvent, "number").many(acts, by="_id", direction=OLDEST),
        )

    async def erase(self, found: Belongings, *, by: str) -> None:
        """All that a person said, showed or is called, once nothing of theirs runs any more.

        Safe to repeat, and to be cut off anywhere: done again, it goes on, as the ids that lead to things stay. The
        record of it comes last.
        """
        customer_id = found.customer.customer_id
        await self._delete_notices(found.notifications)
        for each in found.evidence:
            await self._stores.evidence.erase(each)
        await self._erase_conversations(found.conversations)
        await _change_all(self._refunds, found.refunds, erased_refund, erased=True)
        await _change_all(self._orders, found.orders, erased_order, erased=True)
        # Marked, so that no repair asks their workflows, which nobody can read any more.
        await _change_all(self._subscriptions, found.subscriptions, erased_subscription, erased=True)
        await self._database["idempotency"].delete_many({"customer_id": customer_id})
        for name in ("preferences", "payers", "payment_methods"):
            await self._database[name].delete_one({"_id": customer_id})
        await self._stores.accounts.erase(customer_id)
        await self._erase_customer(found.customer, by)

    def _of(self, name: str, model: type[M], key: str) -> Documents[M]:
        return Documents(self._database, name, model, key=key, noun=name.removesuffix("s"))

    async def _delete_notices(self, notices: Sequence[Notification]) -> None:
        for notice in notices:
            id_ = notice.notification_id
            ways = {"_id": {"$gte": f"{id_}:", "$lt": f"{id_};"}, "notification_id": id_}  # ";" follows ":"
            await self._database["dispatches"].delete_many(ways)
            await self._database["notifications"].delete_one({"_id": id_})

    async def _erase_conversations(self, conversations: Sequence[Conversation]) -> None:
        ids: Document = {"$in": [each.conversation_id for each in conversations]}
        await self._database["messages"].delete_many({"conversation_id": ids})
        await _change_all(self._conversations, conversations, erased_conversation, erased=True)
        forgotten = {"$unset": {"state": "", "held_by": "", "queue_at": ""}}
        await self._conversations.collection.update_many({"_id": ids}, forgotten)

    async def _erase_customer(self, customer: Customer, by: str) -> None:
        async def body(session: Session) -> None:
            await self._stores.customers.erase(customer, now(), session)
            if customer.erased_at is None:
                await self._stores.audit.append(_ACT, by=by, about=customer.customer_id, session=session)

        await in_transaction(self._database, body)


async def _change_all(documents: Documents[M], models: Sequence[M], erase: Callable[[M], M], **beside: bool) -> None:
    """Sets only what is erased: the rest may be changing at this moment."""
    for model in models:
        before, after = documents.encode(model), documents.encode(erase(model))
        await documents.change(before["_id"], beside | {k: v for k, v in after.items() if v != before[k]})
