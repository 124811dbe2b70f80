"""Stripe on this machine: localstripe, and before it what it lacks: idempotency keys, two lists, and every way to fail.

`will(...)` queues what happens to the next requests that move money or make something (POST); `will_get` the same for
those that ask (GET).
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import Response

from care.embedded import free_port
from tests.fakes.wire import serving

KEY = "sk_test_0123456789abcdef"
WORKS, DECLINES, ASKS = "4242424242424242", "4000000000000341", "4000002500003155"
_AUTHORIZED = {"Authorization": f"Bearer {KEY}"}
_SAVED_FOR_A_KEY = (200, 402, 500)


@dataclass(frozen=True)
class Trouble:
    """What becomes of one request. `done`: it is carried out all the same, and only its answer is another, or lost."""

    status: int = 0  # 0: the connection breaks in the middle of the answer
    body: Any = ""
    done: bool = False
    rewrite: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    hang: threading.Event | None = None


LOST = Trouble(done=True)
BROKEN = Trouble()
HTML = Trouble(200, "<html>welcome to the hotel</html>")
BAD_GATEWAY = Trouble(502, "<html>bad gateway</html>")
LOST_IN_500 = Trouble(500, {"error": {"type": "api_error", "message": "m"}}, done=True)
RATE_LIMITED = Trouble(429, {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "m"}})
WRONG_KEY = Trouble(401, {"error": {"type": "invalid_request_error", "message": f"Invalid API Key: {KEY}"}})
BUSY = Trouble(409, {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": "m"}})
EMPTY = Trouble(200, {}, done=True)


def refused(code: str) -> Trouble:
    return Trouble(400, {"error": {"type": "invalid_request_error", "code": code, "message": "m"}})


def declined(decline_code: str | None, code: str = "card_declined", **more: str) -> Trouble:
    about = {"type": "card_error", "code": code, "decline_code": decline_code, "message": "Ada's card was declined."}
    return Trouble(402, {"error": about | more})


def answering(**fields: Any) -> Trouble:
    """Carried out, and answered with other `fields`: a refund that is pending, say."""
    return Trouble(done=True, status=200, rewrite=lambda made: made | fields)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    key: str | None
    form: dict[str, str]


@dataclass
class StripeStandIn:
    """`behind` reaches localstripe."""

    behind: httpx.Client
    url: str = ""
    seen: list[Asked] = field(default_factory=list)
    _posts: deque[Trouble] = field(default_factory=deque)
    _gets: deque[Trouble] = field(default_factory=deque)
    _answers: dict[str, tuple[str, Response]] = field(default_factory=dict)
    _under_way: set[str] = field(default_factory=set)
    _overlay: dict[str, dict[str, Any]] = field(default_factory=dict)

    def will(self, *troubles: Trouble) -> None:
        self._posts.extend(troubles)

    def will_get(self, *troubles: Trouble) -> None:
        self._gets.extend(troubles)

    def forgets_keys(self) -> None:
        """As Stripe does after a day."""
        self._answers.clear()

    def changes(self, made: str, **fields: Any) -> None:
        """From now on the object `made` (an id) is shown with these fields: a bank has answered, for example."""
        self._overlay.setdefault(made, {}).update(fields)

    def sent(self, path: str) -> list[Asked]:
        return [asked for asked in self.seen if (asked.method, asked.path) == ("POST", path)]

    def refund_under(self, key: str, payment: str, amount: int) -> None:
        """As somebody else with our account would, under this Idempotency-Key."""
        form = {"payment_intent": payment, "amount": str(amount)}
        headers = _AUTHORIZED | {"Idempotency-Key": key}
        self.behind.post(f"{self.url}/v1/refunds", data=form, headers=headers).raise_for_status()

    def make(self, path: str, **form: Any) -> dict[str, Any]:
        """Something at Stripe that we did not make: a customer with a card, a payment of the shop's checkout."""
        answer = self.behind.post(path, json=form, headers=_AUTHORIZED).raise_for_status()
        made: dict[str, Any] = answer.json()
        return made

    def listed(self, path: str, **query: str) -> list[dict[str, Any]]:
        answer = self.behind.get(path, params={"limit": "1000", **query}, headers=_AUTHORIZED)
        found: list[dict[str, Any]] = answer.raise_for_status().json()["data"]
        return found

    def customer(self, customer_id: str, *cards: str) -> str:
        """A customer with these cards, the first its usual one; gives its id at Stripe."""
        made: str = self.make("/v1/customers", metadata={"customer_id": customer_id})["id"]
        for number in cards:
            card = {"number": number, "exp_month": "12", "exp_year": "2030", "cvc": "123"}
            method = self.make("/v1/payment_methods", type="card", card=card)["id"]
            self.make(f"/v1/payment_methods/{method}/attach", customer=made)
            if number == cards[0]:
                self.make(f"/v1/customers/{made}", invoice_settings={"default_payment_method": method})
        return made

    def paid(self, amount: int, customer: str | None = None, currency: str = "eur") -> str:
        """A payment that came through; gives its PaymentIntent."""
        who = customer or self.customer("CUST001", WORKS)
        method = self.listed("/v1/payment_methods", customer=who, type="card")[0]["id"]
        form = {"amount": amount, "currency": currency, "customer": who, "payment_method": method, "confirm": True}
        made: str = self.make("/v1/payment_intents", **form)["id"]
        return made

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        key = request.headers.get("idempotency-key")
        form = dict(parse_qsl(body.decode() or str(request.url.query)))
        self.seen.append(Asked(request.method, request.url.path, key, form))
        waiting = self._posts if request.method == "POST" else self._gets
        trouble = waiting.popleft() if waiting else None
        if trouble and trouble.hang:
            await asyncio.to_thread(trouble.hang.wait, 30)
        if trouble and not trouble.done:
            return _sent(trouble)
        answer = await self._once(request, key, body)
        if trouble is None:
            return answer
        return _json(trouble.rewrite(json.loads(bytes(answer.body))), 200) if trouble.rewrite else _sent(trouble)

    async def _once(self, request: Request, key: str | None, body: bytes) -> Response:
        about = f"{request.url.path} {body.decode()}"
        if key and key in self._answers:
            before, answer = self._answers[key]
            return answer if before == about else _json({"error": {"type": "idempotency_error", "message": "m"}}, 400)
        if key and key in self._under_way:
            return _sent(BUSY)
        self._under_way.add(key or "")
        try:
            answer = await self._carried_out(request, body)
        finally:
            self._under_way.discard(key or "")
        if key and answer.status_code in _SAVED_FOR_A_KEY:
            self._answers[key] = (about, answer)
        return answer

    async def _carried_out(self, request: Request, body: bytes) -> Response:
        query, keep = dict(request.query_params), None
        path = request.url.path
        if path == "/v1/customers/search":
            wanted = query.pop("query").split("'")[-2]
            path, keep = "/v1/customers", lambda each: each["metadata"].get("customer_id") == wanted
        elif path == "/v1/payment_intents" and "customer" in query:
            customer = query.pop("customer")
            keep = lambda each: each["customer"] == customer  # noqa: E731
        if keep:
            query["limit"] = "1000"
        headers = {name: request.headers[name] for name in ("authorization", "content-type") if name in request.headers}
        about: dict[str, Any] = {"params": query, "content": body, "headers": headers}
        answered = await asyncio.to_thread(self.behind.request, request.method, path, **about)
        content = answered.json()
        if keep:
            content["data"] = [each for each in reversed(content["data"]) if keep(each)]
        return _json(self._shown(content), answered.status_code)

    def _shown(self, content: dict[str, Any]) -> dict[str, Any]:
        if isinstance(content.get("data"), list):
            content["data"] = [each | self._overlay.get(each["id"], {}) for each in content["data"]]
        return content | self._overlay.get(content.get("id", ""), {})


