"""Every query of the stores goes through an index, and looks at no more than it gives back.

A new method of a store must be named here: in QUERIES with a call, or in BY_ID if it looks for nothing but an id.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from care.models.analytics import Table
from care.models.audit import AuditEvent
from care.models.common import Page
from care.models.conversation import Conversation
from care.models.customer import Account, Role
from care.models.data_key import DataKey
from care.models.dispatch import Channel, Dispatch
from care.models.ledger import Entry, EntryLine, Movement, MovementKind
from care.models.notification import Notification
from care.models.order import Payment, PaymentStatus
from care.models.order_change import ChangeStatus, OrderChange
from care.models.period import Period
from care.models.refund import RefundStatus, Ruling
from care.models.session import Session as SignedIn
from care.models.subscription import SubscriptionStatus
from care.models.token import ServiceToken
from care.models.webhook import Endpoint
from care.policy import load_policy
from care.stores import Stores
from care.stores.documents import Documents, now
from tests.stores.make import AT, customer, eur, evidence, order, product, refund, subscription
from tests.stores.plans import Overheard, overheard

MINE, OTHERS = 40, 200
PAGE = 10
ME = "CUST001"


@dataclass(frozen=True)
class Query:
    """`most` documents may be looked at, over all commands of the call; None where `reason` tells why it is not bound.

    `scans`: how many commands may read this collection as a whole, for `reason`. `sorts`: few rows are put in order
    after a look-up.
    """

    call: Callable[[Stores], Awaitable[Any]]
    most: int | None = PAGE + 1
    scans: Mapping[str, int] = field(default_factory=dict)
    sorts: bool = False
    reason: str = ""


async def _second(page: Callable[..., Awaitable[Page[Any]]], *who: Any, **how: Any) -> Page[Any]:
    """The page in the middle, after a first one that was as long as half the list."""
    first = await page(*who, limit=MINE // 2, **how)
    return await page(*who, limit=PAGE, cursor=first.next, **how)


async def _all(rows: AsyncIterator[Any]) -> list[Any]:
    return [row async for row in rows]


A_WEEK = Period.of_days(AT.date(), AT.date() + timedelta(days=6), AT.date() + timedelta(days=30))
# Two thirds of the cases had a person's ruling, a quarter is in review; all else is counted in the indexes.
FIGURES = MINE + OTHERS
_BOTH = MINE // 2 + 1 + 1 + PAGE + 1  # the last one of the page before is looked at again
QUERIES: dict[str, Query] = {
    "audit.page": Query(lambda s: s.audit.page(limit=PAGE)),
    "audit.page, next": Query(lambda s: _second(s.audit.page), _BOTH),
    "audit.page, about": Query(lambda s: s.audit.page(about="CUST001", limit=PAGE), PAGE + 1),
    "audit.page, by": Query(lambda s: s.audit.page(by="amy", limit=PAGE), PAGE + 1),
    "audit.page, by and kind": Query(
        lambda s: s.audit.page(by="amy", acts=["signed_in", "signed_out"], limit=PAGE), PAGE + 2
    ),
    "audit.page, kinds": Query(lambda s: s.audit.page(acts=["signed_in", "signed_out"], limit=PAGE), PAGE + 2),
    "audit.page, since": Query(lambda s: s.audit.page(since=AT + timedelta(minutes=9), limit=PAGE), PAGE + 2),
    "audit.append, once": Query(lambda s: s.audit.append("signed_in", by="amy", once="x"), 4),
    "audit.told": Query(lambda s: s.audit.told("x"), 1),
    "audit.lines": Query(lambda s: _all(s.audit.lines(after=MINE - PAGE)), None, reason="all that follow are wanted"),
    "audit.stored": Query(lambda s: _all(s.audit.stored()), None, reason="the check of the chain looks at all of it"),
    "accounts.all": Query(lambda s: s.accounts.all(), None, reason="all of the few accounts"),
    "accounts.page": Query(lambda s: s.accounts.page(limit=PAGE)),
    "data_keys.of": Query(lambda s: s.data_keys.of("subscription-SUB0007"), 1),
    "data_keys.forget": Query(lambda s: s.data_keys.forget(["subscription-SUB0008", "subscription-SUB0009"]), 2),
    "data_keys.counts": Query(lambda s: s.data_keys.counts(), MINE + OTHERS, reason="counted in the index"),
    "data_keys.under": Query(lambda s: _all(s.data_keys.under("old", PAGE)), MINE),
    "accounts.erase": Query(lambda s: s.accounts.erase(ME), 0),
    "accounts.act": Query(
        lambda s: s.accounts.act("staff2@shop.test", "account_closed", lambda account, _: account, by="root"),
        None,
        reason="counts the few administrators",
    ),
    "sessions.page": Query(lambda s: s.sessions.page("staff2@shop.test", limit=PAGE)),
    "sessions.page, next": Query(lambda s: _second(s.sessions.page, "staff2@shop.test"), _BOTH),
    "sessions.end_others": Query(lambda s: s.sessions.end_others("staff3@shop.test", "SES1"), OTHERS),
    "tokens.page": Query(lambda s: s.tokens.page(limit=PAGE)),
    "tokens.page, next": Query(lambda s: _second(s.tokens.page), _BOTH),
    "tokens.find": Query(lambda s: s.tokens.find("hash 7"), 1),
    "analytics.summary": Query(lambda s: s.analytics.summary(A_WEEK), FIGURES),
    "analytics.table, refunds": Query(lambda s: _all(s.analytics.table(Table.REFUNDS, A_WEEK)), MINE + OTHERS),
    "analytics.table, deliveries": Query(lambda s: _all(s.analytics.table(Table.DELIVERIES, A_WEEK)), MINE + OTHERS),
    "analytics.table, conversations": Query(
        lambda s: _all(s.analytics.table(Table.CONVERSATIONS, A_WEEK)), MINE + OTHERS
    ),
    "analytics.table, agents": Query(lambda s: _all(s.analytics.table(Table.AGENTS, A_WEEK)), FIGURES),
    "meters.between": Query(lambda s: s.meters.between(A_WEEK.first, now().date()), 1),
    "meters.days": Query(lambda s: s.meters.days(A_WEEK.first, now().date()), 1),
    "conversations.page": Query(lambda s: s.conversations.page(ME, limit=PAGE)),
    "conversations.page, next": Query(lambda s: _second(s.conversations.page, ME), _BOTH),
    "conversations.handed_off": Query(lambda s: s.conversations.handed_off(limit=PAGE)),
    "conversations.handed_off, next": Query(lambda s: _second(s.conversations.handed_off), _BOTH),
    "conversations.waiting": Query(lambda s: s.conversations.waiting(limit=PAGE), PAGE + 2),
    "conversations.waiting, next": Query(lambda s: _second(s.conversations.waiting), _BOTH),
    "conversations.count_waiting": Query(lambda s: s.conversations.count_waiting(), (MINE + OTHERS) // 2),
    "conversations.taken": Query(lambda s: s.conversations.taken("amy", limit=PAGE), PAGE + 2),
    "conversations.view": Query(lambda s: s.conversations.view("CON0"), 1 + 3),
    "customers.page": Query(lambda s: s.customers.page(limit=PAGE)),
    "customers.page, next": Query(lambda s: _second(s.customers.page), _BOTH),
    "customers.search": Query(lambda s: s.customers.search("ada", PAGE), PAGE),
    "customers.search, one": Query(lambda s: s.customers.search("cust0007", PAGE), 1),
    "customers.view": Query(lambda s: s.customers.view(ME), 2),
    "evidence.by_hashes": Query(
        lambda s: s.evidence.by_hashes([f"{1:016x}"], "x" * 64), 5, sorts=True, reason="few pictures share a band"
    ),
    "evidence.data": Query(lambda s: s.evidence.data("EV-FILE"), 3),
    "evidence.preview": Query(lambda s: s.evidence.preview("EV-FILE", 1), 3),
    "evidence.put": Query(
        lambda s: s.evidence.put(evidence("EV-NEW"), b"new"),
        None,
        {"files.files": 1, "files.chunks": 1},
        reason="the driver asks for any one document, to know whether its indexes are made",
    ),
    "ledger.balance": Query(lambda s: s.ledger.balance(f"wallet:{ME}"), MINE),
    "ledger.latest": Query(lambda s: s.ledger.latest(f"wallet:{ME}", PAGE), PAGE),
    "ledger.movement": Query(lambda s: s.ledger.movement("REFERENCE-1"), 1, sorts=True, reason="two at most"),
    "ledger.total": Query(
        lambda s: s.ledger.total(), None, {"ledger": 1}, reason="the sum of everything reads everything"
    ),
    "meters.totals": Query(lambda s: s.meters.totals(30), None, sorts=True, reason="a few lines a day"),
    "notifications.page": Query(lambda s: s.notifications.page(ME, limit=PAGE)),
    "notifications.page, next": Query(lambda s: _second(s.notifications.page, ME), _BOTH),
    "notifications.unread": Query(lambda s: s.notifications.unread(ME), MINE),
    "notifications.mark_all_read": Query(lambda s: s.notifications.mark_all_read(ME), MINE),
    "notifications.read_conversation": Query(
        lambda s: s.notifications.read_conversation("CNV001", ME), MINE // 2, reason="looks at what is unread"
    ),
    "notifications.withdraw_reminders": Query(
        lambda s: s.notifications.withdraw_reminders(
            "SUB0001", after="2026-03-06", until="2026-04-03", planned=["2026-03-13"], skipped=["2026-03-20"]
        ),
        2,
    ),
    "notifications.undispatched": Query(lambda s: s.notifications.undispatched(PAGE), PAGE),
    "outbox.add": Query(lambda s: s.outbox.add([dispatch(1), dispatch(999)]), 2),
    "outbox.claim": Query(lambda s: s.outbox.claim(Channel.MAIL, AT + timedelta(days=1), timedelta(minutes=1)), 1),
    "outbox.page": Query(lambda s: s.outbox.page("EP1", limit=PAGE)),
    "outbox.page, next": Query(lambda s: _second(s.outbox.page, "EP1"), _BOTH),
    "outbox.forget": Query(lambda s: s.outbox.forget("EP2"), OTHERS),
    "orders.page": Query(lambda s: s.orders.page(ME, limit=PAGE)),
    "orders.page, next": Query(lambda s: _second(s.orders.page, ME), _BOTH),
    "orders.latest": Query(lambda s: s.orders.latest(ME, PAGE), PAGE),
    "orders.for_subscription": Query(lambda s: s.orders.for_subscription("SUB0001", PAGE), PAGE),
    "orders.bought": Query(lambda s: s.orders.bought(ME, "EUR", AT + timedelta(minutes=MINE // 2)), MINE // 2),
    "orders.paid_with": Query(lambda s: s.orders.paid_with("PAY-1"), 1),
    "orders.owing": Query(lambda s: s.orders.owing(), 1),
    "orders.find": Query(lambda s: s.orders.find(["ORD0001", "ORD0002"]), 2),
    "order_changes.open": Query(lambda s: s.order_changes.open(), 1),
    "traces.page": Query(lambda s: s.traces.page(limit=PAGE), PAGE + 1),
    "traces.page, next": Query(lambda s: _second(s.traces.page), _BOTH),
    "policies.put": Query(
        lambda s: s.policies.put(load_policy(None)), None, {"policies": 1}, reason="looks which was the latest"
    ),
    "policies.uses": Query(lambda s: s.policies.uses(), None, {"policies": 1}, reason="all of the few"),
    "policies.versions": Query(lambda s: s.policies.versions(), None, {"policies": 1}, reason="all of the few"),
    "products.all": Query(lambda s: s.products.all(), None, reason="the whole catalogue, by id"),
    "products.find": Query(lambda s: s.products.find(["SKU1", "SKU2"]), 2),
    "products.page": Query(lambda s: s.products.page(limit=PAGE)),
    "products.page, next": Query(lambda s: _second(s.products.page), _BOTH),
    "refunds.open": Query(lambda s: s.refunds.open(refund("REF-NEW", order_id="ORD0001")), 4),
    "refunds.page": Query(lambda s: s.refunds.page(ME, limit=PAGE)),
    "refunds.page, next": Query(lambda s: _second(s.refunds.page, ME), _BOTH),
    "refunds.history": Query(lambda s: s.refunds.history(ME), MINE + 1),
    "refunds.showing": Query(
        lambda s: s.refunds.showing(["EV1", "EV2"]), 2, sorts=True, reason="few cases show the same file"
    ),
    "refunds.reviews": Query(lambda s: s.refunds.reviews(limit=PAGE), PAGE + 1 + 2),
    "refunds.reviews, next": Query(lambda s: _second(s.refunds.reviews), _BOTH + 4),
    "refunds.reviews, of one agent": Query(lambda s: s.refunds.reviews(claimed_by="amy", limit=PAGE), PAGE + 1 + 2),
    "refunds.reviews, escalated": Query(lambda s: s.refunds.reviews(escalated=True, limit=PAGE), PAGE + 1 + 2),
    "refunds.ruled_on": Query(lambda s: s.refunds.ruled_on("ORD0001", besides="REF0"), 4),
    "refunds.reviews, ruled": Query(
        lambda s: s.refunds.reviews(open_only=False, limit=PAGE), None, reason="walks the queue past what nobody saw"
    ),
    "ids.counters": Query(lambda s: s.ids.counters(), None, {"counters": 1}, reason="all of the few"),
    "refunds.expired": Query(
        lambda s: s.refunds.expired(["ORD0001", "ORD0002"]), 2, sorts=True, reason="an order has few refunds"
    ),
    "refunds.settled": Query(lambda s: s.refunds.settled(limit=PAGE), PAGE + 1 + 4),
    "refunds.settled, since": Query(
        lambda s: s.refunds.settled(since=AT + timedelta(minutes=9), limit=PAGE), PAGE + 1 + 4
    ),
    "refunds.settled, next": Query(lambda s: _second(s.refunds.settled), _BOTH + 8),
    "standing.look": Query(
        lambda s: s.standing.look(AT + timedelta(days=1)), 2, reason="all but the two checks is in the indexes"
    ),
    "subscriptions.page": Query(lambda s: s.subscriptions.page(ME, limit=PAGE)),
    "subscriptions.page, next": Query(lambda s: _second(s.subscriptions.page, ME), _BOTH),
    "subscriptions.active": Query(lambda s: s.subscriptions.active(ME), MINE),
    "webhooks.enabled": Query(lambda s: s.webhooks.enabled(), 2),
    "webhooks.every": Query(
        lambda s: _all(s.webhooks.every()), None, {"webhooks": 1}, reason="all of the few, to seal them anew"
    ),
    "webhooks.page": Query(lambda s: s.webhooks.page(limit=PAGE)),
    "wallets.resync": Query(lambda s: s.wallets.resync(ME), MINE + 2),
}
BY_ID = {
    *("budgets.spend", "budgets.spent"),
    *("allowances.take", "allowances.taken", "audit.head", "audit.together", "audit.transaction", "policies.get"),
    *("data_keys.add", "data_keys.find", "data_keys.wrap_anew"),
    *(
        "accounts.add",
        "accounts.find",
        "accounts.rehash",
        "accounts.set_password_hash",
        "ids.given",
        "ids.next",
        "ids.raise_to",
        "meters.count",
        "meters.rests",
        "rates.add",
        "refunds.save",
    ),
    *("conversations.append", "conversations.get", "conversations.load_state", "conversations.save_state"),
    *("conversations.start", "customers.add", "customers.change", "customers.get"),
    *("audit.carry_over", "customers.erase", "customers.make_findable", "evidence.erase"),
    *(
        "evidence.get",
        "evidence.known",
        "idempotency.abandon",
        "idempotency.begin",
        "idempotency.finish",
        "ledger.confirm",
    ),
    *("ledger.find", "ledger.move", "ledger.payment_method", "ledger.post", "ledger.resolve"),
    *("ledger.book", "ledger.set_payment_method", "payers.find", "payers.keep"),
    *(
        "notifications.came_from",
        "notifications.dispatched",
        "notifications.find",
        "outbox.get",
        "outbox.record",
        "outbox.send_again",
    ),
    *("resets.add", "resets.find", "resets.take", "tries.begin", "tries.forget"),
    *("sessions.add", "sessions.end", "sessions.end_family", "sessions.find", "sessions.note_use", "sessions.rotate"),
    *("preferences.get", "preferences.put", "webhooks.add", "webhooks.delete", "webhooks.disable", "webhooks.enable"),
    *("webhooks.failed", "webhooks.find", "webhooks.get", "webhooks.rotate", "webhooks.succeeded"),
    *("webhooks.seal_anew",),
    *("notifications.add", "notifications.mark_read", "orders.add", "orders.cancel", "orders.change_address"),
    *("orders.get", "orders.paid_back", "orders.place", "orders.put", "orders.set_payment", "orders.set_status"),
    *("order_changes.begin", "order_changes.charged", "order_changes.find", "order_changes.paid_back"),
    *("products.add", "products.get", "products.put", "refunds.assign", "refunds.claim", "refunds.get"),
    *("refunds.drop_unreserved", "refunds.is_held", "refunds.release", "refunds.settle", "standing.note"),
    *("subscriptions.get", "subscriptions.save", "subscriptions.show", "subscriptions.tell_when_due"),
    *("tokens.add", "tokens.revoke", "tokens.used"),
    *("traces.close", "traces.open", "customers.put", "wallets.add", "wallets.get", "wallets.set"),
}


def dispatch(n: int) -> Dispatch:
    """For one endpoint if it is among the first, else for mail."""
    at = AT + timedelta(minutes=n)
    way = {"channel": Channel.WEBHOOK, "endpoint_id": "EP1"} if n < MINE else {"channel": Channel.MAIL}
    return Dispatch.model_validate(
        {"dispatch_id": f"N{n}:way", "notification_id": f"N{n}", "created_at": at, "next_at": at} | way
    )


def signed_in(n: int, email: str) -> SignedIn:
    at, later = AT + timedelta(minutes=n), now() + timedelta(days=1)
    fields = {"door": "api", "generation": 0, "created_at": at, "used_at": at, "expires_at": later}
    return SignedIn(session_id=f"SES{n}", email=email, **fields)


def change(n: int) -> OrderChange:
    lines = order().items
    fields = {"customer_id": ME, "kind": "items", "status": ChangeStatus.DONE, "before": lines, "items": lines}
    return OrderChange(change_id=f"ORD{n}:1", order_id=f"ORD{n}", total=eur(400), at=AT, **fields)


def endpoint(n: int) -> Endpoint:
    return Endpoint(endpoint_id=f"EP{n}", url="https://shop.example/hook", created_at=AT, sealed=b"secret")


def test_every_method_of_a_store_is_accounted_for() -> None:
    kinds = {name: kind for name, kind in inspect.get_annotations(Stores, eval_str=True).items() if name != "database"}
    offered = {
        f"{name}.{method}"
        for name, kind in kinds.items()
        for method, function in inspect.getmembers(kind, inspect.isfunction)
        if not method.startswith("_") and method != "ensure_indexes"
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
    }
    named = {name.partition(",")[0] for name in QUERIES}
    assert offered == named | BY_ID
    assert not named & BY_ID


@pytest.mark.parametrize("name", QUERIES)
async def test_a_query_goes_through_an_index(filled: Overheard, name: str) -> None:
    query = QUERIES[name]
    plans = await filled.plans(query.call(filled.stores))
    assert plans
    assert Counter(plan.collection for plan in plans if "COLLSCAN" in plan.stages) <= Counter(query.scans), plans
    for plan in plans:
        assert not plan.stages & {"SORT", "SORT_SIMPLE"} or query.sorts, plan
        assert plan.stages or not plan.examined, plan
    examined = sum(plan.examined for plan in plans)
    assert query.most is not None or query.reason
    assert query.most is None or examined <= query.most, plans


async def test_a_query_without_an_index_is_noticed(filled: Overheard) -> None:
    """Else the test above could pass for want of sight."""
    orders = Documents(filled.stores.database, "orders", type(order()), key="order_id", noun="order")
    (plan,) = await filled.plans(orders.many({"total.amount": 1}, by="delivered_at", limit=PAGE))
    assert {"COLLSCAN", "SORT"} <= plan.stages
    assert plan.examined >= OTHERS


@pytest.fixture(scope="module")
async def filled(mongodb_uri: str) -> AsyncIterator[Overheard]:
    """A shop with 40 things of each kind of one customer, and 200 of others."""
    async with overheard(mongodb_uri, "test_plans") as heard:
        await _fill(heard.stores)
        yield heard


async def _fill(stores: Stores) -> None:
    everybody = [ME] * MINE + [f"CUST{n:04d}" for n in range(2, OTHERS + 2)]
    many = [(n, who, AT + timedelta(minutes=n)) for n, who in enumerate(everybody)]

    async def put(name: str, models: list[Any], key: str, **beside: Callable[[int], Any]) -> None:
        documents: Documents[Any] = Documents(stores.database, name, type(models[0]), key=key, noun=name)
        extra = [{name: value(n) for name, value in beside.items()} for n in range(len(models))]
        await documents.collection.insert_many(
            [documents.encode(each) | more for each, more in zip(models, extra, strict=True)]
        )

    somebody = [customer(who, created_at=at) for _, who, at in many[MINE - 1 :]]
    handles = [[each.customer_id.lower(), each.email] for each in somebody]
    await put("customers", somebody, "customer_id", handles=handles.__getitem__, names=lambda n: ["ada"])
    await put(
        "accounts",
        [
            Account(email=f"staff{n}@shop.test", password_hash="x", role=Role.AGENT, created_at=at)
            for n, _, at in many[:MINE]
        ],
        "email",
    )
    whose = ["staff2@shop.test"] * MINE + ["staff3@shop.test"] * OTHERS
    await put("sessions", [signed_in(n, who) for n, who in enumerate(whose)], "session_id")
    await put(
        "tokens",
        [
            ServiceToken(name=f"t{n}", scopes=["chat"], created_at=at, created_by="amy", expires_at=at)
            for n, _, at in many[:MINE]
        ],
        "name",
        sha256=lambda n: f"hash {n}",
    )
    await put(
        "audit",
        [AuditEvent(number=n + 1, at=at, act="signed_in", by="amy", about=ME, hash="") for n, _, at in many[:MINE]],
        "number",
    )
    await put(
        "data_keys",
        [
            DataKey(
                key_id=f"data-{n}",
                workflow_id=f"subscription-SUB{n:04d}",
                wrapped=b"key",
                under="old" if n < MINE else "new",
                created_at=at,
            )
            for n, _, at in many
        ],
        "key_id",
    )
    await stores.database["audit_head"].insert_one({"_id": "head", "number": MINE, "hash": ""})
    await put("products", [product(f"SKU{n}") for n in range(MINE)], "sku")
    await put(
        "orders",
        [
            order(
                f"ORD{n:04d}",
                customer_id=who,
                placed_at=at,
                subscription_id=f"SUB{n % 9:04d}",
                payment=Payment(status=PaymentStatus.PAID, reference=f"PAY-{n}"),
            )
            for n, who, at in many
        ],
        "order_id",
        owes=lambda n: n == 7,
        traced_at=lambda n: AT + timedelta(minutes=n) if n < MINE else None,
    )
    await put("order_changes", [change(n) for n, _, _ in many], "change_id", open=lambda n: n == 7)
    over, ruled = SubscriptionStatus.CANCELLED, [Ruling(decision="approve", reviewer="amy")]
    await put(
        "subscriptions",
        [
            subscription(
                f"SUB{n:04d}", customer_id=who, created_at=at, status=over if n % 2 else SubscriptionStatus.ACTIVE
            )
            for n, who, at in many
        ],
        "subscription_id",
        next_due=lambda n: AT + timedelta(minutes=n),
    )
    await put(
        "notifications",
        [
            Notification(
                notification_id=f"N{n}",
                customer_id=who,
                kind="reminder",
                message="Tomorrow.",
                created_at=at,
                read_at=at if n % 2 else None,
                subscription_id=f"SUB{n:04d}",
                occurrence="2026-03-20",
            )
            for n, who, at in many
        ],
        "notification_id",
        undispatched=lambda n: n % 2 == 0,
    )
    await put("dispatches", [dispatch(n) for n, _, _ in many], "dispatch_id")
    await put("webhooks", [endpoint(n) for n in (1, 2)], "endpoint_id")
    waits, paid = RefundStatus.IN_REVIEW, RefundStatus.PAID
    await put(
        "refunds",
        [
            refund(
                f"REF{n:04d}",
                customer_id=who,
                order_id=f"ORD{n:04d}",
                evidence_ids=[f"EV{n}"],
                created_at=at,
                updated_at=at,
                status=waits if n % 4 == 1 else paid,
                rulings=ruled if n % 3 else [],
                escalated=n % 8 == 1,
            )
            for n, who, at in many
        ],
        "refund_id",
        queue_at=lambda n: AT + timedelta(minutes=n),
        claimed_by=lambda n: "amy" if n % 8 == 1 else None,
        hold=lambda n: "released",
        held_amount=lambda n: 200,
    )
    await put(
        "conversations",
        [
            Conversation(
                conversation_id=f"CON{n}",
                customer_id=who,
                title="Hi",
                created_at=at,
                updated_at=at,
                handed_off=bool(n % 2),
            )
            for n, who, at in many
        ],
        "conversation_id",
        queue_at=lambda n: AT + timedelta(minutes=n),
        held_by=lambda n: "amy" if n % 4 == 1 else "",
    )
    await stores.database["messages"].insert_many(
        [{"conversation_id": f"CON{n}", "turn": turn, "messages": []} for n, _, _ in many for turn in range(3)]
    )
    await put("evidence", [evidence(f"EV{n}", customer_id=who) for n, who, _ in many], "evidence_id")
    await stores.evidence.put(evidence("EV-FILE", previews=1), b"bytes", [b"preview"])
    lines = [[EntryLine(account=f"wallet:{who}", amount=5), EntryLine(account="shop", amount=-5)] for _, who, _ in many]
    await put(
        "ledger",
        [Entry(key=f"K{n}", kind="charge", lines=each, currency="EUR", at=AT) for n, each in enumerate(lines)],
        "key",
    )
    await put(
        "movements",
        [
            Movement(
                key=f"K{n}",
                kind=MovementKind.CHARGE,
                customer_id=who,
                amount=eur(5),
                status="succeeded",
                reference=f"REFERENCE-{n}",
                at=at,
            )
            for n, who, at in many
        ],
        "key",
    )
    await stores.database["wallets"].insert_one({"_id": ME, "balance": {"amount": 0, "currency": "EUR"}})
    await stores.policies.put(load_policy(None))
    await stores.meters.count("local", ok=True, milliseconds=1)
