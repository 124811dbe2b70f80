"""Who may call what: every route of the application stands in one of these tables, or a test fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute, Mount, Route

from api.deps import viewer
from tests.api.cases import case_of, subscription_of, talk_of, told
from tests.api.shop import Shop, Someone
from tests.media.files import pdf

Json = dict[str, object] | None
PUBLIC = {
    ("POST", "/auth/token"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    # The signed token in the address is the permission.
    ("GET", "/skip/{token}"),
    ("POST", "/skip/{token}"),
    ("POST", "/skip/{token}/undo"),
}
SIGNED_IN = [
    ("GET", "/products"),
    ("POST", "/subscription"),
    ("POST", "/evidence"),
    ("POST", "/refund"),
]
OWN = [
    ("GET", "/subscriptions/{customer_id}"),
    ("GET", "/subscription/{subscription_id}"),
    ("POST", "/subscription/cancel/{subscription_id}"),
    ("POST", "/subscription/pause/{subscription_id}"),
    ("POST", "/subscription/resume/{subscription_id}"),
    ("POST", "/subscription/skip/{subscription_id}"),
    ("POST", "/subscription/unskip/{subscription_id}"),
    ("POST", "/subscription/reschedule/{subscription_id}"),
    ("POST", "/subscription/change/{subscription_id}"),
    ("POST", "/subscription/order-now/{subscription_id}"),
    ("POST", "/subscription/uncancel/{subscription_id}"),
    ("POST", "/subscription/resubscribe/{subscription_id}"),
    ("GET", "/subscription/notifications/{customer_id}"),
    ("POST", "/notification/read/{notification_id}"),
    ("GET", "/customer/{customer_id}"),
    ("POST", "/customer/change/{customer_id}"),
    ("GET", "/payment-methods/{customer_id}"),
    ("GET", "/preferences/{customer_id}"),
    ("PUT", "/preferences/{customer_id}"),
    ("GET", "/orders/{customer_id}"),
    ("GET", "/order/{order_id}"),
    ("POST", "/order/address/{order_id}"),
    ("POST", "/order/cancel/{order_id}"),
    ("POST", "/order/items/{order_id}"),
    ("POST", "/order/payment/{order_id}"),
    ("GET", "/order/tracking/{order_id}"),
    ("GET", "/evidence/{evidence_id}"),
    ("GET", "/evidence/{evidence_id}/preview/{number}"),
    ("GET", "/refunds/{customer_id}"),
    ("GET", "/refund/{refund_id}"),
    ("POST", "/refund/evidence/{refund_id}"),
    ("POST", "/refund/withdraw/{refund_id}"),
    ("POST", "/chat/{customer_id}"),
    ("POST", "/chat/{customer_id}/stream"),
    ("GET", "/chat/{customer_id}"),
    ("GET", "/conversation/{conversation_id}"),
]
# What is for a customer and for administrators.
OWN_OR_ADMIN = [
    ("GET", "/customer/export/{customer_id}"),
]
# What not even the staff do for a customer.
OWN_WISH = [
    ("POST", "/refund/accept-offer/{refund_id}"),
]
STAFF = [
    ("GET", "/customers"),
    ("GET", "/traces"),
    ("POST", "/trace/close/{order_id}"),
    ("GET", "/refund/case/{refund_id}"),
    ("GET", "/refund/case/{refund_id}/pdf"),
    ("GET", "/reviews"),
    ("POST", "/review/claim/{refund_id}"),
    ("POST", "/review/release/{refund_id}"),
    ("POST", "/review/decide/{refund_id}"),
    ("GET", "/conversations"),
    ("POST", "/conversation/claim/{conversation_id}"),
    ("POST", "/conversation/release/{conversation_id}"),
    ("POST", "/conversation/reply/{conversation_id}"),
    ("POST", "/conversation/hand-back/{conversation_id}"),
    ("GET", "/analytics/summary"),
    ("GET", "/analytics/export"),
]
OVERSEERS = [
    ("POST", "/review/assign/{refund_id}"),
    ("GET", "/webhooks"),
    ("GET", "/webhooks/deliveries/{endpoint_id}"),
]
ADMINS = [
    ("POST", "/webhooks"),
    ("POST", "/webhooks/enable/{endpoint_id}"),
    ("POST", "/webhooks/disable/{endpoint_id}"),
    ("POST", "/webhooks/rotate/{endpoint_id}"),
    ("POST", "/webhooks/redeliver/{dispatch_id}"),
    ("DELETE", "/webhooks/{endpoint_id}"),
]
# The portal's own pages without a script; what they do is tested with the portal.
PORTAL = "/ui/"


def _routes(shop: Shop) -> Iterator[tuple[str, str, BaseRoute]]:
    """Method, path and route of all but the portal and its files."""
    for context in iter_route_contexts(shop.app.routes):
        route, path = context.original_route, str(context.path)
        if isinstance(route, Mount) or path.startswith(PORTAL):
            continue
        assert isinstance(route, Route), f"a kind of route that this test does not know: {route}"
        for method in (route.methods or set()) - {"HEAD"}:
            yield method, path, route


def _asks_who(dependant: Dependant) -> bool:
    return dependant.call is viewer or any(_asks_who(each) for each in dependant.dependencies)


async def test_every_route_stands_in_a_table(shop: Shop) -> None:
    known = PUBLIC | {*SIGNED_IN, *OWN, *OWN_OR_ADMIN, *OWN_WISH, *STAFF, *OVERSEERS, *ADMINS}
    assert {(method, path) for method, path, _ in _routes(shop)} == known


async def test_every_route_that_is_not_public_asks_who_is_there(shop: Shop) -> None:
    for method, path, route in _routes(shop):
        if (method, path) not in PUBLIC:
            assert isinstance(route, APIRoute)
            assert _asks_who(route.dependant), f"{method} {path} lets anybody in"


@pytest.mark.parametrize(("method", "path"), [*SIGNED_IN, *OWN, *OWN_OR_ADMIN, *OWN_WISH, *STAFF, *OVERSEERS, *ADMINS])
async def test_without_a_token_everything_is_closed(shop: Shop, method: str, path: str) -> None:
    answer = await shop.browser().request(method, path.replace("{", "").replace("}", ""))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["title"] == "Sign in first"


async def _things_of(shop: Shop, ana: Someone) -> dict[str, str]:
    """One of everything that belongs to Ana."""
    order = await shop.sells(ana)
    stores = shop.services.stores
    case, talk, note = case_of(ana, order), talk_of(ana), told(ana)
    subscription = subscription_of(ana)
    await stores.refunds.open(case)
    await stores.conversations.start(talk)
    await stores.notifications.add(note)
    await stores.subscriptions.save(subscription)
    return {
        "customer_id": ana.customer_id,
        "order_id": order.order_id,
        "refund_id": case.refund_id,
        "conversation_id": talk.conversation_id,
        "notification_id": note.notification_id,
        "subscription_id": subscription.subscription_id,
        "evidence_id": (await ana.http.post("/evidence", files={"file": pdf()})).json()["evidence_id"],
        "number": "1",
    }


async def test_the_owner_and_the_staff_come_in_and_a_stranger_hears_what_he_would_hear_of_nothing(
    shop: Shop, ana: Someone, ravi: Someone, agent: Someone
) -> None:
    things = await _things_of(shop, ana)
    nothing = {name: f"{value}0000" for name, value in things.items()}
    for method, path in [*OWN, *OWN_WISH]:
        body: Json = {} if method == "POST" else None
        stranger = await ravi.http.request(method, path.format(**things), json=body)
        of_nothing = await ravi.http.request(method, path.format(**nothing), json=body)
        assert stranger.status_code == of_nothing.status_code == 404, f"{method} {path}"
        assert stranger.text.replace(_id(path, things), "?") == of_nothing.text.replace(_id(path, nothing), "?")
        for reader in (ana,) if (method, path) in OWN_WISH else (ana, agent):
            let_in = await reader.http.request(method, path.format(**things), json=body)
            assert let_in.status_code in (200, 409, 422), f"{method} {path} for {reader.email}: {let_in.text}"


async def test_all_at_once_is_for_the_customer_and_an_administrator(
    shop: Shop, ana: Someone, ravi: Someone, supervisor: Someone, admin: Someone
) -> None:
    for method, path in OWN_OR_ADMIN:
        for someone, status in ((ana, 200), (admin, 200), (supervisor, 403), (ravi, 404)):
            answer = await someone.http.request(method, path.format(customer_id=ana.customer_id))
            assert answer.status_code == status, f"{method} {path} for {someone.email}"


async def test_what_is_the_customers_own_wish_nobody_does_for_them(shop: Shop, ana: Someone, agent: Someone) -> None:
    things = await _things_of(shop, ana)
    for method, path in OWN_WISH:
        assert (await agent.http.request(method, path.format(**things))).status_code == 403, f"{method} {path}"


def _id(path: str, things: dict[str, str]) -> str:
    return things[path.partition("{")[2].partition("}")[0]]


async def test_customers_may_not_do_what_is_the_staffs(shop: Shop, ana: Someone, ravi: Someone, agent: Someone) -> None:
    things = await _things_of(shop, ana)
    for method, path in STAFF:
        for customer in (ana, ravi):
            answer = await customer.http.request(method, path.format(**things), json={"decision": "approve"})
            assert answer.status_code == 403, f"{method} {path}"
        let_in = await agent.http.request(method, path.format(**things), json={})
        assert let_in.status_code in (200, 409, 422), f"{method} {path}: {let_in.text}"


async def test_web_hooks_are_the_administrators_and_supervisors_may_look_and_hand_cases_over(
    shop: Shop, ana: Someone, agent: Someone, supervisor: Someone, admin: Someone
) -> None:
    hook = {"url": "http://127.0.0.1:9/"}
    endpoint_id = (await admin.http.post("/webhooks", json=hook)).json()["endpoint_id"]
    things = {"endpoint_id": endpoint_id, "dispatch_id": f"NONE:{endpoint_id}", "refund_id": "REF-NONE"}
    for table, kept_out, let_in in (
        (OVERSEERS, (ana, agent), (supervisor, admin)),
        (ADMINS, (ana, agent, supervisor), (admin,)),
    ):
        for method, path in table:
            for someone in kept_out:
                answer = await someone.http.request(method, path.format(**things), json=hook)
                assert answer.status_code == 403, f"{method} {path} for {someone.email}"
            for someone in let_in:
                answer = await someone.http.request(method, path.format(**things))
                assert answer.status_code in (200, 204, 404, 422), f"{method} {path} for {someone.email}"


async def test_what_a_body_names_must_be_the_callers_too(shop: Shop, ana: Someone, ravi: Someone) -> None:
    order = await shop.sells(ana)
    photo = await shop.shows_photo(ana)
    mine = await shop.sells(ravi)
    talk = talk_of(ana)
    await shop.services.stores.conversations.start(talk)
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
    ]
    assert [attempt.status_code for attempt in attempts] == [404] * len(attempts)


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
