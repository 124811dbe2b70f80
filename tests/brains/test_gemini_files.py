"""Files too large for one request: uploaded, waited for, named in the request and deleted, whatever happens."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from care.brains import gemini_files
from care.brains.gemini import MAX_INLINE_BYTES, GeminiJudge
from care.errors import ModelTrouble
from tests.brains.conftest import a_claim, a_file
from tests.fakes import gemini_server
from tests.fakes.gemini_files import GeminiServer, over
from tests.fakes.wire import HTML, Answer

LIMIT = 100
LARGE = a_file(b"m" * 200, "video/mp4")
SMALL = a_file(b"p" * 50)


@pytest.fixture
async def gemini(fake_gemini: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GeminiJudge]:
    monkeypatch.setattr(gemini_files, "POLL_SECONDS", 0.01)
    judge = GeminiJudge("key", "gemini-3.8-flash", base_url=fake_gemini.url, timeout=10, inline_bytes=LIMIT)
    yield judge
    await judge.aclose()


@pytest.fixture
async def hasty(fake_gemini: GeminiServer) -> AsyncIterator[GeminiJudge]:
    judge = GeminiJudge("key", "gemini-3.8-flash", base_url=fake_gemini.url, timeout=0.3, inline_bytes=LIMIT)
    yield judge
    await judge.aclose()


async def test_only_what_does_not_fit_is_uploaded_and_the_files_keep_their_order(
    gemini: GeminiJudge, fake_gemini: GeminiServer
) -> None:
    assert (await gemini.judge(a_claim([SMALL, LARGE, SMALL]))).decision == "valid"
    _, first, second, third = fake_gemini.seen[0].body["contents"][0]["parts"]
    (upload,) = fake_gemini.uploads
    assert (bytes(upload.data), upload.mime_type) == (LARGE.data, "video/mp4")
    assert second["fileData"] == {"file_uri": upload.about(fake_gemini.url)["uri"], "mime_type": "video/mp4"}
    assert "inlineData" in first
    assert "inlineData" in third
    assert fake_gemini.deleted == [upload.name]


async def test_a_large_file_travels_in_chunks(fake_gemini: GeminiServer) -> None:
    judge = GeminiJudge("key", "m", base_url=fake_gemini.url)
    await judge.judge(a_claim([a_file(bytes(MAX_INLINE_BYTES + 1), "video/mp4")]))
    await judge.aclose()
    (upload,) = fake_gemini.uploads
    assert (len(upload.data), upload.chunks) == (MAX_INLINE_BYTES + 1, 2)
    assert fake_gemini.files == {}


async def test_a_file_that_is_processed_for_a_while_is_waited_for(
    gemini: GeminiJudge, fake_gemini: GeminiServer
) -> None:
    fake_gemini.waits = 3
    assert (await gemini.judge(a_claim([LARGE]))).decision == "valid"
    assert fake_gemini.files == {}


REFUSED = over(403, "PERMISSION_DENIED")
BUSY = over(503, "UNAVAILABLE")
SLOW = Answer({}, delay=0.5)


@pytest.mark.parametrize(
    ("refuses", "can_pass", "reason"),
    [
        ({"start": BUSY}, True, "out of order"),
        ({"start": over(429, "RESOURCE_EXHAUSTED")}, True, "no more requests"),
        ({"start": REFUSED}, False, "refused"),
        ({"start": Answer({})}, True, "could not be read"),
        ({"chunk": BUSY}, True, "out of order"),
        ({"chunk": Answer("{}", headers={"x-goog-upload-status": "final"})}, True, "could not be read"),
        ({"chunk": Answer(HTML.body, headers={"x-goog-upload-status": "final"})}, True, "could not be read"),
        ({"get": BUSY}, True, "out of order"),
        ({"get": HTML}, True, "could not be read"),
    ],
)
async def test_an_upload_that_fails_is_trouble_and_leaves_nothing_behind(
    refuses: dict[str, Answer], can_pass: bool, reason: str, gemini: GeminiJudge, fake_gemini: GeminiServer
) -> None:
    fake_gemini.waits, fake_gemini.refuses = 1, refuses
    with pytest.raises(ModelTrouble, match=reason) as trouble:
        await gemini.judge(a_claim([LARGE]))
    assert trouble.value.retryable is can_pass
    assert fake_gemini.files == {}
    assert fake_gemini.seen == []


async def test_a_file_that_gemini_cannot_process_is_not_sent_again(
    gemini: GeminiJudge, fake_gemini: GeminiServer
) -> None:
    fake_gemini.waits, fake_gemini.ends = 1, "FAILED"
    with pytest.raises(ModelTrouble, match="could not process") as trouble:
        await gemini.judge(a_claim([LARGE]))
    assert not trouble.value.retryable
    assert fake_gemini.files == {}


@pytest.mark.parametrize(
    ("waits", "refuses"), [(10_000, {}), (0, {"start": SLOW}), (0, {"chunk": SLOW}), (1, {"get": SLOW})]
)
async def test_an_upload_that_takes_too_long_is_given_up(
    waits: int, refuses: dict[str, Answer], hasty: GeminiJudge, fake_gemini: GeminiServer
) -> None:
    fake_gemini.waits, fake_gemini.refuses = waits, refuses
    with pytest.raises(ModelTrouble, match="in time") as trouble:
        await hasty.judge(a_claim([LARGE]))
    assert trouble.value.retryable
    assert fake_gemini.files == {}


async def test_files_are_deleted_when_the_answer_is_unusable(gemini: GeminiJudge, fake_gemini: GeminiServer) -> None:
    fake_gemini.will(gemini_server.candidate("nonsense"))
    with pytest.raises(ModelTrouble):
        await gemini.judge(a_claim([LARGE, LARGE]))
    assert len(fake_gemini.deleted) == 2


async def test_a_deletion_that_fails_loses_no_judgement(gemini: GeminiJudge, fake_gemini: GeminiServer) -> None:
    fake_gemini.refuses = {"delete": BUSY}
    assert (await gemini.judge(a_claim([LARGE]))).decision == "valid"
