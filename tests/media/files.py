"""Small files of each kind, drawn here."""

from __future__ import annotations

import functools
import io
import struct
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy
from PIL import Image, PngImagePlugin

from care.media.atoms import boxes


def scene(width: int = 320, height: int = 240, *, seed: int = 7) -> Image.Image:
    """A picture with shapes of several sizes, so that its hash and sharpness mean something."""
    random = numpy.random.default_rng(seed)
    coarse = random.integers(0, 256, (9, 12, 3), dtype=numpy.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def decoded(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def phone_photo(picture: Image.Image, *, orientation: int = 1, taken: str = "2026:02:27 18:30:00") -> bytes:
    """A JPEG with the EXIF that phones write, a place among it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F], exif[0x0110] = "Fairphone", "Fairphone 5"
    exif.get_ifd(0x8769)[0x9003] = taken
    exif.get_ifd(0x8825)[0x0001] = "N"
    return encoded(picture, "JPEG", exif=exif, quality=95, comment=b"secret comment")


def png_with_text(picture: Image.Image) -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret comment")
    return encoded(picture, "PNG", pnginfo=notes)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose header promises more than its data holds."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    end = chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + end


def pdf(pages: int = 1, text: str = "Invoice 17: two mugs, EUR 25.80") -> bytes:
    """A PDF with the same line of text on every page."""
    stream = f"BT /F1 12 Tf 40 700 Td ({text}) Tj ET".encode()
    kids = " ".join(f"{4 + n} 0 R" for n in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *[
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {4 + pages} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        ]
        * pages,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def movie(brand: bytes = b"isom") -> bytes:
    """The skeleton of an MP4 or MOV, in which there is nothing to see."""
    return (
        box(b"ftyp", brand + b"\0\0\2\0" + brand) + box(b"mdat", b"\0" * 100) + box(b"moov", box(b"mvhd", b"\0" * 100))
    )


@functools.cache
def film(kind: str = "mp4", *, frames: int = 48, rate: int = 24, side: int = 0, first_seed: int = 40) -> bytes:
    """A film of `rate` frames a second: four scenes, `scene(seed=first_seed + n)`; `side` is its width in pixels."""
    codec = {"mp4": "mp4v", "mov": "mp4v", "webm": "VP80"}[kind]
    size = (side, 64) if side else (320, 240)
    scenes = [cv2.cvtColor(numpy.asarray(scene(*size, seed=first_seed + n)), cv2.COLOR_RGB2BGR) for n in range(4)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film.{kind}"
        writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), rate, size)
        assert writer.isOpened()
        for n in range(frames):
            writer.write(scenes[n * 4 // frames])
        writer.release()
        return path.read_bytes()


def rebuilt(data: bytes, path: str, change: Callable[[bytes], bytes]) -> bytes:
    """An MP4 with the content of the boxes at `path` ("moov.trak") changed. The film's own data is in front of them."""
    first, _, rest = path.partition(".")
    out = b""
    for each in boxes(data, 0, len(data)):
        content = data[each.inside : each.end]
        if each.kind == first.encode():
            content = rebuilt(content, rest, change) if rest else change(content)
        out += box(each.kind, content)
    return out


def webm(doc_type: bytes = b"webm", *, segment: bytes = b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff") -> bytes:
    """The skeleton of a WebM, its segment of unknown length as in a live recording."""
    inner = b"\x42\x86\x81\x01" + b"\x42\x82" + bytes([0x80 | len(doc_type)]) + doc_type
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(inner)]) + inner + segment + b"\0" * 50
