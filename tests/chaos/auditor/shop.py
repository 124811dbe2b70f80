"""What the database says at one moment, by plain queries."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pymongo.database import Database

Document = dict[str, Any]
NAMES = (
    "audit",
    "audit_head",
    "conversations",
    "dispatches",
    "evidence",
    "files.files",
    "idempotency",
    "ledger",
    "messages",
    "movements",
    "notifications",
    "order_changes",
    "orders",
    "products",
    "refunds",
    "subscriptions",
    "wallets",
)


@dataclass(frozen=True)
class Shop:
    """Collections by name, each as its documents by id; `hashes` are the SHA-256 of the files, by their id."""

    of: dict[str, dict[Any, Document]]
    hashes: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> dict[Any, Document]:
        return self.of.setdefault(name, {})

    def new(self, name: str, before: Shop) -> dict[Any, Document]:
        return {one: each for one, each in self[name].items() if one not in before[name]}


def read(database: Database[Document]) -> Shop:
    of = {name: {each["_id"]: each for each in database[name].find()} for name in NAMES}
    hashes = {}
    for file_id in of["files.files"]:
        sha = hashlib.sha256()
        for chunk in database["files.chunks"].find({"files_id": file_id}).sort("n"):
            sha.update(chunk["data"])
        hashes[file_id] = sha.hexdigest()
    return Shop(of, hashes)


def pieces(orders: dict[Any, Document]) -> Counter[str]:
    """What all orders hold that were not cancelled."""
    held: Counter[str] = Counter()
    for order in orders.values():
        if order["status"] != "cancelled":
            for line in order["items"]:
                held[line["sku"]] += line["quantity"]
    return held
