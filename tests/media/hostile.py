"""Files that mean harm, made here: each by its name, small enough to be sent in no time."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from fpdf import FPDF
from PIL import Image

from tests.media.files import box, encoded, film, pdf, png_that_claims, rebuilt, scene, webm

Maker = Callable[[], bytes]
HTML = b"<html><body onload=alert(1)><script>alert(document.cookie)</script></body></html>"


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png_with(*chunks: bytes) -> bytes:
    """Chunks put in behind the header, which is 33 bytes long."""
    png = encoded(scene(64, 48), "PNG")
    return png[:33] + b"".join(chunks) + png[33:]


def _text_bomb(kind: bytes, head: bytes) -> bytes:
    return _chunk(kind, head + zlib.compress(b"\0" * 8_000_000, 9))


def _animated_png() -> bytes:
    """A million frames, of which some are there, each as large as the type allows."""
    frame = _chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 2**31 - 1, 2**31 - 1, 0, 0, 1, 100, 0, 0))
    return _png_with(_chunk(b"acTL", struct.pack(">II", 1_000_000, 0)), frame * 500)


def _animated_webp(canvas: int, frames: int) -> bytes:
    """Small frames on a large canvas."""
    small = encoded(scene(16, 16), "WEBP")[12:]
    place = struct.pack("<I", 0)[:3] * 2 + struct.pack("<I", 15)[:3] * 2 + struct.pack("<I", 40)[:3] + b"\0"
    frame = b"ANMF" + struct.pack("<I", len(place) + len(small)) + place + small
    size = struct.pack("<I", canvas - 1)[:3]
    head = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + size * 2
    body = b"WEBP" + head + b"ANIM" + struct.pack("<I", 6) + b"\0" * 6 + frame * frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _jpeg_that_claims(width: int, height: int) -> bytes:
    jpeg = encoded(scene(), "JPEG")
    frame = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:frame] + struct.pack(">HH", height, width) + jpeg[frame + 4 :]


def _film_with(path: str, change: Callable[[bytes], bytes]) -> Maker:
    return lambda: rebuilt(film(), path, change)


_STBL = "moov.trak.mdia.minf.stbl"
_BILLION = struct.pack(">I", 10**9)
_ONE_ENTRY = struct.pack(">II", 0, 1)  # how the tables of a film begin


def _pdf_of(*objects: bytes) -> bytes:
    """Objects numbered from 1; a reader finds them without a table."""
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, each) for n, each in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF"


def _stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), more, content)


def _page(more: bytes = b"", box_: bytes = b"0 0 99 99") -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[" + box_ + b"]" + more + b">>"


_CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
_ONE_PAGE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"


def _pdf_with_script() -> bytes:
    script = b"<</S/JavaScript/JS(app.alert\\(1\\);this.exportDataObject\\({cName:'x',nLaunch:2}\\);)>>"
    launch = b"<</S/Launch/F(/bin/sh)>>"
    catalog = b"<</Type/Catalog/Pages 2 0 R/OpenAction " + script + b"/AA<</WC " + launch + b">>>>"
    return _pdf_of(catalog, _ONE_PAGE, _page(b"/AA<</O " + script + b">>"))


def _nested_pages(depth: int) -> bytes:
    levels = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (n + 3) for n in range(depth)]
    return _pdf_of(_CATALOG, *levels, _page())


def _self_drawing() -> bytes:
    """A form that draws itself."""
    form = _stream(b"/F Do", b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</XObject<</F 4 0 R>>>>")
    page = _page(b"/Contents 5 0 R/Resources<</XObject<</F 4 0 R>>>>")
    return _pdf_of(_CATALOG, _ONE_PAGE, page, form, _stream(b"/F Do"))


def _inflating(times: int) -> bytes:
    content = zlib.compress(b"0 0 m 9 9 l S " * 40_000, 9)
    filters = b"/FlateDecode " * times
    for _ in range(times - 1):
        content = zlib.compress(content, 9)
    page = _page(b"/Contents 4 0 R")
    return _pdf_of(_CATALOG, _ONE_PAGE, page, _stream(content, b"/Filter[" + filters + b"]"))


def _locked_pdf() -> bytes:
    document = FPDF()
    document.add_page()
    document.set_encryption("owner", "secret")
    return bytes(document.output())


def _animated_gif() -> bytes:
    out = io.BytesIO()
    scene(64, 48).save(out, "GIF", save_all=True, append_images=[Image.new("RGB", (64, 48))] * 9)
    return out.getvalue()


REFUSED: dict[str, Maker] = {
    "an empty file": lambda: b"",
    "a page called photo.jpg": lambda: HTML,
    "a drawing with a script": lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "another kind of picture": _animated_gif,
    "a playlist of other files": lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "a list of films": lambda: b"ffconcat version 1.0\nfile /etc/passwd\n",
    "a picture that claims 3.6 billion pixels": lambda: png_that_claims(60_000, 60_000),
    "a JPEG that claims 4 billion pixels": lambda: _jpeg_that_claims(65_500, 65_500),
    "a million frames in a PNG": _animated_png,
    "an animation on a canvas of 268 million pixels": lambda: _animated_webp(16_383, 500),
    "half a film": lambda: film()[: len(film()) // 2],
    "a film that claims 100 hours": _film_with("moov.mvhd", lambda head: head[:16] + _BILLION + head[20:]),
    "a film that holds nothing": lambda: box(b"ftyp", b"isom\0\0\2\0isom") + box(b"moov", box(b"mvhd", bytes(100))),
    "a recording that holds nothing": lambda: webm() + bytes(99),
    "a recording with absurd sizes": lambda: film("webm")[:60] + b"\x1f\x43\xb6\x75\x01\x7f\xff\xff\xff\xff\xff\xff",
    "pages without end": lambda: _pdf_of(_CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"),
    "10,000 pages": lambda: _pdf_of(_CATALOG, b"<</Type/Pages/Count 10000/Kids[" + b"3 0 R " * 10_000 + b"]>>"),
    "a locked PDF": _locked_pdf,
}
# Kept or refused: either is safe. What is kept of them is what we drew, or a download.
BOUNDED: dict[str, Maker] = {
    "a picture that is a page too": lambda: encoded(scene(), "JPEG", comment=HTML) + HTML,
    "a PDF that is a page too": lambda: HTML + pdf() + HTML,
    "a page behind the mark of a PDF": lambda: b"%PDF-1.4\n" + HTML,
    "8 MB of text in a PNG (zTXt)": lambda: _png_with(_text_bomb(b"zTXt", b"Comment\0\0")),
    "8 MB of text in a PNG (iTXt)": lambda: _png_with(_text_bomb(b"iTXt", b"Comment\0\1\0\0\0")),
    "8 MB of colour profile": lambda: _png_with(_text_bomb(b"iCCP", b"icc\0\0")),
    "thousands of frames on a large canvas": lambda: _animated_webp(2_500, 700),
    "a JPEG with a hundredth of its pixels": lambda: _jpeg_that_claims(2_800, 2_800),
    "a film of a billion frames (stsz)": _film_with(f"{_STBL}.stsz", lambda _: _ONE_ENTRY + _BILLION),
    "a film of a billion frames (stts)": _film_with(f"{_STBL}.stts", lambda _: _ONE_ENTRY + _BILLION + b"\0\0\0\1"),
    "a film whose pictures lie in /etc/passwd": _film_with(
        "moov.trak.mdia.minf.dinf.dref",
        lambda _: _ONE_ENTRY + box(b"url ", b"\0\0\0\0file:///etc/passwd\0"),
    ),
    "a film of 65,535 pixels a side": _film_with(
        f"{_STBL}.stsd", lambda head: head[:40] + b"\xff\xff\xff\xff" + head[44:]
    ),
    "a film with a hole": lambda: film()[:2000] + bytes(8000) + film()[10_000:],
    "a PDF with scripts and a programme to start": _pdf_with_script,
    "a billion pages": lambda: _pdf_of(_CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1000000000>>", _page()),
    "pages 3,000 levels deep": lambda: _nested_pages(3_000),
    "a page of a million points": lambda: _pdf_of(_CATALOG, _ONE_PAGE, _page(box_=b"0 0 1000000 1000000")),
    "a page of no size": lambda: _pdf_of(_CATALOG, _ONE_PAGE, _page(box_=b"0 0 0 0")),
    "a page a million times as long as wide": lambda: _pdf_of(_CATALOG, _ONE_PAGE, _page(box_=b"0 0 1 1000000")),
    "a form that draws itself": _self_drawing,
    "a page that inflates": lambda: _inflating(1),
    "a page that inflates twice": lambda: _inflating(2),
}
