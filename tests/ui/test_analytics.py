"""The supervisor's figures: what they say, over which days, and how they are taken along."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.async_api import expect

from care.models.analytics import Agreement
from care.models.period import Period
from care.models.refund import RefundStatus, Ruling, TimelineEntry
from tests.stores.make import refund
from tests.ui.conftest import Comes
from tests.ui.shop import Shop, verdict
from ui.parts.charts import Series, in_weeks
from ui.parts.figures_of_refunds import agreed_in_words
from ui.parts.period import in_words


def _band(agreed: int, differed: int, undecided: int) -> Agreement:
    return Agreement(above=0, below=20, agreed=agreed, differed=differed, undecided=undecided, approved=0)


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ([_band(2, 1, 4), _band(1, 0, 0)], "people decided the same in 75% of 4 refunds."),
        ([_band(1, 0, 9)], "people decided the same in 100% of 1 refund."),
        ([_band(0, 0, 3)], "The machine was undecided on all 3 refunds that a person decided."),
    ],
)
def test_what_the_machine_leaned_to_is_told_in_a_sentence(bands: list[Agreement], said: str) -> None:
    assert agreed_in_words(bands).endswith(said)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 11, 20), date(2026, 11, 26), "Fri 20 Nov to Thu 26 Nov"),
        (date(2025, 12, 30), date(2026, 1, 2), "Tue 30 Dec 2025 to Fri 2 Jan"),
        (date(2026, 11, 26), date(2026, 11, 26), "Thu 26 Nov"),
    ],
)
def test_days_are_told_as_people_say_them(first: date, last: date, said: str) -> None:
    assert in_words(Period.of_days(first, last, date(2026, 11, 26))) == said


@pytest.mark.parametrize(
    ("days", "weeks"), [(7, [7]), (14, [7, 7]), (46, [4, 7, 7, 7, 7, 7, 7]), (366, [2, *[7] * 52])]
)
def test_many_days_are_counted_by_week_and_none_is_lost(days: int, weeks: list[int]) -> None:
    first = date(2026, 1, 1)
    each = [first + timedelta(days=n) for n in range(days)]
    begins, (counted,) = in_weeks(each, [Series("Refunds", "info", [1] * days)])
    assert list(counted.values) == weeks
    assert [(later - earlier).days for earlier, later in pairwise(begins)] == weeks[:-1]
    assert begins[0] == first


async def _decides(shop: Shop, who: str, number: int) -> None:
    """Somebody of that name has approved a refund, in time."""
    at = datetime.now(UTC)
    ruling = Ruling(decision="approve", reviewer=who)
    ruled = {"status": RefundStatus.PAID, "rulings": [ruling], "approvals": [ruling], "verdict": verdict()}
    ruled |= {"first_ruling_at": at, "first_ruling_due_at": at + timedelta(hours=1), "version": number}
    ruled |= {"created_at": at, "updated_at": at, "timeline": [TimelineEntry(at=at, actor=who, event="approved")]}
    await shop.stores.refunds.save(refund(f"REF-{who}-{number}").model_copy(update=ruled))


async def test_a_supervisor_watches_the_operation_over_days_of_their_choice(
    comes: Comes, shop: Shop, size: str, tmp_path: Path
) -> None:
    who, today = f"zoe.{size}@demo.test", datetime.now(UTC).date()
    await _decides(shop, who, 1)
    sofia = await comes()
    await sofia.signs_in("supervisor")
    await sofia.opens("Analytics")
    row = sofia.page.get_by_role("row", name=re.compile(f"^{who}"))
    await expect(row).to_have_text(re.compile(r"1\s*0\s*1"))
    await expect(sofia.page.locator(".plot svg").first).to_be_visible()
    # Nobody asks again: the page is told.
    await _decides(shop, who, 2)
    await expect(row).to_have_text(re.compile(r"2\s*0\s*2"), timeout=30_000)
    await sofia.shows("analytics")

    card = sofia.page.get_by_role("region", name="Refunds by outcome")
    await card.get_by_text("Numbers").click()
    await expect(card.get_by_role("row", name=re.compile("^Paid"))).to_be_visible()
    await sofia.page.get_by_role("link", name="7 days").click()
    await expect(sofia.page).to_have_url(re.compile(rf"from={today - timedelta(days=6)}&to={today}$"))
    async with sofia.page.expect_download() as download:
        await sofia.page.get_by_role("link", name="Download as CSV: Agents").click()
    await (await download.value).save_as(tmp_path / "agents.csv")
    with (tmp_path / "agents.csv").open(newline="") as file:
        assert [each["cases_decided"] for each in csv.DictReader(file) if each["reviewer"] == who] == ["2"]

    await sofia.page.get_by_label("From").fill("2026-01-03")
    await sofia.page.get_by_label("To", exact=True).fill("2026-01-01")
    await sofia.button("Show").click()
    await sofia.sees("The last day lies before the first.")
    await sofia.page.get_by_label("To", exact=True).fill("2026-01-31")
    await sofia.button("Show").click()
    await sofia.sees("No refund was asked for in this time.")
    await sofia.sees("Sat 3 Jan to Sat 31 Jan, in UTC")
    await sofia.shows("analytics-empty")
    await sofia.page.goto("/ui/analytics?from=yesterday&to=9999-99-99")
    await sofia.sees("Please choose two dates, like 2026-11-27. Shown are the last 30 days.")
    await sofia.opens("Customers")
    await sofia.sees("Ana Keller")
    await sofia.shows("customers")
