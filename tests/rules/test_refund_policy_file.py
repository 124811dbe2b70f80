from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from care.errors import SetupError
from care.policy import load_policy, parse_policy

BUNDLED = resources.files("care").joinpath("policy.yaml").read_text("utf-8")


def test_the_bundled_policy_is_valid_and_its_version_carries_a_hash() -> None:
    version, digest = load_policy(None).version.split("+")
    assert version == "2026-11"
    assert len(digest) == 8


def test_a_comment_is_not_a_new_policy_but_a_limit_is() -> None:
    policy = parse_policy(BUNDLED, "p")
    assert parse_policy("# hello\n" + BUNDLED, "p").version == policy.version
    assert parse_policy(BUNDLED.replace("EUR: 2000\n", "EUR: 2001\n"), "p").version != policy.version


@pytest.mark.parametrize(
    ("line", "replacement", "says"),
    [
        ("  EUR: 2000", "  EUR: 20.5", "automatic_limit.EUR"),
        ("  EUR: 2000", "  EUR: -1", "automatic_limit.EUR"),
        ("  EUR: 2000", "  euro: 2000", "automatic_limit.euro"),
        ("  late: 30", "  lat: 30", "windows.lat"),
        ("  approve_at: 0.90", "  approve_at: 9", "confidence.approve_at"),
        ("review_hours: 48", "revue_hours: 48", "revue_hours"),
        ("  USD: 2000", "  EUR: 9", "`EUR` is written twice"),
        ("suspicion_limit: 30", "suspicion_limit: [", "not YAML"),
        ("suspicion_limit: 30", "? [1]\n: 2", "a name is expected"),
    ],
)
def test_a_bad_line_is_refused_and_named(line: str, replacement: str, says: str) -> None:
    text = BUNDLED.replace(line + "\n", replacement + "\n", 1)
    number = text.split(replacement)[0].count("\n") + 1
    with pytest.raises(SetupError, match=r"shop\.yaml, line \d+") as error:
        parse_policy(text, "shop.yaml")
    assert says in str(error.value)
    if says != "not YAML":
        assert f"line {number}:" in str(error.value)


def test_a_reason_without_a_window_is_refused() -> None:
    with pytest.raises(SetupError, match="`windows` has no line for late"):
        parse_policy(BUNDLED.replace("  late: 30\n", ""), "p")


def test_an_automatic_remedy_must_be_on_offer() -> None:
    with pytest.raises(SetupError, match="`automatic_remedies` names a remedy"):
        parse_policy(BUNDLED.replace("remedies: [refund, replacement, store_credit]", "remedies: [refund]"), "p")


@pytest.mark.parametrize("text", ["", "- a", "a: *b", "a: !!python/object:os.system 1", "\x00"])
def test_what_is_no_policy_at_all_is_refused(text: str) -> None:
    with pytest.raises(SetupError):
        parse_policy(text, "p")


def test_a_missing_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="CARE_POLICY_FILE"):
        load_policy(tmp_path / "none.yaml")


def test_a_shop_may_bring_its_own_file(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(BUNDLED.replace("EUR: 2000\n", "EUR: 500\n", 1))
    assert load_policy(path).automatic_limit["EUR"] == 500
