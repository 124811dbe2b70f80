"""Personal data in the whole product: where it lies, what a customer gets of it, and that erasing leaves none.

A word is planted in every field that a person can fill, and looked for in everything that CARE keeps, writes or sends.
"""

from __future__ import annotations

import io
import json
import stat
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from care.errors import Gone
from care.rules.erasing import NAME
from care.settings import load
from care.stores import open_stores
from care.temporal import connect
from tests.fakes.collector import Collector
from tests.platform import searching
from tests.platform.planting import CUSTOMER, DELIVERED, EMAIL, PASSWORD, PENDING, Planted, Planter, marker
from tests.running import CareUp, care

# The fields that are the place for what people write, and the words that belong there. Everywhere else they are a leak.
_TALK = ("messages.messages.text", "conversations.state.history")
_PLACES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("first", "married"), ("customers.name", "customers.names")),
    **dict.fromkeys(("mail", "host"), ("customers.email", "customers.handles", "accounts._id", "sessions.email")),
    **{f"moved_{part}": (f"customers.address.{part}",) for part in ("street", "city")},
    **{f"order_{part}": (f"orders.address.{part}",) for part in ("street", "city")},
    # An answer under an Idempotency-Key is kept for a day, as it was sent.
    **{f"parcel_{part}": (f"orders.address.{part}", "idempotency.body") for part in ("street", "city")},
    **{f"gift_{part}": (f"subscriptions.address.{part}", "idempotency.body") for part in ("street", "city")},
    "postcode": (
        *(f"{things}.address.postcode" for things in ("customers", "orders", "subscriptions")),
        "idempotency.body",
    ),
    "cancel_reason": ("subscriptions.cancel_reason",),
    "complaint": ("refunds.complaint",),
    **dict.fromkeys(("note_escalate", "note_reject"), ("refunds.rulings.note", "refunds.timeline.note")),
    "note_evidence": (
        *("refunds.rulings.note", "refunds.timeline.note", "refunds.timeline.detail", "notifications.message"),
    ),
    "trace_note": ("orders.trace.note", "notifications.message"),
    "chat_first": (*_TALK, "conversations.title"),
    **dict.fromkeys(("chat_second", "chat_third", "reply", "hand_back"), _TALK),
    "chat_waiting": (
        *(*_TALK, "conversations.title"),
        *("conversations.handoff.summary", "conversations.state.handoff.summary"),
    ),
    **dict.fromkeys(("pdf_name", "photo_name", "film_name"), ("evidence.file_name",)),
    "pdf_text": ("evidence.facts.text", "files.chunks.data"),
    "exif_device": ("evidence.facts.device",),
    **dict.fromkeys(("hook_path", "hook_query"), ("webhooks.url",)),
}
BELONGS = {marker(name): set(places) for name, places in _PLACES.items()}
# What the shop's administrator has set up stays when a customer goes.
THE_SHOPS = {marker("hook_path"), marker("hook_query")}
# Colleagues' words about a case to each other; and of a picture, its device is a fact for the desk.
NOT_FOR_CUSTOMERS = {marker("note_escalate"), marker("note_reject")}


@dataclass(frozen=True)
class Before:
    """What was found while the customer was there. `archive` is what they got."""

    planted: Planted
    database: dict[str, set[str]]
    files: dict[str, set[str]]
    archive: bytes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("personal")


@pytest.fixture(scope="module")
def before(whole_product: CareUp, folder: Path) -> Iterator[Before]:
    planter = Planter(whole_product, folder)
    planted = planter.plant()
    with planter.ana() as ana:
        archive = ana.get(f"/customer/export/{CUSTOMER}").raise_for_status().content
    yield Before(planted, searching.in_database(whole_product), searching.in_files(whole_product), archive)
    with whole_product.signed_in("admin") as admin:
        admin.delete(f"/webhooks/{planted.webhook}")


