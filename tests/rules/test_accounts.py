from __future__ import annotations

import pytest

from care.accounts import new_password
from care.errors import Conflict, Invalid
from care.models.customer import Account, AccountWish, Role
from care.rules.accounts import check_closing, check_password, check_role, check_wish
from tests.stores.make import AT

ME = "root@shop.test"


def account(role: Role = Role.AGENT, email: str = "amy@shop.test", *, closed: bool = False) -> Account:
    return Account(email=email, password_hash="x", role=role, created_at=AT, closed_at=AT if closed else None)


@pytest.mark.parametrize(
    ("whose", "role", "admins", "why"),
    [
        (account(), Role.SUPERVISOR, 1, None),
        (account(Role.ADMIN), Role.AGENT, 2, None),
        (account(Role.ADMIN), Role.AGENT, 1, "last administrator"),
        (account(Role.ADMIN, ME), Role.AGENT, 2, "your own role"),
        (account(), Role.CUSTOMER, 2, "customer's account"),
        (account(Role.CUSTOMER), Role.ADMIN, 2, "customer's account"),
        (account(closed=True), Role.ADMIN, 2, "is closed"),
    ],
)
def test_a_role_changes_unless_somebody_would_be_locked_out(
    whose: Account, role: Role, admins: int, why: str | None
) -> None:
    if why is None:
        check_role(whose, role, by=ME, admins=admins)
        return
    with pytest.raises(Conflict, match=why):
        check_role(whose, role, by=ME, admins=admins)


@pytest.mark.parametrize(
    ("whose", "admins", "why"),
    [
        (account(Role.ADMIN), 1, "last administrator"),
        (account(Role.ADMIN, ME), 2, "your own account"),
        (account(closed=True), 2, "is closed"),
    ],
)
def test_nobody_closes_the_last_administrator_or_themselves(whose: Account, admins: int, why: str) -> None:
    with pytest.raises(Conflict, match=why):
        check_closing(whose, by=ME, admins=admins)
    check_closing(account(Role.CUSTOMER), by=ME, admins=1)


def test_a_customers_account_and_only_that_names_its_customer() -> None:
    check_wish(AccountWish(email="a@b.c", role=Role.CUSTOMER, customer_id="CUST001"))
    for wrong in (
        AccountWish(email="a@b.c", role=Role.CUSTOMER),
        AccountWish(email="a@b.c", role=Role.AGENT, customer_id="C1"),
    ):
        with pytest.raises(Invalid, match="names its customer"):
            check_wish(wrong)


def test_a_new_password_passes_its_own_rule_and_is_never_the_same() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    for each in made:
        check_password(each)
    for wrong in ("short", "x" * 257):
        with pytest.raises(Invalid, match="characters"):
            check_password(wrong)
