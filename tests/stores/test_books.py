"""The books held against each other: sound ones pass, each damage is found, and what can be derived is mended."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from care import bookkeeping
from care.bookkeeping import Bookkeeper
from care.gateways.ledger import LedgerGateway
from care.models.customer import Wallet
from care.models.order import Payment, PaymentStatus
from care.models.order_change import ChangeStatus, OrderChange
from care.models.refund import RefundStatus, Remedy
from care.rules.books import Flaw, Mend
from care.stores import Stores
from care.stores.books import BooksStore
from tests.running import care
from tests.stores.make import AT, eur, order, refund


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bookkeeping, "PAUSE", 0)


@pytest.fixture
async def shop(stores: Stores) -> Stores:
    """Sound: a refund that was paid to the card, one to the wallet, one that is open, and an order without any."""
    payments = LedgerGateway(stores.ledger)
    for name in ("ORD1", "ORD2"):
        paid = await payments.charge("CUST001", eur(600), f"order:{name}")
        bought = order(name, items={"MILK": 1, "BREAD": 1, "SALT": 1})
        payment = Payment(status=PaymentStatus.PAID, reference=paid.reference)
        await stores.orders.put(bought.model_copy(update={"payment": payment}))
    for refund_id, sku in (("REF1", "MILK"), ("REF10", "BREAD"), ("REF2", "SALT")):
        await stores.refunds.open(refund(refund_id, items={sku: 1}))
    card = await payments.refund("CUST001", None, eur(200), "refund:REF1")
    credit = await payments.credit_wallet("CUST001", eur(150), "refund:REF10")
    for refund_id, sku, moved, amount, remedy in (
        ("REF1", "MILK", card, 200, Remedy.REFUND),
        ("REF10", "BREAD", credit, 150, Remedy.STORE_CREDIT),
    ):
        given: dict[str, Any] = {
            "amount": eur(amount),
            "remedy": remedy,
            "payment_reference": moved.reference,
            "version": 2,
        }
        ended = refund(refund_id, items={sku: 1}, status=RefundStatus.PAID, **given)
        await stores.refunds.settle(ended, paid=True)
    return stores


async def found(stores: Stores, *, dry_run: bool = False) -> list[Flaw]:
    bookkeeper = Bookkeeper(stores, LedgerGateway(stores.ledger))
    flaws = [flaw async for flaw in bookkeeper.flaws(dry_run=dry_run)]
    assert bookkeeper.looked_at > 0
    return flaws


async def test_sound_books_pass(shop: Stores) -> None:
    assert await found(shop) == []


async def lose_an_entry(shop: Stores) -> None:
    await shop.database["ledger"].delete_one({"_id": "refund:REF1"})


async def lose_an_entry_of_a_wallet(shop: Stores) -> None:
    await shop.database["ledger"].delete_one({"_id": "refund:REF10"})


async def change_a_wallet(shop: Stores) -> None:
    await shop.wallets.set(Wallet(customer_id="CUST001", balance=eur(9999)))


async def lose_a_wallet(shop: Stores) -> None:
    await shop.database["wallets"].delete_one({"_id": "CUST001"})


async def change_what_is_reserved(shop: Stores) -> None:
    await shop.database["orders"].update_one({"_id": "ORD1"}, {"$inc": {"reserved.amount": 77}})


async def change_what_is_refunded(shop: Stores) -> None:
    await shop.database["orders"].update_one({"_id": "ORD2"}, {"$inc": {"refunded.amount": 5}})


@pytest.mark.parametrize(
    ("damage", "subject", "mend"),
    [
        (lose_an_entry, "movement refund:REF1", Mend.ENTRY),
        (lose_an_entry_of_a_wallet, "movement refund:REF10", Mend.ENTRY),
        (change_a_wallet, "wallet CUST001", Mend.WALLET),
        (lose_a_wallet, "wallet CUST001", Mend.WALLET),
        (change_what_is_reserved, "order ORD1", Mend.ORDER),
        (change_what_is_refunded, "order ORD2", Mend.ORDER),
    ],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
async def test_what_can_be_derived_is_mended(
    shop: Stores, damage: Callable[[Stores], Awaitable[None]], subject: str, mend: Mend
) -> None:
    before = await _everything(shop)
    await damage(shop)
    damaged = await _everything(shop)
    [said] = [flaw for flaw in await found(shop, dry_run=True) if flaw.subject == subject]
    assert (said.mend, said.done) == (mend, False)
    assert await _everything(shop) == damaged
    done = await found(shop)
    assert [(flaw.subject, flaw.mend, flaw.done) for flaw in done] == [(subject, mend, True)]
    assert await _everything(shop) == before
    assert await found(shop) == []


async def unbalance_an_entry(shop: Stores) -> None:
    await shop.database["ledger"].update_one({"_id": "refund:REF1"}, {"$inc": {"lines.0.amount": 1}})


async def change_an_entry(shop: Stores) -> None:
    lines = {"lines.0.amount": -1, "lines.1.amount": 1}
    await shop.database["ledger"].update_one({"_id": "refund:REF1"}, {"$set": lines})


async def lose_a_movement(shop: Stores) -> None:
    await shop.database["movements"].delete_one({"_id": "order:ORD2"})


async def lose_the_movement_of_a_refund(shop: Stores) -> None:
    await shop.database["movements"].delete_one({"_id": "refund:REF1"})


async def pay_twice(shop: Stores) -> None:
    await LedgerGateway(shop.ledger).refund("CUST001", None, eur(200), "refund:REF1:2")


async def pay_another_amount(shop: Stores) -> None:
    await shop.database["refunds"].update_one({"_id": "REF1"}, {"$set": {"amount.amount": 201}})


async def pay_and_reject(shop: Stores) -> None:
    await LedgerGateway(shop.ledger).refund("CUST001", None, eur(200), "refund:REF2")
    await shop.refunds.settle(refund("REF2", items={"SALT": 1}, status=RefundStatus.REJECTED, version=9), paid=False)


async def pay_for_nothing(shop: Stores) -> None:
    await LedgerGateway(shop.ledger).refund("CUST001", None, eur(200), "refund:REF404")


async def charge_for_a_change_that_is_not_on_record(shop: Stores) -> None:
    await LedgerGateway(shop.ledger).charge("CUST001", eur(200), "change:ORD404:1")


async def lose_the_charge_of_a_change(shop: Stores) -> None:
    lines = order().items
    made: dict[str, Any] = {"change_id": "ORD1:1", "order_id": "ORD1", "customer_id": "CUST001", "at": AT}
    made |= {"kind": "items", "status": ChangeStatus.DONE, "before": lines, "items": lines}
    await BooksStore(shop.database).changes.add(OrderChange(total=eur(600), charge=eur(200), **made))


async def name_another_payment(shop: Stores) -> None:
    await shop.database["refunds"].update_one({"_id": "REF1"}, {"$set": {"payment_reference": "re_other"}})


async def keep_a_hold(shop: Stores) -> None:
    await shop.database["refunds"].update_one({"_id": "REF2"}, {"$set": {"status": "rejected"}})


async def hold_too_much(shop: Stores) -> None:
    await shop.database["refunds"].update_one({"_id": "REF2"}, {"$set": {"held_amount": 10_000}})


async def spoil_a_document(shop: Stores) -> None:
    await shop.database["wallets"].update_one({"_id": "CUST001"}, {"$set": {"balance.currency": 7}})


@pytest.mark.parametrize(
    ("damage", "subjects"),
    [
        (unbalance_an_entry, {"entry refund:REF1", "ledger"}),
        (change_an_entry, {"entry refund:REF1"}),
        (lose_a_movement, {"entry order:ORD2"}),
        (lose_the_movement_of_a_refund, {"entry refund:REF1", "refund REF1"}),
        (pay_twice, {"refund REF1"}),
        (pay_another_amount, {"refund REF1"}),
        (pay_and_reject, {"refund REF2"}),
        (pay_for_nothing, {"refund REF404"}),
        (charge_for_a_change_that_is_not_on_record, {"change ORD404:1"}),
        (lose_the_charge_of_a_change, {"change ORD1:1"}),
        (name_another_payment, {"refund REF1"}),
        (keep_a_hold, {"refund REF2"}),
        (hold_too_much, {"order ORD1"}),
        (spoil_a_document, {"wallet CUST001"}),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
async def test_what_needs_judgement_is_left_to_a_person(
    shop: Stores, damage: Callable[[Stores], Awaitable[None]], subjects: set[str]
) -> None:
    await damage(shop)
    flaws = [flaw for flaw in await found(shop) if flaw.mend is Mend.PERSON]
    assert {flaw.subject for flaw in flaws} == subjects, flaws
    assert not any(flaw.done for flaw in flaws)


async def test_more_than_a_page_of_everything_is_looked_at(stores: Stores) -> None:
    movements = [
        {"_id": f"order:ORD{n:04d}", "reference": f"pay_{n}", "kind": "charge", "customer_id": "CUST001"}
        | {"amount": {"amount": 5, "currency": "EUR"}, "status": "succeeded", "at": order().placed_at}
        for n in range(450)
    ]
    await stores.database["movements"].insert_many(movements)
    flaws = await found(stores)
    assert len(flaws) == 450
    assert {flaw.mend for flaw in flaws} == {Mend.ENTRY}
    assert await stores.ledger.balance("shop:sales") == {"EUR": 5 * 450}
    assert await found(stores) == []


async def test_the_command_says_what_it_did_and_exits_with_1_for_a_person(
    shop: Stores, mongodb_uri: str, tmp_path: Path
) -> None:
    where = {"CARE_MONGODB_URI": mongodb_uri, "CARE_MONGODB_DATABASE": shop.database.name}
    servers = where | {"CARE_TEMPORAL_ADDRESS": "127.0.0.1:1"}
    await change_a_wallet(shop)
    dry = care("repair", "ledger", "--dry-run", cwd=tmp_path, **servers)
    assert (dry.returncode, dry.stderr) == (0, "")
    assert "wallet CUST001: it shows €99.99, and the ledger says €1.50; nothing was changed" in dry.stdout
    assert (await shop.standing.look(AT)).checks[0].faults == 1
    await pay_twice(shop)
    mended = care("repair", "ledger", "--json", cwd=tmp_path, **servers)
    said: dict[str, Any] = json.loads(mended.stdout)
    assert mended.returncode == 1
    assert (said["mended"], said["unchanged"], said["for_a_person"]) == (1, 0, 1)
    assert {each["subject"] for each in said["findings"]} == {"wallet CUST001", "refund REF1"}
    assert (await shop.standing.look(AT)).checks[0].faults == 1
    assert (await shop.wallets.get("CUST001")) == Wallet(customer_id="CUST001", balance=eur(150))
    (line,) = (await shop.audit.page()).items
    assert (line.act, line.about, line.detail) == ("repaired", "CUST001", {"what": "wallet", "mend": "wallet"})


async def _everything(stores: Stores) -> dict[str, list[Any]]:
    """All documents, but for what counts the repairs themselves."""
    kept: dict[str, list[Any]] = {}
    for name in ("ledger", "movements", "wallets", "orders", "refunds"):
        without = {"resyncs": 0, "recounts": 0}
        kept[name] = [each async for each in stores.database[name].find({}, without).sort("_id", 1)]
    return kept
