from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from care.errors import TooLarge, UnsupportedMedia
from care.media.containers import EXTENSIONS, media_type
from care.media.sanitise import Sanitised, safe_name, sanitise
from tests.media import files
from tests.media.files import decoded, encoded, phone_photo, scene

MAX = 20 * 2**20


async def kept(data: bytes, file_name: str = "photo.jpg") -> Sanitised:
    return await sanitise(data, file_name, max_bytes=MAX)


def bits_apart(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


async def test_a_picture_is_told_by_its_content_and_comes_back_as_its_kind() -> None:
    for kind, found in (("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")):
        result = await kept(encoded(scene(), kind), "holiday.exe")
        assert result.media_type == found
        assert result.file_name == f"holiday.{EXTENSIONS[found]}"
        assert (decoded(result.data).format, decoded(result.data).size) == (kind, (320, 240))
        assert (result.facts.width, result.facts.height, result.previews) == (320, 240, [])


async def test_metadata_becomes_facts_and_leaves_the_picture() -> None:
    original = phone_photo(scene())
    assert b"Fairphone" in original
    result = await kept(original)
    assert result.facts.captured_at == datetime(2026, 2, 27, 18, 30, tzinfo=UTC)
    assert result.facts.device == "Fairphone 5"
    assert not decoded(result.data).getexif()
    for secret in (b"Fairphone", b"secret comment", b"2026:02:27"):
        assert secret not in result.data


async def test_text_and_anything_hidden_behind_a_picture_is_gone() -> None:
    result = await kept(files.png_with_text(scene()))
    assert b"secret comment" not in result.data
    polyglot = await kept(encoded(scene(), "JPEG") + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in polyglot.data


async def test_a_picture_taken_sideways_stands_upright() -> None:
    upright = scene()
    lying = upright.transpose(Image.Transpose.ROTATE_90)  # orientation 6 turns it back
    result = await kept(phone_photo(lying, orientation=6))
    assert (result.facts.width, result.facts.height) == (320, 240)
    difference = numpy.asarray(decoded(result.data), dtype=int) - numpy.asarray(upright, dtype=int)
    assert abs(difference).mean() < 5


async def test_a_nonsense_date_is_no_date() -> None:
    for taken in ("0000:00:00 00:00:00", "yesterday"):
        assert (await kept(phone_photo(scene(), taken=taken))).facts.captured_at is None


async def test_pictures_of_every_colour_mode_can_be_kept() -> None:
    modes = {"1": "PNG", "L": "JPEG", "P": "PNG", "LA": "PNG", "RGBA": "WEBP", "CMYK": "JPEG", "I;16": "PNG"}
    results = await asyncio.gather(
        *(kept(encoded(scene().convert("L" if m == "I;16" else m).convert(m), kind)) for m, kind in modes.items())
    )
    assert [decoded(result.data).size for result in results] == [(320, 240)] * len(modes)


async def test_sixteen_bits_of_grey_stay_grey() -> None:
    ramp = numpy.linspace(0, 65535, 320 * 240).reshape(240, 320).astype(numpy.uint16)
    result = await kept(encoded(Image.fromarray(ramp), "PNG"))
    assert decoded(result.data).getextrema() == (0, 255)


async def test_a_picture_of_the_largest_size_is_kept_smaller() -> None:
    large = scene(700, 700).resize((7000, 7000), Image.Resampling.NEAREST)
    result = await kept(encoded(large, "JPEG", quality=50))
    assert (result.facts.width, result.facts.height) == (4096, 4096)


async def test_the_same_picture_sent_again_in_disguise_is_recognised() -> None:
    picture = scene()
    first = (await kept(encoded(picture, "JPEG", quality=90))).facts.perceptual_hashes[0]
    disguises = {
        "recompressed": encoded(picture, "JPEG", quality=30),
        "smaller": encoded(picture.resize((200, 150)), "PNG"),
        "brighter": encoded(ImageEnhance.Brightness(picture).enhance(1.15), "WEBP"),
        "mirrored": encoded(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), "JPEG"),
        "upside down": encoded(picture.transpose(Image.Transpose.ROTATE_180), "JPEG"),
        "on its side": encoded(picture.transpose(Image.Transpose.ROTATE_90), "JPEG"),
    }
    for name, data in disguises.items():
        hashes = (await kept(data)).facts.perceptual_hashes
        assert min(bits_apart(first, each) for each in hashes) <= 6, name
    other = (await kept(encoded(scene(seed=8), "JPEG"))).facts.perceptual_hashes
    assert min(bits_apart(first, each) for each in other) > 12


async def test_an_empty_picture_has_no_hash_that_could_match_another() -> None:
    empty = (await kept(encoded(Image.new("RGB", (300, 200), "white"), "PNG"))).facts
    assert (empty.perceptual_hashes, empty.upright_hashes, empty.screenshot) == ([], [], False)


async def test_a_picture_of_a_phones_screen_is_known_for_a_screenshot() -> None:
    assert (await kept(encoded(Image.new("RGB", (828, 1792), "white"), "PNG"))).facts.screenshot


async def test_a_blurred_picture_is_less_sharp() -> None:
    noise = numpy.random.default_rng(1).integers(0, 256, (240, 320), dtype=numpy.uint8)
    sharp = Image.fromarray(noise).convert("RGB")
    clear, blurred = [
        (await kept(encoded(each, "PNG"))).facts.sharpness
        for each in (sharp, sharp.filter(ImageFilter.GaussianBlur(4)))
    ]
    assert clear is not None
    assert blurred is not None
    assert blurred < clear / 10


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (files.movie(b"isom"), "video/mp4"),
        (files.movie(b"mp42"), "video/mp4"),
        (files.movie(b"qt  "), "video/quicktime"),
        (files.webm(), "video/webm"),
        (files.pdf(), "application/pdf"),
    ],
)
def test_videos_and_documents_are_told_by_their_content(data: bytes, found: str) -> None:
    assert media_type(data) == found


