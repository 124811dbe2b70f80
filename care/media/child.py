"""The bounded child of care.media.sanitise: decodes one untrusted file and exits.

Argument: the kind of file. Standard input: its bytes. Standard output: an Answer. Any other end means that the file
could not be read. Of ours it imports only its neighbours here: it runs isolated, and what breaks in it must not matter.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable

from care.media.answer import Answer, Refused

MEMORY_BYTES = 1 << 30
VIDEO_MEMORY_BYTES = 3 << 29  # a decoder keeps up to 16 pictures of 4096 x 2160
CPU_SECONDS = 15
VIDEO_CPU_SECONDS = 30

Decoder = Callable[[bytes], Answer]


def main() -> None:
    kind = sys.argv[1]
    decode = decoder(kind)  # before the limits: after them no module can be read either
    data = sys.stdin.buffer.read()
    limit(video=kind == "VIDEO")
    try:
        answer = decode(data)
    except Refused as problem:
        answer = Answer(problem=str(problem))
    sys.stdout.buffer.write(answer.packed())


def decoder(kind: str) -> Decoder:
    """Rehearsed. Each brings its own libraries: a picture does not wait for those of a video."""
    if kind == "PDF":
        from care.media import pages

        pages.rehearse()
        return pages.decode
    if kind == "VIDEO":
        from care.media import frames

        frames.rehearse()
        return frames.decode
    from care.media import pictures

    pictures.rehearse(kind)
    return lambda data: pictures.decode(data, kind)


def limit(*, video: bool = False) -> None:
    """Memory and time are bounded; from here on nothing can be opened (no file, no socket), written or started.

    The pipes that are open stay open. The bound on processes does not hold for root, that on open files does.
    """
    memory = VIDEO_MEMORY_BYTES if video else MEMORY_BYTES
    seconds = VIDEO_CPU_SECONDS if video else CPU_SECONDS
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
