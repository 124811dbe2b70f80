"""`care policy`: what a shop owner does before a new policy goes live."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from care.cli import app
from care.errors import CareError, SetupError
from care.models.order import OrderStatus
from care.models.refund import Judgement, Refund, RefundStatus, TimelineEntry
from care.policy import load_policy
from care.rules.refund_decision import decide
from care.stores import Stores, open_stores
from tests.stores.make import AT, order, refund

BUNDLED = resources.files("care").joinpath("policy.yaml").read_text("utf-8")
POLICY = load_policy(None)


def case(number: int, price: int, **given: Any) -> Refund:
    """Of a sure judge; paid by the machine if it may, else by a person."""
    found = refund(f"REF{number:03d}", order_id=f"ORD{number}", price=price, created_at=AT, version=1)
    sure = Judgement(decision="valid", confidence=0.95, model="m")
    verdict = decide(POLICY, found.amount, found.reason, sure, [], 1, found.remedy)
    who = "machine" if verdict.decision == "approve" else "amy"
    return found.model_copy(
        update={
            "status": RefundStatus.PAID,
            "verdicts": [verdict],
            "timeline": [TimelineEntry(at=AT, actor=who, event="approved")],
            **given,
        }
    )


async def _fill(stores: Stores) -> None:
    """More than a page of small refunds, each of its own customer; two large ones, one open, one of long ago."""
    small = [case(n, 1000 + n, customer_id=f"CUST{n}") for n in range(210)]
    large = [case(300, 5000), case(301, 7000, status=RefundStatus.REJECTED)]
    rest = [case(302, 1500, status=RefundStatus.IN_REVIEW)]
    unknown = case(303, 9000, customer_id="CUST303")
    unknown = unknown.model_copy(
        update={"verdicts": [each.model_copy(update={"judgement": None}) for each in unknown.verdicts]}
    )
    cases = [*small, *large, *rest, unknown]
    await asyncio.gather(*(stores.refunds.save(each) for each in cases))
    delivered: dict[str, Any] = {"status": OrderStatus.DELIVERED, "delivered_at": AT}
    await asyncio.gather(*(stores.orders.put(order(each.order_id, **delivered)) for each in cases))
    await stores.policies.put(POLICY)


@pytest.fixture(scope="module")
def shop(mongodb_uri: str) -> Iterator[dict[str, str]]:
    """The settings of a shop with closed cases."""
    name = f"test_{uuid.uuid4().hex[:12]}"

    async def fill() -> None:
        async with open_stores(mongodb_uri, name) as stores:
            await _fill(stores)

    async def drop() -> None:
        async with open_stores(mongodb_uri, name, indexes=False) as stores:
            await stores.drop()

    asyncio.run(fill())
    yield {
        "CARE_MONGODB_URI": mongodb_uri,
        "CARE_MONGODB_DATABASE": name,
        "CARE_TEMPORAL_ADDRESS": "127.0.0.1:1",
    }
    asyncio.run(drop())


def care(*arguments: str, **settings: str) -> Result:
    """In this process: each of these would else import everything anew."""
    return CliRunner().invoke(app, ["policy", *arguments], env=settings)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(folder: Path, old: str = "", new: str = "") -> Path:
    path = folder / "shop.yaml"
    path.write_text(BUNDLED.replace(old, new, 1) if old else BUNDLED)
    return path


def test_a_good_file_is_told_in_a_few_lines(tmp_path: Path) -> None:
    done = care("check", str(written(tmp_path)))
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Policy {POLICY.version}\n")
    assert "The machine approves up to €20.00" in done.stdout


def test_every_problem_of_a_file_is_one_sentence_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "  late: 30", "  late: 30.5")
    path.write_text(path.read_text().replace("assessments: 3", "assessments: none"))
    done = care("check", path.name)
    assert (done.exit_code, done.stdout) == (1, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("shop.yaml, line 13: `windows.late`")
    assert second.startswith("shop.yaml, line ")
    assert "`assessments`" in second


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "none.yaml"], "The policy none.yaml cannot be read"),
        (["replay", "none.yaml"], "The policy none.yaml cannot be read"),
        (["replay", "shop.yaml", "--since", "yesterday"], "yesterday is no day"),
        (["replay", "shop.yaml", "--since", "0001-01-01"], "0001-01-01 is no day"),
        (["show", "2020-01+00000000"], "There is no policy 2020-01+00000000. Kept are: 2026-12+"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    shop: dict[str, str], tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    written(tmp_path)
    done = care(*arguments, **shop)
    assert isinstance(done.exception, (SetupError, CareError))  # `care` shows these as one sentence
    assert sentence in str(done.exception)
    assert not done.stdout


def test_a_candidate_that_allows_more_shows_what_would_be_paid_and_changes_nothing(
    shop: dict[str, str], tmp_path: Path
) -> None:
    path = written(tmp_path, "  EUR: 2000\n", "  EUR: 7000\n")
    path.write_text(path.read_text().replace("  EUR: 6000\n", "  EUR: 13000\n", 1))
    before = asyncio.run(_content(shop))
    done = care("replay", path.name, **shop)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines() == [
        "REF300: was paid by a person, would be paid by the machine, €50.00",
        "REF301: was rejected, would be paid by the machine, €70.00",
        f"Under {load_policy(path).version}: 213 cases, 2 would change, 1 cannot be replayed (no judgement kept).",
        "newly automatic: 2 cases, €120.00",
        "  paid by a person: 1 case, €50.00",
        "  rejected: 1 case, €70.00",
        "newly to a person: 0 cases",
        "newly not eligible: 0 cases",
    ]
    assert asyncio.run(_content(shop)) == before


async def _content(shop: dict[str, str]) -> Any:
    async with open_stores(shop["CARE_MONGODB_URI"], shop["CARE_MONGODB_DATABASE"], indexes=False) as stores:
        hashes = (await stores.database.command("dbHash"))["collections"]
        return {name: each for name, each in hashes.items() if not name.startswith("audit")}


def test_a_stricter_candidate_is_told_to_a_machine_as_well(shop: dict[str, str], tmp_path: Path) -> None:
    path = written(tmp_path, "  EUR: 2000\n", "  EUR: 1199\n")
    done = care("replay", path.name, "--since", "2026-03-01", "--json", **shop)
    told = json.loads(done.stdout)
    assert (told["cases"], told["changed"], told["not_replayed"]) == (213, 10, {"no judgement kept": 1})
    assert told["totals"]["newly to a person"] == {
        "cases": 10,
        "money": {"EUR": 12_045},
        "was": {"paid by the machine": {"cases": 10, "money": {"EUR": 12_045}}},
    }
    assert [change["refund_id"] for change in told["changes"]] == [f"REF{n}" for n in range(200, 210)]


def test_cases_from_before_the_day_are_left_out(shop: dict[str, str], tmp_path: Path) -> None:
    written(tmp_path)
    done = care("replay", "shop.yaml", "--since", "2026-03-02", "--json", **shop)
    assert json.loads(done.stdout)["cases"] == 0


def test_the_policy_that_a_case_was_ruled_under_can_be_shown(shop: dict[str, str], tmp_path: Path) -> None:
    done = care("show", POLICY.version, **shop)
    assert done.stdout == care("check", str(written(tmp_path))).stdout
