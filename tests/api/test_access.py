"""Who may do what: the tables of docs/security.md, held against the application, address by address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from nicegui import app as portal
from nicegui import ui
from starlette.applications import Starlette
from starlette.routing import Mount

from api.deps import PUBLIC, rule_of, staff
from api.main import create_app
from api.ruled import check_rules
from care.errors import KeyReused, SetupError
from care.models.customer import ADMINS, CUSTOMERS, EVERYONE, STAFF, Role
from care.models.refund import RefundReason, RefundRequest
from care.models.token import SCOPES
from tests.api.access import HIDES_FROM, LETS_IN, OUTSIDE, Everybody, Line, closed, pages_written, routes_written
from tests.api.cases import case_of, subscription_of, talk_of, told
from tests.api.shop import PASSWORD, Shop, Someone
from tests.media.files import pdf
from ui.pages import PAGES, home
from ui.visit import Spec

_RULES_OF_PAGES = {CUSTOMERS: "customers", STAFF: "staff", ADMINS: "admins", EVERYONE: "signed in"}


class Things(dict[str, str]):
    """What the names in an address stand for; for a name without a thing, what does not exist."""

    def __missing__(self, name: str) -> str:
        return "nothing"


def _routes(app: FastAPI) -> Iterator[Line]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Mount):
            continue
        rule = rule_of(route)
        assert rule, f"{context.path} has no rule"
        for method in context.methods or ():
            yield Line(method, str(context.path), rule.name, rule.scope or "")


async def test_every_route_and_page_has_its_line_in_the_document(shop: Shop) -> None:
    assert sorted(_routes(shop.app), key=str) == sorted(routes_written(), key=str)
    assert {spec.path: _RULES_OF_PAGES[spec.roles] for spec in PAGES} == pages_written()


async def test_what_is_mounted_is_the_portal_and_files_and_the_portal_has_no_page_beside_its_table(shop: Shop) -> None:
    mounted = {str(c.path) for c in iter_route_contexts(shop.app.routes) if isinstance(c.original_route, Mount)}
    assert mounted == {"/docs/files", "/ui"}
    create_app(shop.settings)  # another test may have left the portal with pages of its own
    paths = {str(getattr(route, "path", "")) for route in portal.routes}
    pages = {path for path in paths if not path.startswith(("/_nicegui", "/static/", "/favicon.ico"))}
    assert pages == set(pages_written())


@pytest.fixture(scope="module")
async def ana(shop: Shop) -> Someone:
    return await shop.welcomes()


@pytest.fixture(scope="module")
async def ravi(shop: Shop) -> Someone:
    return await shop.welcomes(timezone="Asia/Kolkata")


@pytest.fixture(scope="module")
async def everybody(shop: Shop, ana: Someone, ravi: Someone) -> Everybody:
    return await Everybody.of(shop, ana, ravi)


async def _things_of(shop: Shop, ana: Someone) -> Things:
    """One of everything that belongs to Ana."""
    order = await shop.sells(ana)
    stores = shop.services.stores
    case, talk, note = case_of(ana, order), talk_of(ana), told(ana)
    subscription = subscription_of(ana)
    await stores.refunds.open(case)
    await stores.conversations.start(talk)
    await stores.notifications.add(note)
    await stores.subscriptions.save(subscription)
    return Things(
        customer_id=ana.customer_id,
        order_id=order.order_id,
        refund_id=case.refund_id,
        conversation_id=talk.conversation_id,
        notification_id=note.notification_id,
        subscription_id=subscription.subscription_id,
        evidence_id=(await ana.http.post("/evidence", files={"file": pdf()})).json()["evidence_id"],
        number="1",
    )


def _naming(path: str, things: Things) -> dict[str, Any]:
    """A whole body (as httpx takes it) that names one of the things, where the address names none."""
    item = {"sku": "AMUL-MILK-1L", "quantity": 1}
    complaint = {"reason": "damaged", "complaint": "It arrived broken."}
    bodies: dict[str, dict[str, Any]] = {
        "/subscription": {"json": {"customer_id": things["customer_id"], "items": [item], "frequency": "daily"}},
        "/refund": {"json": {"order_id": things["order_id"]} | complaint},
        "/evidence": {"files": {"file": b"x"}, "data": {"customer_id": things["customer_id"]}},
    }
    return bodies.get(path, {"json": {}})


async def _calls(door: httpx.AsyncClient, line: Line, things: Things, *, whole: bool = False) -> httpx.Response:
    """`whole`: with a body that would do; else with an empty one, which whoever is let in is told of."""
    empty: dict[str, Any] = {} if line.method in ("GET", "DELETE") else {"json": {}}
    body = _naming(line.path, things) if whole and line.method == "POST" else empty
    return await door.request(line.method, line.path.format_map(things), **body)


async def test_each_route_lets_in_whom_its_line_says_and_nobody_else(shop: Shop, everybody: Everybody) -> None:
    ana = everybody.people["owner"]
    things = await _things_of(shop, ana)
    missing = Things({name: value if name == "number" else f"{value}0000" for name, value in things.items()})
    for line in routes_written():
        for who, door in everybody.doors.items():
            at = f"{line.method} {line.path} for {who}"
            if line.rule == "public":
                if who == "nobody":
                    assert _lets_in(line, await _calls(door, line, things)), at
            elif who in OUTSIDE:
                answer = await _calls(door, line, things)
                assert (answer.status_code, answer.json()["title"]) == (401, "Sign in first"), at
                challenge = "Bearer" if who == "nobody" else 'Bearer error="invalid_token"'
                assert answer.headers["www-authenticate"] == challenge, at
            elif who in HIDES_FROM.get(line.rule, ()):
                answer = await _calls(door, line, things, whole=True)
                of_nothing = await _calls(door, line, missing, whole=True)
                assert answer.status_code == of_nothing.status_code == 404, f"{at}: {answer.text}"
                assert _without(answer, things) == _without(of_nothing, missing), at
            elif who in LETS_IN[line.rule]:
                answer = await _calls(door, line, things)
                assert _lets_in(line, answer), f"{at}: {answer.text}"
            else:
                assert (await _calls(door, line, things, whole=True)).status_code == 403, at


def _lets_in(line: Line, answer: httpx.Response) -> bool:
    """Whatever else is wrong with the call. What belongs to a customer is there; a token or a hook may be missing."""
    shut = {401, 403, 404} if line.rule in ("own", "own wish", "staff") else {401, 403}
    return answer.status_code not in shut and (answer.status_code < 500 or line.path == "/readyz")


def _without(answer: httpx.Response, names: Things) -> str:
    """The answer's text, with the ids of what was asked for cut out."""
    told = answer.text.replace(answer.headers["x-request-id"], "?")
    return re.sub("|".join(sorted(map(re.escape, names.values()), key=len, reverse=True)), "?", told)


