from __future__ import annotations

import asyncio
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from care.errors import UnsupportedMedia
from care.media import atoms, ebml
from care.media.sanitise import Sanitised, sanitise
from tests.media.files import box, decoded, encoded, film, rebuilt, scene

MADE = datetime(2026, 2, 27, 18, 30, tzinfo=UTC)
SINCE_1904 = int((MADE - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
SINCE_2001 = int((MADE - datetime(2001, 1, 1, tzinfo=UTC)).total_seconds()) * 10**9


async def kept(data: bytes, file_name: str = "clip") -> Sanitised:
    return await sanitise(data, file_name, max_bytes=20 * 2**20)


def nearest(one: list[str], others: list[str]) -> int:
    return min((int(a, 16) ^ int(b, 16)).bit_count() for a in one for b in others)


def from_phone(kind: str = "mp4") -> bytes:
    """With a place and a device, as phones note them, and the time at which it was made."""
    place = box(b"udta", box(b"\xa9xyz", b"+52.5200+013.4050/")) + box(b"meta", b"Fairphone")
    located = rebuilt(film(kind), "moov", lambda movie: movie + place)
    located = rebuilt(located, "moov.trak", lambda track: track + box(b"udta", box(b"name", b"Ada Lovelace")))
    made = struct.pack(">I", SINCE_1904)
    return rebuilt(located, "moov.mvhd", lambda header: header[:4] + made + header[8:]) + box(b"uuid", b"<x:xmpmeta/>")


def tagged_webm() -> bytes:
    """A live recording (its length not known) with a title and a date in front, and tags behind them."""
    date = b"\x44\x61\x88" + struct.pack(">q", SINCE_2001)
    info = b"\x15\x49\xa9\x66\xa0" + (b"\x7b\xa9\x8cAda Lovelace" + date).ljust(32, b"\0")
    tags = b"\x12\x54\xc3\x67\x9f" + b"+52.5200+013.4050/".ljust(31, b"\0")
    small = b"\x12\x54\xc3\x67\x82ab"
    head = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm"
    return head + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + info + tags + small


async def test_a_video_is_shown_by_key_frames_and_found_again_by_a_still_a_mirror_image_or_another_format() -> None:
    mp4, mov, webm = await asyncio.gather(kept(film("mp4")), kept(film("mov")), kept(film("webm")))
    for result, found in ((mp4, "video/mp4"), (mov, "video/quicktime"), (webm, "video/webm")):
        assert result.media_type == found
        facts = result.facts
        assert (facts.width, facts.height, facts.duration_ms) == (320, 240, 2000)
        assert [decoded(each).size for each in result.previews] == [(320, 240)] * 6
        assert len(facts.upright_hashes) == 4, "six pictures of four scenes"
    still, mirror = await asyncio.gather(
        kept(encoded(scene(seed=42), "JPEG", quality=60)),
        kept(encoded(scene(seed=41).transpose(Image.Transpose.FLIP_LEFT_RIGHT), "PNG")),
    )
    for found_by in (still, mirror, webm):
        assert nearest(found_by.facts.perceptual_hashes, mp4.facts.upright_hashes) <= 6
    assert nearest((await kept(film("mp4", first_seed=60))).facts.perceptual_hashes, mp4.facts.upright_hashes) > 6


async def test_what_a_film_tells_beside_its_pictures_is_blotted_out_and_nothing_moves() -> None:
    for kind in ("mp4", "mov"):
        original = from_phone(kind)
        result = await kept(original)
        assert result.facts.captured_at == MADE
        assert len(result.data) == len(original)
        for secret in (b"+52.5200", b"Fairphone", b"Ada Lovelace", b"xmpmeta"):
            assert secret in original
            assert secret not in result.data
        assert (await kept(result.data)).previews == result.previews, "it still plays"


def test_what_a_webm_tells_is_blotted_out_too() -> None:
    original = tagged_webm()
    quiet = ebml.silenced(original)
    assert ebml.captured_at(quiet) == ebml.captured_at(original) == MADE
    assert ebml.captured_at(original.replace(struct.pack(">q", SINCE_2001), bytes(8))) is None
    assert len(quiet) == len(original)
    assert b"Ada" in original
    assert b"Ada" not in quiet
    assert b"+52" not in quiet
    assert [each.name for each in ebml.elements(quiet, 24, len(quiet))] == [0x1549A966, 0xEC, 0xEC]


async def test_a_film_of_one_frame_has_one_picture() -> None:
    one = await kept(film(frames=1))
    assert len(one.previews) == 1
    assert one.facts.duration_ms == pytest.approx(42, abs=1)


async def test_a_long_film_is_looked_through_without_decoding_all_of_it() -> None:
    result = await kept(film("mp4", frames=24 * 30))
    assert result.facts.duration_ms == 30_000
    assert len(result.facts.upright_hashes) == 4


async def refusal(data: bytes) -> str:
    with pytest.raises(UnsupportedMedia) as refused:
        await kept(data)
    return str(refused.value)


async def test_a_film_over_the_limits_is_refused_with_the_limit() -> None:
    too_long, claims, too_wide = await asyncio.gather(
        refusal(film("webm", frames=121, rate=1)),
        refusal(rebuilt(film(), "moov.mvhd", lambda header: header[:16] + struct.pack(">I", 36 * 10**7) + header[20:])),
        refusal(film(frames=2, side=4160)),
    )
    assert "2 minutes" in too_long
    assert "121 s" in too_long
    assert "2 minutes" in claims
    assert "360000 s" in claims
    assert "4096 pixels" in too_wide


def test_a_camera_that_did_not_know_the_day_gives_no_date() -> None:
    for created in (0, 1, 2**32 - 1 - 2**31):
        mvhd = box(b"mvhd", struct.pack(">IIIII", 0, created, 0, 1000, 2000))
        assert atoms.header_of(box(b"moov", mvhd)) == atoms.Header(None, 2000)
    wide = box(b"mvhd", b"\1\0\0\0" + struct.pack(">QQIQ", 2**64 - 1, 0, 1000, 2**64 - 1))
    assert atoms.header_of(box(b"moov", wide)) == atoms.Header(None, 0)
    assert atoms.header_of(box(b"moov", box(b"mvhd", b"\0\0"))) == atoms.Header(None, 0)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"moov", b"udta"]), st.booleans())
def test_blotting_out_never_changes_a_length_or_fails(rest: bytes, kind: bytes, webm: bool) -> None:
    data = tagged_webm() + rest if webm else (box(kind, rest) if kind else rest)
    assert len(atoms.silenced(data)) == len(ebml.silenced(data)) == len(data)
    assert atoms.header_of(data).duration_ms >= 0
