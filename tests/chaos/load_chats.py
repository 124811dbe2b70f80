"""Customers who talk: questions whose answers are facts, and writes with their yes; half of them as streams."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.chaos.asking import Call, Client

if TYPE_CHECKING:
    from tests.chaos.load import Load

_TURNS = 6  # of one conversation


class Talker:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._touched: set[str] = set()  # what was spoken of to be cancelled: each once

    async def live(self, client: Client, dice: random.Random) -> None:
        while self._load.goes_on:
            said, conversation = 0, None
            while self._load.goes_on and said < _TURNS:
                conversation = await self._matter(client, dice, conversation)
                said += 1
                await self._load.pause(dice)

    async def _matter(self, client: Client, dice: random.Random, conversation: str | None) -> str | None:
        match dice.choice(["where", "where", "cancel", "skip", "wallet"]):
            case "where":
                asked = await self._some_order(client, dice) or dice.choice(client.person.orders)
                call = await self._say(client, dice, f"Where is my order {asked}?", conversation)
            case "cancel":
                order_id = await self._pending(client, dice)
                if order_id is None:
                    return conversation
                call = await self._say(client, dice, f"Please cancel order {order_id}", conversation)
                call = await self._agree(client, dice, call)
            case "skip":
                one = await self._weekly(client)
                if one is None:
                    return conversation
                call = await self._say(client, dice, f"Skip the next delivery of {one}", conversation)
                call = await self._agree(client, dice, call)
            case _:
                call = await self._say(client, dice, "How much is in my wallet?", conversation)
        if call.done and not call.answer["handed_off"]:
            return str(call.answer["conversation_id"])
        return None

    async def _say(self, client: Client, dice: random.Random, message: str, conversation: str | None) -> Call:
        body: dict[str, Any] = {"message": message}
        if conversation:
            body["conversation_id"] = conversation
        path = f"/chat/{client.person.customer_id}"
        if dice.random() < 0.5:
            return await client.stream(f"{path}/stream", body)
        return await client.post(path, body)

    async def _agree(self, client: Client, dice: random.Random, shown: Call) -> Call:
        if not shown.done or not shown.answer["needs_confirmation"]:
            return shown
        return await self._say(client, dice, "yes", shown.answer["conversation_id"])

    async def _some_order(self, client: Client, dice: random.Random) -> str | None:
        page = await client.get(f"/orders/{client.person.customer_id}?limit=20")
        return dice.choice(page.answer["items"])["order_id"] if page.done and page.answer["items"] else None

    async def _pending(self, client: Client, dice: random.Random) -> str | None:
        """One that nobody has spoken of; every other one is cancelled by a call instead."""
        page = await client.get(f"/orders/{client.person.customer_id}?limit=50")
        orders = page.answer["items"] if page.done else []
        free = [each["order_id"] for each in orders if each["status"] == "pending"]
        free = [each for each in free if each not in self._touched]
        if not free:
            return None
        order_id = str(dice.choice(free))
        self._touched.add(order_id)
        if dice.random() < 0.4:
            await client.post(f"/order/cancel/{order_id}", may={409})
            return None
        return order_id

    async def _weekly(self, client: Client) -> str | None:
        """A subscription of its own to speak of, so that nobody else changes it meanwhile."""
        start = datetime.now(ZoneInfo(client.person.zone)).date() + timedelta(days=2)
        body = {
            "customer_id": client.person.customer_id,
            "items": [{"sku": "STORM-JAM", "quantity": 1}],
            "frequency": "weekly",
            "delivery_day": f"{start:%A}".lower(),
            "timezone": client.person.zone,
            "start_date": start.isoformat(),
        }
        made = await client.post("/subscription", body)
        return made.answer["subscription_id"] if made.done else None