async def test_a_service_token_does_what_its_scopes_name_and_no_more(shop: Shop, everybody: Everybody) -> None:
    things = await _things_of(shop, everybody.people["owner"])
    only, but = {}, {}
    for scope in map(str, SCOPES):
        slug = scope.replace(":", "-")
        only[scope] = await everybody.token(f"only-{slug}", [scope])
        but[scope] = await everybody.token(f"but-{slug}", [each for each in SCOPES if each != scope])
    whole = await everybody.token("everything", list(SCOPES))
    for line in routes_written():
        at = f"{line.method} {line.path}"
        if line.scope:
            let_in = await _calls(only[line.scope], line, things)
            assert _lets_in(line, let_in), f"{at}: {let_in.text}"
            kept_out = await _calls(but[line.scope], line, things, whole=True)
            assert kept_out.status_code == 403, at
            assert kept_out.json()["detail"] == f"This needs a service token with the scope {line.scope}.", at
            challenge = f'Bearer error="insufficient_scope", scope="{line.scope}"'
            assert kept_out.headers["www-authenticate"] == challenge, at
        elif line.rule != "public":
            refused = await _calls(whole, line, things, whole=True)
            assert refused.status_code == 403, at
            assert refused.json()["detail"] == "This is for people: a service token cannot do it.", at