@pytest.mark.parametrize(
    "data",
    [
        files.movie()[:-20],
        files.movie(b"heic"),
        files.box(b"ftyp", b"isom\0\0\2\0"),
        files.movie() + b"junk",
        files.webm(b"matroska"),
        files.webm()[:20],
        files.webm(segment=b""),
        b"",
        b"GIF89a" + b"\0" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"PK\x03\x04" + b"\0" * 100,
    ],
)
async def test_other_kinds_and_broken_containers_are_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedMedia, match="Please send"):
        await kept(data)


async def test_a_file_over_the_limit_is_refused_before_anything_reads_it() -> None:
    with pytest.raises(TooLarge):
        await sanitise(b"\0" * 101, "x", max_bytes=100)


async def test_a_picture_that_claims_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(UnsupportedMedia, match="50 million pixels"):
        await kept(files.png_that_claims(60_000, 60_000))


async def test_a_picture_with_less_than_it_claims_is_refused() -> None:
    with pytest.raises(UnsupportedMedia, match="damaged"):
        await kept(files.png_that_claims(2_000, 2_000))
    with pytest.raises(UnsupportedMedia, match="damaged"):
        await kept(encoded(scene(), "JPEG")[:-2000])


async def test_several_uploads_at_once_are_each_answered() -> None:
    data = [encoded(scene(seed=n), "JPEG") for n in range(6)]
    results = await asyncio.gather(*(kept(each) for each in data))
    assert len({result.facts.perceptual_hashes[0] for result in results}) == 6


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd.mp4"),
        ("C:\\Users\\ada\\broken mug.JPG", "broken mug.mp4"),
        ("photo\u202egpj.exe", "photogpj.mp4"),
        ('a"b\r\nX-Header: 1.png', "abX-Header 1.mp4"),
        (".htaccess", "file.mp4"),
        ("", "file.mp4"),
        ("x" * 500, "x" * 100 + ".mp4"),
        ("\ud800.jpg", "file.mp4"),
        ("Überblick.png", "Überblick.mp4"),
        ("two\u2028lines\u00a0 apart.png", "two lines apart.mp4"),
    ],
)
def test_a_file_name_is_made_safe_to_show(name: str, safe: str) -> None:
    assert safe_name(name, "video/mp4") == safe


def test_hostile_file_names_stay_harmless(shared_data: Path) -> None:
    hostile = shared_data / "hostile"
    for source in ("filenames.json", "blns.json"):
        for name in json.loads((hostile / source).read_text()):
            safe = safe_name(name, "video/mp4")
            assert safe.endswith(".mp4")
            assert safe.isprintable()
            assert not set(safe) & set('/\\<>":;')


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([b"", b"\0\0\0\x18ftyp", b"\x1a\x45\xdf\xa3", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"]),
    st.binary(max_size=300),
)
def test_no_bytes_confuse_the_type_check(start: bytes, rest: bytes) -> None:
    assert media_type(start + rest) in {None, *EXTENSIONS}
