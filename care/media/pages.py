"""PDF: its text, and pictures of its first pages. Runs in the child.

PDFium draws pages; it is built without a script engine and no form is opened, so nothing in the file can run.
"""

from __future__ import annotations

import hashlib
import time

import pypdfium2
from PIL import Image

from care.media import looks
from care.media.answer import Answer, Refused, clean
from care.media.looks import PREVIEW_SIDE, distinct, hashes_of, preview_of

PAGES = 50
PICTURED = 10
TEXT_CHARACTERS = 20_000

_PASSWORD = 4  # FPDF_ERR_PASSWORD
_DOTS = 150 / 72  # pixels per point: as sharp as a print needs to be read on a screen
_DRAWING_SECONDS = 8
# A page with more letters than this is known by its words; with fewer it is a scan or a photo, known by its looks.
_WORDED = 40
# One page that says "Hi".
_OURS = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F<</Type/Font"
    b"/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n4 0 obj<</Length 19>>stream\nBT/F 9 Tf(Hi)Tj ET\nendstream"
    b" endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)


def rehearse() -> None:
    """Decode one of our own, so that every module is there when no file can be opened any more."""
    looks.rehearse()
    decode(_OURS)


def decode(data: bytes) -> Answer:
    """Pages, text, and the first pages as pictures; the file is kept as it is, and is only ever a download."""
    document = _opened(data)
    pages = len(document)
    if not 0 < pages <= PAGES:
        raise Refused(f"a PDF may have 1 to {PAGES} pages, this one has {pages}")
    texts = _texts(document, pages)
    drawn = _drawn(document, pages)
    hashes = _hashes(texts, drawn)
    text = clean("\n".join(texts))[:TEXT_CHARACTERS].strip()
    facts = {"pages": pages, "text": text, "perceptual_hashes": hashes, "upright_hashes": hashes}
    return Answer(facts, data, [preview_of(each) for each in drawn])


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise Refused("it asks for a password; please send it without one") from error
        raise


def _texts(document: pypdfium2.PdfDocument, pages: int) -> list[str]:
    """Page by page, until there is enough."""
    texts: list[str] = []
    for number in range(pages):
        texts.append(document[number].get_textpage().get_text_range())
        if sum(map(len, texts)) > TEXT_CHARACTERS:
            break
    return texts


def _drawn(document: pypdfium2.PdfDocument, pages: int) -> list[Image.Image]:
    """The first ten pages, fewer if they are slow to draw. A page that claims to be a mile long is drawn small."""
    drawn: list[Image.Image] = []
    started = time.process_time()
    for number in range(min(pages, PICTURED)):
        if time.process_time() - started > _DRAWING_SECONDS:
            break
        page = document[number]
        scale = min(_DOTS, PREVIEW_SIDE / max(*page.get_size(), 1))
        drawn.append(page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB"))
    return drawn


def _hashes(texts: list[str], drawn: list[Image.Image]) -> list[str]:
    """One for the words of the first page, and one for each picture of a page that has hardly any words.

    Two invoices of one shop look alike (some 6 of 64 bits apart, as far as a photo from its copy), so that what is
    written tells them apart. Later pages of words are often the same terms and conditions in every invoice.
    """
    hashes = []
    for number, picture in enumerate(drawn):
        words = "".join(texts[number].split()).casefold() if number < len(texts) else ""
        if len(words) <= _WORDED:
            hashes += hashes_of(picture.convert("L"))[:1]
        elif number == 0:
            hashes.append(hashlib.sha256(words.encode("utf-8", "ignore")).hexdigest()[:16])
    return distinct(hashes)
