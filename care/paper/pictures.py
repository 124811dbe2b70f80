"""Pictures made small enough for paper. They come from our own store, where they were drawn anew on their way in."""

from __future__ import annotations

import io

from PIL import Image

_SIDE = 800
_MOST_PIXELS = 50_000_000
_FORMATS = ["JPEG", "PNG", "WEBP"]
# What Pillow raises for data that is no sound picture, or a far too large one.
_BROKEN = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


def small(data: bytes) -> bytes | None:
    """A JPEG of at most 800 pixels a side, on white; None for what is no picture that we keep."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return None
            picture.draft("RGB", (_SIDE, _SIDE))  # a JPEG is decoded small at once
            picture.thumbnail((_SIDE, _SIDE))
            drawn = picture.convert("RGBA")
    except _BROKEN:  # told on the paper: "cannot be shown"
        return None
    paper = Image.new("RGB", drawn.size, "white")
    paper.paste(drawn, mask=drawn.getchannel("A"))
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=80)
    return out.getvalue()
