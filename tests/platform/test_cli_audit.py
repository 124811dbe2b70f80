"""`care audit`: whatever somebody who can write to MongoDB does to the record, the check finds it and says where."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from care.cli import app
from care.errors import SetupError
from care.models.audit import Act, AuditEvent
from care.rules.audit_chain import BEGINNING, chained
from care.stores import Stores, open_stores
from care.stores.documents import now

LAST = 7


@pytest.fixture
def record(mongodb_uri: str) -> Iterator[dict[str, str]]:
    """The settings of a shop with seven lines in its record."""
    settings = {
        "CARE_MONGODB_URI": mongodb_uri,
        "CARE_MONGODB_DATABASE": f"test_{uuid.uuid4().hex[:12]}",
        "CARE_TEMPORAL_ADDRESS": "127.0.0.1:1",
    }

    async def fill(stores: Stores) -> None:
        await stores.audit.ensure_indexes()
        for n in range(1, LAST + 1):
            await stores.audit.append("case_decided", by="amy@shop.test", about=f"REF{n:03d}", decision="approve")

    within(settings, fill)
    yield settings
    within(settings, Stores.drop)


def within(settings: dict[str, str], act: Callable[[Stores], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with open_stores(settings["CARE_MONGODB_URI"], settings["CARE_MONGODB_DATABASE"], indexes=False) as found:
            return await act(found)

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def care(*arguments: str, **settings: str) -> Result:
    """In this process: each of these would else import everything anew."""
    return CliRunner().invoke(app, ["audit", *arguments], env=settings)


# Each command that changes something or hands out much at once, with its act.
ACTS: dict[str, Act] = {
    "account add": "account_added",
    "backup write": "backed_up",
    "customer erase": "customer_erased",
    "customer export": "customer_exported",
    "keys rotate": "keys_rotated",
    "migrate": "migrated",
    "policy replay": "policy_replayed",
    "repair all": "repaired",
    "repair ledger": "repaired",
    "repair subscriptions": "repaired",
    "restore": "restored",
    "seed": "seeded",
    "token add": "token_made",
    "token revoke": "token_revoked",
}
# What only shows, measures, or starts and stops; a worker that starts under another policy writes that down itself.
READS_ONLY = {
    *(
        "audit show",
        "audit verify",
        "backup verify",
        "bench",
        "doctor",
        "down",
        "eval intents",
        "eval refunds",
        "keys list",
    ),
    *("policy check", "policy show", "serve", "status", "token list", "up", "worker"),
}


def _commands(group: Any, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_is_known_to_leave_a_line_or_only_to_be_read() -> None:
    assert set(_commands(get_command(app))) == {*ACTS, *READS_ONLY}


def test_what_is_done_on_the_command_line_is_in_the_record(record: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "products.jsonl").write_text(
        json.dumps({"sku": "TEA", "name": "Tea", "price": {"amount": 500, "currency": "EUR"}, "stock": 1})
    )
    (tmp_path / "policy.yaml").write_text(resources.files("care").joinpath("policy.yaml").read_text("utf-8"))
    for arguments in (
        ["account", "add", "new@shop.test", "--role", "agent"],
        ["seed", str(tmp_path)],
        ["policy", "replay", str(tmp_path / "policy.yaml")],
    ):
        done = CliRunner().invoke(app, arguments, env=record | {"CARE_PASSWORD": "a long enough one"})
        assert "audit" not in done.stdout, "what is logged is no part of what is printed"
    lines = within(record, lambda stores: stores.audit.page(limit=3)).items
    assert [(line.act, line.by) for line in lines] == [
        (ACTS[command], "command line") for command in ("policy replay", "seed", "account add")
    ]
    assert lines[1].detail == {"products": "1"}
    assert care("verify", **record).exit_code == 0


async def _line(stores: Stores, number: int) -> dict[str, Any]:
    found = await stores.database["audit"].find_one({"_id": number})
    assert found is not None
    return dict(found)


async def changes_who_did_it(stores: Stores) -> None:
    await stores.database["audit"].update_one({"_id": 3}, {"$set": {"by": "bob@shop.test"}})


async def changes_a_detail_and_its_type(stores: Stores) -> None:
    await stores.database["audit"].update_one({"_id": 3}, {"$set": {"detail.decision": ["approve"]}})


async def writes_something_beside_it(stores: Stores) -> None:
    await stores.database["audit"].update_one({"_id": 3}, {"$set": {"note": "agreed by phone"}})


async def changes_a_line_and_its_hash(stores: Stores) -> None:
    before, line = await _line(stores, 2), await _line(stores, 3)
    event = AuditEvent.model_validate(line | {"number": 3, "by": "bob@shop.test"})
    new = chained(event, before["hash"])
    await stores.database["audit"].update_one({"_id": 3}, {"$set": {"by": "bob@shop.test", "hash": new}})


async def deletes_one(stores: Stores) -> None:
    await stores.database["audit"].delete_one({"_id": 3})


async def deletes_the_first(stores: Stores) -> None:
    await stores.database["audit"].delete_one({"_id": 1})


async def deletes_one_and_closes_the_gap(stores: Stores) -> None:
    lines = [await _line(stores, n) for n in range(4, LAST + 1)]
    await stores.database["audit"].delete_many({"_id": {"$gte": 3}})
    await stores.database["audit"].insert_many([line | {"_id": line["_id"] - 1} for line in lines])


async def swaps_two(stores: Stores) -> None:
    third, fourth = await _line(stores, 3), await _line(stores, 4)
    await stores.database["audit"].replace_one({"_id": 3}, fourth | {"_id": 3})
    await stores.database["audit"].replace_one({"_id": 4}, third | {"_id": 4})


async def puts_one_between(stores: Stores) -> None:
    await stores.database["audit"].insert_one(await _line(stores, 3) | {"_id": 3.5})


async def puts_one_under_a_name(stores: Stores) -> None:
    await stores.database["audit"].insert_one(await _line(stores, 3) | {"_id": "4"})


async def doubles_the_last(stores: Stores) -> None:
    await stores.database["audit"].insert_one(await _line(stores, LAST) | {"_id": LAST + 1})


async def cuts_off_the_end(stores: Stores) -> None:
    await stores.database["audit"].delete_many({"_id": {"$gt": 4}})


async def cuts_off_all(stores: Stores) -> None:
    await stores.database["audit"].delete_many({})


async def sets_the_head_back(stores: Stores) -> None:
    await stores.database["audit_head"].update_one(
        {}, {"$set": {"number": 4, "hash": (await _line(stores, 4))["hash"]}}
    )


async def takes_the_head_away(stores: Stores) -> None:
    await stores.database["audit_head"].delete_one({})


async def spoils_the_head(stores: Stores) -> None:
    await stores.database["audit_head"].update_one({}, {"$set": {"number": "seven"}})


async def changes_the_hash_in_the_head(stores: Stores) -> None:
    await stores.database["audit_head"].update_one({}, {"$set": {"hash": BEGINNING}})


async def changes_the_time_in_the_head(stores: Stores) -> None:
    """The lines that follow would carry it."""
    await stores.database["audit_head"].update_one({}, {"$set": {"at": datetime(2099, 1, 1, tzinfo=UTC)}})


CHANGED = "is not what was written, or what stood before it was changed."


@pytest.mark.parametrize(
    ("tampers", "fault"),
    [
        (changes_who_did_it, f"Line 3 {CHANGED}"),
        (changes_a_detail_and_its_type, f"Line 3 {CHANGED}"),
        (writes_something_beside_it, f"Line 3 {CHANGED}"),
        (changes_a_line_and_its_hash, f"Line 4 {CHANGED}"),
        (deletes_one, "Line 3 is missing."),
        (deletes_the_first, "Line 1 is missing."),
        (deletes_one_and_closes_the_gap, f"Line 3 {CHANGED}"),
        (swaps_two, f"Line 3 {CHANGED}"),
        (puts_one_between, "A line was put in behind line 3."),
        (puts_one_under_a_name, f"A line was put in behind line {LAST}."),
        (doubles_the_last, f"Line 8 {CHANGED}"),
        (cuts_off_the_end, "Lines were cut off: the last is 4, and the head knows of 7."),
        (cuts_off_all, "Lines were cut off: the last is 0, and the head knows of 7."),
        (sets_the_head_back, "The head was set back to line 4: the last line is 7."),
        (takes_the_head_away, "The head is missing: nobody can tell whether lines behind line 7 were cut off."),
        (spoils_the_head, "The head is missing: nobody can tell whether lines behind line 7 were cut off."),
        (changes_the_hash_in_the_head, "The head does not fit line 7, the last."),
        (changes_the_time_in_the_head, "The head does not fit line 7, the last."),
    ],
)
def test_what_was_tampered_with_is_found(
    record: dict[str, str], tampers: Callable[[Stores], Awaitable[None]], fault: str
) -> None:
    before = care("verify", **record)
    assert (before.exit_code, before.stdout.partition(";")[0]) == (0, "7 lines are as written")
    within(record, tampers)
    found = care("verify", **record)
    assert (found.exit_code, found.stdout) == (1, f"{fault}\n")
    told = json.loads(care("verify", "--json", **record).stdout)
    assert told["fault"] == fault

    async def is_told_to_prometheus(stores: Stores) -> None:
        assert [(each.check, each.faults) for each in (await stores.standing.look(now())).checks] == [("audit", 1)]

    within(record, is_told_to_prometheus)


async def _forged(stores: Stores) -> None:
    """All of it anew, by somebody who knows how the chain is made."""
    before = BEGINNING
    for number in range(1, LAST + 1):
        line = await _line(stores, number) | {"number": number, "by": "bob@shop.test"}
        before = chained(AuditEvent.model_validate(line), before)
        await stores.database["audit"].update_one({"_id": number}, {"$set": {"by": line["by"], "hash": before}})
    await stores.database["audit_head"].update_one({}, {"$set": {"hash": before}})


def test_a_record_that_was_forged_as_a_whole_is_found_by_a_copy_kept_elsewhere(record: dict[str, str]) -> None:
    copies = [care("verify", **record).stdout.split()[-1]]
    copies.append(within(record, lambda stores: _line(stores, 5))["hash"])
    copies[1] = f"5:{copies[1]}"
    for copy in copies:
        assert care("verify", "--expect", copy, **record).exit_code == 0
    within(record, _forged)
    assert care("verify", **record).exit_code == 0, "the chain alone cannot tell"
    for copy in copies:
        found = care("verify", "--expect", copy, **record)
        assert found.exit_code == 1
        assert found.stdout.startswith(f"Line {copy.partition(':')[0]} is not the one whose hash was kept")
    later = care("verify", "--expect", f"9:{BEGINNING}", **record)
    assert (later.exit_code, later.stdout) == (
        1,
        "Lines were cut off: the last is 7, and the hash of line 9 was kept.\n",
    )


def test_a_record_that_nobody_has_written_to_is_right(record: dict[str, str]) -> None:
    found = care("verify", "--json", **record | {"CARE_MONGODB_DATABASE": "test_of_nothing"})
    assert (found.exit_code, json.loads(found.stdout)) == (0, {"lines": 0, "hash": BEGINNING, "fault": None})


def test_lines_are_shown_newest_first_by_what_is_asked_for(record: dict[str, str]) -> None:
    shown = care("show", "--limit", "2", **record).stdout.splitlines()
    assert [line.split("  ")[2:] for line in shown] == [
        ["amy@shop.test", "case_decided", f"REF{n:03d}", "decision=approve"] for n in (7, 6)
    ]
    one = json.loads(care("show", "--about", "REF003", "--by", "amy@shop.test", "--json", **record).stdout)
    assert (one["number"], one["act"]) == (3, "case_decided")
    assert care("show", "--act", "case_claimed", **record).stdout == ""
    assert care("show", "--since", "2099-01-01", **record).stdout == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["verify", "--expect", "seven"], "Write --expect as NUMBER:HASH"),
        (["show", "--act", "nothing"], "nothing is no act. Acts are: signed_in"),
        (["show", "--since", "yesterday"], "yesterday is no day"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(record: dict[str, str], arguments: list[str], sentence: str) -> None:
    done = care(*arguments, **record)
    assert isinstance(done.exception, SetupError)
    assert sentence in str(done.exception)
    assert not done.stdout
