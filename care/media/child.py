"""The bounded child of care.media.sanitise: decodes one untrusted file and exits. Run by path, never imported.

Arguments: the kind of file. Standard input: its bytes. Standard output: one line of JSON with the facts (or with
"problem", a reason for the sender), then the bytes to keep. Any other end means that the file could not be read.
It imports nothing of ours: the parent runs it isolated, and what breaks here must not matter.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
from collections.abc import Iterator
from typing import Any

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 15
PIXELS = 50_000_000
LONGEST_SIDE = 4096
PAGES = 50
TEXT_CHARACTERS = 20_000

_ORIENTATION, _MAKE, _MODEL, _EXIF_IFD, _TAKEN, _TAKEN_OFFSET = 0x0112, 0x010F, 0x0110, 0x8769, 0x9003, 0x9011
# What a picture's metadata can provoke in its parser; the picture itself may still be sound.
_BAD_EXIF = (SyntaxError, ValueError, TypeError, KeyError, EOFError, OverflowError, ZeroDivisionError, struct.error)
_HASH_SIDE, _DCT_SIDE = 8, 32
_FLAT = 2.0  # grey levels: below this spread a picture has no features that a hash could tell apart
_SHARPNESS_SIDE = 1024
# Quick rather than small: the sender waits.
_SAVE: dict[str, dict[str, int]] = {
    "JPEG": {"quality": 92},
    "PNG": {"compress_level": 4},
    "WEBP": {"quality": 90, "method": 2},
}


class Refused(Exception):
    """The file can be read, but not within our limits."""


def main() -> None:
    kind = sys.argv[1]
    _limit()
    data = sys.stdin.buffer.read()
    try:
        facts, kept = _pdf(data) if kind == "PDF" else _picture(data, kind)
    except Refused as problem:
        facts, kept = {"problem": str(problem)}, b""
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + kept)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _pdf(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Pages and text; the file is kept as it is, and is only ever served as a download."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    pages = len(document)
    if not 0 < pages <= PAGES:
        raise Refused(f"a PDF may have 1 to {PAGES} pages, this one has {pages}")
    text = ""
    for number in range(pages):
        text += document[number].get_textpage().get_text_range() + "\n"
        if len(text) > TEXT_CHARACTERS:
            break
    return {"pages": pages, "text": _clean(text)[:TEXT_CHARACTERS].strip()}, data


def _picture(data: bytes, kind: str) -> tuple[dict[str, Any], bytes]:
    """Facts, and the picture drawn anew: upright, 4096 pixels a side at most, no metadata, nothing hidden behind it."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own limit follows, before anything is decoded
    opened = Image.open(io.BytesIO(data), formats=[kind])
    if opened.width * opened.height > PIXELS:
        raise Refused(f"a picture may have {PIXELS // 1_000_000} million pixels, this one has more")
    Image.open(io.BytesIO(data), formats=[kind]).verify()  # checksums, which decoding alone lets pass
    opened.load()
    turn, facts = _exif(opened)
    picture = _eight_bit(opened).convert(_mode(opened, kind))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if turn is not None:
        picture = picture.transpose(turn)
    picture.info = {}  # what Pillow would write again: colour profiles, comments
    facts |= {"width": picture.width, "height": picture.height, **_look(picture.convert("L"))}
    out = io.BytesIO()
    picture.save(out, kind, **_SAVE[kind])
    return facts, out.getvalue()


def _eight_bit(picture: Any) -> Any:
    """16-bit grey made 8-bit: Pillow's own conversion would turn most of it white."""
    if not picture.mode.startswith("I"):
        return picture
    import numpy
    from PIL import Image

    return Image.fromarray((numpy.asarray(picture).clip(0, 65535) >> 8).astype(numpy.uint8))


def _mode(picture: Any, kind: str) -> str:
    if picture.mode in ("1", "L", "I", "I;16", "F"):
        return "RGB" if kind == "WEBP" else "L"
    transparent = kind != "JPEG" and (picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info)
    return "RGBA" if transparent else "RGB"


def _exif(picture: Any) -> tuple[Any, dict[str, Any]]:
    """How to turn the picture upright, and when and with what it says it was taken; nothing if that is unreadable."""
    from PIL.Image import Transpose

    flips = {2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM}
    turns = {5: Transpose.TRANSPOSE, 6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90}
    try:
        exif = picture.getexif()
        taken = exif.get_ifd(_EXIF_IFD)
        make, model = _word(exif.get(_MAKE)), _word(exif.get(_MODEL))
        device = model if model.startswith(make) else f"{make} {model}".strip()
        facts = {"captured_at": _instant(taken.get(_TAKEN), taken.get(_TAKEN_OFFSET)), "device": device or None}
        return (flips | turns).get(exif.get(_ORIENTATION, 1)), facts
    except _BAD_EXIF:
        return None, {}


def _instant(taken: object, offset: object) -> str | None:
    """EXIF's "2026:03:01 09:00:00" as ISO 8601; UTC where the camera names no zone."""
    from datetime import datetime

    try:
        return datetime.strptime(f"{_word(taken)} {_word(offset) or '+00:00'}", "%Y:%m:%d %H:%M:%S %z").isoformat()
    except ValueError:
        return None


def _word(value: object) -> str:
    return _clean(value).strip()[:60] if isinstance(value, str) else ""


def _clean(text: str) -> str:
    """Without control characters (line ends stay) and what UTF-8 cannot carry."""
    kept = "".join(c for c in text if c.isprintable() or c in "\n\t ")
    return kept.encode("utf-8", "ignore").decode()


def _look(grey: Any) -> dict[str, Any]:
    import numpy

    small = numpy.asarray(grey.resize((_DCT_SIDE, _DCT_SIDE)), dtype=numpy.float64)
    hashes = [] if small.std() < _FLAT else list(dict.fromkeys(_hash(each) for each in _variants(small)))
    grey.thumbnail((_SHARPNESS_SIDE, _SHARPNESS_SIDE))
    return {"perceptual_hashes": hashes, "sharpness": _sharpness(numpy.asarray(grey, dtype=numpy.float32))}


def _variants(picture: Any) -> Iterator[Any]:
    """The picture as it is, then its rotations, then the same mirrored."""
    import numpy

    for side in (picture, numpy.fliplr(picture)):
        for quarter_turns in range(4):
            yield numpy.rot90(side, quarter_turns)


def _hash(picture: Any) -> str:
    """pHash: the signs of the 8x8 lowest frequencies of a discrete cosine transform (type II), against their median."""
    import numpy

    place = numpy.arange(_DCT_SIDE)
    wave = numpy.cos(numpy.pi * (2 * place[None, :] + 1) * place[:_HASH_SIDE, None] / (2 * _DCT_SIDE))
    low = (wave @ picture @ wave.T).ravel()
    bits = low > numpy.median(low[1:])  # the first is the mean brightness
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def _sharpness(grey: Any) -> int | None:
    """Variance of the Laplacian, in thousandths."""
    if min(grey.shape) < 3:
        return None
    middle = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * middle
    return int(laplacian.var() * 1000)


if __name__ == "__main__":
    main()
