"""What can be measured of a picture, and a small copy of it to look at. Runs in the child."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import numpy
from PIL import Image

PREVIEW_SIDE = 1600  # pixels

_HASH_SIDE, _DCT_SIDE = 8, 32
_FLAT = 2.0  # grey levels: below this spread a picture has no features that a hash could tell apart
_SHARPNESS_SIDE = 1024
_PREVIEW_BYTES = 1 << 20
# Bits of 64 below which two pictures of one file count as one.
_SAME = 3


def rehearse() -> None:
    """Do it all once: libraries read some of their modules only when they need them."""
    picture = Image.linear_gradient("L")
    hashes_of(picture)
    sharpness_of(picture)
    preview_of(picture)


def hashes_of(grey: Image.Image) -> list[str]:
    """Of the picture as it is, then of its rotations, then of the same mirrored; none if it is flat."""
    small = numpy.asarray(grey.resize((_DCT_SIDE, _DCT_SIDE)), dtype=numpy.float64)
    if small.std() < _FLAT:
        return []
    turned = [numpy.rot90(side, turns) for side in (small, numpy.fliplr(small)) for turns in range(4)]
    return list(dict.fromkeys(_hash(each) for each in turned))


def distinct(hashes: Iterable[str]) -> list[str]:
    """Without those that are nearly another one, as the frames of a still scene are."""
    kept: list[str] = []
    for each in hashes:
        if all((int(each, 16) ^ int(other, 16)).bit_count() > _SAME for other in kept):
            kept.append(each)
    return kept


def sharpness_of(grey: Image.Image) -> int | None:
    """Variance of the Laplacian, in thousandths, of the picture at 1024 pixels a side at most."""
    small = grey.copy()
    small.thumbnail((_SHARPNESS_SIDE, _SHARPNESS_SIDE))
    light = numpy.asarray(small, dtype=numpy.float32)
    if min(light.shape) < 3:
        return None
    middle = light[1:-1, 1:-1]
    laplacian = light[:-2, 1:-1] + light[2:, 1:-1] + light[1:-1, :-2] + light[1:-1, 2:] - 4 * middle
    return int(laplacian.var() * 1000)


def preview_of(picture: Image.Image) -> bytes:
    """A JPEG of 1600 pixels a side and about 1 MB at most; noise, which needs more, is drawn coarsely."""
    small = picture.convert("RGB")
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    fine = _jpeg(small, 80)
    return fine if len(fine) <= _PREVIEW_BYTES else _jpeg(small, 40)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _hash(picture: Any) -> str:
    """pHash: the signs of the 8x8 lowest frequencies of a discrete cosine transform (type II), against their median."""
    place = numpy.arange(_DCT_SIDE)
    wave = numpy.cos(numpy.pi * (2 * place[None, :] + 1) * place[:_HASH_SIDE, None] / (2 * _DCT_SIDE))
    low = (wave @ picture @ wave.T).ravel()
    bits = low > numpy.median(low[1:])  # the first is the mean brightness
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"
