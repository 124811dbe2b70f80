from __future__ import annotations

import asyncio

import pytest

from care.accounts import add_account, change_role, close_account, reset_password
from care.errors import Conflict, NotFound
from care.models.audit import AuditEvent
from care.models.customer import AccountWish, ChangeCustomer, Role
from care.passwords import verify_password
from care.stores import Stores
from care.stores.migrations.m0002_customer_keys import CUSTOMER_KEYS
from tests.stores.make import customer
from tests.stores.migrations import migrated

PASSWORD = "correct horse battery"


async def hired(stores: Stores, email: str, role: Role) -> None:
    await add_account(stores, AccountWish(email=email, role=role), PASSWORD, by="root@shop.test")


async def record(stores: Stores) -> list[AuditEvent]:
    return (await stores.audit.page()).items


async def test_each_act_on_an_account_is_recorded_and_ends_what_was_open(stores: Stores) -> None:
    await hired(stores, "Amy@shop.test", Role.AGENT)
    promoted = await change_role(stores, "amy@shop.test", Role.SUPERVISOR, by="root@shop.test")
    renewed = await reset_password(stores, "amy@shop.test", "another horse battery", by="root@shop.test")
    closed = await close_account(stores, "amy@shop.test", by="root@shop.test")
    assert [each.generation for each in (promoted, renewed, closed)] == [1, 2, 3]
    assert await verify_password("another horse battery", closed.password_hash)
    told = [(each.number, each.act, each.detail.get("before"), each.detail["role"]) for each in await record(stores)]
    assert told == [
        (4, "account_closed", None, "supervisor"),
        (3, "password_reset", None, "supervisor"),
        (2, "role_changed", "agent", "supervisor"),
        (1, "account_added", None, "agent"),
    ]
    assert {(each.by, each.about) for each in await record(stores)} == {("root@shop.test", "amy@shop.test")}


async def test_what_is_refused_leaves_no_line_in_the_record(stores: Stores) -> None:
    await hired(stores, "root@shop.test", Role.ADMIN)
    with pytest.raises(Conflict, match="already"):
        await hired(stores, "ROOT@shop.test", Role.AGENT)
    with pytest.raises(Conflict, match="last administrator"):
        await close_account(stores, "root@shop.test", by="somebody else")
    with pytest.raises(NotFound):
        await close_account(stores, "nobody@shop.test", by="root@shop.test")
    wish = AccountWish(email="ana@shop.test", role=Role.CUSTOMER, customer_id="CUST404")
    with pytest.raises(NotFound):
        await add_account(stores, wish, PASSWORD, by="root@shop.test")
    assert [each.number for each in await record(stores)] == [1]


async def test_two_administrators_cannot_close_each_other_in_the_same_moment(stores: Stores) -> None:
    await hired(stores, "one@shop.test", Role.ADMIN)
    await hired(stores, "two@shop.test", Role.ADMIN)
    tried = await asyncio.gather(
        close_account(stores, "two@shop.test", by="one@shop.test"),
        close_account(stores, "one@shop.test", by="two@shop.test"),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Conflict) for each in tried) == 1
    assert sum(each.closed_at is None for each in await stores.accounts.all()) == 1


async def test_a_customer_is_found_by_the_beginning_of_id_address_or_name(stores: Stores) -> None:
    await stores.customers.add(customer("CUST001", name="Élodie de la Cruz", email="elodie@shop.test"))
    await stores.customers.put(customer("CUST002", name="Ravi Mehta", email="r.mehta@shop.test"))

    async def found(wanted: str) -> list[str]:
        return sorted(each.customer_id for each in await stores.customers.search(wanted, 10))

    assert await found("cust00") == ["CUST001", "CUST002"]
    assert await found("ELODIE@") == await found("elodie de") == await found("la cr") == ["CUST001"]
    assert await found("R.Mehta@shop") == await found("mehta") == ["CUST002"]
    assert await found(".*") == await found("") == await found("\ud800") == await found("shop.test") == []
    await stores.customers.change("CUST002", ChangeCustomer(name="Ravi Rao"))
    assert await found("rao") == ["CUST002"]
    assert await found("mehta") == []


async def test_customers_from_before_there_were_keys_are_found_after_the_migration(stores: Stores) -> None:
    await stores.customers.add(customer("CUST001", name="Ada"))
    await stores.database["customers"].update_one({"_id": "CUST001"}, {"$unset": {"handles": "", "names": ""}})
    assert await stores.customers.search("ada", 10) == []
    await migrated(stores, [CUSTOMER_KEYS])
    assert [each.customer_id for each in await stores.customers.search("ada", 10)] == ["CUST001"]