async def test_no_scope_reaches_what_only_people_do() -> None:
    of_people = [line for line in routes_written() if line.rule in ("own or admins", "own wish", "overseers", "admins")]
    of_people += [line for line in routes_written() if re.match("/(review|conversation)/[a-z-]+/", line.path)]
    assert len(of_people) > 15
    assert {line.scope for line in of_people} == {""}


async def test_another_method_or_a_slash_more_opens_nothing(shop: Shop, everybody: Everybody) -> None:
    things = await _things_of(shop, everybody.people["owner"])
    admin, nobody = everybody.doors["admin"], everybody.doors["nobody"]
    written: dict[str, set[str]] = {}
    for line in routes_written():
        written.setdefault(line.path, set()).add(line.method)
    for path, methods in written.items():
        address = path.format_map(things)
        others = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - methods
        for method in sorted(others):
            shut = (await admin.request(method, address)).status_code
            assert shut == 405 or (shut == 303 and address.startswith("/ui/")), f"{method} {path}"
        if path != "/":
            slash = await nobody.get(f"{address}/")
            assert (slash.status_code, slash.headers.get("location")) in (
                (307, f"http://care.test{address}"),
                (404, None),
                (303, "/ui/login"),
            ), path


@pytest.mark.parametrize("change", [str.lower, "{}/".format, "{}%2F".format, "%20{}".format, "./{}".format])
async def test_an_id_that_is_written_otherwise_is_nobodys(ana: Someone, ravi: Someone, change: Any) -> None:
    for someone in (ana, ravi):
        answer = await someone.http.get(f"/orders/{change(ana.customer_id)}", follow_redirects=True)
        if someone is ravi or change is str.lower:
            assert answer.status_code == 404
        else:
            assert answer.status_code in (200, 404)


async def test_pages_open_for_whom_their_line_says(shop: Shop, everybody: Everybody) -> None:
    things = await _things_of(shop, everybody.people["owner"])
    browsers = await everybody.browsers()
    nobody, _ = browsers.pop("nobody"), browsers.pop("stranger")  # a customer like the owner
    for path, rule in pages_written().items():
        address = f"/ui{path.replace(':path', '')}".format_map(things)
        shut = await nobody.get(address)
        assert (shut.status_code, shut.headers["location"]) == (303, "/ui/login"), path
        for who, browser in browsers.items():
            answer = await browser.get(address)
            if path == "/" and who in LETS_IN["staff"]:
                assert (answer.status_code, answer.headers["location"]) == (303, "/ui/desk"), who
            elif who in LETS_IN[rule]:
                assert answer.status_code == (404 if "rest" in path else 200), f"{path} for {who}"
            else:
                assert answer.status_code == 403, f"{path} for {who}"


async def test_a_page_that_is_asked_for_anothers_thing_says_what_it_says_of_nothing(
    shop: Shop, everybody: Everybody
) -> None:
    ana = everybody.people["owner"]
    things = await _things_of(shop, ana)
    name_of_ana = (await shop.services.stores.customers.get(ana.customer_id)).name
    ravi = (await everybody.browsers())["stranger"]
    for address, name in (
        ("/ui/support?conversation={}", "conversation_id"),
        ("/ui/refunds?case={}", "refund_id"),
        ("/ui/orders?order={}", "order_id"),
    ):
        foreign, nothing = await ravi.get(address.format(things[name])), await ravi.get(address.format("NONE-0000"))
        assert foreign.status_code == nothing.status_code, address
        for text in ("It leaks.", "Amul Milk", ana.email, name_of_ana):
            assert text not in foreign.text, f"{address}: {text}"


