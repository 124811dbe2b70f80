"""Everything that the shop's database holds, before and after a dialogue, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from care.models.customer import Address
from care.models.money import Money
from care.stores.mongo import Database, Document
from tests.dialogues.grammar import CATALOGUE

# What a conversation may leave behind without being asked to: itself, files, notices and their sending, counters, keys,
# rates and the audit record, how a change of an order went (what it came to stands in the order and the ledger).
_ASIDE = {
    "conversations", "messages", "evidence", "files.chunks", "files.files", "notifications", "dispatches", "counters",
    "given_ids", "idempotency", "meters", "policies", "allowances", "budgets", "payers", "order_changes",
    "data_keys", "rates", "audit", "audit_head", "migrations",
}  # fmt: skip
# How a thing got where it is, and what is computed from the rest of it: never said, so never claimed.
_COMPUTED = {
    "subscriptions": {"version", "upcoming", "next_delivery", "next_due", "last_step", "recent"},
    "refunds": {"version", "updated_at", "timeline", "queue_at"},
    "orders": {"owes"},
    "wallets": {"resyncs"},
}
# By collection, what a line calls what is in it; the others by their own name.
KINDS = {
    "orders": "order",
    "subscriptions": "subscription",
    "refunds": "refund",
    "wallets": "wallet",
    "customers": "customer",
}
_WORDS = {product.sku: word for word, product in CATALOGUE.items()}

Books = dict[str, dict[str, Document]]


async def read_books(database: Database) -> Books:
    """Documents by collection and id."""
    names = sorted(set(await database.list_collection_names()) - _ASIDE)
    return {name: {str(d["_id"]): d async for d in database[name].find()} for name in names}


@dataclass
class Change:
    """One document that is new, gone or changed: the values of its fields afterwards, as they are said."""

    kind: str
    id: str
    new: bool
    after: Document
    fields: set[str] = field(default_factory=set)


def changes(before: Books, after: Books) -> list[Change]:
    """Of the ledger, the movements and the stock, see `Sums`."""
    found = []
    for name in sorted(after.keys() | before.keys()):
        old, new = before.get(name, {}), after.get(name, {})
        for id_ in sorted(old.keys() | new.keys()):
            was, now = old.get(id_, {}), new.get(id_, {})
            fields = {f for f in was.keys() | now.keys() if was.get(f) != now.get(f)} - _COMPUTED.get(name, set())
            if fields:
                found.append(Change(KINDS.get(name, name), id_, id_ not in old, now, fields))
    return found


def said(value: Any) -> str:
    """A stored value as the lines of a dialogue write it."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case {"amount": int(), "currency": str()}:
            return str(Money.model_validate(value))
        case {"street": _}:
            return str(Address.model_validate(value))
        case {"status": status, "reference": _} | {"status": status, "trace_id": _}:
            return str(status)
        case [{"sku": _}, *_]:
            return " + ".join(_line(each) for each in value)
        case Mapping():
            return ", ".join(f"{key} -> {said(each)}" for key, each in value.items())
        case list():
            return ", ".join(said(each) for each in value) or "none"
        case _:
            return str(value)


def _line(item: Mapping[str, Any]) -> str:
    word, pieces = _WORDS.get(item["sku"], item["sku"]), item.get("quantity", 1)
    return f"{pieces} x {word}" if pieces > 1 else word


def moved_on(account: str, before: Books, after: Books) -> int:
    """Minor units that an account of the ledger gained."""
    entries = [e for key, e in after.get("ledger", {}).items() if key not in before.get("ledger", {})]
    return sum(line["amount"] for entry in entries for line in entry["lines"] if line["account"] == account)


def with_changes(books: Books, before: Books, after: Books) -> Books:
    """`books` as they would be if only what changed from `before` to `after` had happened."""
    merged = {name: dict(documents) for name, documents in books.items()}
    for name, documents in after.items():
        for id_, document in documents.items():
            old = before.get(name, {}).get(id_, {})
            changed = {f: v for f, v in document.items() if old.get(f) != v}
            if changed:
                merged.setdefault(name, {})[id_] = merged.get(name, {}).get(id_, {}) | changed
    return merged
