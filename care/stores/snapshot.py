"""All that the database holds, as it was at one moment, while others go on to write: for backups."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo.errors import OperationFailure

from care.errors import SetupError
from care.stores.mongo import CONNECTION_ERRORS, Database, Document, Session
from care.stores.restored import DRAFT, MARKER

# What is worth nothing on another day: counts of a minute, tries to sign in, links to new passwords, and sign-ins. Put
# back, these would let in whoever has signed out since.
PASSING = frozenset({"rates", "tries", "resets", "sessions"})
_TOO_OLD = {239, 246}  # SnapshotTooOld, SnapshotUnavailable
TOO_OLD = (
    "MongoDB no longer keeps what it held when the backup began: raise its parameter "
    "minSnapshotHistoryWindowInSeconds (300 by itself) above the time that a backup takes, "
    "or back up with `mongodump --oplog` or snapshots of your hosting."
)


class Snapshot:
    def __init__(self, database: Database, session: Session, names: list[str], cluster_time: str) -> None:
        self._database = database
        self._session = session
        self.names = names
        self.cluster_time = cluster_time

    async def batches(
        self, name: str, where: Document | None = None, fields: Document | None = None
    ) -> AsyncIterator[bytes]:
        """Whole BSON documents one after the other, at most 16 MB at once. Raises SetupError where it took too long."""
        cursor = self._database[name].find_raw_batches(where or {}, fields, session=self._session)
        try:
            async for batch in cursor:
                yield batch
        except OperationFailure as error:
            if error.code in _TOO_OLD:
                raise SetupError(TOO_OLD) from None
            raise


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[Snapshot]:
    """The moment is that of the first read. Needs a replica set. Raises SetupError where MongoDB cannot give one."""
    hello = await database.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise SetupError("A backup needs MongoDB as a replica set.")
    time = hello.get("$clusterTime", {}).get("clusterTime")
    found = await database.list_collection_names(filter={"type": "collection"})
    names = sorted(
        name for name in found if name not in PASSING and name != MARKER and not name.startswith((DRAFT, "system."))
    )
    async with await database.client.start_session(snapshot=True) as session:
        yield Snapshot(database, session, names, f"{time.time}:{time.inc}" if time else "")


__all__ = ["CONNECTION_ERRORS", "PASSING", "Snapshot", "snapshot"]