async def test_a_cursor_of_another_leads_through_ones_own_list(shop: Shop, ana: Someone, ravi: Someone) -> None:
    for someone in (ana, ravi):
        for _ in range(3):
            await shop.sells(someone)
    cursor = (await ana.http.get(f"/orders/{ana.customer_id}?limit=1")).json()["next"]
    seen = (await ravi.http.get(f"/orders/{ravi.customer_id}", params={"cursor": cursor})).json()["items"]
    assert {order["customer_id"] for order in seen} <= {ravi.customer_id}


async def test_a_key_that_another_customer_has_used_gives_nothing_of_theirs_away(
    shop: Shop, ana: Someone, ravi: Someone
) -> None:
    """Whatever reaches the client: routes and pages make each key the caller's own."""
    stores = shop.services.stores
    refund_id = await stores.ids.next("REF", once="the same key")
    opened = case_of(ana, await shop.sells(ana)).model_copy(update={"refund_id": refund_id})
    await stores.refunds.open(opened)
    own = await shop.sells(ravi)
    request = RefundRequest(order_id=own.order_id, reason=RefundReason.DAMAGED, complaint="Broken.")
    with pytest.raises(KeyReused):
        await shop.services.client.open_refund(ravi.customer_id, request, once="the same key")


async def test_a_field_that_nobody_asked_for_is_refused(shop: Shop, everybody: Everybody) -> None:
    """So none can be smuggled into what is stored: a customer's id, a status, a reviewer.

    An address, which is stored as well, is read for its four lines, and what else stands there is dropped.
    """
    document = (await everybody.doors["nobody"].get("/openapi.json")).json()
    bodies = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                if kind == "application/json":
                    bodies += 1
                    for schema in _named(content["schema"], document):
                        closed = schema.get("additionalProperties") is False or schema["title"] == "Address"
                        assert closed, f"{method} {path}: {schema['title']}"
    assert bodies > 20


