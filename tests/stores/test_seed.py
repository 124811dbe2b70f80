from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from care.models.money import Money
from care.models.order import PaymentStatus
from care.seeding.files import Refusal
from care.seeding.folder import SeedReport, seed
from care.stores import Stores
from tests.stores.make import eur

EUR5 = {"amount": 500, "currency": "EUR"}
CUSTOMER = {"customer_id": "C1", "name": "Ada", "email": "ada@shop.test", "timezone": "Europe/Paris"}
PRODUCT = {"sku": "TEA", "name": "Green Tea", "price": EUR5, "stock": 40}
ORDER = {
    "order_id": "A-1",
    "customer_id": "C1",
    "status": "delivered",
    "items": [{"sku": "TEA", "quantity": 2}],
    "payment": {"status": "paid"},
    "placed_at": "2026-02-01T10:00:00Z",
    "delivered_at": "2026-02-03T10:00:00Z",
}
SHOP: dict[str, list[Any]] = {
    "customers": [CUSTOMER],
    "products": [PRODUCT],
    "orders": [ORDER],
    "payments": [{"order_id": "A-1"}],
    "wallets": [{"customer_id": "C1", "balance": EUR5}],
    "payment_methods": [{"customer_id": "C1", "behaviour": "declines"}],
    "subscriptions": [
        {"customer_id": "C1", "items": [{"sku": "TEA", "quantity": 1}], "frequency": "weekly", "delivery_day": "friday"}
    ],
}


def write(folder: Path, files: dict[str, list[Any]]) -> Path:
    """Half of them as JSON, half as JSONL."""
    for number, (name, records) in enumerate(files.items()):
        if number % 2:
            (folder / f"{name}.json").write_text(json.dumps(records, indent=1))
        else:
            (folder / f"{name}.jsonl").write_text("\n".join(json.dumps(each) for each in records))
    return folder


def reasons(report: SeedReport) -> list[tuple[str, int]]:
    return [(refusal.file, refusal.line) for refusal in report.refused]


async def test_a_whole_shop_is_loaded(stores: Stores, tmp_path: Path) -> None:
    report = await seed(stores, write(tmp_path, SHOP))
    assert report.refused == []
    assert report.loaded == dict.fromkeys(SHOP, 1)
    order = await stores.orders.get("A-1")
    assert (order.total, order.items[0].name, order.payment.status) == (eur(1000), "Green Tea", PaymentStatus.PAID)
    assert (await stores.products.get("TEA")).stock == 40
    assert await stores.ledger.balance("wallet:C1") == {"EUR": 500}
    assert await stores.ledger.balance("shop:sales") == {"EUR": 1000}
    assert (await stores.ledger.payment_method("C1")).behaviour == "declines"
    assert [request.frequency for request in report.subscriptions] == ["weekly"]


async def test_loading_again_leaves_what_has_moved_on_since(stores: Stores, tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    await seed(stores, tmp_path)
    await stores.products.put((await stores.products.get("TEA")).model_copy(update={"stock": 3}))
    report = await seed(stores, tmp_path)
    assert report.refused == []
    assert (await stores.products.get("TEA")).stock == 3
    assert await stores.ledger.balance("wallet:C1") == {"EUR": 500}
    assert await stores.ledger.total() == {"EUR": 0}


async def test_each_refusal_names_file_and_line_and_stops_no_other_record(stores: Stores, tmp_path: Path) -> None:
    lines = [PRODUCT, PRODUCT | {"sku": "no spaces"}, PRODUCT | {"sku": "T2", "prize": 1}, PRODUCT | {"sku": "T3"}]
    text = [json.dumps(each) for each in lines]
    (tmp_path / "products.jsonl").write_text("\n".join([text[0], "{not json", "", *text[1:]]))
    report = await seed(stores, tmp_path)
    assert reasons(report) == [("products.jsonl", 2), ("products.jsonl", 4), ("products.jsonl", 5)]
    assert [refusal.reason.split(":")[0] for refusal in report.refused] == ["this line is not JSON", "sku", "prize"]
    assert report.loaded == {"products": 2}


async def test_a_broken_list_is_read_up_to_its_fault(stores: Stores, tmp_path: Path) -> None:
    first, second = json.dumps(PRODUCT), json.dumps(PRODUCT | {"sku": "T2"})
    (tmp_path / "products.json").write_text(f"[\n{first},\n{second}\n{first}]")
    report = await seed(stores, tmp_path)
    assert reasons(report) == [("products.json", 4)]
    assert report.loaded == {"products": 2}


async def test_records_that_contradict_the_shop_are_refused(stores: Stores, tmp_path: Path) -> None:
    other = Money(amount=1, currency="USD").model_dump()
    bad = [
        ORDER | {"order_id": "A-2", "customer_id": "NOBODY"},
        ORDER | {"order_id": "A-3", "items": [{"sku": "GONE", "quantity": 1}]},
        ORDER | {"order_id": "A-4", "total": {"amount": 1001, "currency": "EUR"}},
        ORDER | {"order_id": "A-5", "shipping": other},
        ORDER | {"order_id": "A-6", "total": {"amount": -1, "currency": "EUR"}},
        ORDER | {"order_id": "A-7", "reserved": EUR5},
    ]
    files = SHOP | {"orders": [ORDER, *bad], "payments": [{"order_id": "A-2"}]}
    report = await seed(stores, write(tmp_path, files))
    assert len(reasons(report)) == 7
    assert report.loaded["orders"] == 1
    assert await stores.ledger.balance("shop:sales") == {}


async def test_a_subscription_to_something_unknown_is_refused(stores: Stores, tmp_path: Path) -> None:
    wanted = SHOP["subscriptions"][0]
    files = SHOP | {
        "subscriptions": [wanted | {"customer_id": "NOBODY"}, wanted | {"items": [{"sku": "X", "quantity": 1}]}]
    }
    report = await seed(stores, write(tmp_path, files))
    assert len(reasons(report)) == 2
    assert report.subscriptions == []


async def test_a_file_with_a_name_of_no_kind_is_named(stores: Stores, tmp_path: Path) -> None:
    (tmp_path / "costumers.json").write_text("[]")
    (tmp_path / "orders.json").write_bytes(b"\xff\xfe[")
    (tmp_path / "wallets.json").write_text('{"customer_id": "C1"}')
    report = await seed(stores, tmp_path)
    assert sorted(reasons(report)) == [("costumers.json", 0), ("orders.json", 0), ("wallets.json", 1)]


async def test_an_empty_folder_is_said_to_be_empty(stores: Stores, tmp_path: Path) -> None:
    report = await seed(stores, tmp_path)
    assert report.refused == [Refusal(tmp_path.name, 0, report.refused[0].reason)]
    assert "customers" in report.refused[0].reason
