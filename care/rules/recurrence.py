"""From what a customer asked for to a schedule: defaults filled in, nonsense refused with the field's name.

The calendar itself is in occurrences.py, the language of recurrences (RFC 5545) in rrule.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from care.errors import Invalid
from care.models.subscription import DEFAULT_REMINDERS, Frequency, Schedule, SubscriptionRequest
from care.rules.occurrences import DELIVERY_TIME, MOMENT, next_occurrence, occurrence, occurrence_due, upcoming
from care.rules.rrule import Rule
from care.rules.rrule_text import bad_rule, parse

__all__ = ["delivery_day", "is_zone", "next_occurrence", "occurrence", "schedule_for", "upcoming"]

WITHIN = timedelta(days=5 * 366)
LONGEST_LEAD = timedelta(days=30)

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Names that a system lists among its zones but that mean "wherever this machine stands".
_NO_ZONES = {"localtime", "Factory", "posixrules"}


def schedule_for(
    request: SubscriptionRequest,
    *,
    customer_timezone: str,
    now: datetime,
    allow_subdaily: bool,
    offset: timedelta = timedelta(0),
) -> Schedule:
    """The calendar that `request` asks for, beginning with its first delivery after `now`.

    `offset`: how long after nine it delivers, where it is not faster than daily.
    Raises Invalid naming the field, also where no delivery falls within five years.
    """
    zone = _zone(request.timezone or customer_timezone)
    anchor = request.start_date or now.astimezone(zone).date()
    _check_start(anchor, now)
    rule = _rule(request, anchor)
    if rule.step and not allow_subdaily:
        raise bad_rule("Recurrences faster than daily are for demonstrations: start CARE with CARE_ALLOW_SUBDAILY=1.")
    schedule = Schedule(
        recurrence=str(replace(rule, count=None)),
        timezone=zone.key,
        start=_start(request, rule, anchor, zone, now, offset),
        remind_before=_reminders(request.remind_before, rule),
        offset=timedelta(0) if rule.step else offset,
    )
    if rule.count:
        until = _end(schedule, rule.count, now, counted_from_start=request.start_date is not None)
        schedule = schedule.model_copy(update={"recurrence": str(replace(rule, count=None, until=until))})
    first = next_occurrence(schedule, now)
    if first is None or first.due > now + WITHIN:
        raise _invalid(
            "start_date" if request.frequency else "recurrence",
            "No delivery would fall within the next five years: please check the recurrence and its start.",
        )
    # The start moves to the first delivery: the phase stays, and nothing before it needs to be walked again.
    return schedule.model_copy(update={"start": first.key})


def delivery_day(frequency: Frequency | None, schedule: Schedule) -> int | str | None:
    """The day in the customer's words, defaults filled in: "friday", 31, or None where a frequency has none."""
    rule = parse(schedule.recurrence)
    if frequency in (Frequency.WEEKLY, Frequency.BIWEEKLY):
        return _WEEKDAYS[rule.byday[0][1]]
    return max(rule.bymonthday) if frequency is Frequency.MONTHLY else None


def _rule(request: SubscriptionRequest, anchor: date) -> Rule:
    """The rule asked for, with every default written out. Raises Invalid for what contradicts itself."""
    if request.recurrence is not None:
        for name in ("frequency", "delivery_day"):
            if getattr(request, name) is not None:
                raise _invalid(name, f"Give either recurrence or {name}, not both.")
        return parse(request.recurrence).filled(anchor)
    day = request.delivery_day
    match request.frequency:
        case None:
            raise _invalid("frequency", "Choose daily, weekly, biweekly or monthly, or give a recurrence.")
        case Frequency.DAILY:
            if day is not None:
                raise _invalid("delivery_day", "A daily subscription has no delivery day: leave it out.")
            return Rule(freq="DAILY")
        case Frequency.MONTHLY:
            return _monthly(anchor.day if day is None else day)
        case _:
            interval = 2 if request.frequency is Frequency.BIWEEKLY else 1
            return Rule(
                freq="WEEKLY", interval=interval, byday=((0, anchor.weekday() if day is None else _weekday(day)),)
            )


def _monthly(day: int | str) -> Rule:
    if not isinstance(day, int) or not 1 <= day <= 31:
        raise _invalid("delivery_day", "A monthly subscription takes a day of the month, 1 to 31.")
    if day <= 28:
        return Rule(freq="MONTHLY", bymonthday=(day,))
    # The last of 28..day that the month has: the 31st falls on the month's last day.
    return Rule(freq="MONTHLY", bymonthday=tuple(range(28, day + 1)), bysetpos=(-1,))


def _weekday(day: int | str) -> int:
    name = day.strip().lower() if isinstance(day, str) else ""
    if name not in _WEEKDAYS:
        raise _invalid("delivery_day", "A weekly subscription takes a weekday, for example friday.")
    return _WEEKDAYS.index(name)


def _start(
    request: SubscriptionRequest, rule: Rule, anchor: date, zone: ZoneInfo, now: datetime, offset: timedelta
) -> str:
    """Where the rule is counted from, as the key of an occurrence."""
    if rule.step:
        if request.start_date is None:
            return now.astimezone(zone).replace(microsecond=0).isoformat()
        return datetime.combine(anchor, DELIVERY_TIME).isoformat()
    if request.frequency is Frequency.BIWEEKLY:
        # "Every two weeks on Friday" begins on the next Friday, whichever week that is.
        every_week = str(replace(rule, interval=1))
        weekly = Schedule(recurrence=every_week, timezone=zone.key, start=anchor.isoformat(), offset=offset)
        first = next_occurrence(weekly, now)
        return first.key if first else anchor.isoformat()
    return anchor.isoformat()


def _end(schedule: Schedule, wanted: int, now: datetime, *, counted_from_start: bool) -> str | None:
    """UNTIL for a COUNT: the last of `wanted` deliveries, counted from the start date if one is named, or from now."""
    after = occurrence_due(schedule, schedule.start) - MOMENT if counted_from_start else now
    found = upcoming(schedule, after, wanted)
    if len(found) < wanted:
        raise bad_rule("COUNT reaches more than ten years ahead: use a smaller one, or leave it out.")
    return f"{found[-1].due:%Y%m%dT%H%M%SZ}"


def _reminders(asked: list[timedelta] | None, rule: Rule) -> list[timedelta]:
    """The longest first, each once. By default two days and one day before, where the recurrence leaves room."""
    longest = rule.step or LONGEST_LEAD
    if asked is None:
        return [lead for lead in DEFAULT_REMINDERS if lead <= longest]
    if any(lead < timedelta(seconds=1) or lead.microseconds for lead in asked):
        raise _invalid(
            "remind_before", "A reminder comes before the delivery: give durations in whole seconds, or P1D."
        )
    if any(lead > longest for lead in asked):
        room = "the time between two deliveries" if rule.step else "30 days"
        raise _invalid("remind_before", f"A reminder can come at most {room} before the delivery.")
    return sorted(set(asked), reverse=True)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_ZONES)


def is_zone(name: str) -> bool:
    return name in _zones()


def _zone(name: str) -> ZoneInfo:
    if not is_zone(name):
        raise _invalid("timezone", "This is not an IANA time zone; write it like Europe/Berlin.")
    return ZoneInfo(name)


def _check_start(anchor: date, now: datetime) -> None:
    if abs(anchor - now.date()) > WITHIN:
        raise _invalid("start_date", "The start date must lie within five years of today.")


def _invalid(field: str, detail: str) -> Invalid:
    return Invalid(detail, fields={field: detail})
