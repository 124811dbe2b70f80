"""Mail against a real SMTP server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from care.dispatch import Dispatcher
from care.embedded import free_port
from care.errors import SetupError
from care.gateways.mail import SmtpMail, mail_for
from care.models.dispatch import Dispatch, DispatchStatus
from care.models.preferences import MailChoice, Preferences
from care.running.doctor import examine
from care.settings import Settings
from care.stores import Stores
from tests.channels.notices import NOW, dispatcher, notice
from tests.channels.servers import Mailbox, certificate, mail_server
from tests.stores.make import customer

LINK = "https://shop.test/skip?token=a.b&date=2026-03-06"


def settings_for(port: int, **given: Any) -> Settings:
    fields: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "mail_from": "Shop <hello@shop.test>",
    }
    return Settings(_env_file=None, **fields | given)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
async def working(stores: Stores, mailbox: Mailbox) -> Dispatcher:
    await stores.customers.put(customer())
    return dispatcher(stores, mail=SmtpMail(settings_for(mailbox.port)))


async def told(stores: Stores, working: Dispatcher, **given: Any) -> Dispatch:
    """What became of telling the customer once."""
    await stores.notifications.add(notice("N", **given))
    await working.fan_out(NOW)
    await working.send_due(NOW)
    return await stores.outbox.get("N:mail")


async def test_a_reminder_arrives_as_text_and_html_with_its_button(
    stores: Stores, working: Dispatcher, mailbox: Mailbox
) -> None:
    sent = await told(stores, working, link=LINK)
    assert (sent.status, sent.last_code) == (DispatchStatus.SENT, 250)
    [mail] = mailbox.mails
    assert mailbox.receivers == ["ada@shop.test"]
    assert mail["Subject"] == "Your next delivery is coming up"
    assert mail["From"] == "Shop <hello@shop.test>"
    assert mail["To"] == "Ada <ada@shop.test>"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "will restock Milk on 2026-03-06." in text.get_content()
    assert f"Skip this delivery: {LINK}" in text.get_content()
    assert 'href="https://shop.test/skip?token=a.b&amp;date=2026-03-06"' in html.get_content()
    assert "https://shop.test/ui/preferences" in text.get_content()


async def test_a_notice_without_a_link_has_no_button(stores: Stores, working: Dispatcher, mailbox: Mailbox) -> None:
    await told(stores, working)
    assert b"Skip this delivery" not in mailbox.raw[0]


async def test_a_mail_sent_twice_can_be_told_by_its_id(stores: Stores, working: Dispatcher, mailbox: Mailbox) -> None:
    await told(stores, working)
    await stores.outbox.send_again("N:mail", NOW)
    await working.send_due(NOW)
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert "SUB" not in first["Message-ID"]


async def test_a_refusal_for_now_is_tried_again(stores: Stores, working: Dispatcher, mailbox: Mailbox) -> None:
    mailbox.recipient_answers = ["450 Mailbox busy"]
    waiting = await told(stores, working)
    assert (waiting.status, waiting.last_code, waiting.reason) == (DispatchStatus.PENDING, 450, "recipient_refused")
    assert await working.send_due(NOW + timedelta(seconds=4)) == 0
    await working.send_due(NOW + timedelta(seconds=5))
    assert (await stores.outbox.get("N:mail")).status is DispatchStatus.SENT
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(
    ("kind", "reason"), [("recipient_answers", "recipient_refused"), ("data_answers", "mail_refused")]
)
async def test_a_refusal_for_good_ends_it_and_leaves_only_its_code(
    kind: str, reason: str, stores: Stores, working: Dispatcher, mailbox: Mailbox
) -> None:
    setattr(mailbox, kind, ["550 No such user ada@shop.test"])
    with capture_logs() as logged:
        failed = await told(stores, working)
    assert (failed.status, failed.last_code, failed.reason) == (DispatchStatus.FAILED, 550, reason)
    stored = await stores.database["dispatches"].find_one({"_id": "N:mail"})
    assert "ada@" not in f"{stored} {logged}"


async def test_a_server_that_is_away_is_waited_for(stores: Stores) -> None:
    await stores.customers.put(customer())
    away = dispatcher(stores, mail=SmtpMail(settings_for(free_port())))
    waiting = await told(stores, away)
    assert (waiting.status, waiting.reason) == (DispatchStatus.PENDING, "unreachable")


async def test_a_password_that_is_refused_loses_no_mail(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stores.customers.put(customer())
    tls, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with mail_server("right", tls) as box:
        wrong, right = (
            SmtpMail(settings_for(box.port, smtp_security="starttls", smtp_username="care", smtp_password=password))
            for password in ("wrong", "right")
        )
        waiting = await told(stores, dispatcher(stores, mail=wrong))
        assert (waiting.status, waiting.last_code) == (DispatchStatus.PENDING, 535)
        assert await wrong.check() == "the user name or password is refused"
        await dispatcher(stores, mail=right).send_due(NOW + timedelta(seconds=5))
        assert len(box.mails) == 1


async def test_a_server_that_nobody_vouches_for_gets_no_mail_and_no_password(stores: Stores, tmp_path: Path) -> None:
    await stores.customers.put(customer())
    tls, _ = certificate(tmp_path)
    with mail_server("right", tls) as box:
        mail = SmtpMail(settings_for(box.port, smtp_security="starttls", smtp_username="care", smtp_password="right"))
        assert (await told(stores, dispatcher(stores, mail=mail))).reason == "unreachable"
        assert box.mails == []


@pytest.mark.parametrize(
    "name",
    ["Eve\r\nBcc: all@shop.test", 'Eve" <eve@evil.test>, "x', "<b>Eve</b>", "Zoë 日本", "=?utf-8?q?a?=", "\x00\x1b"],
)
async def test_a_hostile_name_adds_no_header_and_no_receiver(
    name: str, stores: Stores, working: Dispatcher, mailbox: Mailbox
) -> None:
    await stores.customers.put(customer(name=name))
    await told(stores, working, message="Hello <script>alert(1)</script>\r\n.\r\nMAIL FROM:<x@evil.test>")
    [mail] = mailbox.mails
    assert mailbox.receivers == ["ada@shop.test"]
    assert [address.addr_spec for address in mail["To"].addresses] == ["ada@shop.test"]
    assert mail["Bcc"] is None
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "&lt;script&gt;" in html.get_content()


@pytest.mark.parametrize(
    "email", ["", "ada", "@shop.test", "ada@", "ada@shop.test, eve@evil.test", "ada@shop.test\r\nBcc: x@y.z", "a b@c.d"]
)
async def test_what_is_no_address_is_not_tried(
    email: str, stores: Stores, working: Dispatcher, mailbox: Mailbox
) -> None:
    await stores.customers.put(customer(email=email))
    failed = await told(stores, working)
    assert (failed.status, failed.reason, failed.attempts) == (DispatchStatus.FAILED, "bad_address", 1)
    assert mailbox.mails == []


async def test_a_link_that_is_no_web_address_is_left_out(stores: Stores, working: Dispatcher, mailbox: Mailbox) -> None:
    await told(stores, working, link="javascript:alert(1)")
    assert b"javascript" not in mailbox.raw[0]


async def test_what_a_customer_does_not_want_stays_in_the_portal(
    stores: Stores, working: Dispatcher, mailbox: Mailbox
) -> None:
    quiet = Preferences(customer_id="CUST001", mail=MailChoice(reminders=False))
    await stores.preferences.put(quiet)
    await stores.notifications.add(notice("N"))
    await stores.notifications.add(notice("M", kind="missed"))
    await working.fan_out(NOW)
    await working.send_due(NOW)
    assert [mail["Subject"] for mail in mailbox.mails] == ["We missed a delivery"]
    assert len((await stores.notifications.page("CUST001")).items) == 2


def test_without_a_server_there_is_no_mail_and_without_a_sender_no_start() -> None:
    assert mail_for(Settings(_env_file=None)) is None
    for sender in ("", "Shop", "a@b.c\r\nBcc: x@y.z"):
        with pytest.raises(SetupError, match="CARE_MAIL_FROM"):
            mail_for(settings_for(25, mail_from=sender))
    with pytest.raises(SetupError, match="CARE_SMTP_SECURITY"):
        mail_for(settings_for(25, env="production", smtp_username="care"))


async def test_the_doctor_says_whether_mail_goes_out(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    async def said() -> tuple[bool, str]:
        [finding] = [each for each in await examine(None) if each.what == "mail"]
        return finding.ok, f"{finding.found} {finding.fix}"

    monkeypatch.setenv("CARE_MONGODB_URI", "mongodb://127.0.0.1:1/")
    monkeypatch.setenv("CARE_TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setattr("care.running.doctor.SECONDS", 0.1)
    ok, off = await said()
    assert ok
    assert "set CARE_SMTP_HOST" in off
    for name, value in (("HOST", "127.0.0.1"), ("PORT", str(mailbox.port)), ("SECURITY", "none")):
        monkeypatch.setenv(f"CARE_SMTP_{name}", value)
    assert (await said())[0] is False
    monkeypatch.setenv("CARE_MAIL_FROM", "hello@shop.test")
    assert (await said())[0] is True
    monkeypatch.setenv("CARE_SMTP_PORT", str(free_port()))
    ok, wrong = await said()
    assert not ok
    assert "cannot be reached" in wrong
    assert "CARE_SMTP_HOST" in wrong
