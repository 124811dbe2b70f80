"""Files: told by their content, kept re-encoded, shown to their owner and the staff."""

from __future__ import annotations

import asyncio
import hashlib
import io
import itertools
import json
from pathlib import Path

import httpx
from PIL import Image

from tests.api.shop import Shop, Someone, photo
from tests.api.test_errors import assert_is_problem
from tests.media import hostile
from tests.media.files import film, pdf

SAFE = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, max-age=300",
}


async def sends(someone: Someone, content: bytes, name: str = "photo.jpg") -> httpx.Response:
    return await someone.http.post("/evidence", files={"file": (name, content, "image/jpeg")})


async def test_a_photo_is_kept_and_comes_back_as_it_was_described(shop: Shop, ana: Someone, agent: Someone) -> None:
    receipt = (await ana.http.post("/evidence", files={"file": ("../../x.php", photo(), "text/html")})).json()
    assert receipt.keys() == {"evidence_id", "media_type", "bytes", "sha256", "previews"}
    assert receipt["previews"] == 0
    for reader in (ana, agent):
        answer = await reader.http.get(f"/evidence/{receipt['evidence_id']}")
        assert answer.headers["content-type"] == receipt["media_type"] == "image/jpeg"
        assert len(answer.content) == receipt["bytes"]
        assert hashlib.sha256(answer.content).hexdigest() == receipt["sha256"]
        assert Image.open(io.BytesIO(answer.content)).size == (320, 240)
        assert SAFE.items() <= answer.headers.items()
        assert answer.headers["content-disposition"].startswith("inline")


async def test_documents_and_films_are_saved_not_opened_and_looked_at_in_pictures_of_them(
    ana: Someone, ravi: Someone, agent: Someone
) -> None:
    for content, media_type, end, previews in (
        (pdf(pages=2), "application/pdf", "pdf", 2),
        (film("webm"), "video/webm", "webm", 6),
    ):
        receipt = (await sends(ana, content)).json()
        file = f"/evidence/{receipt['evidence_id']}"
        answer = await ana.http.get(file)
        assert answer.headers["content-disposition"] == f'attachment; filename="{receipt["evidence_id"]}.{end}"'
        assert (answer.headers["content-type"], receipt["media_type"]) == (media_type, media_type)
        assert SAFE.items() <= answer.headers.items()
        assert receipt["previews"] == previews
        for reader in (ana, agent):
            shown = await reader.http.get(f"{file}/preview/{previews}")
            assert Image.open(io.BytesIO(shown.content)).format == "JPEG"
            assert shown.headers["content-type"] == "image/jpeg"
            assert shown.headers["content-disposition"].startswith("inline")
            assert SAFE.items() <= shown.headers.items()
        beyond = [await ana.http.get(f"{file}/preview/{n}") for n in (0, -1, previews + 1, 10**30)]
        stranger = await ravi.http.get(f"{file}/preview/1")
        told = [
            {name: said for name, said in each.json().items() if name != "request_id"} for each in (stranger, *beyond)
        ]
        assert all(each == told[0] for each in told)
        assert_is_problem(stranger, 404)
        assert stranger.headers["x-content-type-options"] == "nosniff"


async def test_no_hostile_file_does_harm(ana: Someone, shared_data: Path) -> None:
    shared = {path.name: path.read_bytes() for path in sorted((shared_data / "hostile").iterdir())}
    assert len(shared) > 30
    await _harmless(ana, shared)


async def test_no_file_made_to_do_harm_does_any(ana: Someone) -> None:
    refused = {name: make() for name, make in hostile.REFUSED.items()}
    kept = await _harmless(ana, refused | {name: make() for name, make in hostile.BOUNDED.items()})
    assert not refused.keys() & kept


async def _harmless(someone: Someone, files: dict[str, bytes]) -> set[str]:
    """The names of those that are kept: as a picture drawn anew, or as a download with pictures that we drew."""
    answers = await asyncio.gather(*(sends(someone, content, name) for name, content in files.items()))
    kept = {name: answer.json() for name, answer in zip(files, answers, strict=True) if answer.status_code == 201}
    for name, answer in zip(files, answers, strict=True):
        if name not in kept:
            assert answer.status_code in (413, 415, 422), f"{name}: {answer.status_code}"
            assert_is_problem(answer, answer.status_code)
    for name, receipt in kept.items():
        file = f"/evidence/{receipt['evidence_id']}"
        pictures = [f"{file}/preview/{n + 1}" for n in range(receipt["previews"])]
        answer = await someone.http.get(file)
        if answer.headers["content-disposition"].startswith("inline"):
            pictures.append(file)
        else:
            assert receipt["media_type"] in ("application/pdf", "video/mp4", "video/webm"), name
        assert pictures, name
        for address in pictures:
            drawn = (await someone.http.get(address)).content
            Image.open(io.BytesIO(drawn)).load()
            assert b"<script" not in drawn, name
    return set(kept)


async def test_anything_else_is_refused(ana: Someone) -> None:
    for content in (b"\xff\xd8\xff" + bytes(100), b"MZ" + bytes(99)):
        assert_is_problem(await sends(ana, content), 415)


async def test_a_file_over_the_limit_is_refused(shop: Shop, ana: Someone) -> None:
    too_much = photo() + bytes(shop.settings.evidence_max_bytes)
    assert_is_problem(await ana.http.post("/evidence", files={"file": too_much}), 413)
    far_too_much = bytes(shop.settings.evidence_max_bytes * 3)
    assert_is_problem(await ana.http.post("/evidence", files={"file": far_too_much}), 413)


async def test_a_files_name_is_only_a_label(shop: Shop, ana: Someone) -> None:
    names = [
        "",
        "\x00.jpg",
        "a" * 500 + ".jpg",
        'x"\r\nX-Evil: 1.jpg',
        "😀.jpg",
        "..",
        "/etc/passwd",
        "ann\u202egpj.exe",
    ]
    answers = await asyncio.gather(*(sends(ana, photo(), name or "x") for name in names))
    assert [answer.status_code for answer in answers] == [201] * len(names)
    for answer in answers:
        stored = (await shop.services.stores.evidence.get(answer.json()["evidence_id"])).file_name
        assert stored.isprintable()
        assert stored.endswith(".jpg")
        assert len(stored) <= 104
        assert not set(stored) & set('/\\<>":;')


async def test_no_name_however_strange_breaks_the_upload(ana: Someone, shared_data: Path) -> None:
    """As raw bytes in the form, which no client writes; the file behind it is of no kind that we take."""
    listed = [json.loads((shared_data / "hostile" / name).read_text()) for name in ("filenames.json", "blns.json")]
    names = [name.encode("utf-8", "surrogatepass") for name in itertools.chain(*listed)]
    names += [b"\xff\xfe.jpg", b"\x00\x01\x7f", b"a" * 60_000, b'x"; name="customer_id', b"=?utf-8?b?PHNjcmlwdD4=?="]
    for name in names:
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n'
        form = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = await ana.http.post("/evidence", content=head + b"MZ\r\n--x--\r\n", headers=form)
        assert answer.status_code in (400, 413, 415, 422), name
        assert_is_problem(answer, answer.status_code)


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
