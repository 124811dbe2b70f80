"""How long the local models take: for a message, and for what a photo or a PDF goes through before it is kept.

The yardsticks: the sentence vector of the message alone, and the bare reading of the same file in this process. The
product reads files in a child process with bounds of its own, looks at them, and encodes pictures anew.
"""

from __future__ import annotations

import asyncio
import io

import numpy
import pypdfium2
from fpdf import FPDF
from PIL import Image

from bench import Figure
from bench.alternating import compared
from care.brains.local import LocalUnderstanding
from care.brains.minilm import MiniLM
from care.brains.protocols import Utterance
from care.media.sanitise import sanitise

MESSAGE = "Where is my order, and can you please skip the milk next week?"
_WIDTH, _HEIGHT = 4000, 3000  # 12 MP, as a phone takes them
_PAGES = 10
_MOST = 50_000_000  # bytes


def models(many: int) -> list[Figure]:
    """`many` of each a round."""
    return asyncio.run(_measured(many))


async def _measured(many: int) -> list[Figure]:
    brain, vectors, photo, pages = LocalUnderstanding(), MiniLM(), _photo(), _pdf()
    await brain.warm()

    async def read() -> None:
        await brain.understand(Utterance(text=MESSAGE))

    async def encoded() -> None:
        await asyncio.to_thread(vectors.encode, [MESSAGE])

    async def kept_photo() -> None:
        await sanitise(photo, "photo.jpg", max_bytes=_MOST)

    async def decoded() -> None:
        await asyncio.to_thread(Image.open(io.BytesIO(photo)).load)

    async def kept_pages() -> None:
        await sanitise(pages, "pages.pdf", max_bytes=_MOST)

    async def text() -> None:
        await asyncio.to_thread(_text, pages)

    return [
        await compared("a message, over its sentence vector", read, encoded, many),
        await compared(f"a photo of {_WIDTH} x {_HEIGHT}, over its decoding", kept_photo, decoded, many),
        await compared(f"a PDF of {_PAGES} pages, over its text", kept_pages, text, many),
    ]


def _photo() -> bytes:
    """As busy as what a phone takes, within some megabytes."""
    coarse = numpy.random.default_rng(7).integers(0, 256, (300, 400, 3), dtype=numpy.uint8)
    out = io.BytesIO()
    Image.fromarray(coarse).resize((_WIDTH, _HEIGHT)).save(out, "JPEG", quality=90)
    return out.getvalue()


def _pdf() -> bytes:
    document = FPDF()
    document.set_font("Helvetica")
    for page in range(_PAGES):
        document.add_page()
        document.multi_cell(0, text=f"Page {page}: the parcel came wet, and two of the cups are broken. " * 40)
    return bytes(document.output())


def _text(pages: bytes) -> str:
    document = pypdfium2.PdfDocument(pages)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
