"""A client as a good program is one: what is not answered is asked again, elsewhere, under the same key.

It keeps what was asked for and what was promised, and what nobody may ever be answered, fault or no fault.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.chaos.shop import PASSWORD, Person

PATIENCE = 240.0  # seconds until a call is given up; a key whose first call died is free after 60 of them
_PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)  # seconds between two tries; the last one from then on
# Said by a part that is down, by a proxy in between, or of a rate: the same call is asked again.
_AGAIN = {408, 429, 502, 503, 504}
_IN_FLIGHT = "urn:care:problem:in-flight"
_TRACE = re.compile(r"Traceback \(most recent call last\)|File \"/|pymongo|temporalio|asyncio\.")


@dataclass(frozen=True)
class Try:
    """`status` is None where no answer came; `said` is then why, else the type of the problem."""

    at: datetime
    web: str
    status: int | None
    said: str = ""


@dataclass
class Call:
    """One wish: asked until it was answered (`status`, `answer`), or given up (`status` None)."""

    who: str
    method: str
    path: str
    body: Any
    key: str | None
    began: datetime
    ended: datetime | None = None
    status: int | None = None
    answer: Any = None
    replayed: bool = False
    tries: list[Try] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return self.status is not None and self.status < 300

    @property
    def refused(self) -> bool:
        return self.status is not None and self.status >= 400

    def __str__(self) -> str:
        lost = f" after {len(self.tries) - 1} lost answers" if len(self.tries) > 1 else ""
        return f"{self.who}: {self.method} {self.path} {json.dumps(self.body)} -> {self.status}{lost}"


class Record:
    """Everything that was asked, and the sentences on what must never be answered.

    `signals`: how many rulings somebody sent as signals, by who it was and about which case. They get no answer.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.signals: Counter[tuple[str, str]] = Counter()
        self.wrong: list[str] = []

    def of(self, method: str, pattern: str) -> list[tuple[Call, re.Match[str]]]:
        """The calls whose path matches as a whole, in the order in which they began."""
        found = ((call, re.fullmatch(pattern, call.path)) for call in self.calls if call.method == method)
        return [(call, match) for call, match in found if match]

    @property
    def unanswered(self) -> list[Call]:
        return [call for call in self.calls if call.status is None]


