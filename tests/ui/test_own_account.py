"""A colleague sees where they are signed in, ends it there, and changes their password."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from care.models.customer import Account, Role
from care.passwords import hash_password
from tests.ui import audit
from tests.ui.conftest import Comes
from tests.ui.person import Person
from tests.ui.shop import Shop

EMAIL, OLD, NEW = "two-places@care.test", "one place is enough", "no place like the desk"


async def enters(person: Person, password: str) -> str:
    form: dict[str, str | float | bool] = {"email": EMAIL, "password": password}
    answer = await person.page.context.request.post("/ui/sign-in", form=form, max_redirects=0)
    return str(answer.headers["location"])


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
async def test_a_forgotten_window_is_closed_from_afar_and_the_password_changed(comes: Comes, shop: Shop) -> None:
    now, hashed = datetime.now(UTC), await hash_password(OLD)
    await shop.stores.accounts.add(Account(email=EMAIL, password_hash=hashed, role=Role.AGENT, created_at=now))
    here, there, third = await comes(), await comes(), await comes()
    for person in (there, third, here):
        assert await enters(person, OLD) == "/ui/"
    await there.page.goto("/ui/customers")
    await third.page.goto("/ui/parcels")
    await here.page.goto("/ui/desk")
    await here.button("Your account").click()
    await here.page.get_by_role("link", name="Password and sign-ins").click()
    await here.sees("Where you are signed in")
    await here.sees("Chrome, Linux")
    assert await audit.violations(here.page) == []
    await here.shows("own-account")

    rows = here.page.locator("section.card", has_text="Where you are signed in").get_by_role("listitem")
    await here.button("Sign out there", inside=rows.nth(2)).click()
    await here.sees("Signed out there.")
    await there.sees("You are signed out.")
    await there.page.goto("/ui/customers")
    await there.sees("Sign in to CARE")

    await here.page.get_by_label("Current password", exact=True).fill("I do not know")
    await here.page.get_by_label("New password", exact=True).fill(NEW)
    await here.button("Change the password").click()
    await here.sees("The current password is wrong.")
    await here.page.get_by_label("Current password", exact=True).fill(OLD)
    await here.button("Change the password").click()
    await here.sees("Your password is changed.")
    await third.sees("You are signed out.")
    await here.loads_again()
    await here.sees("Where you are signed in")
    assert await enters(there, OLD) == "/ui/login?why=wrong"
    assert await enters(there, NEW) == "/ui/"
