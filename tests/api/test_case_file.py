"""The case file, as JSON and on paper."""

from __future__ import annotations

import hashlib

import pypdfium2

from tests.api.cases import case_of
from tests.api.shop import Shop, Someone
from tests.paper.cases import words


async def _case(shop: Shop, ana: Someone, agent: Someone) -> str:
    photos = [await shop.shows_photo(ana, seed=seed) for seed in (31, 32)]
    case = case_of(ana, await shop.sells(ana), reviewed_by=agent.email)
    case = case.model_copy(update={"evidence_ids": photos, "complaint": "Leaks: (it) \\ drips. *Bold*"})
    await shop.services.stores.refunds.open(case)
    return case.refund_id


async def test_the_paper_shows_the_case_and_carries_the_digest_of_its_json(
    shop: Shop, ana: Someone, agent: Someone
) -> None:
    refund_id = await _case(shop, ana, agent)
    told = await agent.http.get(f"/refund/case/{refund_id}")
    paper = await agent.http.get(f"/refund/case/{refund_id}/pdf")
    assert paper.status_code == 200, paper.text
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.headers["content-disposition"] == f'attachment; filename="case-{refund_id}.pdf"'
    assert paper.headers["x-content-type-options"] == "nosniff"
    assert paper.headers["cache-control"] == "no-store"
    document = pypdfium2.PdfDocument(paper.content)
    text = " ".join(words(document))
    for part in (refund_id, "Leaks: (it) \\ drips. *Bold*", agent.email, "Looks odd to me", "reused_photo (60)"):
        assert part in text
    assert all(file["sha256"] in text and file["original_sha256"] in text for file in told.json()["evidence"])
    assert hashlib.sha256(told.content).hexdigest() in text
    assert sum(each.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE for page in document for each in page.get_objects()) == 2


async def test_the_case_file_tells_who_ruled_when_and_whose_order_it_is(
    shop: Shop, ana: Someone, agent: Someone
) -> None:
    refund_id = await _case(shop, ana, agent)
    told = (await agent.http.get(f"/refund/case/{refund_id}")).json()
    (decision,) = told["decisions"]
    assert (decision["reviewer"], decision["decision"], decision["at"]) == (
        agent.email,
        "escalate",
        told["timeline"][1]["at"],
    )
    assert told["customer"]["customer_id"] == told["order"]["customer_id"] == ana.customer_id


async def test_the_paper_is_the_staffs_and_of_nothing_there_is_none(shop: Shop, ana: Someone, agent: Someone) -> None:
    refund_id = await _case(shop, ana, agent)
    assert (await ana.http.get(f"/refund/case/{refund_id}/pdf")).status_code == 403
    assert (await agent.http.get("/refund/case/NONE/pdf")).status_code == 404
