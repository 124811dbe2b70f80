"""`care logs`: the lines of several processes as one, and those of a request or a case among them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from care.cli import app
from care.errors import SetupError
from care.log_reading import Wanted, read

WEB: list[dict[str, Any]] = [
    {"event": "request", "request_id": "aa", "status": 404, "timestamp": "2026-01-01T10:00:00.1Z"},
    {"event": "audit", "request_id": "bb", "timestamp": "2026-01-01T10:00:00.2Z"},
    {"event": "asked", "request_id": "bb", "workflow_id": "refund-REF001", "timestamp": "2026-01-01T10:00:00.3Z"},
    {"event": "request", "request_id": "bb", "status": 202, "timestamp": "2026-01-01T10:00:00.6Z"},
]
WORKER: list[dict[str, Any]] = [
    {"event": "activity", "request_id": "bb", "refund_id": "REF001", "timestamp": "2026-01-01T10:00:00.4Z"},
    {"event": "activity", "request_id": "cc", "refund_id": "REF0011", "timestamp": "2026-01-01T10:00:00.5Z"},
    {"event": "tried", "origin": "bb", "dispatch_id": "x-REF001-paid:mail", "timestamp": "2026-01-01T10:00:00.7Z"},
]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    for part, lines in (("web", WEB), ("worker", WORKER)):
        written = "\n".join(json.dumps({"part": part, **line}) for line in lines)
        (tmp_path / "logs" / f"{part}.log").write_text(f"Fatal Python error\n{written}\nTraceback\n[1]\n")
    return tmp_path


def events(data_dir: Path, *arguments: str) -> list[tuple[str, str]]:
    done = CliRunner().invoke(app, ["logs", "--data-dir", str(data_dir), "--json", *arguments])
    assert done.exit_code == 0, done.output
    return [(line["part"], line["event"]) for line in map(json.loads, done.stdout.splitlines())]


def test_lines_of_all_parts_come_in_the_order_of_time(data_dir: Path) -> None:
    parts = [part for part, _ in events(data_dir)]
    assert parts == ["web", "web", "web", "worker", "worker", "web", "worker"]


def test_a_request_is_followed_into_the_worker_and_to_what_came_of_it_later(data_dir: Path) -> None:
    told = [("web", "audit"), ("web", "asked"), ("worker", "activity"), ("web", "request"), ("worker", "tried")]
    assert events(data_dir, "--request", "bb") == told


def test_a_case_has_the_requests_that_were_about_it_and_no_case_whose_id_only_looks_alike(data_dir: Path) -> None:
    assert events(data_dir, "--case", "REF001") == events(data_dir, "--request", "bb")
    assert events(data_dir, "--case", "REF00") == []


def test_people_read_when_where_and_what(data_dir: Path) -> None:
    done = CliRunner().invoke(app, ["logs", "--data-dir", str(data_dir), "--request", "aa"])
    assert done.stdout == "2026-01-01T10:00:00.1Z  web     request  request_id=aa  status=404\n"


def test_a_line_that_is_still_being_written_is_shown_once_it_is_whole(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    file = data_dir / "logs" / "web.log"
    steps = iter(['{"event": "late", "timestamp": "2026-01-01T1', '1:00:00Z"}\n'])

    def pause(_seconds: float) -> None:
        with file.open("a") as log:
            log.write(next(steps, "") or _stop())

    monkeypatch.setattr("care.log_reading.time.sleep", pause)
    with pytest.raises(KeyboardInterrupt):
        read([file], Wanted(), shown.append, follow=True)
    assert [line["event"] for line in shown] == [*(line["event"] for line in WEB), "late"]


def _stop() -> str:
    raise KeyboardInterrupt


def test_what_cannot_be_read_is_refused_with_a_sentence(tmp_path: Path) -> None:
    for arguments, said in (
        (["--request", "a b"], "'a b' is no id"),
        (["--data-dir", str(tmp_path)], f"There are no logs in {tmp_path / 'logs'}"),
        ([str(tmp_path / "no.log")], "cannot be read: No such file"),
    ):
        failed = CliRunner().invoke(app, ["logs", *arguments])
        assert isinstance(failed.exception, SetupError)
        assert said in str(failed.exception)
