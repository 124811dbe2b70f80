"""Customers who subscribe: on a beat of seconds, to deliveries that come while the load runs, and by the calendar."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.chaos.asking import Client
from tests.chaos.shop import SCARCE

if TYPE_CHECKING:
    from tests.chaos.load import Load

GOODS = ("STORM-TEA", "STORM-JAM", "STORM-CAKE")
_NEARBY = 2  # days until a calendar begins: nothing of it comes due meanwhile


class Subscriber:
    """Deliveries every few seconds; some cannot be paid, some run out of stock, some are paused, changed, cancelled."""

    def __init__(self, load: Load) -> None:
        self._load = load

    async def live(self, client: Client, dice: random.Random) -> None:
        kinds = ["plain", "changed", "paused", "cancelled", "declined", "recovered", "scarce"]
        first = dice.randrange(len(kinds))
        for kind in [*kinds[first:], *kinds[:first]]:
            if not self._load.goes_on or datetime.now(UTC) + 3 * self._load.beat > self._load.until:
                return
            await getattr(self, f"_{kind}")(client, dice)
            await self._load.pause(dice)

    async def _made(self, client: Client, dice: random.Random, **more: object) -> str | None:
        rule = f"FREQ=SECONDLY;INTERVAL={self._load.beat // timedelta(seconds=1)}"
        body = {
            "customer_id": client.person.customer_id,
            "items": [{"sku": dice.choice(GOODS), "quantity": dice.randint(1, 3)}],
            "recurrence": f"{rule};UNTIL={self._load.until:%Y%m%dT%H%M%SZ}",
            "timezone": client.person.zone,
            "start_date": (datetime.now(UTC) - timedelta(days=2)).date().isoformat(),
            "remind_before": dice.choice([[], ["PT2S"]]),
        }
        made = await client.post("/subscription", body | more, may={422})  # the end may come before it is made
        return made.answer["subscription_id"] if made.done else None

    async def _plain(self, client: Client, dice: random.Random) -> None:
        await self._made(client, dice)

    async def _changed(self, client: Client, dice: random.Random) -> None:
        if (one := await self._made(client, dice)) is None:
            return
        await self._beats(dice)
        items = [{"sku": dice.choice(GOODS), "quantity": 4}]
        await client.post(f"/subscription/change/{one}", {"items": items}, may={409})

    async def _paused(self, client: Client, dice: random.Random) -> None:
        if (one := await self._made(client, dice)) is None:
            return
        for _ in range(2):
            await self._beats(dice)
            await client.post(f"/subscription/pause/{one}", may={409})
            await self._beats(dice)
            await client.post(f"/subscription/resume/{one}", may={409})

    async def _cancelled(self, client: Client, dice: random.Random) -> None:
        if (one := await self._made(client, dice)) is None:
            return
        await self._beats(dice)
        if dice.random() < 0.5:
            await client.post(f"/subscription/cancel/{one}", {"when": "after_next_delivery"})
            await self._beats(dice)
        await client.post(f"/subscription/cancel/{one}", {"reason": "enough"})
        await client.get(f"/orders/{client.person.customer_id}?limit=200")

    async def _declined(self, client: Client, dice: random.Random) -> None:
        await self._made(client, dice, payment_method=dice.choice(["pm_card_declined", "pm_card_lost"]))

    async def _recovered(self, client: Client, dice: random.Random) -> None:
        one = await self._made(client, dice, payment_method="pm_card_declined")
        await self._beats(dice)
        if one:
            await client.post(f"/subscription/change/{one}", {"payment_method": "pm_card"}, may={409})

    async def _scarce(self, client: Client, dice: random.Random) -> None:
        await self._made(client, dice, items=[{"sku": SCARCE, "quantity": 1}])

    async def _beats(self, dice: random.Random) -> None:
        for _ in range(dice.randint(1, 2) * (self._load.beat // timedelta(seconds=1))):
            await self._load.pause(dice)


class Planner:
    """Subscriptions by the calendar, whose dates are changed again and again before the first of them comes."""

    def __init__(self, load: Load) -> None:
        self._load = load

    async def live(self, client: Client, dice: random.Random) -> None:
        while self._load.goes_on:
            await self._course(client, dice)

    async def _course(self, client: Client, dice: random.Random) -> None:
        start = datetime.now(ZoneInfo(client.person.zone)).date() + timedelta(days=_NEARBY)
        weekly = dice.random() < 0.6
        step = 7 if weekly else 1
        body = {
            "customer_id": client.person.customer_id,
            "items": [{"sku": dice.choice(GOODS), "quantity": 1}],
            "frequency": "weekly" if weekly else "daily",
            "timezone": client.person.zone,
            "start_date": start.isoformat(),
            **({"delivery_day": f"{start:%A}".lower()} if weekly else {}),
        }
        made = await client.post("/subscription", body)
        if not made.done:
            return
        one = made.answer["subscription_id"]
        for _ in range(dice.randint(3, 8)):
            await self._load.pause(dice)
            if not self._load.goes_on:
                return
            await self._change(client, dice, one, start, step)
        if dice.random() < 0.4:
            await client.post(f"/subscription/cancel/{one}", {"reason": "enough"})
            if dice.random() < 0.5:
                await client.post(f"/subscription/resubscribe/{one}")

    async def _change(self, client: Client, dice: random.Random, one: str, start: date, step: int) -> None:
        def day() -> date:
            return start + timedelta(days=step * dice.randrange(4))

        # Refusals that the course of changes itself can bring about: a date that is skipped or moved already.
        may = {409, 422}
        match dice.choice(["skip", "skip", "next", "unskip", "move", "now", "pause", "end", "items"]):
            case "skip":
                await client.post(f"/subscription/skip/{one}", {"date": day().isoformat()}, may=may)
            case "next":
                await client.post(f"/subscription/skip/{one}", may=may)
            case "unskip":
                await client.post(f"/subscription/unskip/{one}", {"date": day().isoformat()}, may=may)
            case "move" if step > 1:
                there = day()
                to = there + timedelta(days=dice.randint(1, 3))
                moved = {"date": there.isoformat(), "to": to.isoformat()}
                await client.post(f"/subscription/reschedule/{one}", moved, may=may)
            case "now":
                await client.post(f"/subscription/order-now/{one}", may={409})
            case "pause":
                await client.post(f"/subscription/pause/{one}")
                await client.post(f"/subscription/resume/{one}")
            case "end":
                await client.post(f"/subscription/cancel/{one}", {"when": "after_next_delivery"})
                await client.post(f"/subscription/uncancel/{one}", may={409})
            case _:
                items = [{"sku": dice.choice(GOODS), "quantity": dice.randint(1, 5)}]
                await client.post(f"/subscription/change/{one}", {"items": items})
        await client.get(f"/subscription/{one}")
