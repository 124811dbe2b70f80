"""A running `care up` of any version, as its customers and staff reach it: signed in, over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

PATIENCE = 60.0  # seconds; a bound against hanging for ever, not an expectation


class Shop:
    """`get` and `post` are by an account's address; what is refused raises, so that a test says which call it was."""

    def __init__(self, data_dir: Path) -> None:
        self.runtime: dict[str, Any] = json.loads((data_dir / "runtime.json").read_text())
        self.accounts: list[dict[str, Any]] = self.runtime["accounts"]
        self._clients: dict[str, httpx.Client] = {}
        self.knows: dict[str, Any] = self.client("admin@demo.care").get("/openapi.json").json()["paths"]

    def client(self, email: str) -> httpx.Client:
        if email not in self._clients:
            # Some versions have their demo shop at another domain.
            name = email.partition("@")[0]
            own, password = next(
                (each["email"], each["password"]) for each in self.accounts if each["email"].startswith(f"{name}@")
            )
            client = httpx.Client(base_url=self.runtime["web"], timeout=60)
            form = {"username": own, "password": password}
            token = client.post("/auth/token", data=form).raise_for_status().json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            self._clients[email] = client
        return self._clients[email]

    def get(self, email: str, path: str) -> Any:
        return _answer(self.client(email).get(path))

    def post(self, email: str, path: str, body: Any = None, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return _answer(self.client(email).post(path, json=body, headers=headers))

    def items(self, email: str, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(email, path)["items"]
        return found

    def until(self, email: str, path: str, holds: Callable[[Any], bool]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while not holds(found := self.get(email, path)):
            assert time.monotonic() < deadline, f"{path} never came to hold: {found}"
            time.sleep(0.2)
        return found

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


def _answer(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None
