"""Running the child that decodes one file: a few at once, for a bounded time, with an answer of bounded size."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio import StreamReader, StreamWriter
from pathlib import Path
from weakref import WeakKeyDictionary

from care import tracing

# One gigabyte each, one and a half for a video (care.media.child).
_AT_ONCE = 2
_SECONDS = 40
# The largest picture drawn anew, or the largest PDF, with ten previews.
_ANSWER_BYTES = 64 * 2**20
_PIECE = 1 << 18
_ROOT = Path(__file__).parents[2]
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from care.media.child import main; main()"
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class ChildFailed(Exception):
    """It broke, or passed one of its bounds."""


async def run_child(kind: str, data: bytes) -> bytes:
    """What the child writes. Raises ChildFailed; it never outlives the call."""
    with tracing.span("decode", {"care.media.kind": kind, "care.media.bytes": len(data)}):
        return await _bounded(kind, data)


async def _bounded(kind: str, data: bytes) -> bytes:
    async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE)):
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", _START, str(_ROOT), kind),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # Nothing of our environment; one thread, because each thread's stack counts as memory.
            env={"OPENBLAS_NUM_THREADS": "1", "PATH": os.defpath},
        )
        try:
            async with asyncio.timeout(_SECONDS):
                said = await _talk(child, data)
                code = await child.wait()
        except TimeoutError:
            raise ChildFailed("it took too long") from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    if code != 0:
        raise ChildFailed(f"it ended with {code}")
    return said


async def _talk(child: asyncio.subprocess.Process, data: bytes) -> bytes:
    assert child.stdin is not None  # noqa: S101  both were asked for
    assert child.stdout is not None  # noqa: S101
    said, _ = await asyncio.gather(_listen(child.stdout), _tell(child.stdin, data))
    return said


async def _tell(pipe: StreamWriter, data: bytes) -> None:
    try:
        pipe.write(data)
        await pipe.drain()
    except ConnectionError:  # it has ended already; how, its exit code says
        return
    finally:
        pipe.close()


async def _listen(pipe: StreamReader) -> bytes:
    said = bytearray()
    while piece := await pipe.read(_PIECE):
        said += piece
        if len(said) > _ANSWER_BYTES:
            raise ChildFailed("it says too much")
    return bytes(said)
