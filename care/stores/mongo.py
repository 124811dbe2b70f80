"""The connection: typed names for motor's classes, and transactions that survive contention."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from weakref import WeakValueDictionary

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession
from pymongo.errors import ConnectionFailure, ExecutionTimeout, OperationFailure, PyMongoError, WTimeoutError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from care import tracing
from care.stores.tracing import Commands

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorDatabase

# motor's classes are generic for the type checker only.
Document: TypeAlias = dict[str, Any]
Client: TypeAlias = "AsyncIOMotorClient[Document]"
Database: TypeAlias = "AsyncIOMotorDatabase[Document]"
Collection: TypeAlias = "AsyncIOMotorCollection[Document]"
Session: TypeAlias = AsyncIOMotorClientSession

T = TypeVar("T")

# What pymongo raises while the database cannot be reached or does not answer in time.
CONNECTION_ERRORS: tuple[type[PyMongoError], ...] = (ConnectionFailure, ExecutionTimeout, WTimeoutError)
# All that it raises; see `is_out_of_order`.
StoreError: TypeAlias = PyMongoError
# "UnknownError" is what a disk that is full or fails is called, and by some commands "OutOfDiskSpace".
_DISK_ERRORS = (8, 14031)

DURABLE = WriteConcern(w="majority", j=True)
# A server that says nothing is missed after a heartbeat and the patience of a call: its calls are then broken off. One
# whose heart beats, but that does not answer a call, is given up later: some calls build an index.
_HEARTBEAT, _ANSWER = timedelta(seconds=5), timedelta(seconds=60)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 1.0  # seconds
_COLLIDE_FOR = 120.0  # seconds that a transaction is tried again while others are in its way
_LOST_FOR = 10.0  # seconds that a transaction is tried again while the server cannot be reached
_RANDOM = secrets.SystemRandom()
# What is to be done once the transaction that is under way has been committed.
_afterwards: ContextVar[list[Callable[[], None]]] = ContextVar("afterwards")


def connect(uri: str, *, patience: timedelta = timedelta(seconds=5), name: str = "care") -> Client:
    """A client whose writes are acknowledged by a majority and in the journal. Connects on first use.

    A call fails with one of CONNECTION_ERRORS when no server is found within `patience`, or when it was found and went
    silent: none waits for ever. `name` is what MongoDB knows its connections by.
    """
    milliseconds, heartbeat, answer = (each // timedelta(milliseconds=1) for each in (patience, _HEARTBEAT, _ANSWER))
    return AsyncIOMotorClient(
        uri,
        tz_aware=True,
        w="majority",
        journal=True,
        retryWrites=True,
        serverSelectionTimeoutMS=milliseconds,
        connectTimeoutMS=milliseconds,
        heartbeatFrequencyMS=heartbeat,
        socketTimeoutMS=answer,
        appname=name,
        event_listeners=[Commands()] if tracing.is_on() else [],  # they cost something with each command
    )


async def in_transaction(database: Database, body: Callable[[Session], Awaitable[T]]) -> T:
    """Run `body` in one transaction; it may run several times and must touch the database only through its session.

    Any error out of `body` aborts all of it. Writers that collide try again, up to two minutes; `body` should write the
    document that others are likely to write first, so that it collides before it has done work. Where the server cannot
    be reached, this fails with one of CONNECTION_ERRORS after some ten seconds: somebody waits for the answer.
    """
    attempts, began = count(), time.monotonic()
    async with await database.client.start_session() as session:
        while True:
            acts: list[Callable[[], None]] = []
            _afterwards.set(acts)
            session.start_transaction(ReadConcern("snapshot"), DURABLE, ReadPreference.PRIMARY)
            try:
                result = await _once(session, body, began)
            except PyMongoError as error:
                if not _to_be_tried_again(error, "TransientTransactionError", began):
                    raise
                # Many that collide on one document would otherwise retry in step and starve each other.
                await asyncio.sleep(_RANDOM.uniform(0, min(_FIRST_PAUSE * 2 ** next(attempts), _LONGEST_PAUSE)))
                continue
            for act in acts:
                act()
            return result


async def _once(session: Session, body: Callable[[Session], Awaitable[T]], began: float) -> T:
    """To the end of its commit. motor's own `with_transaction` leaves a commit that failed to whoever asked for it."""
    try:
        result = await body(session)
    except BaseException:
        await session.abort_transaction()
        raise
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if not _to_be_tried_again(error, "UnknownTransactionCommitResult", began):
                raise
            await asyncio.sleep(_FIRST_PAUSE)
        else:
            return result


def _to_be_tried_again(error: PyMongoError, label: str, began: float) -> bool:
    bound = _LOST_FOR if isinstance(error, ConnectionFailure) else _COLLIDE_FOR
    return error.has_error_label(label) and time.monotonic() - began < bound


def is_out_of_order(error: StoreError) -> bool:
    """Whether the server cannot do now what it may do later: it is away, or its disk is full."""
    return isinstance(error, CONNECTION_ERRORS) or (isinstance(error, OperationFailure) and error.code in _DISK_ERRORS)


def after_commit(act: Callable[[], None]) -> None:
    """Does `act` once the transaction that is under way has been committed, and never if it is not."""
    _afterwards.get().append(act)


class Turns:
    """Writers of one process that would collide on a document go one after the other.

    This only saves them retries: writers of other processes still collide, and MongoDB decides.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def on(self, names: Iterable[str]) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for name in sorted(set(names)):  # in one order, so that no two wait for each other
                await stack.enter_async_context(self._locks.setdefault(name, asyncio.Lock()))
            yield
