"""An administrator hires, promotes and dismisses; what that ends, ends at once, and it is all in the audit record."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.ui import audit
from tests.ui.conftest import Comes
from tests.ui.person import Person


async def acts_on(admin: Person, email: str, act: str) -> None:
    await admin.reaches(admin.button(act), admin.button(f"Change the account {email}"))
    assert await audit.violations(admin.page, "aria-required-children", "button-name") == []
    await admin.button(act).click()


async def signs_in_as(person: Person, email: str, password: str) -> None:
    await person.page.context.request.post("/ui/sign-in", form={"email": email, "password": password}, max_redirects=0)
    await person.page.goto("/ui/desk")


async def test_an_account_is_made_changed_and_closed(comes: Comes, size: str) -> None:
    root, new = await comes(), await comes()
    email = f"new-{size}@care.test"
    await root.arrives("/ui/", "admin")
    await root.opens("Accounts")
    await root.button("Add an account").click()
    await root.dialog().get_by_label("E-mail").fill(email)
    await root.button("Add", inside=root.dialog()).click()
    secret = root.page.get_by_label("The password", exact=True)
    password = await secret.inner_text()
    await root.shows("account-password")
    await root.button("I have passed it on").click()
    await root.sees(f"added {email} as Agent.")

    await signs_in_as(new, email, password)
    await new.sees("Refunds that wait for a person")
    await acts_on(root, email, "Change the role")
    await root.dialog().get_by_label("Role").click()
    await root.page.get_by_role("option", name="Supervisor").click()
    await root.button("Change", inside=root.dialog()).click()
    await root.sees(f"made {email} Supervisor; before: Agent.")
    await new.sees("You are signed out.")

    await signs_in_as(new, email, password)
    await new.sees("Refunds that wait for a person")
    await acts_on(root, email, "Close the account")
    await root.button("Close the account", inside=root.dialog()).click()
    await root.sees(f"closed the account of {email}.")
    await new.sees("You are signed out.")
    await signs_in_as(new, email, password)
    await expect(new.page.get_by_label("Password")).to_be_visible()
    await root.shows("accounts")

    await root.opens("Audit")
    await root.page.get_by_label("About").fill(email)
    await root.button("Show").click()
    for done in ("Account closed", "Role changed", "Account added"):
        await root.sees(done)
    await root.button("Check the record").click()
    await root.sees("lines are as written.")
    await root.shows("audit")


@pytest.mark.parametrize("size", ["desktop"])
async def test_a_token_of_one_of_the_shops_systems_is_made_shown_once_and_revoked(comes: Comes, size: str) -> None:
    root, name = await comes(), f"till-{size}"
    await root.arrives("/ui/accounts", "admin")
    await root.button("Make a token").click()
    await root.dialog().get_by_label("Name").fill("My Till")
    await root.button("Make it", inside=root.dialog()).click()
    await root.sees("Please name it with small letters, digits and dashes, like web-shop.")
    await root.dialog().get_by_label("Name").fill(name)
    await root.dialog().get_by_label("What it may do").click()
    await root.page.get_by_role("option", name="orders:read").click()
    await root.page.keyboard.press("Escape")
    await root.button("Make it", inside=root.dialog()).click()
    token = await root.page.get_by_label("The token", exact=True).inner_text()
    await root.button("I have passed it on").click()

    bearer, orders = {"Authorization": f"Bearer {token}"}, "/orders/CUST001"
    calls = root.page.context.request
    assert (await calls.get(orders, headers=bearer)).status == 200
    assert (await calls.get("/analytics/summary", headers=bearer)).status == 403
    await root.button(f"Revoke {name}").click()
    await root.button("Revoke", inside=root.dialog()).click()
    await root.sees(f"{name} opens nothing any more.")
    assert (await calls.get(orders, headers=bearer)).status == 401
    await root.shows("tokens")
