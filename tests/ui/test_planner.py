"""The planner, clicked through from a subscription's first day to its last, on a desk and on a phone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.running import CareUp
from tests.ui.conftest import Comes
from tests.ui.person import Person

# A customer for each size, for whom no other test of the portal plans anything.
FIRST_CUSTOMER = 2


@pytest.fixture
def planner(customer: int) -> int:
    return FIRST_CUSTOMER + customer


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
        await ana.button("Month after").click()
        await expect(title).not_to_have_text(before)
    await ana.page.get_by_role("button", name=re.compile(rf"^{day:%a} {day.day} {day:%b}[.,]")).click()
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


async def test_a_subscription_is_lived_with_from_the_calendar(comes: Comes, planner: int, running: CareUp) -> None:
    ana = await comes()
    await ana.signs_in("customer", planner)
    await ana.opens("Planner")
    made, card = await subscribes(ana, planner, "Every 2 weeks")
    first, second, third = map(date.fromisoformat, all_of(running, planner)[made]["upcoming"][:3])

    sheet = await chooses(ana, first)
    await ana.shows("planner-day")
    await ana.button("Skip it", inside=sheet).dblclick()
    await expect(sheet.get_by_text(f"Skipped. The next delivery comes {plain(second)}.")).to_be_visible()
    await ana.shows("planner-skipped")
    await ana.button("Take the skip back", inside=sheet).click()
    await expect(sheet.get_by_text(f"It comes again. The next delivery comes {plain(first)}.")).to_be_visible()
    await ana.button("Skip it", inside=sheet).click()
    await expect(ana.button("Take the skip back", inside=sheet)).to_be_visible()
    await closes(ana)
    await expect(card.get_by_text(plain(second))).to_be_visible(timeout=30_000)

    sheet = await chooses(ana, second)
    await ana.button("Move it", inside=sheet).click()
    await ana.sees("Move this delivery")
    to = second + timedelta(days=1 if second.month == (second + timedelta(days=1)).month else -1)
    await ana.button(str(to.day), inside=ana.dialog()).click()
    await ana.sees(f"It comes {plain(to)} instead.")
    await ana.shows("planner-move")
    await ana.button("Move it", inside=ana.dialog()).click()
    await ana.sees(f"Moved to {plain(to)}.")
    await expect(card.get_by_text(plain(to))).to_be_visible(timeout=30_000)
    assert all_of(running, planner)[made]["moved"] == {second.isoformat(): to.isoformat()}

    await ana.button("Pause", inside=card).click()
    await ana.dialog().get_by_text("Until a date").click()
    await ana.dialog().get_by_label("Deliveries go on from").fill(third.isoformat())
    await ana.sees(f"The next delivery comes {plain(third)}.")
    await ana.shows("planner-pause")
    await ana.button("Pause", inside=ana.dialog()).click()
    await expect(card.get_by_text(f"Paused until {plain(third)}.")).to_be_visible(timeout=30_000)
    await ana.button("Resume", inside=card).click()
    await expect(card.get_by_text("Active")).to_be_visible(timeout=30_000)

    await ana.button("Change", inside=card).click()
    await ana.shows("planner-change")
    await ana.dialog().get_by_role("button", name="Items").click()
    await ana.dialog().get_by_label("Quantity").fill("7")
    await ana.button("Save", inside=ana.dialog()).click()
    await expect(card.get_by_role("heading")).to_contain_text("7 \N{MULTIPLICATION SIGN}", timeout=30_000)

    await ana.button("Cancel", inside=card).click()
    await ana.dialog().get_by_text("After the next delivery").click()
    await ana.dialog().get_by_label("Why?").click()
    await ana.page.get_by_role("option", name="It is too expensive").click()
    await ana.dialog().get_by_label("Anything to add?").fill("a <b>bit</b>")
    await ana.shows("planner-cancel")
    await ana.button("Cancel it", inside=ana.dialog()).click()
    await expect(card.get_by_text("Ending")).to_be_visible(timeout=30_000)
    assert all_of(running, planner)[made]["cancel_reason"] == "It is too expensive: a <b>bit</b>"
    await ana.shows("planner")
    await ana.button("Keep it", inside=card).click()
    await expect(card.get_by_text("Active")).to_be_visible(timeout=30_000)
    assert not all_of(running, planner)[made]["cancel_after_next"]


async def test_a_refusal_is_told_in_the_dialog_that_asked(comes: Comes, planner: int, running: CareUp) -> None:
    ana = await comes()
    await ana.signs_in("customer", planner)
    await ana.opens("Planner")
    made, card = await subscribes(ana, planner, "Every week")
    await ana.button("Pause", inside=card).click()
    await ana.sees("Pause deliveries?")
    with running.signed_in("customer", planner) as elsewhere:
        elsewhere.post(f"/subscription/cancel/{made}").raise_for_status()
    await ana.button("Pause", inside=ana.dialog()).click()
    refused = ana.dialog().get_by_role("alert")
    await expect(refused).to_have_text(re.compile(f"Subscription {made} (has ended|is cancelled)"))
    await ana.shows("planner-refused")
    await ana.button("Go back", inside=ana.dialog()).click()
    await ana.page.get_by_role("button", name=re.compile("^Show .* ended")).click()
    await expect(card.get_by_text("Cancelled")).to_be_visible()


async def test_an_order_for_today_needs_a_yes(comes: Comes, planner: int, running: CareUp) -> None:
    ana = await comes()
    await ana.signs_in("customer", planner)
    await ana.opens("Planner")
    made, _ = await subscribes(ana, planner, "Every month")
    day = ana.page.locator("button.day.today")
    await day.click()
    await ana.shows("planner-today")
    offered = ana.dialog().locator(".offered", has_text="Amul Milk").filter(has_text="Every month")
    await ana.button("Order now", inside=offered).click()
    asked = ana.page.get_by_role("dialog", name="Order now?")
    await ana.shows("planner-order")
    await ana.button("Order now", inside=asked).dblclick()
    await ana.sees("Ordered for today.")
    await expect(day).to_have_attribute("aria-label", re.compile("Ordered: "), timeout=30_000)
    await day.click()
    await expect(ana.dialog().get_by_role("link", name=re.compile(f"^Order ORD-{made}-"))).to_have_count(1)


async def test_an_empty_day_takes_the_next_delivery(comes: Comes, planner: int) -> None:
    ana = await comes()
    await ana.signs_in("customer", planner)
    await ana.opens("Planner")
    await subscribes(ana, planner, "Every 2 weeks")
    await ana.button("Month after").click()
    await expect(ana.button("Today")).to_be_visible()
    await ana.page.get_by_role("button", name=re.compile("Nothing planned$")).first.click()
    await ana.sees("Nothing is planned on this day.")
    await ana.shows("planner-empty-day")
    await ana.button("Move it here", inside=ana.dialog()).last.click()
    await expect(ana.dialog().get_by_text("Moved here. The next delivery comes")).to_be_visible()
    await expect(ana.dialog().get_by_text("Planned, moved here from")).to_be_visible()


async def test_the_address_and_the_days_are_changed_in_a_dialog_each(
    comes: Comes, planner: int, running: CareUp
) -> None:
    ana = await comes()
    await ana.signs_in("customer", planner)
    await ana.opens("Planner")
    made, card = await subscribes(ana, planner, "Every day")
    await ana.button("Change", inside=card).click()
    await ana.dialog().get_by_role("button", name="Address").click()
    asked = ana.page.get_by_role("dialog", name="Where to?")
    await asked.get_by_label("Country").fill("Germany")
    await ana.button("Save", inside=asked).click()
    await expect(asked.get_by_role("alert")).to_have_text(re.compile("the country has two letters"))
    await asked.get_by_label("Country").fill("de")
    await asked.get_by_label("Street").fill("<i>Lindenweg</i> 4")
    await ana.shows("planner-address")
    await ana.button("Save", inside=asked).click()
    await ana.sees("Changed: <i>Lindenweg</i> 4")

    await ana.button("Change", inside=card).click()
    await ana.dialog().get_by_role("button", name="Delivery days").click()
    asked = ana.page.get_by_role("dialog", name="On which days?")
    await asked.get_by_label("How often").click()
    await ana.page.get_by_role("option", name="Every month").click()
    await asked.get_by_label("Day of the month").click()
    await ana.page.get_by_role("option", name="On the 9th").click()
    await expect(asked.get_by_role("listitem").first).to_contain_text(re.compile("^... 9 "))
    await ana.shows("planner-days")
    await ana.button("Save", inside=asked).click()
    await expect(card.get_by_text("Every month on the 9th")).to_be_visible(timeout=30_000)
    assert all_of(running, planner)[made]["address"]["country"] == "DE"


async def test_several_products_come_together(comes: Comes, planner: int) -> None:
    ana = await comes()
    await ana.signs_in("customer", planner)
    await ana.opens("Planner")
    await ana.button("New subscription").click()
    form = ana.dialog()
    await ana.button("Add another product", inside=form).click()
    await form.get_by_label("Quantity").last.fill("3")
    await form.get_by_label("How often").click()
    await ana.page.get_by_role("option", name="Every month").click()
    await ana.shows("planner-basket")
    await ana.button("Start deliveries", inside=form).click()
    await expect(ana.page.get_by_role("heading", name=", 3 \N{MULTIPLICATION SIGN} ")).to_be_visible(timeout=30_000)
