"""What the first release left in MongoDB (dc4c106, kept by tests.upgrade.keeping) is migrated and answered by today's.

Its histories replay in tests/workflows; the whole of it, with running processes of that release, is `make upgrade`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from bson import json_util

from api.main import create_app
from care.auditing import checked
from care.errors import SetupError
from care.models.customer import Role
from care.settings import Settings
from care.stores import Stores, open_stores
from care.stores.migrating import refuse_unmigrated, states
from tests.api.conftest import settings as api_settings
from tests.api.shop import Shop
from tests.stores.migrations import migrated
from tests.upgrade.walking import addresses

DOCUMENTS: dict[str, list[dict[str, Any]]] = json_util.loads(Path(__file__).with_name("dc4c106.json").read_text())
settings = api_settings


@pytest.fixture
async def left(settings: Settings) -> AsyncIterator[Stores]:
    """The database as the first release has left it, indexes and all, with what it kept that has since run out."""
    async with open_stores(settings.mongodb_uri, settings.mongodb_database, indexes=False) as stores:
        for name, documents in DOCUMENTS.items():
            await stores.database[name].insert_many(documents)
        await stores.database["orders"].create_index([("placed_at", 1)])
        yield stores
        await stores.drop()


async def test_all_that_the_first_release_stored_is_migrated_and_answered(left: Stores, settings: Settings) -> None:
    with pytest.raises(SetupError, match="run `care migrate`"):
        await refuse_unmigrated(left)
    await left.ensure_indexes()
    assert await migrated(left) > 0
    assert all(state.done and not state.left for state in await states(left))
    await refuse_unmigrated(left)
    assert await left.conversations.count_waiting() == 1
    assert [each.customer_id for each in await left.customers.search("Ana", 10)] == ["CUST001"]

    app = create_app(settings)
    async with app.router.lifespan_context(app):
        shop = Shop(app, settings)
        admin = await shop.hires(Role.ADMIN)
        knows = (await admin.http.get("/openapi.json")).json()["paths"]
        # Files and workflows are not among what was kept, and no worker makes it ready.
        aside = re.compile("/readyz|/customer/export/|/refund/case/[^/]+/pdf")
        asked = [path for path in addresses(knows, _ids()) if not aside.match(path)]
        answers = {path: (await admin.http.get(path)).status_code for path in asked}
        await shop.close()
    assert len(asked) > 100
    assert {path: status for path, status in answers.items() if status >= 400} == {}
    assert (await checked(left)).fault is None


def _ids() -> dict[str, list[str]]:
    names = {"customers": "customer_id", "orders": "order_id", "refunds": "refund_id"}
    names |= {"conversations": "conversation_id"}
    return {name: [each["_id"] for each in DOCUMENTS[kind]] for kind, name in names.items()}
