"""A small shop behind the real application: who works there, who buys there, what they bought."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from PIL import Image, ImageDraw

from api.deps import Services
from api.security import issue_token
from care.models.customer import Account, Address, Customer, Principal, Role, Wallet
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus, Product
from care.passwords import hash_password
from care.settings import Settings

PASSWORD = "correct horse battery staple"
MILK = Product(sku="AMUL-MILK-1L", name="Amul Milk 1L", price=Money(amount=149, currency="EUR"), stock=10**6)
WHEY = Product(sku="WHEY-1KG", name="Whey Protein", price=Money(amount=2499, currency="EUR"), stock=10**6)
SAMOVAR = Product(sku="SAMOVAR", name="Silver Samovar", price=Money(amount=45_000, currency="EUR"), stock=10**6)
STREET = Address(street="Main Street 1", city="Berlin", postcode="10115", country="DE")


@dataclass(frozen=True)
class Someone:
    """A person at the door of the API. `customer_id` is empty for staff."""

    email: str
    http: httpx.AsyncClient
    customer_id: str = ""


@dataclass
class Shop:
    app: FastAPI
    settings: Settings
    _counter: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _open: list[httpx.AsyncClient] = field(default_factory=list)
    _hashed: str = ""  # one hash for all: each takes tens of milliseconds by design

    @property
    def services(self) -> Services:
        services: Services = self.app.state.services
        return services

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """Somebody who has not signed in."""
        return self.browser_at(self.app, **headers)

    def browser_at(self, app: FastAPI, **headers: str) -> httpx.AsyncClient:
        """The same at another application over this shop."""
        transport = httpx.ASGITransport(app)
        client = httpx.AsyncClient(transport=transport, base_url="http://care.test", headers=headers, timeout=60)
        self._open.append(client)
        return client

    async def stock(self) -> None:
        for product in (MILK, WHEY, SAMOVAR):
            await self.services.stores.products.put(product)

    async def hires(self, role: Role) -> Someone:
        return await self._account(f"{role.value}{next(self._counter)}@care.test", role)

    async def welcomes(self, *, timezone: str = "Europe/Berlin") -> Someone:
        """A new customer with a wallet and an account."""
        n = next(self._counter)
        customer_id = f"CUST{n:03d}"
        now = datetime.now(UTC)
        email = f"customer{n}@care.test"
        stores = self.services.stores
        await stores.customers.put(
            Customer(
                customer_id=customer_id,
                name=f"Customer {n}",
                email=email,
                timezone=timezone,
                address=STREET,
                created_at=now,
            )
        )
        await stores.wallets.set(Wallet(customer_id=customer_id, balance=Money.zero("EUR")))
        return await self._account(email, Role.CUSTOMER, customer_id)

    async def sells(
        self, buyer: Someone, product: Product = MILK, quantity: int = 1, status: OrderStatus = OrderStatus.DELIVERED
    ) -> Order:
        """An order of `buyer`, paid, and delivered yesterday unless `status` says otherwise."""
        now = datetime.now(UTC)
        n = next(self._counter)
        total = product.price * quantity
        paid = await self.services.payments.charge(buyer.customer_id, total, f"order-{n}")
        order = Order(
            order_id=f"ORD{n:03d}",
            customer_id=buyer.customer_id,
            status=status,
            items=[OrderLine(sku=product.sku, name=product.name, quantity=quantity, price=product.price)],
            shipping=Money.zero("EUR"),
            total=total,
            payment=Payment(status=PaymentStatus.PAID, reference=paid.reference),
            placed_at=now - timedelta(days=3),
            delivered_at=now - timedelta(days=1) if status is OrderStatus.DELIVERED else None,
            address=STREET,
            refunded=Money.zero("EUR"),
            reserved=Money.zero("EUR"),
        )
        await self.services.stores.orders.put(order)
        return order

    async def shows_photo(self, someone: Someone, *, seed: int = 0) -> str:
        """Uploads a photo; gives its evidence id."""
        answer = await someone.http.post("/evidence", files={"file": ("photo.jpg", photo(seed), "image/jpeg")})
        assert answer.status_code == 201, answer.text
        evidence_id: str = answer.json()["evidence_id"]
        return evidence_id

    async def claims(self, buyer: Someone, order: Order, **more: Any) -> httpx.Response:
        body = {"order_id": order.order_id, "reason": "damaged", "complaint": "It arrived broken."} | more
        return await buyer.http.post("/refund", json=body)

    async def close(self) -> None:
        for client in self._open:
            await client.aclose()

    async def _account(self, email: str, role: Role, customer_id: str | None = None) -> Someone:
        self._hashed = self._hashed or await hash_password(PASSWORD)
        now = datetime.now(UTC)
        await self.services.stores.accounts.add(
            Account(email=email, password_hash=self._hashed, role=role, customer_id=customer_id, created_at=now)
        )
        token = issue_token(self.settings, Principal(email=email, role=role, customer_id=customer_id))
        return Someone(email, self.browser(Authorization=f"Bearer {token}"), customer_id or "")


def photo(seed: int = 0) -> bytes:
    """A small JPEG; each seed gives another picture."""
    picture = Image.new("RGB", (320, 240), (200, 180, 160))
    draw = ImageDraw.Draw(picture)
    for n in range(12):
        x, y = (n * 53 + seed * 37) % 280, (n * 31 + seed * 71) % 200
        draw.rectangle((x, y, x + 36, y + 28), fill=((n * 20) % 255, (seed * 40) % 255, (n * 47) % 255))
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()
