"""Videos: how long they are, and pictures taken from them at even distances. Runs in the child.

FFmpeg (inside OpenCV) reads the bytes through us. It is told to follow no address, and to read no other container than
those that the type check lets pass; nor could it open anything: see care.media.child.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from typing import Any, cast

# Before OpenCV, which reads it once. A film may name other files as the place of its pictures.
os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = (
    "protocol_whitelist;none|format_whitelist;mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
)

import cv2
from PIL import Image, ImageOps

from care.media import atoms, ebml, looks
from care.media.answer import Answer, Refused
from care.media.looks import PREVIEW_SIDE, distinct, hashes_of, preview_of

SECONDS = 120
FRAMES = 30_000  # two minutes of slow motion
LONGEST_SIDE = 4096
PICTURED = 6

_LOOKING_SECONDS = 8
_NEAR = 60  # frames: to read on is as quick as to look for a key frame


def rehearse() -> None:
    """Draw one of our own, so that every module is there when no file can be opened any more."""
    looks.rehearse()
    cv2.setNumThreads(1)  # it may start none
    cv2.VideoCapture(_stream(b"no film"), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1]).release()


def decode(data: bytes) -> Answer:
    """Facts and key frames; the film is kept, and only ever a download, without what it tells beside its pictures.

    Raises Refused for one that is too long or too large, or that shows nothing.
    """
    webm = data.startswith(ebml.EBML.to_bytes(4, "big"))
    header = atoms.Header(ebml.captured_at(data)) if webm else atoms.header_of(data)
    data = ebml.silenced(data) if webm else atoms.silenced(data)
    _within(header.duration_ms)
    film = _opened(data)
    width, height = (int(film.get(side)) for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    if max(width, height) > LONGEST_SIDE:
        raise Refused(f"a video may have {LONGEST_SIDE} pixels a side, this one has {max(width, height)}")
    frames, duration_ms = _measured(data, film)
    duration_ms = max(duration_ms, header.duration_ms)
    _within(duration_ms)
    pictures = list(_pictures(film, frames))
    if not pictures:
        raise Refused("no picture in this video can be read")
    facts = {"width": width, "height": height, "duration_ms": duration_ms, **_hashes(pictures)}
    facts["captured_at"] = header.captured_at.isoformat() if header.captured_at else None
    return Answer(facts, data, [preview_of(each) for each in pictures])


def _within(duration_ms: int) -> None:
    if duration_ms > SECONDS * 1000:
        raise Refused(f"a video may last {SECONDS // 60} minutes, this one says that it lasts {duration_ms // 1000} s")


def _opened(data: bytes, *more: int) -> cv2.VideoCapture:
    # One thread: the processor's time is bounded for all together, and each thread's stack counts as memory.
    film = cv2.VideoCapture(_stream(data), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1, *more])
    if not film.isOpened():
        raise Refused("no picture in this video can be read")
    return film


def _stream(data: bytes) -> cv2.IStreamReader:
    return cast(cv2.IStreamReader, io.BytesIO(data))  # it takes any BufferedIOBase, which its types do not know


def _measured(data: bytes, film: cv2.VideoCapture) -> tuple[int, int]:
    """How many frames the file really holds, and the longest that it lasts or says to last, in milliseconds."""
    rate = film.get(cv2.CAP_PROP_FPS)
    one = 1000 / rate if rate > 0 else 0.0
    packets = _opened(data, cv2.CAP_PROP_FORMAT, -1)  # not decoded: only counted
    frames, last = 0, 0.0
    while packets.grab():
        frames, last = frames + 1, max(last, packets.get(cv2.CAP_PROP_POS_MSEC))
        if frames > FRAMES:
            raise Refused(f"a video may have {FRAMES} frames, this one has more")
    claimed = film.get(cv2.CAP_PROP_FRAME_COUNT) * one
    return frames, int(min(max(last + one, claimed, 0.0), 1e15))


def _pictures(film: cv2.VideoCapture, frames: int) -> Iterator[Image.Image]:
    """From the middle of each sixth of the film; fewer where it is short, or slow to decode."""
    can_jump = film.get(cv2.CAP_PROP_FRAME_COUNT) >= frames
    at, started = 0, time.process_time()
    for wanted in sorted({frames * (2 * n + 1) // (2 * PICTURED) for n in range(PICTURED)}):
        if can_jump and wanted - at > _NEAR:
            film.set(cv2.CAP_PROP_POS_FRAMES, wanted)
            at = wanted
        while at <= wanted and time.process_time() - started < _LOOKING_SECONDS:
            if not film.grab():
                return
            at += 1
        found, picture = film.retrieve()
        if at <= wanted or not found:
            return
        yield _small(picture)


def _small(picture: Any) -> Image.Image:
    """As a preview needs it: six of the largest size would not fit into the child's memory."""
    small = Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return small


def _hashes(pictures: list[Image.Image]) -> dict[str, list[str]]:
    """Of each picture upright and mirrored, once for all that are alike."""
    grey = [each.convert("L") for each in pictures]
    upright = distinct(hash_ for each in grey for hash_ in hashes_of(each)[:1])
    mirrored = [hash_ for each in grey for hash_ in hashes_of(ImageOps.mirror(each))[:1]]
    return {"upright_hashes": upright, "perceptual_hashes": distinct([*upright, *mirrored])}
