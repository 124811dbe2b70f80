"""What `care up` does once its two servers run: the replica set, migrations, and on a new data directory the demo.

A process of its own (`python -m care.running.prepare DIR --demo`), gone before CARE is ready. Prints a line for
each step, and READY when both servers answer and hold what this version can read.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from care import embedded
from care.errors import CareError, SetupError
from care.models.subscription import Frequency, Item, SubscriptionRequest
from care.policy import load_policy
from care.production import refuse_unsafe
from care.running.datadir import DataDir, write_private
from care.running.errand import READY
from care.settings import Settings, load, secrets_in


async def prepare(data: DataDir, *, demo: bool) -> None:
    """Raises SetupError for settings, policy or servers that will not do."""
    settings = load().model_copy(update=secrets_in(data.path))
    refuse_unsafe(settings, demo=demo)
    load_policy(settings.policy_file)  # a bad file is refused here, before anything is started with it
    await asyncio.gather(
        embedded.mongod_ready(_port(settings.mongodb_uri)),
        embedded.temporal_ready(_port(f"//{settings.temporal_address}")),
    )
    await _migrate(settings)
    _tell(READY)
    if demo and not data.accounts.exists():
        await _load(settings, data)


async def _migrate(settings: Settings) -> None:
    """Before a worker or a web process of this version reads what an older one has left."""
    from care.migrating import migrate_all
    from care.stores import open_stores

    async with open_stores(settings.mongodb_uri, settings.mongodb_database, indexes=False) as stores:
        if await stores.is_new():  # nothing to migrate, and worker and web make the indexes while they start
            return
        await stores.ensure_indexes()
        await migrate_all(stores, _tell)


async def _load(settings: Settings, data: DataDir) -> None:
    from care.gateways.ledger import LedgerGateway
    from care.seeding.demo import load_demo
    from care.stores import open_stores
    from care.temporal import connect

    _tell("Loading the demo shop")
    async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
        accounts = [account.model_dump(mode="json") for account in await load_demo(stores, now=datetime.now(UTC))]
        _tell("Starting the demo subscriptions")
        client = importlib.import_module("workflows.client").CareClient(  # by name: care imports no workflow
            *(await connect(settings, stores), stores, load_policy(settings.policy_file), LedgerGateway(stores.ledger)),
            task_queue=settings.task_queue,
        )
        customers = sorted(account["customer_id"] for account in accounts if account["customer_id"])
        await asyncio.gather(
            *(
                client.subscribe(request, once=f"demo-{number}-{request.customer_id}")
                for customer in customers
                for number, request in enumerate(_subscriptions(customer))
            )
        )
    write_private(data.accounts, accounts)  # last: whoever finds it finds the whole demo


def _subscriptions(customer: str) -> list[SubscriptionRequest]:
    milk, whey = Item(sku="AMUL-MILK-1L", quantity=2), Item(sku="WHEY-1KG", quantity=1)
    return [
        SubscriptionRequest(customer_id=customer, items=[milk], frequency=Frequency.WEEKLY, delivery_day="friday"),
        SubscriptionRequest(customer_id=customer, items=[whey], frequency=Frequency.MONTHLY, delivery_day=31),
    ]


def _port(address: str) -> int:
    return urlsplit(address).port or 0


def _tell(step: str) -> None:
    sys.stdout.write(f"{step}\n")
    sys.stdout.flush()


def main() -> None:
    directory, demo = sys.argv[1:]
    try:
        asyncio.run(prepare(DataDir(Path(directory)), demo=demo == "--demo"))
    except (SetupError, CareError) as error:
        sys.exit(f"care: {error}")
    except TimeoutError:
        sys.exit("care: MongoDB or Temporal did not answer within a minute")


if __name__ == "__main__":
    main()
