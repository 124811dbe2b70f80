"""The case file on paper, read back as a bank would read it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from care.models.order import OrderLine
from care.models.refund import Remedy, TimelineEntry
from care.paper import letters
from care.paper.case_data import as_json
from care.paper.case_pdf import case_pdf
from care.paper.letters import faces
from care.paper.pictures import small
from tests.paper.cases import MADE, case_file, drawn, picture, words
from tests.stores.make import AT, eur

with_fonts = pytest.mark.skipif(not faces(), reason="the package with the fonts is not installed")


@pytest.fixture(params=["fonts", "no fonts"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """With the fonts that are installed, and as if none were. Whether there are some."""
    if request.param == "no fonts":
        monkeypatch.setattr(letters, "faces", lambda: ())
    elif not faces():
        pytest.skip("the package with the fonts is not installed")
    return bool(request.param == "fonts")


@pytest.mark.usefixtures("either")
def test_the_paper_holds_all_that_was_claimed_shown_judged_ruled_and_paid() -> None:
    case = case_file()
    (text,) = [" ".join(words(drawn(case)))]
    for part in (
        *("Refund case REF001", "Paid", "It arrived broken.", "Ada, CUST001", "Lindenweg 4, 28195 Bremen, DE"),
        *("ORD1", "pay_55", "12.99 EUR", "25.98 EUR", "10.00 EUR", "re_77", "refund-REF001"),
        *("gemini-test, prompt 7", "2026-11+ab12cd34", "62 %", "The carton is crushed."),
        *("refund_rate (45): 3 other refunds in the last 90 days.", "The signals ask for a person."),
        *("EV001: photo.jpg", "EV002: photo.jpg", case.evidence[0].original_sha256, "a" * 64),
        *("2026-03-01 04:00:00 UTC", "Pixel 9"),
        *("2026-03-01 11:00:00 UTC Request evidence, by amy@shop.test", "Status: In review to Needs evidence"),
        *("2026-03-01 12:00:00 UTC Approve, by ben@shop.test Amount: 10.00 EUR", "Note: The label fits."),
        *("2026-03-01 13:00:00 UTC Paid, by machine", "2026-03-03 09:00:00 UTC"),
        hashlib.sha256(as_json(case)).hexdigest(),
    ):
        assert part in text, part


@with_fonts
def test_an_exchange_shows_what_goes_out_and_what_is_paid_back() -> None:
    tea = OrderLine(sku="TEA", name="Green tea", quantity=2, price=eur(350))
    given: dict[str, Any] = {
        "remedy": Remedy.REPLACEMENT,
        "exchange_for": [tea],
        "sent_as": "ORD-REF001",
        "approved": None,
    }
    text = " ".join(words(drawn(case_file(**given))))
    for part in (
        "Green tea TEA 2 3.50 EUR 7.00 EUR",
        "Left to be paid back 18.98 EUR",
        "New items sent as ORD-REF001",
    ):
        assert part in text, part


@with_fonts
@pytest.mark.parametrize(
    "complaint", ["मेरा दूध फट गया, कृपया पैसे वापस करें।", "Молоко прокисло, верните деньги.", "Śmietana była zepsuta. ₹ €"]
)
def test_a_complaint_in_another_script_is_read_back_word_for_word(complaint: str) -> None:
    (first, *_) = words(drawn(case_file(complaint=complaint)))
    # A reader guesses at the spaces, which are moves of the pen and no letters.
    assert complaint.replace(" ", "") in first.replace(" ", "")


@with_fonts
@pytest.mark.parametrize("complaint", ["שלום, החלב התקלקל", "مرحبا الحليب فاسد سلام नमस्ते", "The milk 🥛 is sour 😡📦"])
def test_no_letter_is_lost_from_right_to_left_or_among_pictures(complaint: str) -> None:
    assert set(complaint) <= set(words(drawn(case_file(complaint=complaint)))[0])


@with_fonts
def test_a_line_that_starts_in_another_font_leaves_the_next_ones_as_they_are() -> None:
    (first, *_) = words(drawn(case_file(complaint="😡 It is sour.\nThe second line.\nThe third line.")))
    assert "😡 It is sour. The second line. The third line." in first


def test_letters_that_no_font_has_are_named(either: bool) -> None:
    text = words(drawn(case_file(complaint="牛奶 दूध", file_name="牛.jpg")))
    squeezed = "".join(text).replace(" ", "")
    assert "[U+725B][U+5976]" in squeezed
    assert "EV001:[U+725B].jpg" in squeezed
    assert ("[U+0926][U+0942][U+0927]" in squeezed) is not either


@pytest.mark.usefixtures("either")
def test_a_long_case_is_told_to_its_end_on_numbered_pages() -> None:
    told = [
        TimelineEntry(at=AT + timedelta(hours=n), actor="machine", event=f"step_{n}", detail=f"Number {n}.")
        for n in range(60)
    ]
    shot = small(picture())
    assert shot is not None
    case = case_file(files=10, complaint="The milk is sour. " * 222 + "The end.", timeline=told)
    document = drawn(case, {each.evidence_id: [shot] for each in case.evidence})
    pages = words(document)
    assert 4 <= len(pages) <= 12
    for n, text in enumerate(pages, start=1):
        assert text.endswith(f"Page {n} of {len(pages)}")
    together = " ".join(pages)
    assert "The end." in together
    assert all(f"Number {n}." in together for n in range(60))
    assert sum(each.type == pdfium.FPDF_PAGEOBJ_IMAGE for page in document for each in page.get_objects()) == 10


HOSTILE = [
    "{nb} \x03 Page 1 of 1",
    "**bold** __under__ [click](https://evil.test) https://evil.test <b>x</b>",
    ") Tj ET Q endstream endobj 9 0 obj <</S/JavaScript/JS(app.alert(1))>> /OpenAction 9 0 R",
    "\u202egnitnirp \u2066x\u2069 \ufeff\u00ad\u200b",
    "e" + "\u0301" * 300,
    "x" * 4000,
    "\n" * 1500,
    "\ufdfd" * 120 + "𒐫" * 60,
    "".join(map(chr, range(0x250))),
    "سلام" + "(" * 1900 + "$ " * 900,
    "हि" * 300,
]


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_leaves_the_margins_or_adds_anything_to_the_paper(text: str) -> None:
    note = [TimelineEntry(at=AT, actor=text[:254], event="ruling_ignored", detail=text[:2000])]
    case = case_file(complaint=text, file_name=text[:100], timeline=note)
    data = case_pdf(case, {}, MADE)
    for banned in (b"/Annot", b"/URI", b"/JavaScript", b"/EmbeddedFile", b"/Launch", b"/AcroForm"):
        assert banned not in data
    # What a reader does on opening: show the first page.
    assert data.count(b"/OpenAction") == data.count(b"/OpenAction [3 0 R /FitH null]") == 1
    document = pypdfium2.PdfDocument(data)
    assert len(document) <= 20
    for n, (page, told) in enumerate(zip(document, words(document), strict=True), start=1):
        assert pdfium.FPDFPage_GetAnnotCount(page.raw) == 0
        seen = page.get_textpage()
        boxes = [seen.get_charbox(i) for i in range(seen.count_chars())]
        width, height = page.get_size()
        assert all(left >= 30 and right <= width - 30 and 20 <= low <= height for left, low, right, _ in boxes)
        assert told.endswith(f"Page {n} of {len(document)}")


@pytest.mark.usefixtures("either")
def test_the_same_case_at_the_same_time_gives_the_same_bytes() -> None:
    case, shot = case_file(complaint="दूध"), small(picture())
    assert shot is not None
    pictures = {"EV001": [shot]}
    first = case_pdf(case, pictures, MADE)
    assert case_pdf(case, pictures, MADE) == first
    assert case_pdf(case, pictures, MADE + timedelta(seconds=1)) != first


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("JPEG", "L"), ("WEBP", "RGB")])
def test_pictures_are_made_small(kind: str, mode: str) -> None:
    made = small(picture("white", kind, mode))
    assert made is not None
    assert made.startswith(b"\xff\xd8")
    assert len(made) < 40_000


@pytest.mark.parametrize("data", [b"", b"GIF89a", picture()[:300], picture().replace(b"IDAT", b"IDAX")])
def test_a_picture_that_cannot_be_read_is_said_so_on_the_paper(data: bytes) -> None:
    assert small(data) is None
    assert "none can be shown of this file" in " ".join(words(drawn(case_file(files=1))))
