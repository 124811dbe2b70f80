"""What a subscription holds, when and where it comes: changed in the planner, on a desk and on a phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.running import CareUp
from tests.ui.conftest import Comes
from tests.ui.planning import all_of, subscribes

# Both sizes are looked at in test_planner.py.
pytestmark = pytest.mark.parametrize("size", ["phone"], indirect=True)


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
    await asked.get_by_label("City").fill("")
    await ana.button("Save", inside=asked).click()
    await expect(asked.get_by_text("Please fill in every line of the address.")).to_be_visible()
    await expect(asked.get_by_text("Please fill this in.", exact=True)).to_be_visible()
    await asked.get_by_label("City").fill("Potsdam")
    await asked.get_by_label("Country").fill("Germ")
    await ana.page.get_by_role("option", name="Germany").click()
    await asked.get_by_label("Street").fill("<i>Lindenweg</i> 4")
    await ana.shows("planner-address")
    await ana.button("Save", inside=asked).click()
    await ana.sees("Changed: <i>Lindenweg</i> 4")

    days = ana.dialog().get_by_role("button", name="Delivery days")
    await ana.reaches(days, ana.button("Change", inside=card))
    await days.click()
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


async def test_a_form_tells_what_cannot_be_and_outlives_its_page(comes: Comes, planner: int, running: CareUp) -> None:
    ana = await comes()
    await ana.signs_in("customer", planner)
    await ana.opens("Planner")
    await ana.button("New subscription").click()
    form = ana.dialog()
    await ana.button("Add another product", inside=form).click()
    await expect(form.get_by_label("Quantity")).to_have_count(2)
    await form.get_by_label("Quantity").last.fill("0")
    await expect(form.get_by_text("From 1 to 1,000")).to_be_visible()
    await form.get_by_label("Start, at the earliest").fill("2026-01-01")
    await expect(form.get_by_text("or a later date.")).to_be_visible()
    await expect(form.get_by_text("as soon as everything above is right.")).to_be_visible()
    await ana.shows("planner-form-faults")
    await form.get_by_label("Start, at the earliest").fill(str(datetime.now(UTC).date() + timedelta(days=2)))
    await form.get_by_label("Quantity").last.fill("3")
    await form.get_by_label("How often").click()
    await ana.page.get_by_role("option", name="Every month").click()
    await form.get_by_text("It goes to another address").click()
    await form.get_by_label("Street and number").fill("Lindenweg 4")
    await expect(form.get_by_role("listitem")).to_have_count(5)

    await ana.page.reload()
    await expect(form.get_by_label("Street and number")).to_have_value("Lindenweg 4", timeout=30_000)
    await expect(form.get_by_label("Quantity").last).to_have_value("3")
    await ana.button("Start deliveries", inside=form).click()
    await expect(form.get_by_text("Please fill this in.")).to_have_count(2)
    await form.get_by_label("Postcode").fill("53111")
    await form.get_by_label("City").fill("Bonn")
    await form.get_by_label("Country").fill("Germ")
    await ana.page.get_by_role("option", name="Germany").click()
    await ana.shows("planner-basket")
    await ana.button("Start deliveries", inside=form).click()
    card = ana.page.locator(".card", has=ana.page.get_by_role("heading", name=", 3 \N{MULTIPLICATION SIGN} "))
    await expect(card.get_by_text("Goes to Lindenweg 4, 53111 Bonn, DE")).to_be_visible(timeout=30_000)
    await ana.page.reload()
    await expect(card.first).to_be_visible()
    await expect(form).to_have_count(0)
