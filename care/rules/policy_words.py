"""What a policy contains, in a few lines for the person who wrote it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from care.models.money import Money
from care.models.policy import RefundPolicy
from care.models.refund import RefundReason


def described(policy: RefundPolicy) -> list[str]:
    """One line for each part of the file; the first is its version."""
    return [
        f"Policy {policy.version}",
        f"Windows: {_windows(policy)}",
        f"Zones: {_zones(policy)}",
        f"Final sale after a change of mind: {_listed(*policy.final_sale.skus, *policy.final_sale.categories)}",
        f"Never closed or final: {_listed(*policy.allow.customers, *policy.allow.orders)}",
        f"Evidence: {_evidence(policy)}",
        f"Goods come back first: {_returns(policy)}",
        f"The machine approves up to {_money(policy.automatic_limit)} a refund, "
        f"up to {_money(policy.customer_month_limit)} for one customer in a month",
        f"Always a person: {_blocked(policy)}",
        f"Two people above {_money(policy.four_eyes_limit)}",
        f"Confidence: the machine pays from {policy.confidence.approve_at} and asks from {policy.confidence.ask_at}, "
        f"with signals up to {policy.suspicion_limit}, in {policy.assessments} assessments at most",
        f"Remedies: {_listed(*policy.remedies)}; by the machine: {_listed(*policy.automatic_remedies)}",
        f"Desk: {_desk(policy)}",
        f"Customers have {policy.evidence_hours} hours for evidence (reminded after {policy.evidence_reminder_hours}), "
        f"{policy.return_hours} to send goods back, {policy.offer_hours} to take an offer",
        f"A declined payout is tried again after {_listed(*policy.payout_retries)} hours",
    ]


def _listed(*names: object) -> str:
    return ", ".join(str(name) for name in names) or "none"


def _money(limits: Mapping[str, int]) -> str:
    return _listed(*(Money(amount=amount, currency=currency) for currency, amount in limits.items()))


def _windows(policy: RefundPolicy) -> str:
    by_days: dict[int, list[str]] = {}
    for reason in RefundReason:
        by_days.setdefault(policy.windows[reason], []).append(reason.value)
    parts = [f"{days} days for {_listed(*reasons)}" for days, reasons in by_days.items()]
    for each in policy.window_exceptions:
        named = {"category": each.category, "zone": each.zone, "reason": each.reason}
        parts.append(f"but {each.days} for {' and '.join(f'{kind} {name}' for kind, name in named.items() if name)}")
    return "; ".join(parts)


def _zones(policy: RefundPolicy) -> str:
    return "; ".join(f"{zone} is {_listed(*countries)}" for zone, countries in policy.zones.items()) or "none"


def _evidence(policy: RefundPolicy) -> str:
    parts = []
    for reason in RefundReason:
        files, wanted = policy.evidence_required[reason], policy.evidence_wanted[reason]
        otherwise = "else a person" if wanted == "nothing" else f"else asks for {wanted}"
        parts.append(f"{files} for {reason} ({otherwise})" if files else f"none for {reason}")
    return "; ".join(parts)


def _returns(policy: RefundPolicy) -> str:
    return "; ".join(f"{reason} above {_money(above)}" for reason, above in policy.return_first.items()) or "never"


def _blocked(policy: RefundPolicy) -> str:
    block = policy.block
    return _listed(*block.customers, *block.orders, *block.skus, *block.categories)


def _desk(policy: RefundPolicy) -> str:
    hours = policy.business_hours
    return (
        f"{_listed(*hours.days)} from {hours.opens:%H:%M} to {hours.closes:%H:%M} {hours.timezone}, "
        f"but for {len(hours.holidays)} holidays; "
        f"{policy.review_hours} of these hours for a review, {policy.escalation_hours} more once escalated"
    )
