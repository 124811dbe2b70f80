"""Puts one checked seed record into the stores. Each is stored once; what is there already stays as it is."""

from __future__ import annotations

from functools import singledispatchmethod

from pydantic import BaseModel

from care.errors import Invalid, NotFound
from care.gateways.ledger import reference_for
from care.models.customer import Wallet
from care.models.ledger import Movement, MovementKind
from care.models.money import Money
from care.models.order import Order, OrderLine, Product
from care.models.subscription import SubscriptionRequest
from care.seeding.records import (
    CustomerRecord,
    LineRecord,
    OrderRecord,
    PaymentMethodRecord,
    PaymentRecord,
    ProductRecord,
    WalletRecord,
)
from care.stores import Stores


class Loader:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    @singledispatchmethod
    async def load(self, record: BaseModel) -> None:
        """Raises CareError for a record that contradicts what is stored, such as an unknown customer."""
        raise TypeError(f"no way to load a {type(record).__name__}")

    @load.register
    async def _(self, record: ProductRecord) -> None:
        await self._stores.products.add(record)

    @load.register
    async def _(self, record: CustomerRecord) -> None:
        await self._stores.customers.add(record)

    @load.register
    async def _(self, record: OrderRecord) -> None:
        await self._stores.customers.get(record.customer_id)
        catalogue = await self._stores.products.find(line.sku for line in record.items)
        await self._stores.orders.add(_order(record, [_line(each, catalogue.get(each.sku)) for each in record.items]))

    @load.register
    async def _(self, record: PaymentRecord) -> None:
        order = await self._stores.orders.get(record.order_id)
        amount = record.amount or order.total
        if amount.amount <= 0:
            raise Invalid("a payment needs an amount above zero")
        key = f"order:{order.order_id}"
        movement = Movement(
            key=key,
            reference=reference_for(MovementKind.CHARGE, key),
            kind=MovementKind.CHARGE,
            customer_id=order.customer_id,
            amount=amount,
            status=record.status,
            decline_reason=record.decline_reason,
            at=record.at or order.placed_at,
        )
        await self._stores.ledger.move(movement)

    @load.register
    async def _(self, record: WalletRecord) -> None:
        await self._stores.customers.get(record.customer_id)
        if await self._stores.wallets.get(record.customer_id):
            return
        booked = record.booked or record.balance
        lines = [("shop:cash", -booked.amount), (f"wallet:{record.customer_id}", booked.amount)]
        await self._stores.ledger.post(f"seed-wallet:{record.customer_id}", "top_up", lines, booked.currency)
        await self._stores.wallets.add(Wallet(customer_id=record.customer_id, balance=record.balance))

    @load.register
    async def _(self, record: PaymentMethodRecord) -> None:
        await self._stores.customers.get(record.customer_id)
        await self._stores.ledger.set_payment_method(record)

    @load.register
    async def _(self, record: SubscriptionRequest) -> None:
        """Only checks: starting it takes a Temporal client."""
        await self._stores.customers.get(record.customer_id)
        known = await self._stores.products.find(item.sku for item in record.items)
        for item in record.items:
            if item.sku not in known:
                raise NotFound(f"There is no product {item.sku}.")


def _line(line: LineRecord, product: Product | None) -> OrderLine:
    name, price = line.name or (product and product.name), line.price or (product and product.price)
    if not name or not price:
        raise Invalid(f"{line.sku} is not in the catalogue: give its name and price")
    category = line.category or (product.category if product else "general")
    return OrderLine(sku=line.sku, name=name, quantity=line.quantity, price=price, category=category)


def _order(record: OrderRecord, lines: list[OrderLine]) -> Order:
    currency = lines[0].price.currency
    if any(each.currency != currency for each in (*(line.price for line in lines), *_given(record))):
        raise Invalid("an order has one currency")
    if any(each.amount < 0 for each in (*(line.price for line in lines), *_given(record))):
        raise Invalid("an order has no negative amounts")
    shipping = record.shipping or Money.zero(currency)
    full = sum((line.price * line.quantity for line in lines), start=shipping)
    total = record.total or full
    if full < total:
        raise Invalid(f"the total is {total}, but the lines and shipping come to {full}")
    fields = record.model_dump(exclude={"items", "shipping", "total"})
    nothing = Money.zero(currency)
    return Order(**fields, items=lines, shipping=shipping, total=total, refunded=nothing, reserved=nothing)


def _given(record: OrderRecord) -> list[Money]:
    return [each for each in (record.shipping, record.total) if each is not None]
