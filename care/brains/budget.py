"""How much a hosted model may do for one case, and for one customer in a day.

Beyond it there is another way, so nothing fails: the local model reads the message, a person looks at the evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Protocol

from care.brains.protocols import Payer

Told = Callable[[str], None]


class Accounts(Protocol):
    async def spent(self, account: str) -> int: ...

    async def spend(self, account: str, amount: int) -> None: ...


def _today() -> date:
    return datetime.now(UTC).date()


class Budget:
    """`each` for a case (a conversation, a refund), `daily` for all cases of a customer in one day (UTC), both in what
    `name` counts. The last thing begun may go beyond it: what a call costs is known when it has come back.

    `told` hears the name each time that there is nothing left."""

    def __init__(
        self,
        accounts: Accounts,
        name: str,
        *,
        each: int,
        daily: int,
        today: Callable[[], date] = _today,
        told: Told | None = None,
    ) -> None:
        self._accounts = accounts
        self._name = name
        self._each = each
        self._daily = daily
        self._today = today
        self._told = told

    async def is_used_up(self, payer: Payer) -> bool:
        case, day = self._named(payer)
        over = await self._accounts.spent(case) >= self._each or await self._accounts.spent(day) >= self._daily
        if over and self._told:
            self._told(self._name)
        return over

    async def spend(self, payer: Payer, amount: int) -> None:
        for account in self._named(payer):
            await self._accounts.spend(account, amount)

    def _named(self, payer: Payer) -> tuple[str, str]:
        return f"{self._name} {payer.case}", f"{self._name} {payer.customer_id} {self._today()}"
