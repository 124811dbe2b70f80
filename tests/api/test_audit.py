"""The audit record through HTTP: whatever a colleague does, or takes a look at, leaves its line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import httpx
import pytest

from care.models.audit import Act, AuditEvent
from care.models.customer import Role
from care.models.order import OrderStatus, Payment, PaymentStatus
from tests.api.access import routes_written
from tests.api.cases import told
from tests.api.shop import MILK, STREET, Shop, Someone
from tests.api.test_errors import assert_is_problem
from tests.api.waiting import until, until_status
from tests.channels.servers import receiver
from tests.media.files import pdf

# What changes something, or hands out much at once: the act that it leaves, each time.
ACTS: dict[str, Act] = {
    "POST /subscription": "acted_for_customer",
    "POST /subscription/cancel/{subscription_id}": "acted_for_customer",
    "POST /subscription/pause/{subscription_id}": "acted_for_customer",
    "POST /subscription/resume/{subscription_id}": "acted_for_customer",
    "POST /subscription/skip/{subscription_id}": "acted_for_customer",
    "POST /subscription/unskip/{subscription_id}": "acted_for_customer",
    "POST /subscription/reschedule/{subscription_id}": "acted_for_customer",
    "POST /subscription/change/{subscription_id}": "acted_for_customer",
    "POST /subscription/order-now/{subscription_id}": "acted_for_customer",
    "POST /subscription/uncancel/{subscription_id}": "acted_for_customer",
    "POST /subscription/resubscribe/{subscription_id}": "acted_for_customer",
    "POST /notification/read/{notification_id}": "acted_for_customer",
    "POST /customer/change/{customer_id}": "acted_for_customer",
    "PUT /preferences/{customer_id}": "acted_for_customer",
    "POST /order/address/{order_id}": "acted_for_customer",
    "POST /order/cancel/{order_id}": "acted_for_customer",
    "POST /order/items/{order_id}": "acted_for_customer",
    "POST /order/payment/{order_id}": "acted_for_customer",
    "POST /evidence": "acted_for_customer",
    "POST /refund": "acted_for_customer",
    "POST /refund/evidence/{refund_id}": "acted_for_customer",
    "POST /refund/withdraw/{refund_id}": "acted_for_customer",
    "POST /chat/{customer_id}": "acted_for_customer",
    "POST /chat/{customer_id}/stream": "acted_for_customer",
    "GET /customer/export/{customer_id}": "customer_exported",
    "GET /customers": "customers_listed",
    "POST /trace/close/{order_id}": "trace_closed",
    "GET /refund/case/{refund_id}": "case_exported",
    "GET /refund/case/{refund_id}/pdf": "case_exported",
    "POST /review/claim/{refund_id}": "case_claimed",
    "POST /review/release/{refund_id}": "case_released",
    "POST /review/assign/{refund_id}": "case_assigned",
    "POST /review/decide/{refund_id}": "case_decided",
    "POST /conversation/claim/{conversation_id}": "conversation_taken",
    "POST /conversation/release/{conversation_id}": "conversation_released",
    "POST /conversation/reply/{conversation_id}": "conversation_answered",
    "POST /conversation/hand-back/{conversation_id}": "conversation_handed_back",
    "GET /analytics/export": "figures_exported",
    "GET /audit": "audit_read",
    "POST /tokens": "token_made",
    "DELETE /tokens/{name}": "token_revoked",
    "POST /webhooks": "webhook_added",
    "POST /webhooks/enable/{endpoint_id}": "webhook_changed",
    "POST /webhooks/disable/{endpoint_id}": "webhook_changed",
    "POST /webhooks/rotate/{endpoint_id}": "webhook_changed",
    "POST /webhooks/redeliver/{dispatch_id}": "webhook_redelivered",
    "DELETE /webhooks/{endpoint_id}": "webhook_deleted",
}
# What shows something of a customer's: a line a day for each colleague and customer, or file.
LOOKS: dict[str, Act] = {
    "GET /subscriptions/{customer_id}": "customer_viewed",
    "GET /subscription/{subscription_id}": "customer_viewed",
    "GET /subscription/notifications/{customer_id}": "customer_viewed",
    "GET /customer/{customer_id}": "customer_viewed",
    "GET /payment-methods/{customer_id}": "customer_viewed",
    "GET /preferences/{customer_id}": "customer_viewed",
    "GET /orders/{customer_id}": "customer_viewed",
    "GET /order/{order_id}": "customer_viewed",
    "GET /order/tracking/{order_id}": "customer_viewed",
    "GET /refunds/{customer_id}": "customer_viewed",
    "GET /refund/{refund_id}": "customer_viewed",
    "GET /chat/{customer_id}": "customer_viewed",
    "GET /conversation/{conversation_id}": "customer_viewed",
    "GET /evidence/{evidence_id}": "evidence_viewed",
    "GET /evidence/{evidence_id}/link": "evidence_viewed",
    "GET /evidence/{evidence_id}/preview/{number}": "evidence_viewed",
    "GET /evidence/{evidence_id}/preview/{number}/link": "evidence_viewed",
}
# What only shows the shop's own things, or the work that waits; and what no colleague may do.
READS_ONLY = {
    "GET /products",
    "GET /reviews",
    "GET /conversations",
    "GET /traces",
    "GET /analytics/summary",
    "GET /webhooks",
    "GET /webhooks/deliveries/{endpoint_id}",
    "GET /tokens",
    "POST /refund/accept-offer/{refund_id}",
}
# Whose lines test_staying_signed_in.py and test_codec.py read: one's own sign-in, and histories.
ELSEWHERE = {
    "GET /auth/sessions",
    "POST /auth/sessions/end/{session_id}",
    "POST /auth/password",
    "POST /codec/decode",
}


def test_every_route_is_known_to_leave_a_line_or_only_to_be_read() -> None:
    """The tables of docs/security.md are held to the application by test_access."""
    known = {f"{line.method} {line.path}" for line in routes_written() if line.rule != "public"}
    assert known == {*ACTS, *LOOKS, *READS_ONLY, *ELSEWHERE}


async def _lines(shop: Shop, after: int) -> list[AuditEvent]:
    return [event async for event in shop.services.stores.audit.lines(after=after)]


async def _last(shop: Shop) -> int:
    head = await shop.services.stores.audit.head()
    return head.number if head else 0


class Colleague:
    """Somebody who may do everything, and what each call has left in the record."""

    def __init__(self, shop: Shop, who: Someone, things: dict[str, str]) -> None:
        self._shop = shop
        self.who = who
        self.things = things
        self.done: set[str] = set()

    async def does(self, route: str, **request: Any) -> Any:
        """The answer of a call that went well, and whose line is there when it comes."""
        before = await _last(self._shop)
        method, _, path = route.partition(" ")
        answer: httpx.Response = await self.who.http.request(method, path.format(**self.things), **request)
        assert answer.is_success, f"{route}: {answer.text}"
        lines = [line for line in await _lines(self._shop, before) if line.by == self.who.email]
        assert ACTS[route] in [line.act for line in lines], f"{route} left {lines}"
        self.done.add(route)
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else None


@pytest.mark.usefixtures("at_work")
async def test_whatever_a_colleague_does_is_in_the_record_when_the_answer_comes(
    shop: Shop, ana: Someone, agent: Someone
) -> None:
    root = await shop.hires(Role.ADMIN)
    it = Colleague(shop, root, {"customer_id": ana.customer_id})
    await _for_the_customer(shop, ana, it)
    await _subscriptions(ana, it)
    await _orders(shop, ana, it)
    await _cases(shop, ana, agent, it)
    await _talks(it)
    await _web_hooks(shop, ana, it)
    await it.does("GET /analytics/export", params={"what": "refunds"})
    await it.does("GET /audit")
    it.things["name"] = f"audit-{ana.customer_id.lower()}"
    await it.does("POST /tokens", json={"name": it.things["name"], "scopes": ["orders:read"]})
    await it.does("DELETE /tokens/{name}")
    assert it.done == set(ACTS)


async def _for_the_customer(shop: Shop, ana: Someone, it: Colleague) -> None:
    note = told(ana)
    await shop.services.stores.notifications.add(note)
    it.things["notification_id"] = note.notification_id
    await it.does("POST /notification/read/{notification_id}")
    await it.does("POST /customer/change/{customer_id}", json={"name": "Ana Maria"})
    await it.does("PUT /preferences/{customer_id}", json={"mail": {}})
    await it.does("GET /customer/export/{customer_id}")
    await it.does("GET /customers")


async def _subscriptions(ana: Someone, it: Colleague) -> None:
    asked = {"customer_id": ana.customer_id, "items": [{"sku": MILK.sku, "quantity": 1}], "frequency": "daily"}
    made = await it.does("POST /subscription", json=asked)
    it.things["subscription_id"] = made["subscription_id"]
    date = datetime.fromisoformat(made["next_delivery"]).date()
    path = "POST /subscription/{}/{{subscription_id}}"
    await it.does(path.format("skip"), json={"date": f"{date + timedelta(days=3)}"})
    await it.does(path.format("unskip"), json={"date": f"{date + timedelta(days=3)}"})
    monthly = {"frequency": "monthly", "delivery_day": 15}
    changed = await it.does(path.format("change"), json=monthly)
    first = datetime.fromisoformat(changed["next_delivery"]).date()
    await it.does(path.format("reschedule"), json={"date": f"{first}", "to": f"{first + timedelta(days=2)}"})
    await it.does(path.format("order-now"))
    await it.does(path.format("pause"))
    await it.does(path.format("resume"))
    await it.does(path.format("cancel"), json={"when": "after_next_delivery"})
    await it.does(path.format("uncancel"))
    await it.does(path.format("cancel"), json={"when": "now"})
    await it.does(path.format("resubscribe"))


async def _orders(shop: Shop, ana: Someone, it: Colleague) -> None:
    order = await shop.sells(ana, status=OrderStatus.PENDING)
    it.things["order_id"] = order.order_id
    await it.does("POST /order/address/{order_id}", json=STREET.model_dump())
    await it.does("POST /order/items/{order_id}", json={"items": [{"sku": MILK.sku, "quantity": 2}]})
    await it.does("POST /order/cancel/{order_id}")
    unpaid = await shop.sells(ana, status=OrderStatus.PENDING)
    await shop.services.stores.orders.set_payment(unpaid.order_id, Payment(status=PaymentStatus.FAILED))
    it.things["order_id"] = unpaid.order_id
    await it.does("POST /order/payment/{order_id}", json={"payment_method": "pm_card"})
    sent = await shop.sells(ana, status=OrderStatus.SHIPPED)
    await shop.services.carrier.trace(sent, datetime.now(UTC))
    it.things["order_id"] = sent.order_id
    await it.does("POST /trace/close/{order_id}", json={"note": "It was found."})


async def _cases(shop: Shop, ana: Someone, agent: Someone, it: Colleague) -> None:
    for seed in (81, 82):
        order = await shop.sells(ana)
        named = {"data": {"customer_id": ana.customer_id}, "files": {"file": pdf()}}
        file = (await it.does("POST /evidence", **named))["evidence_id"]
        photo = await shop.shows_photo(ana, seed=seed)
        claim = {
            "order_id": order.order_id,
            "reason": "quality",
            "complaint": "It tastes odd.",
            "evidence_ids": [photo],
        }
        it.things["refund_id"] = (await it.does("POST /refund", json=claim))["refund_id"]
        await until_status(ana, it.things["refund_id"], "in_review", "needs_evidence")
        await it.does("POST /refund/evidence/{refund_id}", json={"evidence_ids": [file]})
        await until_status(ana, it.things["refund_id"], "in_review", "needs_evidence")
        if seed == 81:
            await it.does("POST /refund/withdraw/{refund_id}")
    await it.does("POST /review/claim/{refund_id}")
    await it.does("POST /review/release/{refund_id}")
    await it.does("POST /review/decide/{refund_id}", json={"decision": "escalate"})
    await it.does("POST /review/assign/{refund_id}", json={"to": agent.email})
    await it.does("GET /refund/case/{refund_id}")
    await it.does("GET /refund/case/{refund_id}/pdf")


async def _talks(it: Colleague) -> None:
    asked = {"message": "Let me talk to a human"}
    answer = await it.does("POST /chat/{customer_id}", json=asked)
    it.things["conversation_id"] = answer["conversation_id"]
    await it.does("POST /chat/{customer_id}/stream", json=asked | {"conversation_id": answer["conversation_id"]})
    await it.does("POST /conversation/claim/{conversation_id}")
    await it.does("POST /conversation/release/{conversation_id}")
    await it.does("POST /conversation/reply/{conversation_id}", json={"message": "Here I am."})
    await it.does("POST /conversation/hand-back/{conversation_id}", json={})


async def _web_hooks(shop: Shop, ana: Someone, it: Colleague) -> None:
    async with receiver() as systems:
        made = await it.does("POST /webhooks", json={"url": systems.url, "kinds": ["reminder"]})
        it.things["endpoint_id"] = made["endpoint_id"]
        await it.does("POST /webhooks/disable/{endpoint_id}")
        await it.does("POST /webhooks/enable/{endpoint_id}")
        await it.does("POST /webhooks/rotate/{endpoint_id}")
        note = told(ana)
        await shop.services.stores.notifications.add(note)
        it.things["dispatch_id"] = f"{note.notification_id}:{made['endpoint_id']}"
        sent = f"/webhooks/deliveries/{made['endpoint_id']}"
        await until(it.who, sent, lambda page: [each["status"] for each in page["items"]] == ["sent"])
        await it.does("POST /webhooks/redeliver/{dispatch_id}")
        await it.does("DELETE /webhooks/{endpoint_id}")


@pytest.mark.usefixtures("at_work")
async def test_who_looks_at_a_customers_things_leaves_one_line_a_day_and_the_customer_none(
    shop: Shop, ana: Someone
) -> None:
    order = await shop.sells(ana)
    evidence = (await ana.http.post("/evidence", files={"file": pdf()})).json()["evidence_id"]
    asked = {"customer_id": ana.customer_id, "items": [{"sku": MILK.sku, "quantity": 1}], "frequency": "weekly"}
    subscription = (await ana.http.post("/subscription", json=asked | {"delivery_day": "friday"})).json()
    talk = (await ana.http.post(f"/chat/{ana.customer_id}", json={"message": "Hello"})).json()
    refund = (await shop.claims(ana, order, evidence_ids=[evidence])).json()
    things = {
        "customer_id": ana.customer_id,
        "order_id": order.order_id,
        "refund_id": refund["refund_id"],
        "subscription_id": subscription["subscription_id"],
        "conversation_id": talk["conversation_id"],
        "evidence_id": evidence,
        "number": "1",
    }
    before = await _last(shop)
    for route in LOOKS:
        nosy, path = await shop.hires(Role.AGENT), route.removeprefix("GET ").format(**things)
        for _ in range(2):
            assert (await nosy.http.get(path)).status_code in (200, 303), route
        assert (await ana.http.get(path)).status_code in (200, 303)
        about = evidence if "evidence" in route else ana.customer_id
        found = [(line.act, line.about) for line in await _lines(shop, before) if line.by == nosy.email]
        assert found == [(LOOKS[route], about)], route
    assert not [line for line in await _lines(shop, before) if line.by in (ana.email, ana.customer_id)]


async def test_what_the_shops_own_systems_do_for_customers_is_told_and_what_they_read_is_not(
    shop: Shop, ana: Someone, admin: Someone
) -> None:
    wish = {"name": f"shop-{ana.customer_id.lower()}", "scopes": ["orders:read", "orders:write"]}
    secret = (await admin.http.post("/tokens", json=wish)).json()["token"]
    system, order = shop.browser(Authorization=f"Bearer {secret}"), await shop.sells(ana, status=OrderStatus.PENDING)
    before = await _last(shop)
    assert (await system.get(f"/order/{order.order_id}")).status_code == 200
    assert (await system.post(f"/order/cancel/{order.order_id}")).status_code == 200
    lines = [(line.act, line.by, line.about) for line in await _lines(shop, before)]
    assert lines == [("acted_for_customer", f"token:{wish['name']}", ana.customer_id)]


async def test_a_repeated_call_leaves_one_line_and_no_words_of_a_person(
    shop: Shop, ana: Someone, agent: Someone
) -> None:
    order, before = await shop.sells(ana, status=OrderStatus.PENDING), await _last(shop)
    more = {"items": [{"sku": MILK.sku, "quantity": 3}]}
    for _ in range(2):
        answer = await agent.http.post(
            f"/order/items/{order.order_id}", json=more, headers={"Idempotency-Key": "audit-1"}
        )
        assert answer.status_code == 200
        await agent.http.post(f"/customer/change/{ana.customer_id}", json={"name": "Marker Markerson"})
        assert (await agent.http.post(f"/order/cancel/{order.order_id}")).status_code == 200
    lines = [line for line in await _lines(shop, before) if line.act == "acted_for_customer"]
    assert [(line.about, line.detail["what"], line.detail["on"]) for line in lines] == [
        (ana.customer_id, "order_items_changed", order.order_id),
        (ana.customer_id, "customer_changed", ana.customer_id),
        (ana.customer_id, "order_cancelled", order.order_id),
        (ana.customer_id, "customer_changed", ana.customer_id),
    ]
    assert not any(word in str(lines) for word in ("Marker", ana.email))


async def test_administrators_find_lines_by_who_what_about_and_since(
    shop: Shop, ana: Someone, supervisor: Someone, admin: Someone
) -> None:
    await supervisor.http.get(f"/customer/{ana.customer_id}")
    today = datetime.now(UTC).date()
    asked = {"about": ana.customer_id, "by": supervisor.email, "act": "customer_viewed", "since": f"{today}"}
    found = (await admin.http.get("/audit", params=asked)).json()["items"]
    assert [(each["act"], each["by"], each["about"]) for each in found] == [
        ("customer_viewed", supervisor.email, ana.customer_id)
    ]
    for name, value in (("about", "nobody"), ("by", "nobody"), ("act", "keys_rotated"), ("since", "2099-01-01")):
        other = (await admin.http.get("/audit", params=asked | {name: value})).json()
        assert other == {"items": [], "next": None}, name
    page = (await admin.http.get("/audit", params={"limit": 1})).json()
    rest = (await admin.http.get("/audit", params={"limit": 1, "cursor": page["next"]})).json()
    assert page["items"][0]["number"] == rest["items"][0]["number"] + 1
    assert_is_problem(await admin.http.get("/audit", params={"act": "nothing"}), 422)
    assert_is_problem(await admin.http.get("/audit", params={"since": "yesterday"}), 422)
    assert_is_problem(await supervisor.http.get("/audit"), 403)


async def test_a_damaged_record_takes_no_more_acts_and_can_still_be_read(shop: Shop) -> None:
    root, heads = await shop.hires(Role.ADMIN), shop.services.stores.database["audit_head"]
    await root.http.get("/customers")
    head = await heads.find_one({}) or {}
    await heads.update_one({}, {"$set": {"number": 0}})
    try:
        assert (await root.http.get("/audit")).status_code == 200
        refused = assert_is_problem(await root.http.get("/customers"), 503)
        assert refused["detail"] == "The audit record is damaged: `care audit verify` says where."
    finally:
        await heads.replace_one({}, head)
    assert (await root.http.get("/customers")).status_code == 200


def test_every_act_of_these_tables_is_one_of_the_record() -> None:
    assert {*ACTS.values(), *LOOKS.values()} <= set(get_args(Act))
