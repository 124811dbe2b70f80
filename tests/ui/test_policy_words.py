"""The policy in plain words, and what a candidate would do, without a browser."""

from __future__ import annotations

from collections import Counter

from care.language import language_of
from care.models.money import Money
from care.models.policy import RefundPolicy
from care.models.refund import RefundReason
from care.policy import load_policy
from care.replaying import Report
from care.rules.policy_replay import BY_A_PERSON, BY_THE_MACHINE, NOT_ELIGIBLE, Change, Kind, Replayed
from ui.language import speaking
from ui.parts.policy_outcome import amounts, difference
from ui.parts.policy_versions import same
from ui.parts.policy_words import Difference, differences, parts

POLICY = load_policy()


def rows(policy: RefundPolicy) -> dict[str, str]:
    """Under "subject: name"."""
    return {f"{part.title}: {name}": said for part in parts(policy) for name, said in part.rows}


def test_the_policy_reads_like_a_page_of_rules() -> None:
    told = rows(POLICY)
    for name, said in {
        "How long a refund can be asked for: Change of mind": "14 days",
        "How long a refund can be asked for: But for category perishable · Change of mind": "1 day",
        "How much: Two people above": "€200.00, US$200.00, £200.00, ₹15,000.00",
        "What must be shown: Something missing": "1 file, else a photo of the packaging is asked for",
        "What must be shown: Too late": "1 file, else a person decides",
        "What must be shown: The goods come back first: Change of mind": "always",
        "When the machine approves: It approves from": "90% sure",
        "By when the desk rules: First ruling": "18 business hours",
        "How long customers have: A declined payout is tried again after": "1 hour, 1 day",
    }.items():
        assert told[name] == said


def test_no_two_rows_of_a_part_have_one_name() -> None:
    for part in parts(POLICY):
        assert len(dict(part.rows)) == len(part.rows), part.title


def test_what_changed_is_told_row_by_row() -> None:
    exceptions = POLICY.window_exceptions[1:]
    changed = POLICY.model_copy(
        update={
            "version": "next",
            "windows": {**POLICY.windows, RefundReason.LATE: 60},
            "window_exceptions": exceptions,
            "return_first": POLICY.return_first | {RefundReason.QUALITY: {"EUR": 500}},
        }
    )
    assert differences(POLICY, changed) == [
        Difference("How long a refund can be asked for", "Too late", "30 days", "60 days"),
        Difference("How long a refund can be asked for", "But for category perishable", "7 days", None),
        Difference("What must be shown", "The goods come back first: Poor quality", None, "above €5.00"),
    ]
    assert differences(POLICY, POLICY) == []
    assert same(POLICY, POLICY.model_copy(update={"version": "other"}))
    assert not same(POLICY, changed)


def test_money_has_its_sign_and_its_language() -> None:
    sums = Counter({"EUR": 7000, "USD": -150, "GBP": 0})
    assert difference(sums) == "+€70.00, \N{MINUS SIGN}US$1.50"
    assert amounts(sums) == "€70.00, -US$1.50"
    assert (difference(Counter()), amounts(Counter())) == ("the same", "nothing")
    with speaking(language_of(["es"])):
        assert difference(Counter({"EUR": 7000})) == "+70,00\N{NO-BREAK SPACE}€"


def test_a_person_is_taken_to_rule_as_before_when_the_money_is_counted() -> None:
    report = Report()
    for was, would_be, kind, amount in (
        ("rejected", BY_THE_MACHINE, Kind.AUTOMATIC, 7000),
        (BY_A_PERSON, BY_THE_MACHINE, Kind.AUTOMATIC, 5000),
        (BY_THE_MACHINE, "ruled on by a person", Kind.PERSON, 1200),
        (BY_THE_MACHINE, NOT_ELIGIBLE, Kind.NOT_ELIGIBLE, 300),
        ("withdrawn", NOT_ELIGIBLE, Kind.NOT_ELIGIBLE, 900),
    ):
        money = Money(amount=amount, currency="EUR")
        change = Change(refund_id="REF1", was=was, would_be=would_be, kind=kind, amount=money)
        report.add(Replayed(changes=[change]))
    assert report.difference() == Counter({"EUR": 6700})
    assert report.total(Kind.AUTOMATIC).money == Counter({"EUR": 12_000})
    assert report.total(Kind.NOT_ELIGIBLE).cases == 2
