from __future__ import annotations

import asyncio
import io

import numpy
import pypdfium2
import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission

from care.errors import UnsupportedMedia
from care.media.sanitise import Sanitised, sanitise
from tests.media.files import decoded, encoded, pdf, scene


async def kept(data: bytes) -> Sanitised:
    return await sanitise(data, "invoice.pdf", max_bytes=20 * 2**20)


def invoice(customer: str, line: str, *, title: str = "", scan: bool = False, password: str = "") -> bytes:
    """As the shop writes it: all alike but for the customer and what was bought. Or a scan, then without words."""
    document = FPDF()
    document.set_title(title)
    document.add_page()
    if scan:
        document.image(io.BytesIO(encoded(scene(600, 800), "JPEG")), 0, 0, 210, 297)
    else:
        document.set_font("helvetica", "", 12)
        words = ("CARE Shop, invoice", customer, "Thank you for your order.", line, "To be paid within 14 days.")
        for text in words:
            document.cell(0, 10, text, new_x="LMARGIN", new_y="NEXT")
    if password:
        document.set_encryption("owner", password, permissions=AccessPermission.none())
    return bytes(document.output())


async def test_a_pdf_is_kept_as_it_is_with_its_text_and_pictures_of_its_first_pages() -> None:
    data = pdf(pages=12)
    result = await kept(data)
    assert (result.media_type, result.data) == ("application/pdf", data)
    assert (result.facts.pages, result.facts.text.count("two mugs")) == (12, 12)
    assert len(result.previews) == 10
    page = decoded(result.previews[0])
    assert (page.format, page.size) == ("JPEG", (1131, 1600))
    assert numpy.asarray(page).min() < 100, "there is writing on it"


async def test_an_invoice_is_found_again_by_its_words_and_not_taken_for_another_of_the_same_shop() -> None:
    ada, again, ravi = await asyncio.gather(
        kept(invoice("Ada Lovelace, Main Street 1", "2 x Mug, EUR 25.80")),
        kept(invoice("Ada Lovelace, Main Street 1", "2 x Mug, EUR 25.80", title="Saved again")),
        kept(invoice("Ravi Patel, Lange Gasse 44", "1 x Samovar, EUR 450.00")),
    )
    assert again.data != ada.data
    assert again.facts.perceptual_hashes == ada.facts.upright_hashes != []
    assert not set(ravi.facts.perceptual_hashes) & set(ada.facts.upright_hashes)


async def test_a_scanned_page_is_found_again_by_its_looks() -> None:
    scan, photo = await asyncio.gather(kept(invoice("", "", scan=True)), kept(encoded(scene(600, 800), "JPEG")))
    assert scan.facts.text == ""
    (of_scan,) = scan.facts.upright_hashes
    assert (int(of_scan, 16) ^ int(photo.facts.upright_hashes[0], 16)).bit_count() <= 6


async def test_a_long_or_locked_pdf_is_refused_with_the_reason() -> None:
    for data, reason in ((pdf(pages=51), "1 to 50 pages"), (invoice("", "", password="secret"), "password")):
        with pytest.raises(UnsupportedMedia, match=reason):
            await kept(data)
    assert (await kept(pdf(pages=50))).facts.pages == 50


async def test_a_broken_pdf_is_refused() -> None:
    for data in (b"%PDF-1.7", b"%PDF-1.7\n" + b"\0" * 5000, b"%PDF-1.4\n%%EOF"):
        with pytest.raises(UnsupportedMedia):
            await kept(data)


def test_what_draws_the_pages_has_no_script_engine() -> None:
    assert not {"V8", "XFA"} & set(pypdfium2.PDFIUM_INFO.flags)