def _customer(running: CareUp, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return care("customer", *arguments, "--data-dir", str(running.data_dir), cwd=folder)


def test_each_word_lies_where_it_belongs_and_nowhere_else(before: Before) -> None:
    assert before.database == BELONGS


def test_no_log_no_trace_no_temporary_file_and_no_figure_holds_a_word(
    whole_product: CareUp, collector: Collector, before: Before
) -> None:
    assert before.files == {}
    assert searching.in_traces(collector) == set()
    assert searching.in_metrics(whole_product) == set()
    # On a busy day more would be slow than today.
    assert searching.slow_after(whole_product) > 10**9


@pytest.mark.usefixtures("before")
async def test_histories_hold_sealed_bytes_and_ids(whole_product: CareUp) -> None:
    workflows, found = await searching.in_temporal(whole_product)
    assert workflows > 5
    assert found == set()


def test_customers_get_all_of_it_and_no_name_of_a_colleague(whole_product: CareUp, before: Before) -> None:
    with zipfile.ZipFile(io.BytesIO(before.archive)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    everything = b"\n".join(files.values())
    assert searching.words(everything) == BELONGS.keys() - THE_SHOPS - NOT_FOR_CUSTOMERS
    for staff in ("agent", "supervisor", "admin"):
        assert whole_product.account(staff)["email"].encode() not in everything
    told = json.loads(files["customer.json"])
    assert files.keys() == {"customer.json"} | {file["file"] for file in told["evidence"]}
    for part in (
        "accounts",
        "orders",
        "subscriptions",
        "refunds",
        "conversations",
        "notifications",
        "payments",
        "ledger",
    ):
        assert told[part], part


def test_customers_take_it_along_from_their_preferences(whole_product: CareUp, before: Before) -> None:
    with httpx.Client(base_url=whole_product.runtime["web"], timeout=60) as portal:
        portal.post("/ui/sign-in", data={"email": EMAIL, "password": PASSWORD})
        assert f"/customer/export/{CUSTOMER}" in portal.get("/ui/preferences").text
        archive = portal.get(f"/customer/export/{CUSTOMER}")
    assert archive.headers["content-disposition"] == f'attachment; filename="{CUSTOMER}.zip"'
    with zipfile.ZipFile(io.BytesIO(archive.content)) as mine, zipfile.ZipFile(io.BytesIO(before.archive)) as theirs:
        assert mine.namelist() == theirs.namelist()


def test_the_command_writes_the_same_for_its_owner_only(whole_product: CareUp, before: Before, folder: Path) -> None:
    to = folder / "export.zip"
    done = _customer(whole_product, folder, "export", CUSTOMER, "--to", str(to))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    with zipfile.ZipFile(to) as mine, zipfile.ZipFile(io.BytesIO(before.archive)) as theirs:
        assert mine.namelist() == theirs.namelist()
    shown = _customer(whole_product, folder, "export", CUSTOMER)
    assert json.loads(shown.stdout)["customer"]["email"] == EMAIL
    again = _customer(whole_product, folder, "export", CUSTOMER, "--to", str(to))
    assert (again.returncode, again.stderr) == (1, f"care: {to} cannot be written: File exists.\n")


def test_nothing_is_erased_while_something_is_open(whole_product: CareUp, before: Before, folder: Path) -> None:
    unasked = _customer(whole_product, folder, "erase", CUSTOMER)
    assert (unasked.returncode, "add --yes" in unasked.stderr) == (1, True)
    refused = _customer(whole_product, folder, "erase", CUSTOMER, "--yes")
    assert refused.returncode == 1
    for words in (
        f"Subscription {before.planted.subscription} is active.",
        f"Refund {before.planted.withdrawable} is ",
        f"Order {PENDING} is pending.",
        f"Conversation {before.planted.waiting} is with a colleague.",
        "The wallet holds €7.00.",
    ):
        assert words in refused.stderr
    assert searching.in_database(whole_product) == before.database


@pytest.fixture(scope="module")
def erased(whole_product: CareUp, before: Before, folder: Path) -> Before:
    with Planter(whole_product, folder).ana() as ana:
        done = _customer(whole_product, folder, "erase", CUSTOMER, "--yes", "--end")
        assert done.returncode == 0, done.stderr
        assert ana.get(f"/customer/{CUSTOMER}").status_code == 401
    return before


@pytest.mark.usefixtures("erased")
async def test_afterwards_no_word_is_left_anywhere(whole_product: CareUp) -> None:
    left = searching.in_database(whole_product)
    assert left == {word: BELONGS[word] for word in THE_SHOPS}
    assert searching.in_files(whole_product) == {}
    assert (await searching.in_temporal(whole_product))[1] == set()


async def test_afterwards_no_key_opens_their_histories(whole_product: CareUp, erased: Before) -> None:
    settings = load(whole_product.data_dir)
    async with open_stores(settings.mongodb_uri, settings.mongodb_database, indexes=False) as stores:
        temporal = await connect(settings, stores)
        for workflow_id in (
            f"refund-{erased.planted.refund}",
            f"subscription-{erased.planted.subscription}",
            f"conversation-{erased.planted.talk}",
        ):
            with pytest.raises(Gone):
                await _first_words(temporal, workflow_id)


async def _first_words(temporal: Client, workflow_id: str) -> Any:
    first = (await temporal.get_workflow_handle(workflow_id).fetch_history()).events[0]
    return await temporal.data_converter.decode(first.workflow_execution_started_event_attributes.input.payloads)


@pytest.mark.usefixtures("erased")
def test_afterwards_the_books_balance_and_no_repair_misses_a_thing(whole_product: CareUp, folder: Path) -> None:
    for what in ("ledger", "subscriptions"):
        done = care("repair", what, "--dry-run", "--json", "--data-dir", str(whole_product.data_dir), cwd=folder)
        told = json.loads(done.stdout)
        assert told["for_a_person"] == 0
        assert not [each for each in told["findings"] if CUSTOMER in str(each) or "PLANTED" in str(each)]


def test_afterwards_the_staffs_lists_and_pages_still_open(whole_product: CareUp, erased: Before) -> None:
    planted = erased.planted
    mine = ("customer", "orders", "refunds", "subscriptions", "subscription/notifications", "chat", "customer/export")
    lists = ("customers", "reviews?status=all", "conversations", "traces", "analytics/summary")
    things = {
        "order": DELIVERED,
        "subscription": planted.subscription,
        "refund": planted.refund,
        "refund/case": planted.refund,
        "conversation": planted.talk,
    }
    paths = [*lists, *(f"{each}/{CUSTOMER}" for each in mine), *(f"{kind}/{id_}" for kind, id_ in things.items())]
    with whole_product.signed_in("admin") as admin:
        for path in (*paths, f"refund/case/{planted.refund}/pdf"):
            assert admin.get(f"/{path}").status_code == 200, path
        for path in (planted.evidence[1], f"{planted.evidence[0]}/preview/1"):
            assert admin.get(f"/evidence/{path}").status_code == 404, path
    said, account = len(whole_product.log("web")), whole_product.account("admin")
    with httpx.Client(base_url=whole_product.runtime["web"], timeout=60) as portal:
        portal.post("/ui/sign-in", data={"email": account["email"], "password": account["password"]})
        for page in (f"customers/{CUSTOMER}", f"desk/{planted.refund}", f"conversations/{planted.talk}"):
            assert NAME in portal.get(f"/ui/{page}").text, page
        for page in ("customers", "desk", "parcels", "accounts", "conversations", "analytics"):
            assert portal.get(f"/ui/{page}").status_code == 200, page
    assert '"level": "error"' not in whole_product.log("web")[said:]


@pytest.mark.usefixtures("erased")
def test_afterwards_the_account_opens_nothing_and_doing_it_again_changes_nothing(
    whole_product: CareUp, folder: Path
) -> None:
    form = {"username": EMAIL, "password": PASSWORD}
    assert httpx.post(f"{whole_product.runtime['web']}/auth/token", data=form, timeout=60).status_code == 401
    left = searching.in_database(whole_product)
    done = _customer(whole_product, folder, "erase", CUSTOMER, "--yes")
    assert done.returncode == 0, done.stderr
    assert searching.in_database(whole_product) == left
    again = care(
        *("account", "add", EMAIL, "--role", "customer", "--customer", CUSTOMER),
        *("--data-dir", str(whole_product.data_dir)),
        cwd=folder,
        CARE_PASSWORD=PASSWORD,
    )
    assert (again.returncode, again.stderr) == (1, f"care: Customer {CUSTOMER} was erased.\n")
