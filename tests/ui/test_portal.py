"""The portal, clicked through as customers, agents and supervisors would, on a desk and on a phone."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.ui import audit
from tests.ui.conftest import Comes


async def test_a_wrong_password_is_told_kindly_and_opens_nothing(comes: Comes) -> None:
    ana = await comes()
    await ana.signs_in("customer", password="not my password")
    await ana.sees("The e-mail address or the password is wrong")
    await ana.page.goto("/ui/orders")
    await expect(ana.page).to_have_url(re.compile("/ui/login$"))
    assert await audit.violations(ana.page) == []
    await ana.shows("sign-in")


async def test_signing_out_ends_every_tab(comes: Comes) -> None:
    ana = await comes()
    await ana.signs_in("customer")
    await ana.sees("Upcoming deliveries")
    await ana.sees("Local models: no key set")
    await ana.shows("home")
    other_tab = await ana.page.context.new_page()
    await other_tab.goto("/ui/orders")
    await expect(other_tab.get_by_role("heading", level=1)).to_have_text("Orders")
    await ana.button("Your account").click()
    await ana.button("Sign out").click()
    await ana.sees("You are signed out")
    await expect(other_tab.get_by_text("You are signed out")).to_be_visible(timeout=30_000)


async def test_a_subscription_is_planned_previewed_and_cancelled(comes: Comes, customer: int) -> None:
    ana = await comes()
    await ana.signs_in("customer", customer)
    await ana.opens("Planner")
    await ana.button("New subscription").click()
    await ana.page.get_by_label("How often").click()
    await ana.page.get_by_role("option", name="Every month").click()
    await ana.page.get_by_label("Day of the month").click()
    await ana.page.get_by_role("option", name="On the 17th").click()
    await expect(ana.page.get_by_role("list", name="The next five deliveries").get_by_role("listitem")).to_have_count(5)
    await ana.button("Start deliveries").click()
    await ana.sees("The first delivery comes")
    mine = ana.page.locator("section.card", has_text="Every month on the 17th").filter(has_text="Active")
    await expect(mine).to_be_visible(timeout=30_000)
    await ana.button("Cancel", inside=mine).click()
    await ana.sees("Cancel this subscription?")
    await ana.button("Cancel it", inside=ana.dialog()).click()
    await ana.page.get_by_role("button", name=re.compile("^Show .* ended")).click()
    gone = ana.page.locator("section.card", has_text="Every month on the 17th").filter(has_text="Cancelled")
    await expect(gone).to_be_visible(timeout=30_000)


async def test_an_impossible_quantity_starts_nothing(comes: Comes) -> None:
    ana = await comes()
    await ana.signs_in("customer", 3)
    await ana.opens("Planner")
    await ana.button("New subscription").click()
    await ana.page.get_by_label("Quantity").fill("0")
    await ana.sees("From 1 to 1,000")
    await ana.button("Start deliveries").click()
    await ana.sees("Please give each product a quantity from 1 to 1,000.")
    for impossible in ("1001", "2.5"):
        await ana.page.get_by_label("Quantity").fill(impossible)
        await ana.page.get_by_label("Quantity").blur()
        await ana.sees("From 1 to 1,000")
    await ana.page.get_by_label("Quantity").fill("1000")
    await expect(ana.page.get_by_role("list", name="The next five deliveries").get_by_role("listitem")).to_have_count(5)


async def test_a_reported_problem_is_approved_by_a_person_and_paid(comes: Comes, customer: int, photo: Path) -> None:
    ana, amy = await comes(), await comes()
    await ana.signs_in("customer", customer)
    await ana.opens("Orders")
    await ana.shows("orders")
    order = ana.page.locator("section.card", has_text="Whey Protein").filter(has_text="Report a problem").first
    await ana.button("Report a problem", inside=order).click()
    await ana.page.get_by_role("checkbox", name="Rolled Oats").click()
    await ana.page.get_by_label("Tell us what happened").fill("The tub is <b>open</b> and half of it is gone.")
    await ana.attaches("Add a photo", photo)
    await expect(ana.dialog().locator("img")).to_be_visible()
    await ana.shows("report")
    await ana.button("Send", inside=ana.dialog()).click()
    await expect(ana.page.get_by_role("heading", level=1)).to_have_text("Refunds")
    await ana.sees("In review")
    refund = ana.page.locator("section.card", has_text="half of it is gone").filter(has_text="In review")
    refund_id = await refund.get_attribute("id")
    await ana.shows("refunds")

    await amy.signs_in("agent")
    await amy.sees(str(refund_id))
    await amy.shows("desk")
    await amy.page.get_by_role("link", name=str(refund_id)).locator("visible=true").click()
    await amy.sees("half of it is gone")
    await expect(amy.page.locator("img.proof")).to_be_visible()
    paper = await amy.page.get_by_role("link", name="Case file (PDF)").get_attribute("href")
    assert (await (await amy.page.request.get(f"{paper}")).body()).startswith(b"%PDF")
    await amy.shows("case")
    await amy.button("Approve").click()
    await amy.dialog().get_by_label("Note").fill("The photo shows it.")
    await amy.shows("approve")
    await amy.button("Approve", inside=amy.dialog()).click()
    await amy.sees("Approved.")

    # Told without a reload: the change stream reaches the page that is still open.
    await expect(ana.page.locator(f"#{refund_id}").get_by_text("Paid", exact=True)).to_be_visible(timeout=30_000)
    await ana.page.get_by_role("link", name="Notifications").locator("visible=true").click()
    await ana.shows("notifications")
    told = ana.page.get_by_role("listitem").filter(has_text=f"(refund {refund_id}").filter(has_text="We have paid back")
    await expect(told.get_by_text("New")).to_be_visible()
    await told.get_by_role("link").first.click()
    await expect(ana.page.locator(f"#{refund_id}").get_by_text("half of it is gone")).to_be_visible()
    await ana.page.go_back()
    await expect(told.get_by_text("New")).to_have_count(0)


async def test_a_reviewer_must_say_why_before_a_refund_is_rejected(comes: Comes, customer: int, photo: Path) -> None:
    ana, omar = await comes(), await comes()
    await ana.signs_in("customer", 2)
    await ana.opens("Orders")
    name = ("Basmati Rice", "Amul Milk")[customer]
    order = ana.page.locator("section.card", has_text=name).filter(has_text="Report a problem").first
    await ana.button("Report a problem", inside=order).click()
    await ana.page.get_by_label("Tell us what happened").fill(f"The {name} smells strange.")
    await ana.attaches("Add a photo", photo)
    await expect(ana.dialog().locator("img")).to_be_visible()
    await ana.button("Send", inside=ana.dialog()).click()
    await expect(ana.page.get_by_role("heading", level=1)).to_have_text("Refunds")
    refund = ana.page.locator("section.card", has_text=f"The {name} smells strange")
    refund_id = await refund.get_attribute("id")

    await omar.signs_in("agent", 1)
    await omar.page.get_by_role("link", name=str(refund_id)).locator("visible=true").click()
    await omar.button("Ask for more").click()
    await omar.dialog().get_by_label("Note").fill("Please show the label.")
    await omar.button("Ask for more", inside=omar.dialog()).click()
    # A ruling gives the case back and goes on to the next; opening it again claims it again.
    await omar.page.get_by_role("link", name="Look at it again").click()
    await omar.button("Reject").click()
    await omar.button("Reject", inside=omar.dialog()).click()
    await omar.sees("Please write a note.")
    await omar.dialog().get_by_label("Note").fill("The photo is of another order.")
    await omar.button("Reject", inside=omar.dialog()).click()
    await omar.sees("Rejected.")
    await expect(refund.get_by_text("Not approved").first).to_be_visible(timeout=30_000)
    await ana.does_not_see("The photo is of another order.")


async def test_an_order_that_has_not_left_is_cancelled(comes: Comes, customer: int) -> None:
    ana = await comes()
    await ana.signs_in("customer", customer)
    await ana.opens("Orders")
    order = ana.page.locator("section.card", has_text="Being prepared").last
    number = await order.get_attribute("id")
    await ana.button("Cancel", inside=order).click()
    await ana.button("Cancel the order", inside=ana.dialog()).click()
    track = ana.page.locator(f"#{number}").get_by_role("list", name="State: Cancelled")
    await expect(track.get_by_text("Cancelled")).to_be_visible(timeout=30_000)


async def test_customers_do_not_get_to_the_desk(comes: Comes) -> None:
    ana = await comes()
    await ana.signs_in("customer")
    for page in ("desk", "desk/REF001", "analytics", "customers/CUST001", "parcels", "policy", "accounts"):
        answer = await ana.page.goto(f"/ui/{page}")
        assert answer is not None
        assert answer.status == 403
        await ana.sees("This page is not for your account.")


async def test_an_unknown_page_says_so(comes: Comes) -> None:
    ana = await comes()
    await ana.signs_in("customer")
    await ana.page.goto("/ui/no/such/page")
    await ana.sees("There is no such page.")


async def test_the_dark_look_is_remembered(comes: Comes) -> None:
    ana = await comes()
    await ana.signs_in("customer")
    await ana.button("Dark or light").click()
    await expect(ana.page.locator("body.body--dark")).to_be_visible()
    await ana.opens("Orders")
    await expect(ana.page.locator("body.body--dark")).to_be_visible()
    await ana.shows("orders-dark")


async def test_the_keyboard_gets_past_the_navigation(comes: Comes) -> None:
    ana = await comes()
    await ana.signs_in("customer")
    await ana.sees("Upcoming deliveries")
    await ana.page.keyboard.press("Tab")
    await expect(ana.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.locator("#main")).to_be_focused()
    account = ana.button("Your account")
    await account.focus()
    await ana.page.keyboard.press("Enter")
    await expect(ana.button("Sign out")).to_be_visible()
    await ana.shows("account")
    await ana.page.keyboard.press("Escape")
    await expect(account).to_be_focused()


async def test_a_customer_chooses_a_language_a_look_and_what_comes_by_mail(comes: Comes, customer: int) -> None:
    ana = await comes()
    await ana.signs_in("customer", customer)
    await ana.sees("Upcoming deliveries")
    await ana.page.goto("/ui/notifications")
    await ana.button("Mark all as read").click()
    await expect(ana.page.get_by_role("link", name="Notifications", exact=True).first).to_be_visible()
    await expect(ana.page.get_by_text("New", exact=True)).to_have_count(0)
    await ana.page.get_by_role("link", name="Preferences").locator("visible=true").click()
    await ana.sees("This shop does not send mail yet")
    reminders, refunds = (ana.page.get_by_role("switch", name=f"{group} by mail") for group in ("Reminders", "Refunds"))
    await expect(reminders).to_be_checked()
    await reminders.click()
    await ana.button("Save the choice").click()
    await ana.sees("Your choice is saved.")
    await ana.shows("preferences")
    await ana.page.reload()
    await expect(reminders).not_to_be_checked()
    await expect(refunds).to_be_checked()
    await ana.page.get_by_label("Name", exact=True).fill(" ")
    await ana.page.get_by_label("City").fill("Potsdam")
    await ana.button("Save").click()
    await ana.sees("Please write your name.")
    await ana.page.reload()  # what is half changed is not lost
    await expect(ana.page.get_by_label("Name", exact=True)).to_have_value(" ")
    await expect(ana.page.get_by_label("City")).to_have_value("Potsdam")
    await ana.page.get_by_label("Name", exact=True).fill("Ana-María de los Ángeles")
    await ana.button("Save").click()
    await ana.sees("Saved.")
    await ana.page.get_by_text("Dark", exact=True).click()
    await expect(ana.page.locator("body.body--dark")).to_be_visible()
    own = ana.page.get_by_role("main").get_by_role("button", name="Español")
    await own.click()
    await expect(own).to_have_attribute("aria-pressed", "true")
    await expect(ana.page.locator("html")).to_have_attribute("lang", "es")
    await ana.shows("preferences-es")
    view = await ana.page.request.get(f"/customer/{ana.account('customer', customer)['customer_id']}")
    kept = await view.json()
    assert (kept["locale"], kept["name"], kept["address"]["city"]) == ("es", "Ana-María de los Ángeles", "Potsdam")
    await ana.page.get_by_role("main").get_by_role("button", name="English").click()
    await expect(ana.page.locator("html")).to_have_attribute("lang", "en-GB")
