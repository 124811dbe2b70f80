from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from importlib import resources
from pathlib import Path

import pytest
import yaml

from care.errors import SetupError
from care.models.policy import RefundPolicy
from care.policy import BadPolicy, load_policy, parse_candidate, parse_policy
from care.rules.deadlines import add_business_time

BUNDLED = resources.files("care").joinpath("policy.yaml").read_text("utf-8")


def test_the_bundled_policy_is_valid_and_its_version_carries_a_hash() -> None:
    version, digest = load_policy(None).version.split("+")
    assert version == "2026-12"
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
        ("review_hours: 18", "revue_hours: 18", "revue_hours"),
        ("  USD: 2000", "  EUR: 9", "`EUR` is written twice"),
        ("suspicion_limit: 30", "suspicion_limit: [", "not YAML"),
        ("suspicion_limit: 30", "? [1]\n: 2", "a name is expected"),
        ("  overseas: [US, CA, AU, NZ, IN, JP]", "  overseas: [US, Canada]", "zones.overseas.1"),
        ("  overseas: [US, CA, AU, NZ, IN, JP]", "  overseas: [US, US]", "US is in overseas already"),
        ("  - {category: perishable, days: 7}", "  - {days: 7}", "name a category, a zone or a reason"),
        ("  - {category: perishable, days: 7}", "  - {category: perishable, day: 7}", "window_exceptions.0.day"),
        ("  - {zone: overseas, reason: missing, days: 60}", "  - {zone: moon, days: 60}", "no zone moon"),
        (
            "  - {zone: overseas, reason: missing, days: 60}",
            "  - {zone: overseas, reason: late, days: 9}",
            "number 4 is for the same orders as number 3",
        ),
        ("  - {zone: overseas, reason: missing, days: 60}", "  - {zone: x, zone: y, days: 6}", "written twice"),
        ("  categories: [gift_card]", "  categories: gift_card", "final_sale.categories"),
        ("  EUR: 2000", "  EUR: 20001", "what `four_eyes_limit` gives to two people"),
        ("  EUR: 2000", "  CHF: 20", "what `four_eyes_limit` gives to two people"),
        ("  late: nothing", "  late: a_poem", "evidence_wanted.late"),
        ("  late: nothing", "  late: return", "belong under `return_first`"),
        ("  ask_at: 0.30", "  ask_at: 0.95", "must not be above approve_at"),
        ("  approve_at: 0.90", "  approve_at: true", "confidence.approve_at"),
        ("  timezone: UTC", "  timezone: Mars", 'one like "Europe/Berlin"'),
        ("  timezone: UTC", "  timezone: ../../etc/passwd", 'one like "Europe/Berlin"'),
        ('  opens: "09:00"', "  opens: 9 o'clock", "like 09:00"),
        ('  opens: "09:00"', "  opens: 25:00", "business_hours.opens"),
        ('  closes: "18:00"', "  closes: 09:00", "must be later than opens"),
        ("  holidays: []", "  holidays: [2026-13-45]", "business_hours.holidays.0"),
        ("  holidays: []", "  holidays: [20261225]", "a day like 2026-12-25"),
        ("evidence_reminder_hours: 72", "evidence_reminder_hours: 168", "must be less than `evidence_hours`"),
        ("payout_retries: [1, 24]", "payout_retries: [0]", "payout_retries.0"),
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


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        ("  late: 30\n", "`windows` has no line for `late`"),
        ("  late: nothing\n", "`evidence_wanted` has no line for `late`"),
        ("  late: 1\n", "`evidence_required` has no line for `late`"),
        ("  USD: 6000\n", "`customer_month_limit` has no line for USD"),
    ],
)
def test_a_reason_or_currency_without_its_line_is_refused(gone: str, says: str) -> None:
    with pytest.raises(SetupError, match=says):
        parse_policy(BUNDLED.replace(gone, "", 1), "p")


def _lines() -> list[list[str]]:
    """Every name that the bundled policy gives a value, as its path: `confidence`, then `confidence`, `ask_at`."""
    content = yaml.safe_load(BUNDLED)
    nested = [name for name in content if name in ("final_sale", "allow", "block", "confidence", "business_hours")]
    return [[name] for name in content] + [[name, inner] for name in nested for inner in content[name]]


