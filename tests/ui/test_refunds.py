"""What a customer sees of a refund on a phone, and does about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from care.models.refund import RefundStatus, Remedy, TimelineEntry, Wanted
from tests.ui.conftest import Comes
from tests.ui.shop import MUG, RICE, Shop, eur
from ui.parts.words import pieces

pytestmark = pytest.mark.parametrize("size", ["phone"], indirect=True)
CUSTOMER, ID = 1, "CUST002"


async def test_a_case_says_what_it_waits_for_and_goes_on_once_it_is_sent(comes: Comes, shop: Shop, photo: Path) -> None:
    soon = datetime.now(UTC)
    refund = await shop.case(
        await shop.order(ID, {MUG: 2}),
        RefundStatus.NEEDS_EVIDENCE,
        wanted=Wanted.LABEL,
        due_at=soon + timedelta(days=7),
        remind_at=soon + timedelta(days=3),
        timeline=[TimelineEntry(at=soon, actor="machine", event="evidence_requested")],
    )
    ravi = await comes()
    await ravi.arrives("/ui/", "customer", CUSTOMER)
    await ravi.sees(f"Your refund {refund.refund_id} waits for you. Please send a photo of the label.")
    await ravi.page.get_by_role("link", name=refund.refund_id).first.click()
    card = ravi.page.locator(f"#{refund.refund_id}")
    await expect(card.get_by_text("Needs the label")).to_be_visible()
    await expect(card.get_by_text("We remind you once before.")).to_be_visible()
    await ravi.shows("refund-waits")
    async with ravi.page.expect_file_chooser() as chooser:
        await ravi.button("Add a photo", inside=card).click()
    await (await chooser.value).set_files(photo)
    await expect(card.get_by_text("In review")).to_be_visible(timeout=30_000)
    await expect(card.get_by_text("A colleague looks at it and decides by")).to_be_visible()


async def test_store_credit_is_taken_after_a_payment_that_failed(comes: Comes, shop: Shop) -> None:
    order = await shop.order(ID, {RICE: 1})
    refund = await shop.case(
        order, RefundStatus.PAYMENT_FAILED, offered=Remedy.STORE_CREDIT, approved=order.total, approvals=[]
    )
    before = (await shop.stores.customers.view(ID)).wallet
    ravi = await comes()
    await ravi.arrives("/ui/", "customer", CUSTOMER)
    await ravi.sees(f"The payment of your refund {refund.refund_id} failed.")
    await ravi.page.goto("/ui/refunds")
    card = ravi.page.locator(f"#{refund.refund_id}")
    await expect(card.get_by_text("without it a colleague looks into the payment")).to_be_visible()
    await ravi.shows("refund-offer")
    await ravi.button("Take €12.90 as store credit", inside=card).click()
    await ravi.sees("It is then no longer paid back to you.")
    await ravi.shows("refund-offer-taken")
    await ravi.button("Take store credit", inside=ravi.dialog()).click()
    await expect(card.get_by_text("Paid", exact=True)).to_be_visible(timeout=30_000)
    await ravi.page.reload()
    await expect(card.get_by_text("Added to the wallet")).to_be_hidden()
    await card.get_by_role("heading").click()
    await expect(card.get_by_text("Added to the wallet")).to_be_visible()
    after = (await shop.stores.customers.view(ID)).wallet
    assert before is not None
    assert after is not None
    assert after.balance == before.balance + order.total


async def test_a_report_names_pieces_and_keeps_what_was_written_when_it_is_refused(
    comes: Comes, shop: Shop, photo: Path
) -> None:
    order = await shop.order(ID, {MUG: 4, RICE: 1})
    ravi = await comes()
    await ravi.arrives("/ui/orders", "customer", CUSTOMER)
    await ravi.button("Report a problem", inside=ravi.page.locator(f"#{order.order_id}")).click()
    dialog = ravi.dialog()
    await expect(dialog.get_by_text("It is about €64.50.")).to_be_visible()
    await dialog.get_by_role("checkbox", name=RICE).click()
    await dialog.get_by_label(f"How many of {MUG}").fill("9")
    await expect(dialog.get_by_text("choose from 1 to 4")).to_be_visible()
    await dialog.get_by_label("Tell us what happened").fill("Two mugs have lost their handle.")
    await ravi.button("Send", inside=dialog).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("choose from 1 to 4")
    await dialog.get_by_label(f"How many of {MUG}").fill("2")
    await expect(dialog.get_by_text("It is about €25.80.")).to_be_visible()
    await expect(dialog.get_by_text("A photo of the damage from close by")).to_be_visible()
    await ravi.attaches("Add a photo", photo)
    await ravi.button("Remove file 1", inside=dialog).click()
    await expect(dialog.locator("img")).to_have_count(0)
    await ravi.attaches("Add a photo", photo)
    await expect(dialog.locator("img")).to_be_visible()
    await dialog.get_by_text("Store credit, in your wallet").click()
    await expect(dialog.get_by_role("radio", name="Store credit")).to_be_checked()
    # As after a restart of the server, when the page loads itself anew.
    await ravi.page.wait_for_function("Object.values(sessionStorage).some((kept) => kept.includes('store_credit'))")
    await ravi.page.reload()
    await expect(dialog.locator("img")).to_be_visible()
    await expect(dialog.get_by_text("It is about €25.80.")).to_be_visible()
    await expect(dialog.get_by_role("radio", name="Store credit")).to_be_checked()
    await ravi.shows("report-pieces")
    await expect(dialog.get_by_label("Tell us what happened")).to_have_value("Two mugs have lost their handle.")
    await ravi.button("Send", inside=dialog).click()
    await expect(ravi.page.get_by_role("heading", level=1)).to_have_text("Refunds", timeout=30_000)
    card = ravi.page.locator("section.card", has_text="Two mugs have lost their handle")
    await expect(card.get_by_text("In review")).to_be_visible(timeout=30_000)
    opened = await shop.stores.refunds.get(str(await card.get_attribute("id")))
    assert ([(line.sku, line.quantity) for line in opened.items], opened.remedy) == (
        [("MUG-STONE", 2)],
        Remedy.STORE_CREDIT,
    )


async def test_a_case_that_expired_can_be_reported_again(comes: Comes, shop: Shop) -> None:
    gone = datetime.now(UTC) - timedelta(hours=1)
    order, said = await shop.order(ID, {MUG: 1}), "The mug is chipped."
    refund = await shop.case(order, RefundStatus.IN_REVIEW, complaint=said, due_at=gone, escalated=True)
    await shop.until(refund, RefundStatus.EXPIRED)
    ravi = await comes()
    await ravi.arrives("/ui/refunds", "customer", CUSTOMER)
    card = ravi.page.locator(f"#{refund.refund_id}")
    await expect(card.get_by_text("Nothing was decided against you")).to_be_visible()
    await ravi.shows("refund-expired")
    await ravi.button("Report it again", inside=card).click()
    await expect(ravi.dialog().get_by_label("Tell us what happened")).to_have_value(said)
    await expect(ravi.dialog().get_by_text("It is about €12.90.")).to_be_visible()


async def test_an_item_is_exchanged_for_others_and_the_rest_is_paid_back(comes: Comes, shop: Shop, photo: Path) -> None:
    order = await shop.order(ID, {MUG: 2}, price=1500)
    rice = (await shop.stores.products.find(["BASMATI-2KG"]))["BASMATI-2KG"]
    left = eur(3000 - 2 * rice.price.amount)
    ravi = await comes()
    await ravi.arrives("/ui/orders", "customer", CUSTOMER)
    await ravi.button("Report a problem", inside=ravi.page.locator(f"#{order.order_id}")).click()
    dialog = ravi.dialog()
    await dialog.get_by_label("Tell us what happened").fill("Both mugs are chipped, rice would be fine.")
    await ravi.attaches("Add a photo", photo)
    await expect(dialog.locator("img")).to_be_visible()
    await dialog.get_by_text("Exchange for something else").click()
    await dialog.get_by_label("Product").click()
    await ravi.page.get_by_role("option", name=RICE).click()
    await dialog.get_by_label("Quantity").fill("900")
    await expect(dialog.get_by_text("The new items cost more than the €30.00 that is given back")).to_be_visible()
    await dialog.get_by_label("Quantity").fill("2")
    await expect(dialog.get_by_text(f"of €30.00. We pay back the {left} that is left.")).to_be_visible()
    await ravi.shows("report-exchange")
    await ravi.button("Send", inside=dialog).click()
    card = ravi.page.locator("section.card", has_text="rice would be fine")
    await expect(card.get_by_text("In review")).to_be_visible(timeout=30_000)
    case = str(await card.get_attribute("id"))

    amy = await comes()
    await amy.arrives(f"/ui/desk/{case}", "agent")
    await amy.sees("Exchange for something else")
    await amy.button("Approve").click()
    await expect(amy.dialog().get_by_role("status")).to_contain_text(f"{pieces(2, RICE)}. To be paid back: {left}.")
    await amy.shows("approve-exchange")
    await amy.button("Approve", inside=amy.dialog()).click()
    await expect(card.get_by_text("Replacement ordered")).to_be_visible(timeout=30_000)
    await expect(card.get_by_text("Paid back", exact=True).first).to_be_visible()
    await ravi.shows("refund-exchanged")
    assert [(line.sku, line.quantity) for line in (await shop.stores.orders.get(f"ORD-{case}")).items] == [
        (rice.sku, 2)
    ]
