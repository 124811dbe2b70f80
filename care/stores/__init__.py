"""The stores: the only code that knows MongoDB's driver. `open_stores` is the way in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from care.errors import Unavailable
from care.stores.accounts import AccountStore
from care.stores.allowances import AllowanceStore
from care.stores.analytics import AnalyticsStore
from care.stores.audit import AuditStore
from care.stores.budgets import BudgetStore
from care.stores.changes import Change, watch
from care.stores.conversations import ConversationStore
from care.stores.customers import CustomerStore
from care.stores.data_keys import DataKeyStore
from care.stores.evidence import EvidenceStore
from care.stores.idempotency import IdempotencyStore, Replay
from care.stores.ids import IdStore
from care.stores.ledger import LedgerStore
from care.stores.meters import MeterStore
from care.stores.mongo import CONNECTION_ERRORS, Database, StoreError, connect, is_out_of_order
from care.stores.notifications import NotificationStore
from care.stores.order_changes import OrderChangeStore
from care.stores.orders import OrderStore
from care.stores.outbox import OutboxStore
from care.stores.payers import PayerStore
from care.stores.policies import PolicyStore
from care.stores.preferences import PreferencesStore
from care.stores.products import ProductStore
from care.stores.rates import RateStore
from care.stores.refunds import RefundStore
from care.stores.resets import ResetStore
from care.stores.restored import refuse_half_restored
from care.stores.sessions import SessionStore
from care.stores.standing import StandingStore
from care.stores.subscriptions import SubscriptionStore
from care.stores.tokens import TokenStore
from care.stores.traces import TraceStore
from care.stores.tries import TryStore
from care.stores.wallets import WalletStore
from care.stores.webhooks import WebhookStore

__all__ = ["CONNECTION_ERRORS", "Change", "Replay", "StoreError", "Stores", "is_out_of_order", "open_stores"]


@dataclass(frozen=True)
class Stores:
    """One store a collection family, over one database."""

    database: Database
    ids: IdStore
    audit: AuditStore
    data_keys: DataKeyStore
    accounts: AccountStore
    sessions: SessionStore
    tries: TryStore
    resets: ResetStore
    tokens: TokenStore
    customers: CustomerStore
    products: ProductStore
    orders: OrderStore
    order_changes: OrderChangeStore
    traces: TraceStore
    wallets: WalletStore
    ledger: LedgerStore
    payers: PayerStore
    subscriptions: SubscriptionStore
    refunds: RefundStore
    allowances: AllowanceStore
    policies: PolicyStore
    conversations: ConversationStore
    notifications: NotificationStore
    preferences: PreferencesStore
    outbox: OutboxStore
    webhooks: WebhookStore
    evidence: EvidenceStore
    idempotency: IdempotencyStore
    analytics: AnalyticsStore
    meters: MeterStore
    rates: RateStore
    budgets: BudgetStore
    standing: StandingStore

    async def ensure_indexes(self) -> None:
        """Make what is missing. Collections come with their indexes: transactions should not have to make them."""
        families = [value for name, value in vars(self).items() if name != "database"]
        await asyncio.gather(*(family.ensure_indexes() for family in families))

    async def is_new(self) -> bool:
        """Whether nothing was ever stored here."""
        return not await self.database.list_collection_names()

    async def drop(self) -> None:
        """Everything, for good: for tests and `--reset`."""
        await self.database.client.drop_database(self.database.name)

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        try:
            await self.database.command("ping")
        except CONNECTION_ERRORS:
            raise Unavailable("The database cannot be reached: try again in a moment.") from None

    def watch(self) -> AsyncIterator[Change]:
        """Changes of subscriptions, refunds, notifications, conversations, orders and accounts, and ends of sign-ins,
        from now on."""
        return watch(self.database)


@asynccontextmanager
async def open_stores(
    uri: str, database: str, *, indexes: bool = True, half_restored: bool = False, name: str = ""
) -> AsyncIterator[Stores]:
    """Connect, make the indexes, close at the end. Raises one of CONNECTION_ERRORS if the server cannot be reached,
    SetupError for a database that was restored by half, unless that is expected.

    `indexes` False makes none: for what only looks, and must write nothing.
    """
    client = connect(uri, name=name or f"care {database}")
    try:
        stores = over(client[database])
        if not half_restored:
            await refuse_half_restored(stores.database)
        if indexes:
            await stores.ensure_indexes()
        yield stores
    finally:
        client.close()


def over(database: Database) -> Stores:
    """All stores over one database; opens nothing."""
    audit, meters = AuditStore(database), MeterStore(database)
    return Stores(
        database=database,
        ids=IdStore(database),
        audit=audit,
        data_keys=DataKeyStore(database),
        accounts=AccountStore(database, audit),
        sessions=SessionStore(database),
        tries=TryStore(database),
        resets=ResetStore(database),
        tokens=TokenStore(database, audit),
        customers=CustomerStore(database),
        products=ProductStore(database),
        orders=OrderStore(database),
        order_changes=OrderChangeStore(database),
        traces=TraceStore(database),
        wallets=WalletStore(database),
        ledger=LedgerStore(database),
        payers=PayerStore(database),
        subscriptions=SubscriptionStore(database),
        refunds=RefundStore(database, audit),
        allowances=AllowanceStore(database),
        policies=PolicyStore(database, audit),
        conversations=ConversationStore(database),
        notifications=NotificationStore(database),
        preferences=PreferencesStore(database),
        outbox=OutboxStore(database),
        webhooks=WebhookStore(database),
        evidence=EvidenceStore(database),
        idempotency=IdempotencyStore(database),
        analytics=AnalyticsStore(database, meters),
        meters=meters,
        rates=RateStore(database),
        budgets=BudgetStore(database),
        standing=StandingStore(database),
    )
