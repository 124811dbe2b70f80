"""A shop as large as one wants: one customer with all that is kept of them, and as many others like them.

The one comes by the product's own doors: an order with a refund, a subscription, a conversation. The others are copies
of what lies in MongoDB then, with ids, hashes and references of their own. Workflows are not copied: Temporal's data
stay small.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from bench.deployed import Deployment
from bench.shop import CUSTOMER, MILK
from care.stores import Stores
from care.stores.mongo import Database

# Whatever is kept of a customer, but lines of the audit record: they are a chain, and a copy would break it.
KEPT = (
    *("customers", "orders", "subscriptions", "evidence", "files.files", "files.chunks", "refunds", "allowances"),
    *("conversations", "messages", "notifications", "movements", "ledger", "data_keys"),
)
_UNIQUE = (("movements", "reference"), ("evidence", "sha256"), ("evidence", "original_sha256"), ("data_keys", "_id"))
_AT_ONCE = 500  # customers

Documents = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Sample:
    """The documents of one customer, by collection, and the words in them that nobody else's may have."""

    documents: Documents
    words: re.Pattern[str]

    def another(self, suffix: str) -> Documents:
        """The same of another customer: each word goes on with the suffix."""
        return {
            name: [_renamed(each, self.words, suffix) for each in documents]
            for name, documents in self.documents.items()
        }


async def sample(there: Deployment) -> Sample:
    await there.deliver(1)
    await there.refund()
    refund = await there.stores.refunds.get(there.paid[-1])
    await there.subscribe(refund.customer_id)
    await there.ask(refund.customer_id)
    database, mine = there.stores.database, {"customer_id": refund.customer_id}
    others = [(await database[name].find(mine).to_list())[0]["_id"] for name in ("subscriptions", "conversations")]
    ids = [refund.order_id, refund.refund_id, *others]
    everything = {name: await database[name].find().to_list() for name in KEPT}
    documents = {name: [each for each in found if _names(each, ids)] for name, found in everything.items()}
    for each in documents["notifications"]:
        each.pop("undispatched", None)  # what is on its way to the one would be sent to all of them
    more = [each[field] for name, field in _UNIQUE for each in documents[name]]
    email = documents["customers"][0]["email"]
    # Of two that begin alike, the longer one is the word.
    words = sorted((re.escape(word) for word in (*ids, *more, email)), key=len, reverse=True)
    return Sample(documents, re.compile("|".join(words), re.IGNORECASE))


async def fill(database: Database, one: Sample, many: int) -> None:
    """Until there are so many others."""
    for begin in range(0, many, _AT_ONCE):
        copies = [one.another(f"-{n}") for n in range(begin, min(begin + _AT_ONCE, many))]
        for name in KEPT:
            if documents := [each for copy in copies for each in copy[name]]:
                await database[name].insert_many(documents, ordered=False)
    await database.client.admin.command("fsync")


async def fill_own(database: Database, one: Sample, many: int) -> None:
    """So many orders and subscriptions more of CUSTOMER."""
    copies = [one.another(f"-own-{n}") for n in range(many)]
    for name in ("orders", "subscriptions"):
        await database[name].insert_many([{**each, "customer_id": CUSTOMER} for copy in copies for each in copy[name]])


async def fill_shelves(stores: Stores, many: int) -> list[str]:
    """So many products more; their names."""
    products = [MILK.model_copy(update={"sku": f"TEA-{n}", "name": f"Tea of field {n}"}) for n in range(many)]
    for product in products:
        await stores.products.put(product)
    return [product.name for product in products]


def _names(document: Mapping[str, Any], ids: list[str]) -> bool:
    text = str(document)
    return any(each in text for each in ids)


def _renamed(value: Any, words: re.Pattern[str], suffix: str) -> Any:
    match value:
        case str():
            return words.sub(lambda found: f"{found[0]}{suffix}", value)
        case dict():
            return {name: _renamed(each, words, suffix) for name, each in value.items()}
        case list():
            return [_renamed(each, words, suffix) for each in value]
        case ObjectId():
            return ObjectId()
        case _:
            return value
