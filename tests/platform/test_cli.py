"""The command line: every error is one sentence on stderr that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from care.embedded import free_port
from tests.running import care

SERVERS = {"CARE_MONGODB_URI": "mongodb://127.0.0.1:1/", "CARE_TEMPORAL_ADDRESS": "127.0.0.1:1"}
KEYS = {"CARE_SECRET_KEY": "x" * 48, "CARE_ENCRYPTION_KEY": "A" * 43 + "="}


@pytest.mark.parametrize(
    ("arguments", "settings", "sentence"),
    [
        (["down"], {}, "Nothing runs in .care"),
        (["worker"], {}, "Set CARE_MONGODB_URI"),
        (["serve"], {"CARE_MONGODB_URI": "mongodb://127.0.0.1:1/"}, "Set CARE_TEMPORAL_ADDRESS"),
        (["serve"], SERVERS, "Set CARE_SECRET_KEY"),
        (["serve"], SERVERS | KEYS | {"CARE_POLICY_FILE": "none.yaml"}, "The policy none.yaml cannot be read"),
        (["worker"], SERVERS, "Set CARE_ENCRYPTION_KEY"),
        (["worker"], {"CARE_LOG_LEVEL": "loud"}, "CARE_LOG_LEVEL"),
        (["worker"], {"CARE_METRICS_PORT": "70000"}, "CARE_METRICS_PORT"),
        (["worker", "--data-dir", "nowhere"], {}, "care up --data-dir nowhere"),
        (
            ["account", "add", "a@b.c", "--role", "king"],
            SERVERS | {"CARE_PASSWORD": "long enough x"},
            "king is no role",
        ),
        (
            ["account", "add", "a@b.c", "--role", "agent"],
            SERVERS | {"CARE_PASSWORD": "short"},
            "at least 12 characters",
        ),
        (["account", "add", "a@b.c", "--role", "customer"], SERVERS | {"CARE_PASSWORD": "long enough x"}, "--customer"),
        (["bench", "nothing"], {}, "There is no benchmark nothing: choose from boot"),
        (["seed", "none"], SERVERS, "There is no folder none"),
        (["up", "--data-dir", "/proc/care"], {}, "/proc/care cannot be used"),
        (["up", "--reset"], {}, "add --yes"),
        (["account", "add", "a@b.c", "--role", "agent"], SERVERS, "set CARE_PASSWORD"),
        (["token", "add", "warehouse", "--scope", "all"], SERVERS, "The scopes are catalogue:read, customers:read"),
        (["token", "add", "The Warehouse", "--scope", "chat"], SERVERS, "name is not right"),
        (["token", "list"], SERVERS, "MongoDB cannot be reached"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    arguments: list[str], settings: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    result = care(*arguments, cwd=tmp_path, **settings)
    assert result.returncode == 1
    assert sentence in result.stderr
    assert result.stderr.startswith("care: ")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["up"],
        ["down"],
        ["status"],
        ["serve"],
        ["worker"],
        ["seed"],
        ["doctor"],
        ["account", "add"],
        ["token"],
        ["bench"],
    ],
)
def test_every_command_explains_itself(command: list[str], tmp_path: Path) -> None:
    assert "Usage:" in care(*command, "--help", cwd=tmp_path).stdout


def test_a_web_process_without_its_database_says_so_at_the_end(tmp_path: Path) -> None:
    result = care("serve", "--port", str(free_port()), cwd=tmp_path, **SERVERS, **KEYS)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("care: MongoDB cannot be reached: check that it runs")


def test_status_of_an_unused_directory_says_that_nothing_runs(tmp_path: Path) -> None:
    result = care("status", cwd=tmp_path)
    assert result.returncode == 1
    assert "Nothing runs" in result.stdout


def test_the_doctor_names_every_broken_part_with_its_fix(tmp_path: Path) -> None:
    result = care("doctor", cwd=tmp_path, **SERVERS)
    assert result.returncode == 1
    broken = [line for line in result.stdout.splitlines() if line.startswith("BROKEN")]
    assert [line.split("  ")[1].partition(":")[0] for line in broken] == [
        "encryption key",
        "secret key",
        "MongoDB",
        "Temporal",
    ]
    assert "correct CARE_MONGODB_URI" in result.stdout
