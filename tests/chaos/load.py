"""A load of customers and agents at once, over HTTP as programs do it; what each asks for is drawn from one seed.

Subscriptions that deliver on a beat of seconds (CARE_ALLOW_SUBDAILY=1) and ones by the calendar that are changed again
and again; refunds; a desk with several agents; conversations. `Load.record` holds what was asked and promised.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from tests.chaos.asking import PATIENCE, Client, Record
from tests.chaos.load_chats import Talker
from tests.chaos.load_refunds import Claimant, Reviewer
from tests.chaos.load_subscriptions import Planner, Subscriber
from tests.chaos.shop import Person


class Load:
    """`webs` and `temporal` tell the addresses of the moment; without `temporal` nobody rules by signal.

    `until`: when the last delivery of a beat is due. `pace`: seconds that somebody pauses between two wishes, at most.
    """

    def __init__(
        self,
        *,
        webs: Callable[[], Sequence[str]],
        people: Sequence[Person],
        seed: int,
        until: datetime,
        temporal: Callable[[], str] | None = None,
        beat: timedelta = timedelta(seconds=5),
        pace: float = 1.0,
    ) -> None:
        self.record = Record()
        self.people, self.until, self.beat = list(people), until, beat
        self.stopping = threading.Event()
        self._webs, self._temporal, self._seed, self._pace = webs, temporal, seed, pace
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="load", daemon=True)
        self._failed: list[BaseException] = []

    def start(self) -> None:
        self.began = datetime.now(UTC)
        self._thread.start()

    def stop(self) -> None:
        """Nobody begins anything new; returns once everything that was asked is answered, or was given up.

        Raises what has ended one of the customers before their time.
        """
        self.stopping.set()
        self._thread.join(2 * PATIENCE)
        if self._thread.is_alive():
            raise AssertionError("the load does not come to its end")
        if self._failed:
            raise self._failed[0]

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for person in self.people:
                for number, life in enumerate(self._lives(person)):
                    group.create_task(self._lived(person, number, life))

    def _lives(self, person: Person) -> list[Callable[[Client, random.Random], Awaitable[None]]]:
        if person.role != "customer":
            return [Reviewer(self, self._temporal).live]
        return [Subscriber(self).live, Planner(self).live, Claimant(self).live, Talker(self).live]

    async def _lived(
        self, person: Person, number: int, life: Callable[[Client, random.Random], Awaitable[None]]
    ) -> None:
        dice = random.Random(f"{self._seed} {person.email} {number}")
        client = Client(self._webs, person, self.record, dice)
        try:
            await life(client, dice)
        except Exception as error:
            self._failed.append(error)
            raise
        finally:
            await client.aclose()

    @property
    def goes_on(self) -> bool:
        return not self.stopping.is_set()

    async def pause(self, dice: random.Random) -> None:
        left = dice.uniform(0.1, 1) * self._pace
        while left > 0 and self.goes_on:
            await asyncio.sleep(min(left, 0.2))
            left -= 0.2
