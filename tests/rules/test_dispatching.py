"""The outbox's rules: who is told, how often it is tried, and when an endpoint is given up."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address

import pytest

from care.models.dispatch import Attempt, Channel, Dispatch, DispatchStatus
from care.models.preferences import MailChoice, Preferences
from care.models.webhook import Endpoint
from care.rules.dispatching import BACKOFF, LOOKING, after, dispatches_of, overtaken, why_disable
from care.rules.notice_kinds import event_type, group_of, subject
from care.rules.public_addresses import is_public, refusal
from tests.channels.notices import NOW, notice

MAIL = Channel.MAIL
FAILED = Attempt(delivered=False, code=500, reason="status")


def endpoint(endpoint_id: str = "WHK001", **given: object) -> Endpoint:
    fields = {"endpoint_id": endpoint_id, "url": "https://a.test/", "created_at": NOW, "sealed": b"x"}
    return Endpoint.model_validate(fields | given)


def entry(**given: object) -> Dispatch:
    fields = {"dispatch_id": "N:WHK001", "notification_id": "N", "channel": "webhook", "endpoint_id": "WHK001"}
    return Dispatch.model_validate(fields | {"created_at": NOW, "next_at": NOW, "attempts": 1} | given)


def test_a_message_is_tried_ten_times_in_three_days() -> None:
    now, dispatch, waits = NOW, entry(attempts=0), []
    while dispatch.status is DispatchStatus.PENDING:
        now = dispatch.next_at
        dispatch = after(dispatch.model_copy(update={"attempts": dispatch.attempts + 1}), FAILED, now)
        waits.append(dispatch.next_at - now)
    assert dispatch.status is DispatchStatus.FAILED
    assert dispatch.attempts == 10
    assert tuple(waits[:-1]) == BACKOFF
    assert timedelta(days=3) < now - NOW < timedelta(days=3, hours=4)


def test_what_cannot_succeed_is_tried_once() -> None:
    ended = after(entry(), FAILED.model_copy(update={"final": True}), NOW)
    assert (ended.status, ended.last_code, ended.done_at) == (DispatchStatus.FAILED, 500, NOW)


def test_an_endpoint_is_disabled_when_it_is_gone_or_hopeless() -> None:
    waiting = after(entry(), FAILED, NOW)
    young, old = endpoint(failing_since=NOW - timedelta(days=4)), endpoint(failing_since=NOW - timedelta(days=5))
    assert why_disable(young, waiting, NOW) is None
    assert why_disable(old, waiting, NOW) == "Nothing has arrived for 5 days."
    assert why_disable(young, entry(status="failed"), NOW) == "A message ran out of its 10 tries."
    assert why_disable(endpoint(), entry(last_code=410, status="failed"), NOW) == "It answered 410 Gone."


def test_everyone_who_wants_to_hear_of_it_is_told_once() -> None:
    all_kinds, some, off = endpoint("W1"), endpoint("W2", kinds=["refund_paid"]), endpoint("W3", enabled=False)
    likes = Preferences(customer_id="CUST001")
    ways = dispatches_of(notice("N"), likes, [all_kinds, some, off], NOW, mail=True)
    assert [(way.dispatch_id, way.channel) for way in ways] == [("N:mail", Channel.MAIL), ("N:W1", Channel.WEBHOOK)]
    assert dispatches_of(notice("N"), likes, [], NOW, mail=False) == []
    quiet = Preferences(customer_id="CUST001", mail=MailChoice(reminders=False))
    assert dispatches_of(notice("N"), quiet, [], NOW, mail=True) == []


@pytest.mark.parametrize(
    ("kind", "about", "group", "event"),
    [
        ("reminder", {}, "reminders", "subscription.reminder"),
        ("skip_offer", {}, "reminders", "subscription.skip_offer"),
        ("missed", {}, "deliveries", "subscription.missed"),
        ("payment_failed", {}, "payments", "subscription.payment_failed"),
        ("price_change", {}, "payments", "subscription.price_change"),
        ("order_delivered", {"subscription_id": None, "order_id": "O"}, "deliveries", "order.delivered"),
        ("refund_paid", {"refund_id": "R", "order_id": "O"}, "refunds", "refund.paid"),
        ("refund_payment_failed", {"refund_id": "R"}, "refunds", "refund.payment_failed"),
        ("answered", {"subscription_id": None, "conversation_id": "C"}, "conversations", "conversation.answered"),
        *(
            (kind, {"subscription_id": None, "conversation_id": "C"}, "conversations", event)
            for kind, event in [
                ("conversation_answered", "conversation.answered"),
                ("conversation_handed_back", "conversation.handed_back"),
            ]
        ),
        ("welcome", {"subscription_id": None}, "account", "account.welcome"),
        ("new_one", {}, "deliveries", "subscription.new_one"),
    ],
)
def test_every_kind_has_a_group_a_type_and_a_subject(kind: str, about: dict[str, str], group: str, event: str) -> None:
    told = notice(kind=kind, **about)
    assert group_of(told) == group
    assert event_type(told) == event
    assert subject(told)
    assert group in MailChoice.model_fields


def test_a_reminder_of_a_day_that_is_over_everywhere_is_not_sent() -> None:
    assert not overtaken(notice(occurrence="2026-03-04"), MAIL, NOW)
    assert overtaken(notice(occurrence="2026-03-03"), MAIL, NOW)
    assert overtaken(notice(occurrence="2026-03-03T10:00:00"), MAIL, NOW)
    assert not overtaken(notice(kind="missed", occurrence="2026-03-03"), MAIL, NOW)


def test_mail_of_an_answer_waits_a_moment_and_is_not_sent_to_who_has_read_it_in_the_chat() -> None:
    answer = notice("N", kind="conversation_answered", subscription_id=None, conversation_id="CNV001")
    mail, hook = dispatches_of(answer, Preferences(customer_id="CUST001"), [endpoint()], NOW, mail=True)
    assert (mail.next_at, hook.next_at) == (NOW + LOOKING, NOW)
    read = answer.model_copy(update={"read_at": NOW})
    assert not overtaken(answer, MAIL, NOW)
    assert overtaken(read, MAIL, NOW)
    assert not overtaken(read, Channel.WEBHOOK, NOW)
    assert not overtaken(notice(kind="missed").model_copy(update={"read_at": NOW}), MAIL, NOW)


@pytest.mark.parametrize("url", ["https://shop.test/hook", "https://shop.test:8443/a?b=c", "https://93.184.216.34/"])
def test_addresses_on_the_open_internet_are_allowed(url: str) -> None:
    assert refusal(url, production=True) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/hook", "http://localhost/", "https://[::1]/"])
def test_loopback_is_for_development(url: str) -> None:
    assert refusal(url, production=False) is None
    assert refusal(url, production=True) is not None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.test",
        "ftp://shop.test/",
        "file:///etc/passwd",
        "https://",
        "https://shop.test:port/",
        "https://user:word@shop.test/",
        "https://shop.test/\r\nX: y",
        "https://[::1",
        "https://shop.test/#part",
    ],
)
def test_what_is_no_plain_web_address_is_refused_everywhere(url: str) -> None:
    assert refusal(url, production=False) is not None


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"),
        *("2002:7f00:1::", "240.0.0.1", "255.255.255.255"),
    ],
)
def test_private_addresses_are_told_in_every_disguise(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_public_addresses_are_told(address: str) -> None:
    assert is_public(ip_address(address))
