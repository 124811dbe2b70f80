"""The review desk, as agents and supervisors work at it, and what their customers see of it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from care.models.refund import Band, ItemJudgement, Judgement, RefundStatus, Signal
from tests.media.files import encoded, scene
from tests.running import CareUp
from tests.ui.conftest import Comes
from tests.ui.person import Person
from tests.ui.shop import MUG, RICE, Shop, verdict
from ui.parts.words import pieces

pytestmark = pytest.mark.parametrize("size", ["desktop"], indirect=True)
CUSTOMER, ID = 2, "CUST003"


async def looks_closely(amy: Person) -> None:
    """At all files, with the keyboard alone."""
    press, viewer = amy.page.keyboard.press, amy.page.get_by_role("dialog", name="Files, large")
    await press("z")
    await expect(viewer).to_contain_text("1 / 2")
    await press("ArrowRight")
    await expect(viewer).to_contain_text("One mug is broken.")
    picture = viewer.get_by_role("img")
    fitting = await picture.bounding_box()
    await press("+")
    grown = await picture.bounding_box()
    assert fitting
    assert grown
    assert grown["width"] > fitting["width"]
    await amy.shows("viewer")
    await press("a")  # the keys of the page behind it sleep
    await press("Escape")
    await expect(amy.dialog()).to_have_count(0)
    await expect(amy.page.get_by_role("link", name="File 2, opens large")).to_be_focused()


async def test_some_items_are_approved_and_the_customer_reads_which(comes: Comes, shop: Shop, running: CareUp) -> None:
    with running.signed_in("customer", CUSTOMER) as elena_herself:
        shown = [encoded(scene(seed=seed), "JPEG") for seed in (501, 502)]
        files = [elena_herself.post("/evidence", files={"file": each}).json()["evidence_id"] for each in shown]
    judged = Judgement(decision="unclear", confidence=0.6, about_files={files[1]: ["One mug is broken."]}, model="m")
    found = verdict(
        findings=["One mug is broken.", "The invoice names the same order."],
        judgement=judged,
        band=Band.PERSON,
        signals=[
            Signal(name="new_account", weight=10, sentence="The account is 5 days old."),
            Signal(name="evidence_reused", weight=60, sentence="The same file was sent with REF001."),
        ],
        items=[
            ItemJudgement(sku="MUG-STONE", decision="valid", confidence=0.94),
            ItemJudgement(sku="BASMATI-2KG", decision="invalid", confidence=0.2),
        ],
    )
    order = await shop.order(ID, {MUG: 3, RICE: 1})
    refund = await shop.case(order, RefundStatus.IN_REVIEW, verdict=found, evidence_ids=files)
    amy = await comes()
    await amy.arrives(f"/ui/desk/{refund.refund_id}", "agent")
    await amy.sees("For a person")
    await expect(amy.page.get_by_role("figure", name="File 1")).not_to_contain_text("broken")
    await expect(amy.page.get_by_role("figure", name="File 2")).to_contain_text("One mug is broken.")
    await looks_closely(amy)
    claimed = amy.page.get_by_role("list", name="What is claimed").get_by_role("listitem")
    await expect(claimed.nth(0)).to_contain_text("The files show it")
    await expect(claimed.nth(1)).to_contain_text("The files do not show it")
    signals = amy.page.get_by_role("list", name="Signals, the heaviest first").get_by_role("listitem")
    await expect(signals.nth(0)).to_contain_text("Heavy · 60")
    await amy.shows("case-two-items")
    await amy.page.keyboard.press("a")
    dialog = amy.dialog()
    await expect(dialog.get_by_text("To be paid: €51.60")).to_be_visible()
    await dialog.get_by_role("checkbox", name=RICE).click()
    await dialog.get_by_label(f"How many of {MUG}").fill("2")
    await expect(dialog.get_by_text("To be paid: €25.80")).to_be_visible()
    await amy.button("Approve", inside=dialog).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Please add a note")
    await amy.button("The photo shows the problem on the approved items only.", inside=dialog).click()
    await dialog.get_by_label("Only a part, in EUR").fill("20,50")
    await expect(dialog.get_by_text("To be paid: €20.50")).to_be_visible()
    await amy.shows("approve-some")
    await amy.button("Approve", inside=dialog).click()
    await amy.sees(f"{refund.refund_id}: approved.")

    elena = await comes("phone")
    await elena.arrives(f"/ui/refunds?case={refund.refund_id}", "customer", CUSTOMER)  # settled ones fold
    card = elena.page.locator(f"#{refund.refund_id}")
    await expect(card.get_by_text("Paid", exact=True)).to_be_visible(timeout=30_000)
    items = card.get_by_role("list", name="What became of each item").get_by_role("listitem")
    said = [" ".join(each.split()) for each in await items.all_inner_texts()]
    assert said == [
        f"{pieces(2, MUG)} Approved",
        f"{pieces(1, MUG)} Not approved",
        f"{pieces(1, RICE)} Not approved",
    ]
    await elena.does_not_see("on the approved items only")
    await elena.shows("refund-outcomes")


async def test_a_case_is_decided_with_the_keyboard_alone_and_the_next_one_opens(comes: Comes, shop: Shop) -> None:
    first, second = [
        await shop.case(await shop.order(ID, {MUG: 1}), RefundStatus.IN_REVIEW, escalated=True) for _ in range(2)
    ]
    omar = await comes()
    await omar.arrives(f"/ui/desk/{first.refund_id}?show=escalated", "agent", 1)
    press = omar.page.keyboard.press
    await expect(omar.button("Reject")).to_be_visible()
    await expect(omar.button("Escalate")).to_have_count(0)  # it is already
    await press("n")
    await expect(omar.page).to_have_url(re.compile(f"/desk/{second.refund_id}"))
    await press("p")  # who only looks holds nothing back from the others
    await expect(omar.page).to_have_url(re.compile(f"/desk/{first.refund_id}"))
    await expect(omar.button("Reject")).to_be_visible()
    assert (await shop.stores.refunds.get(second.refund_id)).claimed_by is None
    await press("?")
    await omar.sees("Keys of the desk")
    await press("Escape")
    await expect(omar.dialog()).to_have_count(0)
    await press("r")
    await expect(omar.dialog().get_by_label("Note")).to_be_focused()
    await omar.page.keyboard.type("area photo of another mug")
    await expect(omar.dialog()).to_have_count(1)
    # A server that starts anew has the page loaded again: what was written is there still.
    await omar.page.reload()
    await expect(omar.button("Reject")).to_be_visible()
    await press("r")
    await expect(omar.dialog().get_by_label("Note")).to_have_value("area photo of another mug")
    while await omar.button("Reject", inside=omar.dialog()).evaluate("each => each !== document.activeElement"):
        await press("Tab")
    await press("Enter")
    await omar.sees(f"{first.refund_id}: rejected.")
    await expect(omar.page).to_have_url(re.compile(f"/desk/{second.refund_id}.show=escalated"))
    assert (await shop.stores.refunds.get(first.refund_id)).rulings[0].note == "area photo of another mug"
    assert (await shop.stores.refunds.get(second.refund_id)).claimed_by == omar.account("agent", 1)["email"]


async def test_a_large_refund_is_approved_by_two_people(comes: Comes, shop: Shop) -> None:
    refund = await shop.case(await shop.order(ID, {MUG: 20, RICE: 1}), RefundStatus.IN_REVIEW)
    amy = await comes()
    await amy.arrives(f"/ui/desk/{refund.refund_id}", "agent")
    await amy.button("Approve").click()
    await amy.dialog().get_by_role("checkbox", name=RICE).click()
    await amy.sees("This much needs two people: yours is the first approval.")
    await amy.dialog().get_by_label("Note").fill("All of the mugs are broken.")
    await amy.button("Give the first approval", inside=amy.dialog()).click()
    await amy.sees(f"{refund.refund_id}: first of two approvals given.")
    await amy.page.goto(f"/ui/desk/{refund.refund_id}")
    await amy.sees("Somebody else, a supervisor, must give the second approval.")
    await expect(amy.page.get_by_role("group", name="Decide")).to_have_count(0)

    sofia = await comes()
    await sofia.arrives(f"/ui/desk/{refund.refund_id}?show=second", "supervisor")
    await sofia.sees("Second approval 1")
    await sofia.sees(f"{amy.account('agent')['email']} approved €258.00 first.")
    await sofia.shows("case-second-approval")
    await sofia.button("Give the second approval").click()
    await expect(sofia.dialog().get_by_text(pieces(20, MUG))).to_be_visible()
    await sofia.shows("second-approval")
    await sofia.button("I have checked it and agree.", inside=sofia.dialog()).click()
    await sofia.button("Approve €258.00 as the second person", inside=sofia.dialog()).click()
    await sofia.sees(f"{refund.refund_id}: approved.")
    paid = await shop.until(refund, RefundStatus.PAID)
    assert [each.reviewer for each in paid.approvals] == [
        amy.account("agent")["email"],
        sofia.account("supervisor")["email"],
    ]
    assert paid.amount.amount == 25_800


async def test_a_case_that_changed_hands_is_decided_once_and_never_by_its_own_customer(
    comes: Comes, shop: Shop, running: CareUp
) -> None:
    omar_is = running.account("agent", 1)["email"]
    await shop.customer("CUST-OMAR", omar_is)
    theirs = await shop.case(await shop.order("CUST-OMAR", {MUG: 1}), RefundStatus.IN_REVIEW)
    other = await shop.case(await shop.order(ID, {MUG: 1}), RefundStatus.IN_REVIEW)
    amy, sofia, omar = await comes(), await comes(), await comes()
    await amy.arrives(f"/ui/desk/{other.refund_id}", "agent")
    await amy.button("Reject").click()
    await amy.dialog().get_by_label("Note").fill("Half a note")
    await sofia.arrives(f"/ui/desk/{other.refund_id}", "supervisor")
    await sofia.sees(f"{amy.account('agent')['email']} is working on this case.")
    await sofia.button("Give to a colleague").click()
    await sofia.dialog().get_by_label("Colleague").click()
    await sofia.page.get_by_role("option", name=omar_is).click()
    await sofia.button("Give the case", inside=sofia.dialog()).click()
    await sofia.sees(f"{omar_is} is working on this case.")

    listed = sofia.page.get_by_role("link", name=theirs.refund_id)
    await listed.focus()

    await omar.arrives("/ui/desk?show=mine", "agent", 1)
    await expect(omar.page.get_by_role("link", name=other.refund_id)).to_be_visible()
    await expect(omar.page.get_by_role("link", name=theirs.refund_id)).to_have_count(0)
    await omar.shows("queue-mine")
    await omar.page.get_by_role("link", name=other.refund_id).locator("visible=true").click()
    await omar.button("Reject").click()
    await omar.button("The photo does not show the problem that is described.", inside=omar.dialog()).click()
    await omar.button("Reject", inside=omar.dialog()).click()
    await sofia.sees(f"{omar_is} has rejected this.")
    await expect(listed).to_be_focused()  # though the queue was drawn anew meanwhile
    await amy.button("Reject", inside=amy.dialog()).click()
    await expect(amy.dialog().get_by_role("alert")).to_contain_text(f"too late: {omar_is} has rejected this.")
    await expect(amy.dialog().get_by_label("Note")).to_have_value("Half a note")
    await amy.shows("decided-too-late")
    await omar.page.goto(f"/ui/desk/{theirs.refund_id}")
    await omar.sees("This is your own case: somebody else must decide it.")
    await expect(omar.page.get_by_role("group", name="Decide")).to_have_count(0)
