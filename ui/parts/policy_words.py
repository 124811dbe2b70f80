"""A refund policy in plain words, as rows that can be shown and compared. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from care.models.money import Money
from care.models.policy import RefundPolicy, WindowException
from care.models.refund import RefundReason, Remedy, Wanted
from ui.language import _, current, mark, plural
from ui.parts import words

# A reason as the desk names it.
REASONS: dict[RefundReason, str] = {
    RefundReason.DAMAGED: mark("Arrived damaged"),
    RefundReason.WRONG_ITEM: mark("Wrong item"),
    RefundReason.MISSING: mark("Something missing"),
    RefundReason.LATE: mark("Too late"),
    RefundReason.QUALITY: mark("Poor quality"),
    RefundReason.CHANGED_MIND: mark("Change of mind"),
    RefundReason.OTHER: mark("Another reason"),
}
_REMEDIES: dict[Remedy, str] = {
    Remedy.REFUND: mark("money back"),
    Remedy.REPLACEMENT: mark("a replacement"),
    Remedy.STORE_CREDIT: mark("store credit"),
}
_WANTED: dict[Wanted, str] = {
    Wanted.PHOTO: mark("else a photo is asked for"),
    Wanted.SHARPER_PHOTO: mark("else a sharper photo is asked for"),
    Wanted.CLOSE_UP: mark("else a photo from close by is asked for"),
    Wanted.WHOLE_ITEM: mark("else a photo of the whole item is asked for"),
    Wanted.LABEL: mark("else a photo of the label is asked for"),
    Wanted.PACKAGING: mark("else a photo of the packaging is asked for"),
    Wanted.INVOICE: mark("else the invoice is asked for"),
}
Row = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """One subject of the policy: its rows, each a name and what it says."""

    symbol: str
    title: str
    rows: list[Row]


@dataclass(frozen=True)
class Difference:
    """A row that two policies do not share; None where one of them has no such row."""

    title: str
    name: str
    before: str | None
    after: str | None


def parts(policy: RefundPolicy) -> list[Part]:
    return [
        Part("event_available", _("How long a refund can be asked for"), list(_windows(policy))),
        Part("payments", _("How much"), list(_limits(policy))),
        Part("photo_camera", _("What must be shown"), list(_evidence(policy))),
        Part("smart_toy", _("When the machine approves"), list(_machine(policy))),
        Part("schedule", _("By when the desk rules"), list(_desk(policy))),
        Part("hourglass_top", _("How long customers have"), list(_customers(policy))),
        Part("rule", _("Exceptions by name"), list(_named(policy))),
    ]


def differences(before: RefundPolicy, after: RefundPolicy) -> list[Difference]:
    """Row by row, in the order in which the policy is told."""
    found = []
    for old, new in zip(parts(before), parts(after), strict=True):
        was, is_now = dict(old.rows), dict(new.rows)
        names = [*was, *(name for name in is_now if name not in was)]
        changed = [name for name in names if was.get(name) != is_now.get(name)]
        found += [Difference(new.title, name, was.get(name), is_now.get(name)) for name in changed]
    return found


def _windows(policy: RefundPolicy) -> Iterator[Row]:
    for reason in RefundReason:
        yield _(REASONS[reason]), _days(policy.windows.get(reason, 0))
    for each in policy.window_exceptions:
        yield _exception(each), _days(each.days)
    for zone, countries in policy.zones.items():
        yield _("Zone {zone}", zone=zone), _listed(countries)
    yield (
        _("Final after a change of mind"),
        _listed([*policy.final_sale.skus, *policy.final_sale.categories]),
    )


def _exception(each: WindowException) -> str:
    named = [
        _("category {name}", name=each.category) if each.category else "",
        _("zone {name}", name=each.zone) if each.zone else "",
        _(REASONS[each.reason]) if each.reason else "",
    ]
    return _("But for {orders}", orders=" · ".join(name for name in named if name))


def _limits(policy: RefundPolicy) -> Iterator[Row]:
    yield _("The machine approves up to"), _money(policy.automatic_limit)
    yield _("For one customer in a month"), _money(policy.customer_month_limit)
    yield _("Two people above"), _money(policy.four_eyes_limit)
    yield _("What may be asked for"), _listed([_(_REMEDIES[each]) for each in policy.remedies])
    yield _("Of that, by the machine"), _listed([_(_REMEDIES[each]) for each in policy.automatic_remedies])


def _evidence(policy: RefundPolicy) -> Iterator[Row]:
    for reason in RefundReason:
        files, wanted = policy.evidence_required.get(reason, 0), policy.evidence_wanted.get(reason, "nothing")
        otherwise = _("else a person decides") if wanted in ("nothing", Wanted.RETURN) else _(_WANTED[Wanted(wanted)])
        needed = plural("{n} file", "{n} files", files)
        yield _(REASONS[reason]), f"{needed}, {otherwise}" if files else _("nothing")
    for reason, above in policy.return_first.items():
        returned = _("The goods come back first: {reason}", reason=_(REASONS[reason]))
        yield returned, _("above {amounts}", amounts=_money(above)) if any(above.values()) else _("always")


def _machine(policy: RefundPolicy) -> Iterator[Row]:
    yield _("It approves from"), _("{share} sure", share=words.percent(policy.confidence.approve_at))
    yield _("It asks for more from"), _("{share} sure", share=words.percent(policy.confidence.ask_at))
    yield _("Signals weigh at most"), current().number(policy.suspicion_limit)
    yield _("It looks at one case"), plural("{n} time at most", "{n} times at most", policy.assessments)


def _desk(policy: RefundPolicy) -> Iterator[Row]:
    hours = policy.business_hours
    yield _("First ruling"), plural("{n} business hour", "{n} business hours", policy.review_hours)
    yield (
        _("After that, a supervisor"),
        plural("{n} more business hour", "{n} more business hours", policy.escalation_hours),
    )
    yield _("Business days"), _listed([words.weekday(day) for day in hours.days])
    yield _("Business hours"), f"{hours.opens:%H:%M} \N{EN DASH} {hours.closes:%H:%M}, {hours.timezone}"
    yield _("Holidays"), _listed([words.day(day, today=date.min) for day in hours.holidays])


def _customers(policy: RefundPolicy) -> Iterator[Row]:
    yield _("To send what was asked for"), _hours(policy.evidence_hours)
    yield _("Reminded of it after"), _hours(policy.evidence_reminder_hours)
    yield _("To send the goods back"), _hours(policy.return_hours)
    yield _("To take what is offered"), _hours(policy.offer_hours)
    yield _("A declined payout is tried again after"), _listed([_hours(each) for each in policy.payout_retries])


def _named(policy: RefundPolicy) -> Iterator[Row]:
    allow, block = policy.allow, policy.block
    yield _("No window closes for"), _listed([*allow.customers, *allow.orders])
    yield _("A person always decides for"), _listed([*block.customers, *block.orders, *block.skus, *block.categories])


def _listed(names: list[str]) -> str:
    return ", ".join(names) or _("none")


def _money(limits: Mapping[str, int]) -> str:
    return _listed([words.money(Money(amount=amount, currency=currency)) for currency, amount in limits.items()])


def _days(days: int) -> str:
    return plural("{n} day", "{n} days", days)


def _hours(hours: int) -> str:
    """Whole days as days."""
    return _days(hours // 24) if hours % 24 == 0 else plural("{n} hour", "{n} hours", hours)
