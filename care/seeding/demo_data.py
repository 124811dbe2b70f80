"""The demo shop as plain tables: products, people, and for each customer the same course of orders."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from care.models.customer import Address, Role
from care.models.order import OrderStatus

CURRENCY = "EUR"
SHIPPING = 290  # cents, below FREE_FROM
FREE_FROM = 3000
STOCK = 25_000


class DemoProduct(NamedTuple):
    """`price` in cents."""

    sku: str
    name: str
    price: int
    category: str
    description: str


class DemoCustomer(NamedTuple):
    """`booked` is what the ledger knows of the wallet, `shown` what the wallet says, in cents."""

    customer_id: str
    name: str
    email: str
    timezone: str
    address: Address
    since: timedelta
    booked: int
    shown: int


class DemoOrder(NamedTuple):
    """`placed` and `delivered` count back from now. `settled`: the shop knows that its payment came through."""

    status: OrderStatus
    placed: timedelta
    items: dict[str, int]
    delivered: timedelta | None = None
    settled: bool = True


def days(count: int, hours: int = 0) -> timedelta:
    return timedelta(days=count, hours=hours)


PRODUCTS = [
    DemoProduct("AMUL-MILK-1L", "Amul Milk 1L", 169, "dairy", "Whole milk, 3.5% fat, pasteurised, one litre."),
    DemoProduct("WHEY-1KG", "Whey Protein", 2490, "nutrition", "Whey isolate, vanilla, 33 servings of 25 g protein."),
    DemoProduct("OATS-500G", "Rolled Oats 500g", 219, "pantry", "Whole grain, for porridge and baking."),
    DemoProduct("COFFEE-250G", "House Coffee Beans 250g", 790, "pantry", "Medium roast, notes of cocoa and hazelnut."),
    DemoProduct("EGGS-10", "Free-Range Eggs, 10", 349, "dairy", "Size M, from hens that go outdoors."),
    DemoProduct("BREAD-RYE", "Rye Bread 750g", 399, "bakery", "Sourdough, baked on the morning it is sent."),
    DemoProduct("BASMATI-2KG", "Basmati Rice 2kg", 649, "pantry", "Aged long grain from the foothills."),
    DemoProduct("OLIVE-OIL-1L", "Olive Oil 1L", 1190, "pantry", "Extra virgin, first cold pressing."),
    DemoProduct("GHEE-500G", "Amul Ghee 500g", 899, "dairy", "Clarified butter for frying and sweets."),
    DemoProduct("DISH-TABS-60", "Dishwasher Tablets, 60", 999, "household", "All in one, in a film that dissolves."),
    DemoProduct("CAT-FOOD-3KG", "Cat Food with Chicken 3kg", 1549, "pets", "Complete dry food for grown cats."),
    DemoProduct("MUG-STONE", "Stoneware Mug", 1290, "home", "Holds 350 ml; for the dishwasher too."),
]

CUSTOMERS = [
    DemoCustomer(
        *("CUST001", "Ana Keller", "ana@demo.test", "Europe/Berlin"),
        *(Address(street="Lindenallee 12", city="Berlin", postcode="12049", country="DE"), days(410)),
        booked=2500,
        shown=2000,  # out of step on purpose: the chat can put it right
    ),
    DemoCustomer(
        *("CUST002", "Ravi Mehta", "ravi@demo.test", "Asia/Kolkata"),
        *(Address(street="14 Lake View Road", city="Kolkata", postcode="700029", country="IN"), days(295)),
        booked=1250,
        shown=1250,
    ),
    DemoCustomer(
        *("CUST003", "Elena Torres", "elena@demo.test", "America/New_York"),
        *(Address(street="88 Prospect Street", city="New York", postcode="11217", country="US"), days(180)),
        booked=4000,
        shown=4000,
    ),
    DemoCustomer(
        *("CUST004", "Jonas Lind", "jonas@demo.test", "Europe/Stockholm"),
        *(Address(street="Skeppargatan 5", city="Stockholm", postcode="11452", country="SE"), days(150)),
        booked=780,
        shown=780,
    ),
]

ORDERS = [
    DemoOrder(OrderStatus.DELIVERED, days(131), {"MUG-STONE": 2, "COFFEE-250G": 1}, days(127)),
    DemoOrder(OrderStatus.DELIVERED, days(24), {"BASMATI-2KG": 1, "GHEE-500G": 1, "OATS-500G": 2}, days(21)),
    DemoOrder(OrderStatus.CANCELLED, days(13), {"CAT-FOOD-3KG": 1}),
    DemoOrder(OrderStatus.DELIVERED, days(9), {"WHEY-1KG": 1, "OATS-500G": 2, "MUG-STONE": 1}, days(6)),
    DemoOrder(OrderStatus.DELIVERED, days(6), {"BREAD-RYE": 1, "EGGS-10": 2}, days(4)),
    DemoOrder(OrderStatus.DELIVERED, days(4), {"AMUL-MILK-1L": 4, "COFFEE-250G": 1}, days(1)),
    DemoOrder(OrderStatus.SHIPPED, days(2), {"OLIVE-OIL-1L": 1, "DISH-TABS-60": 1}),
    DemoOrder(OrderStatus.PENDING, days(0, 5), {"AMUL-MILK-1L": 6, "BREAD-RYE": 1}),
]

# Only the first customer has it: the gateway took the money, and the shop has not heard of it.
UNHEARD_ORDER = DemoOrder(OrderStatus.PENDING, days(0, 3), {"WHEY-1KG": 1}, settled=False)

STAFF = [
    ("amy@demo.test", Role.AGENT),
    ("omar@demo.test", Role.AGENT),
    ("sofia@demo.test", Role.SUPERVISOR),
    ("admin@demo.test", Role.ADMIN),
]
