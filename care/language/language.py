"""One language as its readers expect it: texts, numbers, dates and money."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_month_names
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from care.language.catalogue import templates, translations
from care.language.retelling import Retelling
from care.models.money import CODES, Money

# By code: how its readers call it, and the country whose habits count where a customer named none.
LANGUAGES = {"en": "English", "es": "Español", "hi": "हिन्दी"}
_USUAL = {"en": "en_GB", "es": "es_ES", "hi": "hi_IN"}
DEFAULT = "en"
# CLDR has regions beside the countries: the European Union, the United Nations, an unknown one, two made up for tests.
_COUNTRY = re.compile(r"(?!EU|EZ|UN|QO|ZZ|XA|XB)[A-Z]{2}")
# As `str(date)` or a notice writes it: "2026-11-27", "2026-11-27 at 10:00:10 (UTC-04:00)".
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:(?:[T ]| at )(\d{2}:\d{2}(?::\d{2})?(?: \(UTC.\d{2}:\d{2}\))?))?")
# As `str(Money)` writes it.
_AMOUNT = re.compile(rf"(-?)([{''.join(CODES)}]|[A-Z]{{3}} )([\d,]+(?:\.\d+)?)")


@dataclass(frozen=True)
class Language:
    """`code` is one of LANGUAGES, `region` a locale of it like "es_MX". Times are given in UTC, told in a zone."""

    code: str = DEFAULT
    region: str = _USUAL[DEFAULT]

    def text(self, message: str, /, **values: object) -> str:
        """`message` in this language, with its `{holes}` filled."""
        said = translations(self.code).gettext(message) if message else ""
        return said.format(**values) if values else said

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form that fits `n`, which fills the hole `{n}`."""
        said = translations(self.code).ngettext(one, many, n)
        return said.format(n=self.number(n), **values)

    def retold(self, sentence: str) -> str:
        """A finished English sentence from behind the portal, in this language as far as the catalogue knows it."""
        return sentence if self.code == DEFAULT else self._retelling.tell(sentence)

    @cached_property
    def _retelling(self) -> Retelling:
        return Retelling(templates(self.code), self._value)

    def _value(self, said: str) -> str:
        """A date or an amount within a sentence, as this language writes it; anything else stays."""
        try:
            if found := _DAY.fullmatch(said):
                day = self.day(date.fromisoformat(found[1]))
                return f"{day}, {found[2]}" if found[2] else day
            if found := _AMOUNT.fullmatch(said):
                amount = Money.parse(found[3].replace(",", ""), CODES.get(found[2], found[2].strip()))
                return self.money(amount * (-1 if found[1] else 1))
        except ValueError:  # it only looked like one: a 13th month, half a cent
            return said
        return said

    @cached_property
    def _locale(self) -> Locale:
        return Locale.parse(self.region)

    def day(self, value: date, *, today: date | None = None) -> str:
        """ "Fri 27 Nov", "vie 27 nov", "Fri, Nov 27"; the year is added when it is not this one."""
        pattern = "EEE, MMM d" if self._month_first else "EEE d MMM"
        if today is not None and today.year != value.year:
            pattern += ", y" if self._month_first else " y"
        return format_date(value, pattern, locale=self._locale)

    def full_day(self, value: date) -> str:
        """ "Friday 27 November 2026", for those who hear it."""
        return str(format_date(value, "full", locale=self._locale))

    @property
    def first_weekday(self) -> int:
        """With which day a week begins on the wall: 0 is Monday, 6 Sunday."""
        return int(self._locale.first_week_day)

    def long_day(self, value: date) -> str:
        """ "Friday, 27 November", "viernes, 27 de noviembre"."""
        pattern = {"es": "EEEE, d 'de' MMMM"}.get(self.code, "EEEE, MMMM d" if self._month_first else "EEEE, d MMMM")
        return format_date(value, pattern, locale=self._locale)

    def listed(self, names: list[str]) -> str:
        """ "A, B and C", "A, B y C"."""
        return str(format_list(names, locale=self._locale))

    def month(self, value: date) -> str:
        """ "November 2026"."""
        return format_date(value, "LLLL y", locale=self._locale)

    def weekday(self, value: date, *, short: bool = False) -> str:
        return format_date(value, "ccc" if short else "cccc", locale=self._locale)

    def short_month(self, value: date) -> str:
        return str(get_month_names("abbreviated", context="stand-alone", locale=self._locale)[value.month])

    def clock(self, at: datetime, zone: str) -> str:
        """ "14:05" in that IANA zone."""
        return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"

    def moment(self, at: datetime, zone: str) -> str:
        """ "Fri 27 Nov, 14:05" in that IANA zone."""
        return f"{self.day(at.astimezone(ZoneInfo(zone)).date())}, {self.clock(at, zone)}"

    def number(self, value: int) -> str:
        return str(format_decimal(value, locale=self._locale))

    def percent(self, share: float) -> str:
        """0.82 as "82%", "82 %"."""
        return str(format_percent(share, locale=self._locale))

    def called(self, other: Language) -> str:
        """The name of another language: "Spanish", "español"."""
        return str(self._locale.languages[other.code])

    def countries(self) -> dict[str, str]:
        """By their ISO 3166 code, sorted by their names."""
        named = {code: name for code, name in self._locale.territories.items() if _COUNTRY.fullmatch(code)}
        return dict(sorted(named.items(), key=lambda pair: pair[1]))

    def money(self, value: Money) -> str:
        """ "€12.99", "12,99 €"."""
        amount = Decimal(value.amount).scaleb(-value.decimals)
        return str(format_currency(amount, value.currency, locale=self._locale))

    @property
    def _month_first(self) -> bool:
        return self.region == "en_US"


def language_of(wishes: Iterable[str | None]) -> Language:
    """The first of these that we speak: codes or locales, like "hi", "es-MX" or a browser's "en-GB;q=0.8"."""
    for wish in wishes:
        named = (wish or "").split(";")[0].strip().replace("-", "_")
        if speaks(named):
            return _language(_code(named), _region(named))
    return _language(DEFAULT, _USUAL[DEFAULT])


def wishes(locale: str | None, accepted: str) -> list[str | None]:
    """For `language_of`: a customer's `locale`, unless it is the one that everybody begins with, and what the browser
    asks for in its header `Accept-Language`."""
    browser = accepted.split(",")
    return [*browser, locale] if locale in (None, DEFAULT) else [locale, *browser]


def speaks(locale: str) -> bool:
    return _code(locale) in LANGUAGES


def _code(locale: str) -> str:
    return locale.replace("-", "_").split("_")[0].lower()


def _region(named: str) -> str:
    """The locale that was named, as CLDR writes it; the usual one of the language for what is none."""
    try:
        found = Locale.parse(named)
    except (UnknownLocaleError, ValueError):
        return _USUAL[_code(named)]
    return str(found) if found.territory else _USUAL[_code(named)]


@cache
def _language(code: str, region: str) -> Language:
    """One for each region that there is, and its catalogue is cut once: what a browser names is no key of its own."""
    return Language(code, region)
