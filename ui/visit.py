"""One open page: who looks at it, and through what it reaches the rest of CARE."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from api.deps import Services
from care.errors import Forbidden, SetupError
from care.models.customer import Customer, Principal, Role
from care.rules.rates import Family
from care.settings import Settings


@dataclass(frozen=True)
class Visit:
    """`customer` is set for customers, None for staff. `session` names the browser while it is signed in."""

    principal: Principal
    services: Services
    settings: Settings
    customer: Customer | None
    session: str
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)

    @property
    def customer_id(self) -> str:
        """The customer whose page this is: always from the session, never from the address."""
        if self.customer is None:
            raise Forbidden("This page is for customers.")
        return self.customer.customer_id

    @property
    def zone(self) -> str:
        return self.customer.timezone if self.customer else "UTC"

    @property
    def name(self) -> str:
        return self.customer.name if self.customer else self.principal.email

    async def take(self, family: Family) -> None:
        """Counts an act of this page as a call of the API is counted. Raises TooMany."""
        await self.services.rates.take(family, self.principal.email)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True)
class Spec:
    """A page: its address under /ui, its names (marked for translation), and who may open it.

    `symbol` puts it into the navigation. `waiting` counts what waits there for the staff.
    """

    path: str
    title: str
    roles: frozenset[Role]
    build: Callable[[Visit], Awaitable[None]]
    symbol: str = ""
    label: str = ""
    waiting: Callable[[Visit], Awaitable[int]] | None = None

    def __post_init__(self) -> None:
        if not self.roles:
            raise SetupError(f"The page {self.path} has no rule: say which roles may open it.")
