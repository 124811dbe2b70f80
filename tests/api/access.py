"""The tables of docs/security.md, and everybody who comes to the door."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from pydantic import SecretStr

from api.main import create_app
from api.security import issue_token, read_token
from care.models.customer import Account, Role
from care.models.token import SCOPES, TokenWish
from care.tokens import make_token
from tests.api.shop import PASSWORD, Shop, Someone

_DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "security.md"
_ROUTE = re.compile(r"^\| (GET|POST|PUT|PATCH|DELETE) \| `([^`]+)` \| ([a-z ]+) \| ?([a-z:]*) \|$", re.MULTILINE)
_PAGE = re.compile(r"^\| `(/[^`]*)` \| ([a-z ]+) \|$", re.MULTILINE)

_CUSTOMERS = {"owner", "stranger", "nameless"}
_STAFF = {"agent", "supervisor", "admin"}
# Whom a rule lets in, and to whom it does not say that the thing is there.
LETS_IN = {
    "signed in": _CUSTOMERS | _STAFF,
    "own": {"owner"} | _STAFF,
    "own wish": {"owner"},
    "customers": {"owner", "stranger"},
    "staff": _STAFF,
    "overseers": {"supervisor", "admin"},
    "admins": {"admin"},
}
HIDES_FROM = {"own": {"stranger", "nameless"}, "own wish": {"stranger", "nameless"}}
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
OUTSIDE = {"nobody", "forged", "expired", "closed", "unknown token", "expired token", "revoked token"}


@dataclass(frozen=True)
class Line:
    method: str
    path: str
    rule: str
    scope: str


def routes_written() -> list[Line]:
    return [Line(*found) for found in _ROUTE.findall(_section("### Routes"))]


def pages_written() -> dict[str, str]:
    return dict(_PAGE.findall(_section("### Pages")))


def _section(head: str) -> str:
    text = _DOCUMENT.read_text()
    start = text.index(head)
    return text[start : text.index("\n#", start + 1)]


class Everybody:
    """Each kind of visitor, with what they hold at the door of the API."""

    def __init__(self, shop: Shop, people: dict[str, Someone]) -> None:
        self._shop = shop
        self.people = people
        self.doors: dict[str, httpx.AsyncClient] = {name: each.http for name, each in people.items()}

    @classmethod
    async def of(cls, shop: Shop, owner: Someone, stranger: Someone) -> Everybody:
        staff = {role.value: await shop.hires(role) for role in (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)}
        everybody = cls(shop, {"owner": owner, "stranger": stranger} | staff)
        await everybody._others(staff["admin"])
        return everybody

    async def token(self, name: str, scopes: list[str], days: int = 365) -> httpx.AsyncClient:
        wish = TokenWish.model_validate({"name": name, "scopes": scopes, "days": days})
        made = await make_token(self._shop.services.stores, wish, by="the test")
        return self.bearer(made.token)

    def bearer(self, token: str) -> httpx.AsyncClient:
        return self._shop.browser(Authorization=f"Bearer {token}")

    async def browsers(self) -> dict[str, httpx.AsyncClient]:
        """Everybody who can sign in to the portal, and who did; and nobody."""
        # NiceGUI has one portal a process, and another test may have left one that is closed.
        app = create_app(self._shop.settings)
        app.state.services = self._shop.services
        signed_in = {"nobody": self._shop.browser_at(app)}
        for name, someone in self.people.items():
            signed_in[name] = self._shop.browser_at(app)
            form = {"email": someone.email, "password": PASSWORD}
            assert (await signed_in[name].post("/ui/sign-in", data=form)).headers["location"] == "/ui/"
        return signed_in

    async def _others(self, admin: Someone) -> None:
        stores, settings = self._shop.services.stores, self._shop.settings
        root = read_token(settings, admin.http.headers["Authorization"].removeprefix("Bearer "))
        anothers = settings.model_copy(update={"secret_key": SecretStr("a secret that somebody else has thought of")})
        late = settings.model_copy(update={"token_seconds": -1})
        self.doors |= {
            "nobody": self._shop.browser(),
            "forged": self.bearer(issue_token(anothers, root)),
            "expired": self.bearer(issue_token(late, root)),
            "unknown token": self.bearer("care_" + "x" * 43),
        }
        # An account of a customer that names none: it cannot be made by us, but may lie in an old database.
        nameless = await self._shop.hires(Role.CUSTOMER)
        self.people["nameless"], self.doors["nameless"] = nameless, nameless.http
        gone = await self._shop.hires(Role.ADMIN)
        self.doors["closed"] = gone.http
        await stores.accounts.act(gone.email, "account_closed", closed, by=admin.email)
        for state, change in (("expired", {"expires_at": _LONG_AGO}), ("revoked", {"revoked_at": _LONG_AGO})):
            self.doors[f"{state} token"] = await self.token(f"the-{state}", list(SCOPES))
            await stores.database["tokens"].update_one({"_id": f"the-{state}"}, {"$set": change})


def closed(account: Account, _: int) -> Account:
    return account.model_copy(update={"closed_at": _LONG_AGO})
