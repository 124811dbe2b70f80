"""Files: told by their content, kept re-encoded, shown to their owner and the staff."""

from __future__ import annotations

import hashlib
import io

import pytest
from PIL import Image

from tests.api.shop import Shop, Someone, photo
from tests.api.test_errors import assert_is_problem

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
PDF += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


async def test_a_photo_is_kept_and_comes_back_as_it_was_described(shop: Shop, ana: Someone, agent: Someone) -> None:
    receipt = (await ana.http.post("/evidence", files={"file": ("../../x.php", photo(), "text/html")})).json()
    assert receipt.keys() == {"evidence_id", "media_type", "bytes", "sha256"}
    for reader in (ana, agent):
        answer = await reader.http.get(f"/evidence/{receipt['evidence_id']}")
        assert answer.headers["content-type"] == receipt["media_type"] == "image/jpeg"
        assert len(answer.content) == receipt["bytes"]
        assert hashlib.sha256(answer.content).hexdigest() == receipt["sha256"]
        assert Image.open(io.BytesIO(answer.content)).size == (320, 240)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["content-disposition"].startswith("inline")


async def test_a_document_is_saved_not_opened(ana: Someone) -> None:
    receipt = (await ana.http.post("/evidence", files={"file": ("bill.pdf", PDF)})).json()
    answer = await ana.http.get(f"/evidence/{receipt['evidence_id']}")
    assert answer.headers["content-disposition"] == f'attachment; filename="{receipt["evidence_id"]}.pdf"'
    assert answer.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize(
    "content",
    [b"", b"<script>alert(1)</script>", b"GIF89a" + bytes(50), b"\xff\xd8\xff" + bytes(100), b"MZ" + bytes(99)],
    ids=["nothing", "a page", "another kind", "a broken picture", "a program"],
)
async def test_anything_else_is_refused(ana: Someone, content: bytes) -> None:
    assert_is_problem(await ana.http.post("/evidence", files={"file": ("photo.jpg", content, "image/jpeg")}), 415)


async def test_a_file_over_the_limit_is_refused(shop: Shop, ana: Someone) -> None:
    too_much = photo() + bytes(shop.settings.evidence_max_bytes)
    assert_is_problem(await ana.http.post("/evidence", files={"file": too_much}), 413)
    far_too_much = bytes(shop.settings.evidence_max_bytes * 3)
    assert_is_problem(await ana.http.post("/evidence", files={"file": far_too_much}), 413)


@pytest.mark.parametrize(
    "name", ["", "\x00.jpg", "a" * 500 + ".jpg", 'x"\r\nX-Evil: 1.jpg', "😀.jpg", "..", "/etc/passwd"]
)
async def test_a_files_name_is_only_a_label(ana: Someone, name: str) -> None:
    answer = await ana.http.post("/evidence", files={"file": (name or "x", photo(), "image/jpeg")})
    assert answer.status_code == 201, answer.text


async def test_staff_say_whose_file_it_is(ana: Someone, agent: Someone) -> None:
    files = {"file": photo()}
    problem = assert_is_problem(await agent.http.post("/evidence", files=files), 422)
    assert problem["errors"][0]["field"] == "customer_id"
    sent = await agent.http.post("/evidence", files=files, data={"customer_id": ana.customer_id})
    assert (await ana.http.get(f"/evidence/{sent.json()['evidence_id']}")).status_code == 200


async def test_a_form_without_a_file_is_refused(ana: Someone) -> None:
    assert_is_problem(await ana.http.post("/evidence", data={"file": "just text"}), 422)
    broken = await ana.http.post(
        "/evidence", content=b"--x\r\nnonsense", headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert_is_problem(broken, broken.status_code)
    assert broken.status_code in (400, 422)
