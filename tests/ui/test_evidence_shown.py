"""What the desk sees of a film and a document."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.media.files import film, pdf
from tests.running import CareUp
from tests.ui.conftest import Comes

# What she claims here she takes back, so that other tests find her as they left her.
ASHA = 3
PLAYED = "async film => { film.muted = true; await film.play(); return film.error === null && film.videoWidth }"


@pytest.mark.parametrize("size", ["phone"], indirect=True)
async def test_a_film_plays_though_it_is_only_saved_and_pages_are_pictures(comes: Comes, running: CareUp) -> None:
    with running.signed_in("customer", ASHA) as asha:
        files = [asha.post("/evidence", files={"file": content}).json() for content in (film("webm"), pdf(pages=2))]
        shown = {"reason": "damaged", "complaint": "See.", "evidence_ids": [file["evidence_id"] for file in files]}
        orders = asha.get(f"/orders/{running.account('customer', ASHA)['customer_id']}").json()["items"]
        answers = [asha.post("/refund", json={"order_id": order["order_id"], **shown}) for order in orders]
        refund_id = next(answer.json()["refund_id"] for answer in answers if answer.status_code == 202)
        amy = await comes()
        await amy.signs_in("agent")
        await amy.opens("Desk")
        await amy.page.goto(f"/ui/desk/{refund_id}")
        assert await amy.page.locator("video").evaluate(PLAYED) == 320
        pages = amy.page.get_by_role("link", name="Page 2, opens large")
        await pages.scroll_into_view_if_needed()
        await expect(amy.page.get_by_alt_text("Page 2")).to_have_js_property("naturalHeight", 1600)
        second = amy.page.get_by_role("figure", name="File 2")
        await expect(second).to_contain_text("The PDF has 2 pages.")
        await amy.shows("desk-evidence")
        await pages.click()
        viewer = amy.page.get_by_role("dialog", name="Files, large")
        await expect(viewer).to_contain_text("File 2 · Page 2")
        await amy.button("Larger", inside=viewer).click()
        await amy.shows("viewer")
        await amy.button("Close", inside=viewer).click()
        await expect(pages).to_be_focused()
        for answer in answers:
            if answer.status_code == 202:
                asha.post(f"/refund/withdraw/{answer.json()['refund_id']}").raise_for_status()