class Client:
    """Signed in as one person. `webs` tells the addresses of the moment; each try takes the next of them."""

    def __init__(self, webs: Callable[[], Sequence[str]], person: Person, record: Record, dice: random.Random) -> None:
        self.person = person
        self._webs = webs
        self._record = record
        self._dice = dice
        self._turn = itertools.count(dice.randrange(100))
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(100, connect=5))
        self._token = ""

    async def aclose(self) -> None:
        await self._http.aclose()

    async def get(self, path: str, *, may: Iterable[int] = ()) -> Call:
        return await self._asked("GET", path, None, None, may)

    async def post(self, path: str, body: Any = None, *, may: Iterable[int] = (), key: str | None = None) -> Call:
        """`may` are the refusals that the wish can meet with; any other 4xx is none of the customer's doing."""
        return await self._asked("POST", path, body, key or self.new_key(), may)

    async def upload(self, name: str, data: bytes) -> Call:
        files = {"file": (name, data, "image/jpeg")}
        return await self._asked("POST", "/evidence", name, self.new_key(), (), files=files)

    async def stream(self, path: str, body: Any, *, may: Iterable[int] = ()) -> Call:
        """Server-sent events; `answer` is what came with `done`."""
        return await self._asked("POST", path, body, self.new_key(), may, events=True)

    def new_key(self) -> str:
        return f"{self.person.email}-{self._dice.getrandbits(64):016x}"

    async def _asked(self, method: str, path: str, body: Any, key: str | None, may: Iterable[int], **how: Any) -> Call:
        call = Call(self.person.customer_id or self.person.email, method, path, body, key, datetime.now(UTC))
        self._record.calls.append(call)
        pauses = itertools.chain(_PAUSES, itertools.repeat(_PAUSES[-1]))
        while (datetime.now(UTC) - call.began).total_seconds() < PATIENCE:
            web = self._web()
            answer = await self._try(call, web, how)
            if answer is not None and not await self._again(call, answer, may):
                call.ended = datetime.now(UTC)
                return call
            await asyncio.sleep(next(pauses))
        return call

    def _web(self) -> str:
        webs = self._webs()
        return webs[next(self._turn) % len(webs)]

    async def _try(self, call: Call, web: str, how: dict[str, Any]) -> httpx.Response | None:
        at = datetime.now(UTC)
        try:
            if not self._token:
                await self._sign_in(web)
            headers = {"Authorization": f"Bearer {self._token}"} | ({"Idempotency-Key": call.key} if call.key else {})
            body = {"files": how["files"]} if "files" in how else {"json": call.body}
            answer = await self._http.request(call.method, web + call.path, headers=headers, **body)
            answer = _last_event(answer) if how.get("events") else answer
        except (httpx.TransportError, _Unheard) as error:
            call.tries.append(Try(at, web, None, type(error).__name__))
            return None
        call.tries.append(Try(at, web, answer.status_code, str(_json(answer).get("type", ""))))
        return answer

    async def _sign_in(self, web: str) -> None:
        form = {"username": self.person.email, "password": PASSWORD}
        answer = await self._http.post(f"{web}/auth/token", data=form)
        if answer.status_code != 200:
            if answer.status_code not in _AGAIN:
                why = f"{answer.status_code} {answer.text[:200]}"
                self._record.wrong.append(f"{self.person.email} could not sign in: {why}")
            raise _Unheard
        self._token = answer.json()["access_token"]

    async def _again(self, call: Call, answer: httpx.Response, may: Iterable[int]) -> bool:
        """Whether this was no answer; what must never be one is written down."""
        status, text = answer.status_code, answer.text
        problem = _json(answer)
        if status == 401 and len(call.tries) < 3:  # the token of a quarter of an hour
            self._token = ""
            return True
        if status in _AGAIN or (status == 409 and problem.get("type") == _IN_FLIGHT):
            return True
        if _TRACE.search(text):
            self._record.wrong.append(f"{call}: an answer shows our insides: {text[:300]}")
        if status >= 500:
            self._record.wrong.append(f"{call}: answered {status}: {text[:300]}")
            return True
        if "json" not in answer.headers.get("content-type", ""):
            self._record.wrong.append(f"{call}: answered {answer.headers.get('content-type')} where JSON belongs")
            return True
        call.status, call.answer = status, answer.json()
        call.replayed = answer.headers.get("Idempotent-Replayed") == "true"
        if status >= 400 and status not in set(may):
            self._record.wrong.append(f"{call}: refused, and nothing spoke against it: {text[:300]} {call.tries}")
        return False


class _Unheard(Exception):
    """No answer, as far as whoever asked can tell."""


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _last_event(answer: httpx.Response) -> httpx.Response:
    """A stream as the call whose last event it is. Raises _Unheard for one that was cut off."""
    if "text/event-stream" not in answer.headers.get("content-type", ""):
        return answer
    events = [block for block in answer.text.split("\n\n") if block.startswith("event: ")]
    kind, _, data = events[-1].partition("\ndata: ") if events else ("", "", "")
    if kind == "event: done":
        said = [json.loads(block.partition("\ndata: ")[2])["text"] for block in events[:-1]]
        if "".join(said) != json.loads(data)["reply"]:
            raise AssertionError(f"the tokens are not the reply: {said} {data}")
        return _as_call(200, data, _replayed(answer))
    if kind == "event: error":
        return _as_call(json.loads(data)["status"], data, {})
    raise _Unheard


def _as_call(status: int, data: str, headers: dict[str, str]) -> httpx.Response:
    return httpx.Response(status, headers=headers | {"content-type": "application/json"}, content=data.encode())


def _replayed(answer: httpx.Response) -> dict[str, str]:
    mark = answer.headers.get("Idempotent-Replayed")
    return {"Idempotent-Replayed": mark} if mark else {}
