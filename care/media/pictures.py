"""Pictures, drawn anew: JPEG, PNG, WebP. Runs in the child.

Of an animation only the first picture is decoded and kept.
"""

from __future__ import annotations

import io
import struct
from datetime import datetime
from typing import Any

import numpy
from PIL import Image, MpoImagePlugin  # noqa: F401  JPEG's relative, which is looked for only when one comes
from PIL.Image import Transpose

from care.media.answer import Answer, Refused, clean
from care.media.looks import hashes_of, sharpness_of
from care.media.screens import is_screenshot

PIXELS = 50_000_000
LONGEST_SIDE = 4096
KEPT_BYTES = 32 * 2**20

_ORIENTATION, _MAKE, _MODEL, _EXIF_IFD, _TAKEN, _TAKEN_OFFSET = 0x0112, 0x010F, 0x0110, 0x8769, 0x9003, 0x9011
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
# What a picture's metadata can provoke in its parser; the picture itself may still be sound.
_BAD_EXIF = (SyntaxError, ValueError, TypeError, KeyError, EOFError, OverflowError, ZeroDivisionError, struct.error)
# Quick rather than small: the sender waits.
_SAVE: dict[str, dict[str, int]] = {
    "JPEG": {"quality": 92},
    "PNG": {"compress_level": 4},
    "WEBP": {"quality": 90, "method": 2},
}


def rehearse(kind: str) -> None:
    """Decode one of our own, so that every module is there when no file can be opened any more."""
    exif = Image.Exif()
    exif.get_ifd(_EXIF_IFD)[_TAKEN] = "2026:03:01 09:00:00"
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, kind, exif=exif)
    decode(out.getvalue(), kind)


def decode(data: bytes, kind: str) -> Answer:
    """Facts, and the picture drawn anew: upright, 4096 pixels a side at most, no metadata, nothing hidden behind it."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit follows, before anything is decoded
    opened = Image.open(io.BytesIO(data), formats=[kind])
    if opened.width * opened.height > PIXELS:
        raise Refused(f"a picture may have {PIXELS // 1_000_000} million pixels, this one has more")
    Image.open(io.BytesIO(data), formats=[kind]).verify()  # checksums, which decoding alone lets pass
    opened.load()
    turn, facts = _exif(opened)
    facts["screenshot"] = is_screenshot(kind, opened.width, opened.height, facts.get("device"))
    picture = _eight_bit(opened).convert(_mode(opened, kind))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if turn is not None:
        picture = picture.transpose(turn)
    picture.info = {}  # what Pillow would write again: colour profiles, comments
    grey = picture.convert("L")
    hashes = hashes_of(grey)
    facts |= {"width": picture.width, "height": picture.height, "sharpness": sharpness_of(grey)}
    facts |= {"perceptual_hashes": hashes, "upright_hashes": hashes[:1]}
    return Answer(facts, _saved(picture, kind))


def _saved(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **_SAVE[kind])
    if out.tell() > KEPT_BYTES:
        raise Refused(f"drawn anew it is larger than {KEPT_BYTES // 2**20} MB")
    return out.getvalue()


def _eight_bit(picture: Image.Image) -> Image.Image:
    """16-bit grey made 8-bit: Pillow's own conversion would turn most of it white."""
    if not picture.mode.startswith("I"):
        return picture
    return Image.fromarray((numpy.asarray(picture).clip(0, 65535) >> 8).astype(numpy.uint8))


def _mode(picture: Image.Image, kind: str) -> str:
    if picture.mode in ("1", "L", "I", "I;16", "F"):
        return "RGB" if kind == "WEBP" else "L"
    transparent = kind != "JPEG" and (picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info)
    return "RGBA" if transparent else "RGB"


def _exif(picture: Image.Image) -> tuple[Transpose | None, dict[str, Any]]:
    """How to turn the picture upright, and when and with what it says it was taken; nothing if that is unreadable."""
    try:
        exif = picture.getexif()
        taken = exif.get_ifd(_EXIF_IFD)
        make, model = _word(exif.get(_MAKE)), _word(exif.get(_MODEL))
        device = model if model.startswith(make) else f"{make} {model}".strip()
        facts = {"captured_at": _instant(taken.get(_TAKEN), taken.get(_TAKEN_OFFSET)), "device": device or None}
        return _TURNS.get(exif.get(_ORIENTATION, 1)), facts
    except _BAD_EXIF:
        return None, {}


def _instant(taken: object, offset: object) -> str | None:
    """EXIF's "2026:03:01 09:00:00" as ISO 8601; UTC where the camera names no zone."""
    try:
        return datetime.strptime(f"{_word(taken)} {_word(offset) or '+00:00'}", "%Y:%m:%d %H:%M:%S %z").isoformat()
    except ValueError:
        return None


def _word(value: object) -> str:
    return clean(value).strip()[:60] if isinstance(value, str) else ""
