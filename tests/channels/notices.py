"""What the tests of the channels tell, to whom, and with what."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from care.dispatch import Dispatcher
from care.gateways.mail import MailGateway
from care.gateways.webhooks import HttpPoster, Poster
from care.keyring import KeyRing
from care.models.dispatch import Attempt
from care.models.notification import Notification
from care.stores import Stores
from care.webhooks import Webhooks
from tests.conftest import TEST_KEY

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
PUBLIC_URL = "https://shop.test"


def notice(notification_id: str = "SUB001-20260306-reminder-1d", **given: Any) -> Notification:
    fields = {
        "notification_id": notification_id,
        "customer_id": "CUST001",
        "kind": "reminder",
        "message": "Reminder: Your subscription SUB001 will restock Milk on 2026-03-06.",
        "created_at": NOW,
        "subscription_id": "SUB001",
        "occurrence": "2026-03-06",
    }
    return Notification(**fields | given)


@dataclass
class Recorder:
    """A poster that posts nowhere, and remembers."""

    answer: Attempt = field(default_factory=lambda: Attempt(delivered=True, code=200))
    posted: list[dict[str, str]] = field(default_factory=list)
    called: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        self.posted.append({"url": url, **headers})
        self.called.set()
        return self.answer


def webhooks(stores: Stores, *, production: bool = False) -> Webhooks:
    return Webhooks(stores, KeyRing([TEST_KEY]), production=production)


def dispatcher(stores: Stores, poster: Poster | None = None, mail: MailGateway | None = None) -> Dispatcher:
    return Dispatcher(stores, mail, poster or HttpPoster(production=False), webhooks(stores), PUBLIC_URL)
