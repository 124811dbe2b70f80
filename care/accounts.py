"""Making, changing and closing accounts: what the accounts page and `care account add` do."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from pydantic import ValidationError

from care.errors import Conflict, Invalid, SetupError
from care.models.audit import COMMAND_LINE
from care.models.customer import Account, AccountWish, Role
from care.opening import stores_of
from care.passwords import hash_password
from care.rules.accounts import check_closing, check_open, check_password, check_role, check_wish
from care.settings import Settings
from care.stores import Stores

# Nothing that reads like something else when it is told over the phone.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """Four groups of four characters: 80 bits of chance."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


async def add_account(stores: Stores, wish: AccountWish, password: str, *, by: str) -> Account:
    """Raises Invalid, NotFound for an unknown customer, Conflict for one that was erased or an address that has one."""
    check_wish(wish)
    customer = await stores.customers.get(wish.customer_id) if wish.customer_id else None
    if customer and customer.erased_at:
        raise Conflict(f"Customer {wish.customer_id} was erased.")
    check_password(password, wish.email, customer.name if customer else "")
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
    check_password(password, email)
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
        check_password(password, email)
        check_wish(wish)
    except ValidationError as error:
        raise SetupError(f"{error.errors()[0]['loc'][0]} is not right: {error.errors()[0]['msg']}.") from None
    except Invalid as error:
        hint = " Use --customer CUST001." if "customer_id" in error.fields else ""
        raise SetupError(error.detail + hint) from None
    async with stores_of(settings) as stores:
        await add_account(stores, wish, password, by=COMMAND_LINE)
