"""The demo shop: a catalogue, customers with orders in every state, wallets, books that agree, and accounts.

Two faults are there on purpose, for the chat to find and put right, both the first customer's: a wallet that shows
less than the ledger holds, and an order that still says its payment is pending although the gateway has the money.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from care.gateways.ledger import reference_for
from care.models.common import CustomerId, Model
from care.models.customer import Account, Customer, Role, Wallet
from care.models.ledger import Movement, MovementKind
from care.models.money import Money
from care.models.notification import Notification
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus, Product, Window
from care.passwords import hash_password
from care.seeding.demo_data import (
    CURRENCY,
    CUSTOMERS,
    FREE_FROM,
    ORDERS,
    PRODUCTS,
    SHIPPING,
    STAFF,
    STOCK,
    UNHEARD_ORDER,
    DemoCustomer,
    DemoOrder,
)
from care.stores import Stores

_PACKING = timedelta(hours=20)
_SENT = (OrderStatus.SHIPPED, OrderStatus.DELIVERED)


class DemoAccount(Model):
    """A sign-in with its password, which is stored nowhere else."""

    email: str
    password: str
    role: Role
    customer_id: CustomerId | None = None


async def load_demo(stores: Stores, *, now: datetime) -> list[DemoAccount]:
    """Load whatever of the demo is not there yet; times count back from `now`.

    Loading again changes nothing of the shop. Passwords are kept only as hashes, so each call gives the accounts new
    ones: call it once, and keep what it returns.
    """
    catalogue = {product.sku: product for product in map(_product, PRODUCTS)}
    await asyncio.gather(*(stores.products.add(product) for product in catalogue.values()))
    await asyncio.gather(*(_load_customer(stores, customer, catalogue, now) for customer in CUSTOMERS))
    customers = (_account(stores, who.email, Role.CUSTOMER, who.customer_id, now) for who in CUSTOMERS)
    staff = (_account(stores, email, role, None, now) for email, role in STAFF)
    return await asyncio.gather(*customers, *staff)


async def _load_customer(stores: Stores, who: DemoCustomer, catalogue: dict[str, Product], now: datetime) -> None:
    customer = Customer(
        customer_id=who.customer_id,
        name=who.name,
        email=who.email,
        timezone=who.timezone,
        address=who.address,
        created_at=now - who.since,
    )
    await stores.customers.add(customer)
    await _load_wallet(stores, who)
    planned = ORDERS + ([UNHEARD_ORDER] if who is CUSTOMERS[0] else [])
    orders = [_order(_order_id(who, n), plan, customer, catalogue, now) for n, plan in enumerate(planned, start=1)]
    for order in orders:
        await _pay(stores, order)
        await stores.orders.add(order)
    for notification in _notifications(customer, orders):
        await stores.notifications.add(notification)


async def _load_wallet(stores: Stores, who: DemoCustomer) -> None:
    lines = [("shop:cash", -who.booked), (f"wallet:{who.customer_id}", who.booked)]
    await stores.ledger.post(f"demo-wallet:{who.customer_id}", "top_up", lines, CURRENCY)
    await stores.wallets.add(Wallet(customer_id=who.customer_id, balance=_euro(who.shown)))


async def _pay(stores: Stores, order: Order) -> None:
    """What the gateway and the ledger know of the order; a cancelled one was paid back."""
    await stores.ledger.move(_movement(order, MovementKind.CHARGE, _charge_key(order.order_id)))
    if order.status is OrderStatus.CANCELLED:
        await stores.ledger.move(_movement(order, MovementKind.REFUND, f"cancel-{order.order_id}"))


def _movement(order: Order, kind: MovementKind, key: str) -> Movement:
    return Movement(
        key=key,
        reference=reference_for(kind, key),
        kind=kind,
        customer_id=order.customer_id,
        amount=order.total,
        status="succeeded",
        payment_reference=order.payment.reference if kind is MovementKind.REFUND else None,
        at=order.placed_at,
    )


def _order(order_id: str, plan: DemoOrder, customer: Customer, catalogue: dict[str, Product], now: datetime) -> Order:
    lines = [_line(catalogue[sku], quantity) for sku, quantity in plan.items.items()]
    goods = sum((line.price * line.quantity for line in lines), start=_euro(0))
    shipping = _euro(0 if goods.amount >= FREE_FROM else SHIPPING)
    cancelled = plan.status is OrderStatus.CANCELLED
    status = PaymentStatus.REFUNDED if cancelled else PaymentStatus.PAID
    reference = reference_for(MovementKind.CHARGE, _charge_key(order_id))
    return Order(
        order_id=order_id,
        customer_id=customer.customer_id,
        status=plan.status,
        items=lines,
        shipping=shipping,
        total=goods + shipping,
        payment=Payment(status=status if plan.settled else PaymentStatus.PENDING, reference=reference),
        placed_at=now - plan.placed,
        shipped_at=now - plan.placed + _PACKING if plan.status in _SENT else None,
        expected=_expected(customer, now) if plan.status is OrderStatus.SHIPPED else None,
        delivered_at=None if plan.delivered is None else now - plan.delivered,
        address=customer.address,
        refunded=goods + shipping if cancelled else _euro(0),
        reserved=_euro(0),
    )


def _expected(customer: Customer, now: datetime) -> Window:
    today = now.astimezone(ZoneInfo(customer.timezone)).date()
    return Window(earliest=today + timedelta(days=1), latest=today + timedelta(days=2))


def _line(product: Product, quantity: int) -> OrderLine:
    return OrderLine(
        sku=product.sku, name=product.name, quantity=quantity, price=product.price, category=product.category
    )


def _notifications(customer: Customer, orders: list[Order]) -> list[Notification]:
    welcome = Notification(
        notification_id=f"demo-welcome-{customer.customer_id}",
        customer_id=customer.customer_id,
        kind="welcome",
        message=f"Welcome to the demo shop, {customer.name.split()[0]}. Ask us anything in the chat.",
        created_at=customer.created_at,
    )
    delivered = [
        Notification(
            notification_id=f"demo-delivered-{order.order_id}",
            customer_id=customer.customer_id,
            kind="order_delivered",
            message=f"Your order {order.order_id} was delivered.",
            created_at=order.delivered_at,
            order_id=order.order_id,
        )
        for order in orders[-5:]
        if order.delivered_at is not None
    ]
    return [welcome, *delivered]


async def _account(stores: Stores, email: str, role: Role, customer_id: str | None, now: datetime) -> DemoAccount:
    password = secrets.token_urlsafe(12)
    hashed = await hash_password(password)
    account = Account(email=email, password_hash=hashed, role=role, customer_id=customer_id, created_at=now)
    if await stores.accounts.find(email):
        await stores.accounts.set_password_hash(email, hashed)
    else:
        await stores.accounts.add(account)
    return DemoAccount(email=email, password=password, role=role, customer_id=customer_id)


def _product(row: tuple[str, str, int, str, str]) -> Product:
    sku, name, price, category, description = row
    return Product(sku=sku, name=name, price=_euro(price), stock=STOCK, category=category, description=description)


def _order_id(who: DemoCustomer, number: int) -> str:
    """ORD-1001 is the first order of CUST001, ORD-2001 that of CUST002."""
    return f"ORD-{int(who.customer_id.removeprefix('CUST')) * 1000 + number}"


def _charge_key(order_id: str) -> str:
    """The idempotency key under which an order is charged, in the demo as in real deliveries."""
    return f"order:{order_id}"


def _euro(cents: int) -> Money:
    return Money(amount=cents, currency=CURRENCY)
