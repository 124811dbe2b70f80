"""The supervisor's figures through the API, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from api.spreadsheets import as_csv, cell
from care.models.analytics import Cell
from care.models.refund import Ruling
from tests.api.cases import case_of
from tests.api.shop import Shop, Someone
from tests.api.test_errors import assert_is_problem


@pytest.fixture
def today() -> str:
    return datetime.now(UTC).date().isoformat()


async def test_the_last_days_are_summed_up_without_being_asked_for(agent: Someone) -> None:
    usual = (await agent.http.get("/analytics/summary")).json()
    assert usual["days"] == 30
    week = (await agent.http.get("/analytics/summary?days=7")).json()
    assert week["days"] == 7
    assert usual.keys() == week.keys()


async def test_figures_of_certain_days_count_those_days_alone(
    shop: Shop, ana: Someone, agent: Someone, today: str
) -> None:
    await shop.services.stores.refunds.open(case_of(ana, await shop.sells(ana)))
    now = (await agent.http.get(f"/analytics/summary?from={today}&to={today}")).json()
    assert (now["days"], now["first_day"], now["last_day"]) == (1, today, today)
    assert sum(each["count"] for each in now["refunds"]) >= 1
    before = (await agent.http.get("/analytics/summary?from=2026-01-01&to=2026-01-31")).json()
    assert (before["days"], before["refunds"], before["refunds_by_day"]) == (31, [], [])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        *((f"days={days}", "days") for days in ("0", "367", "x", "1e3", "-5")),
        ("from=2026-01-01", "to"),
        ("to=2026-01-01", "from"),
        ("from=2026-01-02&to=2026-01-01", "to"),
        ("from=2025-01-01&to=2026-01-02", "from"),
        ("from=1999-12-31&to=2000-01-01", "from"),
        ("from=2026-01-01&to=9999-12-31", "to"),
        ("from=2026-02-30&to=2026-03-01", "from"),
        ("from=yesterday&to=2026-03-01", "from"),
        ("from=2026-01-01&to=2026-01-02&days=7", "days"),
    ],
)
async def test_figures_are_asked_for_a_sensible_time(agent: Someone, query: str, field: str) -> None:
    for address in (f"/analytics/summary?{query}", f"/analytics/export?what=days&{query}"):
        problem = assert_is_problem(await agent.http.get(address), 422)
        assert [each["field"] for each in problem["errors"]] == [field]


async def test_a_year_and_a_leap_day_can_be_asked_for(agent: Someone) -> None:
    answer = await agent.http.get("/analytics/summary?from=2024-01-01&to=2024-12-31")
    assert answer.json()["days"] == 366


async def test_a_table_is_taken_along_as_a_file(shop: Shop, ana: Someone, agent: Someone, today: str) -> None:
    case = case_of(ana, await shop.sells(ana))
    evil = '=HYPERLINK("http://evil.test","x")'
    ruled = {"rulings": [Ruling(decision="escalate", reviewer=evil)], "first_ruling_at": case.created_at}
    ruled |= {"first_ruling_due_at": case.created_at - timedelta(hours=1)}
    await shop.services.stores.refunds.open(case.model_copy(update=ruled))

    async def table(what: str) -> list[dict[str, str]]:
        answer = await agent.http.get(f"/analytics/export?what={what}&from={today}&to={today}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == f'attachment; filename="care-{what}-{today}-to-{today}.csv"'
        assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
        return list(csv.DictReader(io.StringIO(answer.text, newline="")))

    (row,) = [each for each in await table("refunds") if each["refund_id"] == case.refund_id]
    assert (row["amount_minor"], row["currency"], row["status"]) == ("149", "EUR", "in_review")
    assert row["opened_at"] == case.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert (row["first_ruling_by"], row["decision"], row["decided_by"]) == (f"'{evil}", "", "")
    assert "It leaks" not in str(row), "what customers wrote stays in the case"
    (late,) = [each for each in await table("agents") if each["reviewer"] == f"'{evil}"]
    assert (late["first_rulings_in_time"], late["first_rulings_late"]) == ("0", "1")
    assert [each["day"] for each in await table("days")] == [today]
    for what in ("deliveries", "conversations", "models"):
        await table(what)
    assert_is_problem(await agent.http.get("/analytics/export?what=passwords"), 422)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("amy@shop.test", "amy@shop.test"),
        (-5, -5),
        (0.5, 0.5),
        (None, ""),
        (True, "true"),
        (datetime(2026, 11, 27, 9, 30, tzinfo=UTC), "2026-11-27T09:30:00.000Z"),
        (datetime(2026, 11, 27, tzinfo=UTC).date(), "2026-11-27"),
    ],
)
def test_no_cell_is_computed(value: Cell, written: object) -> None:
    assert cell(value) == written


async def test_a_long_table_is_sent_in_pieces_and_loses_no_row() -> None:
    async def rows() -> AsyncIterator[list[Cell]]:
        for number in range(20_000):
            yield [number, "x" * 20]

    answer = await as_csv(rows(), "long")
    pieces = [str(piece) async for piece in answer.body_iterator]
    assert len(pieces) > 3
    assert max(map(len, pieces)) < 100_000
    assert [line.split(",")[0] for line in "".join(pieces).splitlines()] == [str(number) for number in range(20_000)]
