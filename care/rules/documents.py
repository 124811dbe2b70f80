"""What the text of a document says that an order record says too: its total, its date, the order's id. Pure."""

from __future__ import annotations

import re
from datetime import date

from care.models.common import Model
from care.rules.entities import find_entities
from care.rules.spoken_dates import dates_in

AMOUNT = r"(?<![\d.,])\d{1,3}(?:[., ]?\d{3})*[.,]\d{2}(?![\d.,]?\d)"
_CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "₹": "INR"}
_CURRENCY = r"(?:\b(?:EUR|USD|GBP|INR|CHF|SEK|DKK|NOK|PLN|CZK|CAD|AUD)\b|[€$£₹])"
_TOTAL = re.compile(
    r"(?<![\w-])(?<!sub )(?<!line )(?:(?:grand|invoice|order|overall) total"
    r"|total(?: amount| due| to pay| price| paid| sum)?|(?:amount|balance) (?:due|paid|payable)|gesamt(?:betrag|summe)?"
    r"|endbetrag|rechnungsbetrag|summe|zu zahlen|montant total|importe total|totale|totaal)\b"
    rf"(?P<between>[^\d\n]{{0,40}}\n?[^\d\n]{{0,12}})(?P<amount>{AMOUNT})"
    rf"[ \t]*(?P<after>{_CURRENCY})?",
    re.I,
)
# Totals of something else than the whole.
_PART = re.compile(
    r"\b(?:tax|vat|mwst|ust|tva|iva|btw|net|netto|ht|hors|excl\w*|without|before|discount|rabatt|sav\w+|shipping|versand|weight"
    r"|items?|lines?|points)\b",
    re.I,
)
_DATED = re.compile(
    r"(?:^|\n|\b(?:invoice|order|purchase|billing) |\brechnungs-?|\bbestell-?)(?:date|datum)\b\W{0,6}(?:of \w+\W{0,3})?"
    r"(?P<date>[^\n]{6,24})"
    r"|\b(?:dated|date of (?:invoice|order|purchase)|issued on|ordered on)\b\W{0,6}(?P<date2>[^\n]{6,24})",
    re.I,
)
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")


class Total(Model):
    """In minor units, of a currency with two decimals; None where the document names no currency beside it."""

    amount: int
    currency: str | None


def totals_in(text: str) -> list[Total]:
    """Every amount that is called the total of the whole."""
    found = [match for match in _TOTAL.finditer(text) if not _PART.search(match["between"])]
    return [Total(amount=int(re.sub(r"\D", "", match["amount"])), currency=_currency(match)) for match in found]


def _currency(match: re.Match[str]) -> str | None:
    near = re.findall(_CURRENCY, match["between"], re.I)
    sign = match["after"] or (near[-1] if near else None)
    return _CURRENCIES.get(sign, sign.upper()) if sign else None


def dates_of(text: str) -> list[date]:
    """Every date that is called that of the invoice or the order. Dates with slashes are left out: they mean either."""
    spans = [match["date"] or match["date2"] for match in _DATED.finditer(text)]
    return [day for span in spans for day in all_dates(span)[:1]]


def all_dates(text: str) -> list[date]:
    """ "2026-11-10", "10 November 2026", "10.11.2026": only dates with their year."""
    iso = [spoken for spoken in dates_in(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", spoken)]
    dotted = [f"{year}-{int(month):02}-{int(day):02}" for day, month, year in _DOTTED.findall(text)]
    return [day for each in (*iso, *dotted) if (day := _date(each))]


def _date(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


def order_ids_in(text: str) -> list[str]:
    return find_entities(text, []).order_ids
