"""Answers that are kept under a caller's address and key in clear get the hash of both as id, and their customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pymongo.errors import DuplicateKeyError

from care.stores.idempotency import hashed
from care.stores.migrations.step import Rewrite
from care.stores.mongo import Document, Session, in_transaction

if TYPE_CHECKING:
    from care.stores import Stores

_OLD: Document = {"_id": {"$regex": " "}}


async def move(stores: Stores, kept: Document) -> None:
    calls, id_ = stores.database["idempotency"], kept["_id"]
    account = await stores.accounts.find(id_.partition(" ")[0])
    new = kept | {"_id": hashed(id_), "customer_id": account and account.customer_id}

    async def both(session: Session) -> None:
        if (await calls.delete_one({"_id": id_, "state": kept["state"]}, session=session)).deleted_count:
            await calls.insert_one(new, session=session)

    try:
        await in_transaction(stores.database, both)
    except DuplicateKeyError:  # asked again of a newer process, which has kept its own answer
        await calls.delete_one({"_id": id_})


KEPT_ANSWERS = Rewrite(
    name="0004-kept-answers",
    what="kept answers say whose they are, and name nobody in their ids",
    collection="idempotency",
    old=_OLD,
    move=move,
)
