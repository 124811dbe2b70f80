"""What a load needs in the shop before it begins: customers with orders to claim for, goods that run out, bad cards."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from care.gateways.ledger import LedgerGateway
from care.models.customer import Account, Address, Customer, Role
from care.models.ledger import PaymentMethod
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus, Product
from care.passwords import hash_password
from care.stores import Stores, open_stores

PASSWORD = "a storm is no reason to forget it"
ORDERS = 40  # of each customer, delivered lately
AGENTS = 2
ZONES = ("UTC", "Asia/Kolkata", "America/New_York", "Europe/Berlin")
SCARCE = "SCARCE"
_PRICES = {"STORM-TEA": 450, "STORM-JAM": 620, "STORM-CAKE": 890, "STORM-LAMP": 6900, "STORM-CHAIR": 24900}


@dataclass(frozen=True)
class Person:
    """Somebody who signs in. `orders` are what a customer can claim for; `zone` is theirs."""

    email: str
    role: str
    customer_id: str = ""
    zone: str = "UTC"
    orders: tuple[str, ...] = ()


async def opened(
    mongodb_uri: str, *, database: str = "care", customers: int = 6, seed: int = 7, crew: str = "STORM"
) -> list[Person]:
    """The last customer's card refuses refunds. `crew` begins their ids: each load has one of its own."""
    async with open_stores(mongodb_uri, database) as stores:
        hashed = await hash_password(PASSWORD)
        for sku, price in {**_PRICES, SCARCE: 300}.items():
            stock = 3 if sku == SCARCE else 1_000_000
            await stores.products.add(Product(sku=sku, name=_name(sku), price=_eur(price), stock=stock))
        people = []
        for number in range(customers):
            people.append(await _customer(stores, crew, number, hashed, random.Random(f"{seed} {number}")))
        refusing = PaymentMethod(customer_id=people[-1].customer_id, behaviour="refuses_refunds")
        await stores.ledger.set_payment_method(refusing)
        for number in range(AGENTS):
            email, role = f"desk{number}@{crew.lower()}.test", Role.AGENT if number else Role.SUPERVISOR
            await stores.accounts.add(Account(email=email, password_hash=hashed, role=role, created_at=_now()))
            people.append(Person(email, role.value))
        return people


async def _customer(stores: Stores, crew: str, number: int, hashed: str, dice: random.Random) -> Person:
    customer_id, email, zone = f"{crew}{number:02}", f"c{number:02}@{crew.lower()}.test", ZONES[number % len(ZONES)]
    address = Address(street=f"{number + 1} Quay Street", city="Harbour", postcode="10115", country="DE")
    known = {"customer_id": customer_id, "email": email, "created_at": _now()}
    await stores.customers.add(Customer(**known, name=f"Sailor {number}", timezone=zone, address=address))
    account = Account(**known, password_hash=hashed, role=Role.CUSTOMER)
    await stores.accounts.add(account)
    orders = [await _delivered(stores, customer_id, address, f"ORD-{customer_id}-{n:03}", dice) for n in range(ORDERS)]
    return Person(email, "customer", customer_id, zone, tuple(orders))


async def _delivered(stores: Stores, customer_id: str, address: Address, order_id: str, dice: random.Random) -> str:
    """Mostly cheap enough for the machine, sometimes above the four-eyes limit."""
    sku = dice.choice([*list(_PRICES)[:3], *list(_PRICES)[:3], *_PRICES])
    line = OrderLine(sku=sku, name=_name(sku), quantity=dice.randint(1, 2), price=_eur(_PRICES[sku]))
    total, at = line.price * line.quantity, _now() - timedelta(days=dice.randint(1, 6))
    paid = await LedgerGateway(stores.ledger).charge(customer_id, total, f"order:{order_id}")
    await stores.orders.add(
        Order(
            order_id=order_id,
            customer_id=customer_id,
            status=OrderStatus.DELIVERED,
            items=[line],
            shipping=_eur(0),
            total=total,
            payment=Payment(status=PaymentStatus.PAID, reference=paid.reference),
            placed_at=at - timedelta(days=1),
            delivered_at=at,
            address=address,
            refunded=_eur(0),
            reserved=_eur(0),
        )
    )
    return order_id


def _name(sku: str) -> str:
    return sku.replace("-", " ").title()


def _eur(cents: int) -> Money:
    return Money(amount=cents, currency="EUR")


def _now() -> datetime:
    return datetime.now(UTC)
