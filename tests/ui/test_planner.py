"""The planner, clicked through from a subscription's first day to its last, on a desk and on a phone."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.async_api import expect

from tests.running import CareUp
from tests.ui.conftest import Comes
from tests.ui.planning import all_of, chooses, closes, plain, subscribes


async def test_a_subscription_is_lived_with_from_the_calendar(comes: Comes, planner: int, running: CareUp) -> None:
    ana = await comes()
    await ana.signs_in("customer", planner)
    await ana.opens("Planner")
    made, card = await subscribes(ana, planner, "Every 2 weeks")
    first, second, third = map(date.fromisoformat, all_of(running, planner)[made]["upcoming"][:3])

    sheet = await chooses(ana, first)
    mine = sheet.locator(".happens", has_text=made)
    await ana.shows("planner-day")
    await ana.button("Skip it", inside=mine).dblclick()
    await expect(sheet.get_by_text(f"Skipped. The next delivery comes {plain(second)}.")).to_be_visible()
    await ana.shows("planner-skipped")
    await ana.button("Take the skip back", inside=mine).click()
    await expect(sheet.get_by_text(f"It comes again. The next delivery comes {plain(first)}.")).to_be_visible()
    await ana.button("Skip it", inside=mine).click()
    await expect(ana.button("Take the skip back", inside=mine)).to_be_visible()
    await closes(ana)
    await expect(card.get_by_text(plain(second))).to_be_visible(timeout=30_000)

    sheet = await chooses(ana, second)
    await ana.button("Move it", inside=mine).click()
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


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
async def test_the_keyboard_walks_the_calendar_and_an_open_day_follows_what_happens_elsewhere(
    comes: Comes, planner: int, running: CareUp
) -> None:
    with running.signed_in("customer", planner) as elsewhere:
        milk, rice = (product["sku"] for product in elsewhere.get("/products").json()["items"][:2])
        wish = {
            "customer_id": running.account("customer", planner)["customer_id"],
            "items": [{"sku": milk, "quantity": 1}, {"sku": rice, "quantity": 1}],
            "frequency": "monthly",
            "delivery_day": 15,
        }
        made = elsewhere.post("/subscription", json=wish).raise_for_status().json()
        first, name = date.fromisoformat(made["upcoming"][0]), made["subscription_id"]

        ana = await comes()
        await ana.arrives("/ui/planner", "customer", planner)
        day = ana.page.locator(".cal .day[tabindex='0']")
        today = date.fromisoformat(await day.get_attribute("data-key") or "")
        await day.focus()
        for key, to in (
            ("ArrowDown", today + timedelta(7)),
            ("ArrowRight", today + timedelta(8)),
            ("Home", today + timedelta(8 - (today + timedelta(8)).weekday())),
        ):
            await ana.page.keyboard.press(key)
            await expect(ana.page.locator(f".cal [data-key='{to}']")).to_be_focused()
        turns = (first.year - to.year) * 12 + first.month - to.month
        for _ in range(abs(turns)):
            title = await ana.page.locator(".card.planner h2").inner_text()
            await ana.page.keyboard.press("PageDown" if turns > 0 else "PageUp")
            await expect(ana.page.locator(".card.planner h2")).not_to_have_text(title)
            await expect(day).to_be_focused()
        now = date.fromisoformat(await day.get_attribute("data-key") or "")
        for _ in range(abs((first - now).days)):
            await ana.page.keyboard.press("ArrowRight" if first > now else "ArrowLeft")
        delivery = ana.page.locator(f".cal [data-key='{first}']")
        await expect(delivery).to_be_focused()
        await expect(delivery).to_have_attribute("aria-label", re.compile(f"{first:%A}.*{first.year}. Delivery: "))
        await ana.page.keyboard.press("Enter")

        sheet = ana.dialog()
        await ana.button("Leave an item out", inside=sheet).click()
        await ana.page.get_by_role("menuitem", name="Amul Milk").click()
        await expect(sheet.get_by_text("is left out this time.")).to_be_visible()
        assert all_of(running, planner)[name]["left_out"] == {str(first): [milk]}
        await ana.button("Put Amul Milk 1L back in", inside=sheet).click()
        await expect(sheet.get_by_text("comes with it again.")).to_be_visible()
        elsewhere.post(f"/subscription/skip/{name}", json={"date": str(first)}).raise_for_status()
        await expect(ana.button("Take the skip back", inside=sheet)).to_be_visible()
        await expect(sheet.get_by_text("comes with it again.")).to_be_visible()
        await ana.shows("planner-followed")
        await ana.page.keyboard.press("Escape")
        await expect(sheet).to_have_count(0)
        await expect(delivery).to_be_focused()
        await ana.button("Show as a list").click()
        await expect(ana.page.get_by_role("listitem").get_by_text("Skipped: ").first).to_be_visible()
        await ana.shows("planner-list")


@pytest.mark.parametrize("size", ["phone"], indirect=True)
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


@pytest.mark.parametrize("size", ["phone"], indirect=True)
async def test_an_order_for_today_needs_a_yes(comes: Comes, planner: int, running: CareUp) -> None:
    ana = await comes()
    await ana.signs_in("customer", planner)
    await ana.opens("Planner")
    made, _ = await subscribes(ana, planner, "Every month")
    day = ana.page.locator("button.day.today")
    await day.click()
    await ana.shows("planner-today")
    await ana.dialog().locator(f"[data-key='{made} order']").click()
    asked = ana.page.get_by_role("dialog", name="Order now?")
    await ana.shows("planner-order")
    await ana.button("Order now", inside=asked).dblclick()
    await ana.sees("Ordered for today.")
    await expect(day).to_have_attribute("aria-label", re.compile("Ordered: "), timeout=30_000)
    await day.click()
    await expect(ana.dialog().get_by_role("link", name=re.compile(f"^Order ORD-{made}-"))).to_have_count(1)