def _json(content: Any, status: int) -> Response:
    return Response(json.dumps(content), status, media_type="application/json")


def _sent(trouble: Trouble) -> Response:
    if not trouble.status:
        return Response("{", 200, {"content-length": "1000"})  # longer than what comes: the server hangs up
    if isinstance(trouble.body, str):
        return Response(trouble.body, trouble.status, media_type="text/html")
    return _json(trouble.body, trouble.status)


@contextmanager
def localstripe(directory: Path) -> Iterator[str]:
    """Its address."""
    port = free_port()
    with (directory / "localstripe.log").open("wb") as log:
        command = [sys.executable, "-m", "tests.fakes.localstripe_server", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _until_it_answers(url, server, directory / "localstripe.log")
        yield url
    finally:
        server.terminate()
        server.wait(30)


def _until_it_answers(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            httpx.get(f"{url}/v1/balance", headers=_AUTHORIZED).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("localstripe does not answer")


@contextmanager
def stand_in(behind: str) -> Iterator[StripeStandIn]:
    """Serves in a thread, so that other processes can reach it too; everything at localstripe is forgotten first."""
    app = FastAPI()
    with httpx.Client(base_url=behind, timeout=30, verify=False) as client:
        client.delete("/_config/data").raise_for_status()
        fake = StripeStandIn(client)
        app.add_api_route("/{path:path}", fake.answer, methods=["GET", "POST", "DELETE"])
        with serving(app, log_level="critical") as fake.url:  # it would report each answer that is broken off
            yield fake
