"""The API keeps to its own OpenAPI document, whatever is sent: schemathesis asks as everybody, with good data and bad.

`make fuzz` asks for CARE_FUZZ_SECONDS as each of them; CARE_FUZZ_SEED chooses other questions.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from care.embedded import free_port
from care.models.customer import Role
from care.running.serve import configured
from tests.api.cases import case_of, talk_of, told
from tests.api.shop import Shop

SECONDS = os.environ.get("CARE_FUZZ_SECONDS")
# In a minute for all of them: where nearly everything is refused, or another has asked it already, less is asked.
IN_BRIEF = {
    "nobody": "fuzzing",
    "customer": "examples,fuzzing",
    "agent": "fuzzing",
    "admin": "coverage,fuzzing",
}
# Else the questions would end the sign-in that they are asked with, and all others be answered 401.
KEEPS_SIGNED_IN = ("--exclude-path-regex", "^/auth/(revoke|sessions/end/.*)$")
SEED = os.environ.get("CARE_FUZZ_SEED", "1")


@pytest.fixture(scope="module")
async def address(shop: Shop) -> AsyncIterator[str]:
    """The shop on a port of its own."""
    port = free_port()
    server = uvicorn.Server(configured(shop.app, shop.settings, port=port, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest.fixture(scope="module")
async def things(shop: Shop) -> dict[str, str]:
    """One of everything, so that not all ids are unknown."""
    ana = await shop.welcomes()
    order = await shop.sells(ana)
    stores = shop.services.stores
    case, talk, note = case_of(ana, order), talk_of(ana), told(ana)
    await stores.refunds.open(case)
    await stores.conversations.start(talk)
    await stores.notifications.add(note)
    live = await ana.http.post(
        "/subscription",
        json={
            "customer_id": ana.customer_id,
            "items": [{"sku": "AMUL-MILK-1L", "quantity": 1}],
            "frequency": "weekly",
            "delivery_day": "friday",
        },
    )
    assert live.status_code == 201, live.text
    return {
        "customer_id": ana.customer_id,
        "order_id": order.order_id,
        "refund_id": case.refund_id,
        "conversation_id": talk.conversation_id,
        "notification_id": note.notification_id,
        "subscription_id": live.json()["subscription_id"],
        "evidence_id": await shop.shows_photo(ana),
        "number": "1",
        "token": ana.http.headers["authorization"],
    }


@pytest.mark.usefixtures("at_work")
@pytest.mark.parametrize("who", IN_BRIEF)
async def test_no_answer_is_outside_the_document(
    who: str, shop: Shop, address: str, things: dict[str, str], tmp_path: Path
) -> None:
    tokens = {"customer": things["token"]}
    if who in ("agent", "admin"):
        tokens[who] = (await shop.hires(Role(who))).http.headers["authorization"]
    config = tmp_path / "schemathesis.toml"
    config.write_text(_config(things))
    headers = ["-H", f"Authorization: {tokens[who]}", *KEEPS_SIGNED_IN] if who in tokens else []
    brief = ("--max-examples", "2", "--phases", IN_BRIEF[who])
    how_much = ("--max-examples", "100", "--max-time", SECONDS) if SECONDS else brief
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{address}/openapi.json"),
        *(*headers, *how_much, "--seed", SEED, "--continue-on-failure", "--no-color"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()


def _config(things: dict[str, str]) -> str:
    lines = [
        "[generation]",
        'database = "none"',
        # A schema cannot say which products there are, what a cursor is, or what the policy refuses: that is 422, as
        # bad input is, 415 for a file whose content is no picture, 410 for a link that is over, and 429 for a password
        # that was guessed too often.
        "[checks.positive_data_acceptance]",
        'expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 410, 415, 422, 429]',
    ]
    for name, value in things.items():
        lines += [f"[dictionaries.{name}]", f"values = [{json.dumps(value)}]"]
    lines += ["[parameters]"]
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = 0.8 }}' for name in things]
    return "\n".join(lines)


_BOUNDS = {
    "string": {"maxLength", "pattern", "format", "enum", "const", "contentMediaType"},
    "integer": {"maximum", "exclusiveMaximum", "enum"},
    "array": {"maxItems"},
}


def test_everything_that_a_caller_fills_is_bounded(shop: Shop) -> None:
    """Texts, numbers and lists of bodies, queries and headers. What stands in a path is bounded with the address."""
    document = shop.app.openapi()
    schemas = document["components"]["schemas"]

    def unbounded(schema: dict[str, Any], path: str) -> Iterator[str]:
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        for each in schema.get("anyOf", []):
            yield from unbounded(each, path)
        kind = schema.get("type")
        if kind in _BOUNDS and not _BOUNDS[kind] & schema.keys():
            yield path
        if kind == "array":
            yield from unbounded(schema["items"], f"{path}[]")
        for name, each in schema.get("properties", {}).items():
            yield from unbounded(each, f"{path}.{name}")

    found = [
        gap
        for path, calls in document["paths"].items()
        for method, call in calls.items()
        for name, schema in _filled(call)
        for gap in unbounded(schema, f"{method} {path} {name}")
    ]
    assert found == []


def _filled(call: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in call.get("parameters", []):
        if each["in"] != "path":
            yield each["name"], each["schema"]
    for body in call.get("requestBody", {}).get("content", {}).values():
        yield "body", body["schema"]
