"""A language writes texts, dates and amounts as its readers expect them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from care.language import Language, language_of, wishes
from care.language.retelling import Retelling
from care.models.money import Money

DAY = date(2026, 11, 27)
PRICE = Money(amount=129_900, currency="EUR")


@pytest.mark.parametrize(
    ("wishes", "code", "region"),
    [
        ((), "en", "en_GB"),
        ((None, "", "de-DE"), "en", "en_GB"),
        (("de-DE", "es-MX"), "es", "es_MX"),
        (("hi",), "hi", "hi_IN"),
        (("en-US;q=0.8",), "en", "en_US"),
        (("es-QQ",), "es", "es_ES"),
        (("es_<script>",), "es", "es_ES"),
    ],
)
def test_the_first_wish_that_we_speak_is_followed(wishes: tuple[str | None, ...], code: str, region: str) -> None:
    assert language_of(wishes) == Language(code, region)


@pytest.mark.parametrize(
    ("locale", "accepted", "code"),
    [
        ("hi", "es-MX,en;q=0.5", "hi"),
        ("en-GB", "es", "en"),
        # Nobody has chosen the locale that everybody begins with.
        ("en", "de,es-MX;q=0.8", "es"),
        ("en", "", "en"),
        (None, "hi-IN", "hi"),
    ],
)
def test_a_customers_own_locale_comes_before_the_browsers(locale: str | None, accepted: str, code: str) -> None:
    assert language_of(wishes(locale, accepted)).code == code


def test_a_region_is_one_language_however_a_browser_writes_it() -> None:
    """Else each new spelling would stay in memory, with a catalogue cut for itself."""
    assert language_of(["es_mx"]) is language_of(["es-MX;q=0.8"])
    assert language_of(["es-nowhere"]) is language_of(["es_0000"]) is language_of(["es"])


@pytest.mark.parametrize(
    ("locale", "day", "price"),
    [
        ("en", "Fri 27 Nov", "€1,299.00"),
        ("en-US", "Fri, Nov 27", "€1,299.00"),
        ("es", "vie 27 nov", "1.299,00\N{NO-BREAK SPACE}€"),
        ("hi", "शुक्र 27 नव॰", "€1,299.00"),
    ],
)
def test_days_and_amounts_follow_the_locale(locale: str, day: str, price: str) -> None:
    language = language_of([locale])
    assert language.day(DAY) == day
    assert language.money(PRICE) == price


def test_a_day_names_its_year_only_when_it_is_not_this_one() -> None:
    english = language_of(["en"])
    assert english.day(DAY, today=date(2026, 1, 1)) == "Fri 27 Nov"
    assert english.day(DAY, today=date(2027, 1, 1)) == "Fri 27 Nov 2026"


def test_a_moment_is_told_on_the_readers_clock() -> None:
    assert language_of(["es"]).moment(datetime(2026, 11, 27, 20, 0, tzinfo=UTC), "Asia/Kolkata") == "sáb 28 nov, 01:30"


def test_values_with_braces_are_only_values() -> None:
    assert (
        language_of(["es"]).text("About {name}: {what}", name="{x}", what="{0.__class__}") == "About {x}: {0.__class__}"
    )


TEXTS = {
    "We have paid back {amount} (refund {refund}).": "Te hemos devuelto {amount} (reembolso {refund}).",
    "Your order {order} is on its way.": "Tu pedido {order} va en camino.",
    "The payment did not go through.": "El pago no se realizó.",
    "{product} is on its way to {name}.": "{product} va en camino a {name}.",
    "{first} and {last}": "{first} y {last}",
    "{who} pays twice: {who}.": "Paga dos veces {who}.",
    "Please try again.": "Inténtalo otra vez.",
    "{a}: {b}": "nothing so short may fit everything",
}


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Please try again.", "Inténtalo otra vez."),
        (
            "We have paid back €1,299.00 (refund REF001).",
            "Te hemos devuelto 1.299,00\N{NO-BREAK SPACE}€ (reembolso REF001).",
        ),
        ("We have paid back 5 (refund R). Please try again.", "Te hemos devuelto 5 (reembolso R). Inténtalo otra vez."),
        ("The payment did not go through.", "El pago no se realizó."),
        (
            "Your order ORD1 is on its way. The payment did not go through.",
            "Tu pedido ORD1 va en camino. El pago no se realizó.",
        ),
        ("Ana pays twice: Ana.", "Paga dos veces Ana."),
        ("Ana pays twice: Ben.", "Ana pays twice: Ben."),
        ("Milk and Tea is on its way to Salt and Co.", "Milk y Tea va en camino a Salt and Co."),
        ("Dr. Oetker Pizza is on its way to Ana.", "Dr. Oetker Pizza va en camino a Ana."),
        ("They said: Bread and butter", "They said: Bread and butter"),
        ("Note: anything", "Note: anything"),
        ("2026-13-45", "2026-13-45"),
        ("€5.1", "€5.1"),
        ("", ""),
    ],
)
def test_a_finished_sentence_is_told_again_with_its_values(sentence: str, told: str) -> None:
    retelling = Retelling(TEXTS, language_of(["es"])._value)
    assert retelling.tell(sentence) == told


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", ("Friday, 27 November", "November 2026", "A, B and C", "82%", "1,234,567")),
        ("es", ("viernes, 27 de noviembre", "noviembre 2026", "A, B y C", "82\N{NO-BREAK SPACE}%", "1.234.567")),
        ("hi", ("शुक्रवार, 27 नवंबर", "नवंबर 2026", "A, B और C", "82%", "12,34,567")),
    ],
)
def test_what_is_counted_and_listed_follows_the_language(locale: str, told: tuple[str, ...]) -> None:
    language = language_of([locale])
    listed = language.listed(["A", "B", "C"])
    assert told == (
        language.long_day(DAY),
        language.month(DAY),
        listed,
        language.percent(0.82),
        language.number(1234567),
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2026-11-27", "vie 27 nov"),
        ("2026-11-27 18:00", "vie 27 nov, 18:00"),
        ("2026-11-27 at 10:00:10 (UTC-04:00)", "vie 27 nov, 10:00:10 (UTC-04:00)"),
        ("-€5.10", "-5,10\N{NO-BREAK SPACE}€"),
    ],
)
def test_dates_and_amounts_in_a_sentence_are_written_anew(said: str, told: str) -> None:
    assert language_of(["es"]).retold(said) == told
