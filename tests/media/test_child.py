"""The child that decodes: what it can no longer do, and what becomes of one that breaks its bounds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.media import bounded
from care.media.answer import Answer
from care.media.bounded import ChildFailed, run_child

ROOT = Path(__file__).parents[2]
# Each attempt gives the name of its error, or "" if it succeeds.
ATTEMPTS = """
import json, os, socket, sys
sys.path.insert(0, sys.argv[1])
from care.media.child import decoder, limit
decoder("PNG")
limit()
def outcome(attempt):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return ""
print(json.dumps([
    outcome(lambda: open("/etc/passwd")),
    outcome(lambda: open("/tmp/written", "w")),
    outcome(lambda: socket.socket()),
    outcome(lambda: os.pipe()),
    outcome(lambda: bytearray(2**31)),
    outcome(lambda: None),
]))
"""


def test_after_its_limits_it_opens_no_file_and_no_socket_and_takes_no_more_memory() -> None:
    run = subprocess.run(
        [sys.executable, "-I", "-c", ATTEMPTS, str(ROOT)], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(run.stdout) == ["OSError", "OSError", "OSError", "OSError", "MemoryError", ""]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import time; time.sleep(600)", "too long"),
        ("import sys; sys.stdout.write('x' * 200_000)", "too much"),
        ("raise SystemExit(3)", "ended with 3"),
        ("import os; os.kill(os.getpid(), 9)", "ended with -9"),
    ],
)
async def test_a_child_that_breaks_its_bounds_is_ended(
    monkeypatch: pytest.MonkeyPatch, program: str, reason: str
) -> None:
    monkeypatch.setattr(bounded, "_START", program)
    monkeypatch.setattr(bounded, "_SECONDS", 1)
    monkeypatch.setattr(bounded, "_ANSWER_BYTES", 100_000)
    with pytest.raises(ChildFailed, match=reason):
        await run_child("PNG", b"\0" * 2**20)  # more than the pipe holds, which nobody reads


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60), st.lists(st.binary(max_size=20), max_size=3), st.text(max_size=10))
def test_an_answer_survives_the_pipe(kept: bytes, previews: list[bytes], problem: str) -> None:
    answer = Answer({"pages": 1}, kept, previews, problem)
    assert Answer.unpacked(answer.packed()) == answer


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80) | st.builds(lambda head: json.dumps(head).encode() + b"\nxx", st.dictionaries(
    st.sampled_from(["facts", "problem", "sizes"]), st.none() | st.integers() | st.lists(st.integers())
)))  # fmt: skip
def test_what_is_no_answer_is_not_believed(said: bytes) -> None:
    with pytest.raises(ValueError):
        Answer.unpacked(said)