@pytest.mark.parametrize("path", _lines(), ids=".".join)
def test_no_line_may_be_left_out(path: list[str]) -> None:
    content = yaml.safe_load(BUNDLED)
    part = content
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    with pytest.raises(SetupError, match=f"`{re.escape('.'.join(path))}` is missing"):
        parse_policy(yaml.safe_dump(content), "p")


def test_a_file_that_a_program_has_written_anew_is_the_same_policy() -> None:
    assert parse_policy(yaml.safe_dump(yaml.safe_load(BUNDLED)), "p") == load_policy(None)


def test_every_problem_is_named_and_not_only_the_first() -> None:
    bad = BUNDLED.replace("  late: 30\n", "  late: x\n").replace("assessments: 3", "assessments: 0")
    with pytest.raises(BadPolicy) as error:
        parse_policy(bad, "p")
    assert ["windows.late" in problem for problem in error.value.problems] == [True, False]
    assert "assessments" in error.value.problems[1]


def test_words_mean_what_they_say() -> None:
    """In the YAML of old, NO is false, 10:00 the number 600, and a day that does not exist an error without a line."""
    text = BUNDLED.replace("[US, CA, AU, NZ, IN, JP]", "[NO, US]").replace('opens: "09:00"', "opens: 10:00")
    policy = parse_policy(text.replace("holidays: []", "holidays: [2026-12-25]"), "p")
    assert policy.zones == {"overseas": ["NO", "US"]}
    assert (policy.business_hours.opens, policy.business_hours.holidays) == (time(10), [date(2026, 12, 25)])


def test_the_policy_of_an_old_history_can_still_be_read() -> None:
    """It knows nothing of zones, months or business hours."""
    old = {
        "version": "2025-01",
        "windows": {"damaged": 30},
        "evidence_required": {"damaged": 1},
        "automatic_limit": {"EUR": 2000},
        "four_eyes_limit": {"EUR": 20000},
        "confidence": {"approve_at": 0.9},
        "suspicion_limit": 30,
        "automatic_remedies": ["refund"],
        "remedies": ["refund"],
        "assessments": 3,
        "review_hours": 48,
        "evidence_hours": 168,
    }
    assert RefundPolicy.model_validate_json(json.dumps(old)).month_limit("EUR") == 0


def test_a_policy_comes_back_from_json_as_it_went() -> None:
    policy = parse_policy(BUNDLED.replace("holidays: []", "holidays: [2026-12-25]"), "p")
    assert RefundPolicy.model_validate_json(policy.model_dump_json()) == policy


def test_an_automatic_remedy_must_be_on_offer() -> None:
    with pytest.raises(SetupError, match="`automatic_remedies` names a remedy"):
        parse_policy(BUNDLED.replace("remedies: [refund, replacement, store_credit]", "remedies: [refund]"), "p")


@pytest.mark.parametrize(
    "text", ["", "- a", "a: *b", "a: !!python/object:os.system 1", "\x00", "a: &a {b: *a}", "a: !!int x", "<<: {a: 1}"]
)
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


def test_a_desk_that_never_sleeps_closes_at_midnight() -> None:
    text = BUNDLED.replace('  opens: "09:00"', '  opens: "00:00"').replace('  closes: "18:00"', '  closes: "00:00"')
    hours = parse_policy(text, "shop.yaml").business_hours
    friday = datetime(2026, 11, 27, 20, tzinfo=UTC)
    assert add_business_time(friday, 6, hours) == datetime(2026, 11, 30, 2, tzinfo=UTC)


def test_a_candidate_is_bounded_in_size_and_may_not_stand_for_more_than_it_says() -> None:
    assert parse_candidate(BUNDLED.encode()) == load_policy(None)
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for content, says in (
        (b"#" * 64_001, "too long"),
        (b"\xff\xfe", "not YAML text"),
        (bomb.encode(), r"candidate, line 2: write it out here"),
        (b"version: !!python/object:os.system x", "candidate"),
        (b"version: " + b"[" * 60_000, "line 1: this is nested too deeply"),
        (b"- " * 30_000, "line 1: this is nested too deeply"),
        (b"version: [" + b"1," * 30_000 + b"1]", "line 1: from here on it is too long"),
        (b"version: " + b"9" * 60_000, "not YAML"),
        (b"", "a policy is a mapping"),
    ):
        with pytest.raises(BadPolicy, match=says):
            parse_candidate(content)
