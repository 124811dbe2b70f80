"""Conversations that were handed over before the desk had a queue of them take their place in it.

Without one, the lists of those that wait do not show them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from care.stores.migrations.step import Rewrite
from care.stores.mongo import Document

if TYPE_CHECKING:
    from care.stores import Stores

_OLD: Document = {"handed_off": True, "held_by": None}


async def move(stores: Stores, head: Document) -> None:
    """Whoever took it meanwhile has it."""
    place = {"held_by": "", "queue_at": head["updated_at"]}
    await stores.database["conversations"].update_one({"_id": head["_id"]} | _OLD, {"$set": place})


HANDED_OVER = Rewrite(
    name="0003-handed-over",
    what="conversations that wait for a person stand in the queue",
    collection="conversations",
    old=_OLD,
    move=move,
    needed=True,
)
