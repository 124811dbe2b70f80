"""Customers who want their money back, and the agents who decide: by the desk's calls and by the signal `review`."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from tests.chaos.asking import Call, Client
from tests.media.files import phone_photo, scene

if TYPE_CHECKING:
    from tests.chaos.load import Load

# Decided, or being decided, since the customer last looked; the machine may have been faster.
_RACED = {409}
# What a second claim for the same pieces meets with.
_TAKEN = {409, 422}


class Claimant:
    """One case an order, each opened in another way."""

    def __init__(self, load: Load) -> None:
        self._load = load

    async def live(self, client: Client, dice: random.Random) -> None:
        for order_id in client.person.orders:
            if not self._load.goes_on:
                return
            ways = [self._plain, self._plain, self._twice, self._same_key, self._withdrawn, self._later, self._credit]
            await dice.choice(ways)(client, dice, order_id)
            await self._load.pause(dice)

    async def _opened(self, client: Client, dice: random.Random, order_id: str, **more: Any) -> Call:
        files = more.pop("files", 1)
        photos = [await self._photo(client, dice) for _ in range(files)]
        body = _claim(order_id) | {"evidence_ids": [each for each in photos if each]}
        return await client.post("/refund", body | more)

    async def _photo(self, client: Client, dice: random.Random) -> str | None:
        taken = datetime.now(UTC).strftime("%Y:%m:%d %H:%M:%S")
        seed = dice.getrandbits(31)
        data = await asyncio.to_thread(lambda: phone_photo(scene(seed=seed), taken=taken))
        kept = await client.upload(f"{seed}.jpg", data)
        if kept.done:
            await client.get(f"/refunds/{client.person.customer_id}?limit=5")
        return kept.answer["evidence_id"] if kept.done else None

    async def _plain(self, client: Client, dice: random.Random, order_id: str) -> None:
        await self._opened(client, dice, order_id, reason=dice.choice(["damaged", "quality", "missing", "late"]))

    async def _credit(self, client: Client, dice: random.Random, order_id: str) -> None:
        await self._opened(client, dice, order_id, remedy="store_credit")

    async def _twice(self, client: Client, dice: random.Random, order_id: str) -> None:
        """Two keys for the same pieces: one case at most."""
        photo = await self._photo(client, dice)
        body = _claim(order_id) | {"evidence_ids": [photo] if photo else []}
        await asyncio.gather(*(client.post("/refund", body, may=_TAKEN) for _ in range(2)))

    async def _same_key(self, client: Client, dice: random.Random, order_id: str) -> None:
        """A program that is too eager: the same call twice at once."""
        key, body = client.new_key(), _claim(order_id)
        await asyncio.gather(*(client.post("/refund", body, key=key) for _ in range(2)))

    async def _withdrawn(self, client: Client, dice: random.Random, order_id: str) -> None:
        opened = await self._opened(client, dice, order_id, reason="late")
        await self._load.pause(dice)
        if opened.done:
            await client.post(f"/refund/withdraw/{opened.answer['refund_id']}", may=_RACED)

    async def _later(self, client: Client, dice: random.Random, order_id: str) -> None:
        """Without a photo, which is asked for."""
        opened = await self._opened(client, dice, order_id, files=0)
        if not opened.done:
            return
        one = opened.answer["refund_id"]
        for _ in range(20):
            await self._load.pause(dice)
            now = await client.get(f"/refund/{one}")
            if not self._load.goes_on or (now.done and now.answer["status"] == "needs_evidence"):
                break
        if photo := await self._photo(client, dice):
            await client.post(f"/refund/evidence/{one}", {"evidence_ids": [photo]}, may=_RACED)


class Reviewer:
    """Takes one of the first cases of the queue, as the colleagues do: they get into each other's way."""

    def __init__(self, load: Load, temporal: Callable[[], str] | None) -> None:
        self._load = load
        self._temporal = temporal

    async def live(self, client: Client, dice: random.Random) -> None:
        while self._load.goes_on:
            queue = await client.get("/reviews?status=open&limit=50")
            cases = queue.answer["items"] if queue.done else []
            if cases:
                await self._decided(client, dice, dice.choice(cases[:4])["refund_id"])
            await self._load.pause(dice)

    async def _decided(self, client: Client, dice: random.Random, one: str) -> None:
        ruling = _ruling(dice)
        if self._temporal and dice.random() < 0.2:
            await self._signalled(client, one, ruling)
            return
        if dice.random() < 0.8:
            claimed = await client.post(f"/review/claim/{one}", may={409})
            if not claimed.done:
                return
        # 403: the same person twice above the four-eyes limit. 422: more than is left of it.
        await client.post(f"/review/decide/{one}", ruling, may={403, 409, 422})

    async def _signalled(self, client: Client, one: str, ruling: dict[str, str]) -> None:
        """As the `temporal` command sends it: in clear, and with no word on what became of it."""
        address = self._temporal() if self._temporal else ""
        self._load.record.signals[client.person.email, one] += 1
        try:
            temporal = await asyncio.wait_for(Temporal.connect(address), 5)
            handle = temporal.get_workflow_handle(f"refund-{one}")
            await handle.signal("review", ruling | {"reviewer": client.person.email}, rpc_timeout=None)
        except (RPCError, RuntimeError, TimeoutError):
            return  # down, or the case is closed: a person at the Web UI sees that it did not go


def _claim(order_id: str) -> dict[str, Any]:
    return {"order_id": order_id, "reason": "damaged", "complaint": "It arrived broken, as the picture shows."}


def _ruling(dice: random.Random) -> dict[str, str]:
    decision = dice.choice(["approve", "approve", "approve", "reject", "request_evidence", "escalate"])
    return {"decision": decision, "note": "" if decision == "approve" else "as the storm has it"}
