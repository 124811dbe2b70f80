"""The product as it is deployed, a web process and a worker beside both servers, with models that answer at once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
from temporalio.client import Client
from temporalio.worker import Worker

from bench import Figure
from bench.servers import Servers, servers
from bench.shop import CUSTOMER, MILK, Judge, Shop, keyed
from bench.workers import several
from bench.yardsticks import RUNNER, Answering, Due, nothing
from care import embedded
from care.models.customer import Account, Role
from care.models.order import Order
from care.models.refund import RefundStatus
from care.passwords import hash_password
from care.running.probe import http_status
from care.settings import Settings
from care.stores import Stores, open_stores
from care.temporal import connect, refund_workflow_id
from worker import CAPACITY

ADMIN, PASSWORD = "admin@shop.test", "only for a benchmark"
BARE_QUEUE, QUESTION = "bare", "Where is my order?"
_UNBOUNDED = "1000000/minute"
_RATES = {f"CARE_RATE_{what}": _UNBOUNDED for what in ("CREATE", "CHAT", "CALLS", "ADDRESS")}
_PATIENCE = 60.0  # seconds


class Deployment:
    """`bare` is a client without CARE, and BARE_QUEUE what a worker of it serves. `pids` are those of "worker", "web",
    "mongod" and "temporal"."""

    def __init__(
        self, stores: Stores, shop: Shop, web: httpx.AsyncClient, bare: Client, settings: Settings, pids: dict[str, int]
    ) -> None:
        self.stores, self.shop, self.web, self.bare, self.settings, self.pids = stores, shop, web, bare, settings, pids
        self.paid: list[str] = []
        self._claimable: list[Order] = []

    async def deliver(self, many: int) -> None:
        """So many orders can be claimed for."""
        self._claimable += [await self.shop.delivered(f"ORD-{uuid4().hex}") for _ in range(many)]

    async def subscribe(self, customer_id: str = CUSTOMER) -> None:
        wish = {"customer_id": customer_id, "items": [{"sku": MILK.sku, "quantity": 1}], "frequency": "monthly"}
        (await self.web.post("/subscription", json=wish)).raise_for_status()

    async def read_list(self) -> None:
        (await self.web.get(f"/subscriptions/{CUSTOMER}?limit=20")).raise_for_status()

    async def ask(self, customer_id: str = CUSTOMER) -> None:
        (await self.web.post(f"/chat/{customer_id}", json={"message": QUESTION})).raise_for_status()

    async def refund(self) -> None:
        """Until it is paid. Raises RuntimeError where it is not, or not within a minute."""
        order = self._claimable.pop().order_id
        claim = {"order_id": order, "reason": "damaged", "complaint": "Crushed.", "evidence_ids": [f"EV-{order}"]}
        opened = (await self.web.post("/refund", json=claim)).raise_for_status().json()["refund_id"]
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self.shop.temporal.get_workflow_handle(refund_workflow_id(opened)).result()
        status = (await self.stores.refunds.get(opened)).status
        if status is not RefundStatus.PAID:
            raise RuntimeError(f"{opened} is not paid, but {status}")
        self.paid.append(opened)

    async def query(self) -> None:
        """What a list costs in MongoDB alone."""
        found = self.stores.database["subscriptions"].find({"customer_id": CUSTOMER})
        await found.sort([("created_at", -1), ("_id", -1)]).limit(20).to_list()


def in_deployment(measure: Callable[[Deployment], Awaitable[list[Figure]]]) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder, servers(Path(folder)) as both:
        return asyncio.run(_deployed(both, Path(folder), measure))


async def _deployed(
    both: Servers, folder: Path, measure: Callable[[Deployment], Awaitable[list[Figure]]]
) -> list[Figure]:
    settings = keyed(
        mongodb_uri=both.mongodb_uri,
        mongodb_database="bench",
        temporal_address=both.temporal_address,
        task_queue="bench",
    )
    port = embedded.free_port()
    parts = [["bench.at_once"], ["care.cli", "serve", "--port", str(port)]]
    async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
        shop = await Shop(await connect(settings, stores), stores, Judge(), settings.task_queue).open()
        admin = Account(
            email=ADMIN, password_hash=await hash_password(PASSWORD), role=Role.ADMIN, created_at=datetime.now(UTC)
        )
        await stores.accounts.add(admin)
        with several(parts, settings, folder, _RATES) as [worker_pid, web_pid]:
            bare = await Client.connect(settings.temporal_address)
            worker = Worker(
                bare,
                task_queue=BARE_QUEUE,
                workflows=[Answering, Due],
                activities=[nothing],
                workflow_runner=RUNNER,
                **CAPACITY,
            )
            async with worker, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=_PATIENCE) as web:
                await _signed_in(web)
                pids = both.pids | {"worker": worker_pid, "web": web_pid}
                return await measure(Deployment(stores, shop, web, bare, settings, pids))


async def _signed_in(web: httpx.AsyncClient) -> None:
    """Once the process answers, and the worker behind it."""
    async with asyncio.timeout(_PATIENCE):
        while await http_status(f"{web.base_url}/readyz") != 200:  # noqa: ASYNC110  other processes
            await asyncio.sleep(0.2)
    form = {"username": ADMIN, "password": PASSWORD}
    token = (await web.post("/auth/token", data=form)).raise_for_status().json()["access_token"]
    web.headers["Authorization"] = f"Bearer {token}"
