"""What tests of the planner do again and again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from playwright.async_api import Locator, expect

from tests.running import CareUp
from tests.ui.person import Person


def plain(day: date) -> str:
    """As the portal writes it: "Fri 27 Nov"."""
    return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if day.year != datetime.now(UTC).year else "")


def all_of(running: CareUp, account: int) -> dict[str, dict[str, Any]]:
    """The customer's subscriptions as the API has them, by id."""
    with running.signed_in("customer", account) as client:
        customer = running.account("customer", account)["customer_id"]
        items = client.get(f"/subscriptions/{customer}").raise_for_status().json()["items"]
    return {item["subscription_id"]: item for item in items}


async def chooses(ana: Person, day: date) -> Locator:
    """Turns the calendar to a day, opens its sheet, and gives it."""
    title = ana.page.locator(".card.planner h2")
    while (before := await title.inner_text()) != f"{day:%B %Y}":
        await ana.reaches(title.filter(has_not_text=before), ana.button("Month after"))
    await ana.page.locator(f".cal [data-key='{day}']").click()
    await expect(ana.dialog()).to_be_visible()
    return ana.dialog()


async def closes(ana: Person) -> None:
    await ana.button("Close", inside=ana.dialog()).click()
    await expect(ana.dialog()).to_have_count(0)
    if await ana.button("Today").count():
        await ana.button("Today").click()
        await expect(ana.button("Today")).to_have_count(0)


async def subscribes(ana: Person, account: int, frequency: str) -> tuple[str, Locator]:
    """To the first product, with the days that the form proposes; gives the id and the card."""
    before = all_of(ana.running, account)
    await ana.button("New subscription").click()
    form = ana.dialog()
    await form.get_by_label("How often").click()
    await ana.page.get_by_role("option", name=frequency).click()
    await expect(form.get_by_role("list", name="The next five deliveries").get_by_role("listitem")).to_have_count(5)
    await ana.shows(f"planner-new-{frequency.split()[-1]}")
    await ana.button("Start deliveries", inside=form).dblclick()
    await ana.sees("The first delivery comes")
    await expect(form).to_have_count(0)
    [made] = all_of(ana.running, account).keys() - before
    card = ana.page.locator(f"#{made}")
    await expect(card.get_by_text("Active")).to_be_visible(timeout=30_000)
    return made, card
