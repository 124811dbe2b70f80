"""What `care seed` does: the folder's records into the stores, its subscriptions into Temporal."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
from pathlib import Path
from typing import Any

from care.errors import CareError, SetupError
from care.gateways import payments_for
from care.models.audit import COMMAND_LINE
from care.models.subscription import SubscriptionRequest
from care.opening import stores_of
from care.policy import load_policy
from care.seeding.files import Refusal
from care.seeding.folder import SeedReport, seed
from care.settings import Settings
from care.temporal import connect

_AT_ONCE = 20


async def load_folder(settings: Settings, folder: Path) -> SeedReport:
    """Safe to repeat: the same subscription is started once. Raises SetupError if a server cannot be reached."""
    try:
        async with (
            stores_of(settings) as stores,
            payments_for(settings, stores) as payments,
        ):
            report = await seed(stores, folder)
            if report.subscriptions:
                client = importlib.import_module("workflows.client").CareClient(  # by name: care imports no workflow
                    *(await connect(settings, stores), stores, load_policy(settings.policy_file), payments),
                    task_queue=settings.task_queue,
                    allow_subdaily=settings.allow_subdaily,
                    delivery_spread=settings.delivery_spread,
                )
                gate = asyncio.Semaphore(_AT_ONCE)
                started = await asyncio.gather(*(_start(client, request, gate) for request in report.subscriptions))
                report.refused += [refusal for refusal in started if refusal]
                report.loaded["subscriptions"] = started.count(None)
            told = {kind: str(number) for kind, number in report.loaded.items()}
            await stores.audit.append("seeded", by=COMMAND_LINE, session=None, **told)
            return report
    except RuntimeError:  # what the SDK raises while nothing listens
        raise SetupError("Temporal cannot be reached: check that it runs and that the address is right.") from None


async def _start(client: Any, request: SubscriptionRequest, gate: asyncio.Semaphore) -> Refusal | None:
    # What a request did not have when the first folders were loaded must not make theirs look new.
    later = {name for name in ("address", "payment_method") if getattr(request, name) is None}
    content = hashlib.sha256(request.model_dump_json(exclude=later).encode()).hexdigest()
    async with gate:
        try:
            await client.subscribe(request, once=f"seed-{content}")
        except CareError as error:
            return Refusal("subscriptions", 0, f"{request.customer_id}: {error.detail}")
    return None
