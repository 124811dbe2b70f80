"""Making, changing and closing accounts: what the accounts page and `care account add` do."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from pydantic import ValidationError

from care.errors import Invalid, SetupError
from care.models.audit import COMMAND_LINE
from care.models.customer import Account, AccountWish, Role
from care.passwords import hash_password
from care.rules.accounts import check_closing, check_open, check_password, check_role, check_wish
from care.settings import Settings
from care.stores import CONNECTION_ERRORS, Stores, open_stores

# Nothing that reads like something else when it is told over the phone.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """Four groups of four characters: 80 bits of chance."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


async def add_account(stores: Stores, wish: AccountWish, password: str, *, by: str) -> Account:
    """Raises Invalid, Conflict if the address has an account, NotFound for an unknown customer."""
    check_password(password)
    check_wish(wish)
    if wish.customer_id:
        await stores.customers.get(wish.customer_id)
    hashed = await hash_password(password)
    account = Account(password_hash=hashed, created_at=datetime.now(UTC), **wish.model_dump())
    await stores.accounts.add(account, by=by)
    return account


async def change_role(stores: Stores, email: str, role: Role, *, by: str) -> Account:
    """Raises NotFound, Conflict (care.rules.accounts)."""

    def act(account: Account, admins: int) -> Account:
        check_role(account, role, by=by, admins=admins)
        return account.model_copy(update={"role": role})

    return await stores.accounts.act(email, "role_changed", act, by=by)


async def reset_password(stores: Stores, email: str, password: str, *, by: str) -> Account:
    """Whoever is signed in with the old one is signed out. Raises Invalid, NotFound, Conflict if it is closed."""
    check_password(password)
    hashed = await hash_password(password)

    def act(account: Account, admins: int) -> Account:
        check_open(account)
        return account.model_copy(update={"password_hash": hashed})

    return await stores.accounts.act(email, "password_reset", act, by=by)


async def close_account(stores: Stores, email: str, *, by: str) -> Account:
    """It is kept, as cases name it, and opens nothing. Raises NotFound, Conflict (care.rules.accounts)."""

    def act(account: Account, admins: int) -> Account:
        check_closing(account, by=by, admins=admins)
        return account.model_copy(update={"closed_at": datetime.now(UTC)})

    return await stores.accounts.act(email, "account_closed", act, by=by)


async def new_account(settings: Settings, email: str, role: str, customer: str | None, password: str) -> None:
    """What `care account add` does. Raises SetupError for bad input, Conflict if the address has an account, NotFound
    for an unknown customer."""
    if role not in list(Role):
        raise SetupError(f"{role} is no role: choose {', '.join(Role)}.")
    try:
        wish = AccountWish(email=email, role=Role(role), customer_id=customer)
        check_password(password)
        check_wish(wish)
    except ValidationError as error:
        raise SetupError(f"{error.errors()[0]['loc'][0]} is not right: {error.errors()[0]['msg']}.") from None
    except Invalid as error:
        hint = " Use --customer CUST001." if "customer_id" in error.fields else ""
        raise SetupError(error.detail + hint) from None
    try:
        async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
            await add_account(stores, wish, password, by=COMMAND_LINE)
    except CONNECTION_ERRORS:
        raise SetupError("MongoDB cannot be reached: check that it runs and that the address is right.") from None
