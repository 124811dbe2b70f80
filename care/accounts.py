"""What `care account add` does."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import ValidationError

from care.errors import SetupError
from care.models.customer import Account, Role
from care.passwords import hash_password
from care.settings import Settings
from care.stores import CONNECTION_ERRORS, open_stores

SHORTEST_PASSWORD = 12


async def new_account(settings: Settings, email: str, role: str, customer: str | None, password: str) -> None:
    """Raises SetupError for bad input, Conflict if the address has an account, NotFound for an unknown customer."""
    if len(password) < SHORTEST_PASSWORD:
        raise SetupError(f"Choose a password of at least {SHORTEST_PASSWORD} characters.")
    if (role == Role.CUSTOMER) != (customer is not None):
        raise SetupError("An account with the role customer, and only that, names its customer: --customer CUST001.")
    try:
        account = Account(
            email=email,
            password_hash=await hash_password(password),
            role=Role(role),
            customer_id=customer,
            created_at=datetime.now(UTC),
        )
    except ValidationError as error:
        raise SetupError(f"{error.errors()[0]['loc'][0]} is not right: {error.errors()[0]['msg']}.") from None
    except ValueError:
        raise SetupError(f"{role} is no role: choose {', '.join(Role)}.") from None
    try:
        async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
            if customer:
                await stores.customers.get(customer)
            await stores.accounts.add(account)
    except CONNECTION_ERRORS:
        raise SetupError("MongoDB cannot be reached: check that it runs and that the address is right.") from None
