"""Customers, their wallet, and the accounts that sign in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from care.models.common import Body, CustomerId, Model, PaymentMethodId, Utc
from care.models.money import Money


class Address(Model):
    street: str = Field(min_length=1, max_length=200)
    city: str = Field(min_length=1, max_length=100)
    postcode: str = Field(min_length=1, max_length=20)
    country: str = Field(pattern=r"^[A-Z]{2}$")

    def __str__(self) -> str:
        return f"{self.street}, {self.postcode} {self.city}, {self.country}"


class Customer(Model):
    """One that was erased keeps its id, and a name and an address that are nobody's."""

    customer_id: CustomerId
    name: str = Field(min_length=1, max_length=200)
    email: str = Field(max_length=254)
    timezone: str = "UTC"
    locale: str = "en"
    address: Address | None = None
    created_at: Utc
    erased_at: Utc | None = None


class ChangeCustomer(Body):
    """Body of `POST /customer/change/{customer_id}`: what is left out stays as it is.

    `timezone` is an IANA name; `locale` is one of a language that CARE speaks, like "es" or "es-MX".
    """

    name: str | None = Field(default=None, min_length=1, max_length=200)
    timezone: str | None = Field(default=None, max_length=64)
    locale: str | None = Field(default=None, max_length=35)
    address: Address | None = None


class Wallet(Model):
    """The balance shown to the customer; the ledger is the truth behind it."""

    customer_id: CustomerId
    balance: Money


class StoredMethod(Model):
    """A payment method that the gateway keeps for a customer: its name there, and words for it."""

    payment_method: PaymentMethodId
    label: str


class CustomerView(Customer):
    """A customer with what the desk wants at a glance."""

    wallet: Wallet | None
    orders: int
    refunds: int
    subscriptions: int


class Role(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


# Each role is named: one that comes later is let in nowhere until somebody thinks of it.
CUSTOMERS = frozenset({Role.CUSTOMER})
ADMINS = frozenset({Role.ADMIN})
OVERSEERS = ADMINS | {Role.SUPERVISOR}
STAFF = OVERSEERS | {Role.AGENT}
EVERYONE = STAFF | CUSTOMERS

Email = Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")]
# Without the signs that mean something else in the head of a mail.
NewEmail = Annotated[str, Field(pattern=r"^[^@\s<>()\[\]\\,;:\"]{1,64}@[^@\s<>()\[\]\\,;:\"]{1,190}$")]


class AccountWish(Body):
    """What an account is made from, but for its password."""

    email: NewEmail
    role: Role
    customer_id: CustomerId | None = None


class Identity(Model):
    """Whom an account is: a colleague, or the customer that it names."""

    email: Email
    role: Role
    customer_id: CustomerId | None = None

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def recorded(self) -> str:
        """How the audit record names them: a colleague by the address, a customer by nothing personal."""
        return self.customer_id or self.email


class Account(Identity):
    """A sign-in. `password_hash` is argon2id; a customer's account names its customer.

    A closed account is kept, as cases name it, and opens nothing. `generation` counts its changes: a sign-in of an
    earlier one is worth nothing.
    """

    password_hash: str
    created_at: Utc
    closed_at: Utc | None = None
    generation: int = 0


class Principal(Identity):
    """Who asks: the part of an account that a token or cookie carries, and the sign-in that it stands for."""

    email: str
    session_id: str = ""
