"""An independent auditor of a shop after a storm: plain queries of the database and of Temporal, and none of the
product's own code. It knows what a load asked for and what it was promised, and names every difference in a sentence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from pymongo.database import Database
from temporalio.client import Client

from tests.chaos.asking import Record
from tests.chaos.auditor.money import wrong_with_money, wrong_with_provider
from tests.chaos.auditor.plumbing import wrong_with_plumbing
from tests.chaos.auditor.projections import wrong_with_projections
from tests.chaos.auditor.refunds import wrong_with_refunds
from tests.chaos.auditor.shop import Document, Shop, read
from tests.chaos.auditor.subscriptions import wrong_with_subscriptions
from tests.chaos.auditor.words import wrong_with_words

__all__ = ["Shop", "audited", "differences", "read", "wrong_with_provider"]

CHECKS: tuple[Callable[[Record, Shop, Shop], Iterator[str]], ...] = (
    wrong_with_subscriptions,
    wrong_with_refunds,
    wrong_with_words,
    wrong_with_plumbing,
)
_PAUSE = 3.0  # seconds between two looks


async def audited(
    database: Database[Document],
    temporal: Client,
    record: Record,
    before: Shop,
    patience: timedelta = timedelta(seconds=120),
) -> list[str]:
    """Every difference that is still there after `patience`: what is under way may first come to its end.

    `before` is `read` before the load began. `temporal` must be able to read what the product seals.
    """
    deadline = datetime.now(UTC) + patience
    while True:
        after = await asyncio.to_thread(read, database)
        wrong = differences(record, before, after) + await wrong_with_projections(temporal, before, after)
        if not wrong or datetime.now(UTC) > deadline:
            return wrong
        await asyncio.sleep(_PAUSE)


def differences(record: Record, before: Shop, after: Shop) -> list[str]:
    """All that needs no workflow to be asked."""
    return [*wrong_with_money(before, after), *(each for check in CHECKS for each in check(record, before, after))]