def _named(schema: dict[str, Any], document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects that a body is: itself, or each that it may be."""
    for each in [schema, *schema.get("anyOf", [])]:
        if "$ref" in each:
            yield document["components"]["schemas"][each["$ref"].rpartition("/")[2]]


def test_without_a_rule_the_application_does_not_start() -> None:
    async def answer() -> str:
        return "in"

    ruled = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    ruled.get("/open", dependencies=[PUBLIC])(answer)
    ruled.mount("/ui", Starlette())
    check_rules(ruled)
    for path, rules in (("/none", []), ("/two", [PUBLIC, staff()])):
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app.get(path, dependencies=rules)(answer)
        with pytest.raises(SetupError, match=f"GET {path} has no rule"):
            check_rules(app)
    mounting = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    mounting.mount("/files", Starlette())
    with pytest.raises(SetupError, match="/files has no rule"):
        check_rules(mounting)


async def test_a_route_that_comes_after_the_start_answers_nobody(shop: Shop, admin: Someone) -> None:
    app = create_app(shop.settings)
    app.state.services = shop.services

    @app.get("/later")
    async def later() -> str:
        return "in"

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://care.test") as door:
        answer = await door.get("/later", headers=dict(admin.http.headers))
    assert answer.status_code == 403


def test_a_page_without_a_rule_cannot_be_made() -> None:
    with pytest.raises(SetupError, match="/secret has no rule"):
        Spec("/secret", "Secret", frozenset(), home.page)


def test_a_page_beside_the_table_stops_the_start(shop: Shop) -> None:
    ui.page("/secret")(lambda: None)
    try:
        with pytest.raises(SetupError, match="/secret has no rule"):
            create_app(shop.settings)
    finally:
        portal.remove_route("/secret")


async def test_what_a_body_names_must_be_the_callers_too(shop: Shop, ana: Someone, ravi: Someone) -> None:
    order = await shop.sells(ana)
    photo = await shop.shows_photo(ana)
    mine = await shop.sells(ravi)
    talk, case = talk_of(ana), case_of(ravi, mine)
    await shop.services.stores.conversations.start(talk)
    await shop.services.stores.refunds.open(case)
    subscription = {
        "customer_id": ana.customer_id,
        "items": [{"sku": "AMUL-MILK-1L", "quantity": 1}],
        "frequency": "daily",
    }
    attempts = [
        await ravi.http.post("/subscription", json=subscription),
        await shop.claims(ravi, order),
        await shop.claims(ravi, mine, evidence_ids=[photo]),
        await ravi.http.post(
            f"/chat/{ravi.customer_id}", json={"message": "Hi", "conversation_id": talk.conversation_id}
        ),
        await ravi.http.post(f"/chat/{ravi.customer_id}", json={"message": "Hi", "evidence_ids": [photo]}),
        await ravi.http.post("/evidence", files={"file": b"x"}, data={"customer_id": ana.customer_id}),
        await ravi.http.post(f"/refund/evidence/{case.refund_id}", json={"evidence_ids": [photo]}),
        await ravi.http.post(
            f"/chat/{ravi.customer_id}/stream", json={"message": "Hi", "conversation_id": talk.conversation_id}
        ),
        await ravi.http.post(f"/chat/{ravi.customer_id}/stream", json={"message": "Hi", "evidence_ids": [photo]}),
    ]
    assert [attempt.status_code for attempt in attempts] == [404] * len(attempts)


async def test_nobody_claims_a_case_of_their_own(shop: Shop, ravi: Someone) -> None:
    """Somebody of the staff who buys in the shop as well, under the same address."""
    case = case_of(ravi, await shop.sells(ravi))
    await shop.services.stores.refunds.open(case)
    amy = await shop.hires(Role.AGENT)
    customer = await shop.services.stores.customers.get(ravi.customer_id)
    await shop.services.stores.customers.put(customer.model_copy(update={"email": amy.email.upper()}))
    answer = await amy.http.post(f"/review/claim/{case.refund_id}")
    assert (answer.status_code, "your own case" in answer.json()["detail"]) == (403, True)


async def test_a_session_that_ended_changes_nothing(shop: Shop, everybody: Everybody) -> None:
    gone = await shop.welcomes()
    browser = shop.browser()
    await browser.post("/ui/sign-in", data={"email": gone.email, "password": PASSWORD})
    await shop.services.stores.accounts.act(gone.email, "account_closed", closed, by="the test")
    await browser.post("/ui/language", data={"code": "es"})
    assert (await shop.services.stores.customers.get(gone.customer_id)).locale == "en"
    for method, path in (("GET", f"/orders/{gone.customer_id}"), ("POST", f"/customer/change/{gone.customer_id}")):
        assert (await browser.request(method, path)).status_code == 401


async def test_a_cookie_reads_and_a_token_writes(shop: Shop, ravi: Someone) -> None:
    """A page of another site can send a form with the browser's cookie."""
    browser = shop.browser()
    await browser.post("/ui/sign-in", data={"email": ravi.email, "password": PASSWORD})
    assert (await browser.get(f"/orders/{ravi.customer_id}")).status_code == 200
    for line in routes_written():
        if line.method != "GET" and line.rule != "public":
            assert (await _calls(browser, line, Things())).status_code == 401, line


async def test_a_customer_reads_a_case_without_signals_names_and_inner_workings(
    shop: Shop, ana: Someone, agent: Someone
) -> None:
    case = case_of(ana, await shop.sells(ana), reviewed_by=agent.email)
    await shop.services.stores.refunds.open(case)
    for address in (f"/refund/{case.refund_id}", f"/refunds/{ana.customer_id}"):
        seen = (await ana.http.get(address)).text
        assert agent.email not in seen
        assert "reused_photo" not in seen
        assert "Looks odd to me" not in seen
        assert "temporal.test" not in seen
        assert "names no milk" not in seen
        assert "was escalated" not in seen
        desk = (await agent.http.get(address)).text
        assert agent.email in desk
        assert "reused_photo" in desk
        assert "names no milk" in desk
    told_to_customer = (await ana.http.get(f"/refund/{case.refund_id}")).json()
    assert [entry["actor"] for entry in told_to_customer["timeline"]] == ["customer", "reviewer"]
    assert told_to_customer["verdict"]["findings"] == []
