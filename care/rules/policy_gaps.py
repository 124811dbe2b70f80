"""What a policy that is well formed may still have wrong: lines that are missing, and lines that contradict. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from care.models.policy import RefundPolicy
from care.models.refund import RefundReason, Wanted

# Where it stands in the file, and a sentence without a full stop.
Gap = tuple[tuple[int | str, ...], str]

# Named in one order, from the most to the least specific.
_NAMES = ("category", "zone", "reason")


def gaps(policy: RefundPolicy) -> list[Gap]:
    """Every gap; none, and the policy may be used."""
    rules = (_not_in_the_file, _reasons, _windows, _zones, _evidence, _limits, _remedies, _hours)
    return [gap for rule in rules for gap in rule(policy)]


def _not_in_the_file(part: BaseModel, where: tuple[int | str, ...] = ()) -> Iterator[Gap]:
    """A default must not stand for a line that somebody forgot."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name not in part.model_fields_set:
            yield where, f"`{'.'.join(str(each) for each in (*where, name))}` is missing"
        elif isinstance(value, BaseModel):
            yield from _not_in_the_file(value, (*where, name))


def _reasons(policy: RefundPolicy) -> Iterator[Gap]:
    for name in ("windows", "evidence_required", "evidence_wanted"):
        known = getattr(policy, name)
        missing = [f"`{reason.value}`" for reason in RefundReason if reason not in known]
        if missing and name in policy.model_fields_set:
            yield (name,), f"`{name}` has no line for {', '.join(missing)}"


def _windows(policy: RefundPolicy) -> Iterator[Gap]:
    seen: dict[tuple[object, ...], int] = {}
    for number, exception in enumerate(policy.window_exceptions):
        names = tuple(getattr(exception, name) for name in _NAMES)
        if names in seen:
            yield (
                ("window_exceptions", number),
                f"`window_exceptions`: number {number + 1} is for the same orders as number {seen[names]}",
            )
        seen.setdefault(names, number + 1)
        if exception.zone is not None and exception.zone not in policy.zones:
            yield (
                ("window_exceptions", number, "zone"),
                f"`window_exceptions`: `zones` has no zone {exception.zone}",
            )


def _zones(policy: RefundPolicy) -> Iterator[Gap]:
    """A country in two zones would have two windows."""
    seen: dict[str, str] = {}
    for zone, countries in policy.zones.items():
        for number, country in enumerate(countries):
            if country in seen:
                yield ("zones", zone, number), f"`zones.{zone}`: {country} is in {seen[country]} already"
            seen.setdefault(country, zone)


def _evidence(policy: RefundPolicy) -> Iterator[Gap]:
    for reason, wanted in policy.evidence_wanted.items():
        if wanted == Wanted.RETURN:
            yield (
                ("evidence_wanted", reason.value),
                f"`evidence_wanted.{reason.value}`: goods that come back belong under `return_first`",
            )


def _limits(policy: RefundPolicy) -> Iterator[Gap]:
    for currency, limit in policy.automatic_limit.items():
        if limit > policy.four_eyes_limit.get(currency, 0):
            yield (
                ("automatic_limit", currency),
                f"`automatic_limit.{currency}`: the machine may not approve what `four_eyes_limit` gives to two people",
            )
        if currency not in policy.customer_month_limit and "customer_month_limit" in policy.model_fields_set:
            yield (("customer_month_limit",), f"`customer_month_limit` has no line for {currency}")


def _remedies(policy: RefundPolicy) -> Iterator[Gap]:
    if not set(policy.automatic_remedies) <= set(policy.remedies):
        yield ("automatic_remedies",), "`automatic_remedies` names a remedy that `remedies` does not offer"


def _hours(policy: RefundPolicy) -> Iterator[Gap]:
    if policy.evidence_reminder_hours >= policy.evidence_hours:
        yield (
            ("evidence_reminder_hours",),
            "`evidence_reminder_hours` must be less than `evidence_hours`: a reminder comes before the end",
        )
