"""Mail, through the shop's own SMTP server."""

from __future__ import annotations

import asyncio
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Protocol

import aiosmtplib

from care.errors import Invalid, SetupError
from care.models.dispatch import Attempt
from care.rules.mailing import address_of
from care.settings import Settings

_SECONDS = 30.0  # for one mail from first to last; well below the outbox's lease
_PATIENCE = 5.0  # seconds for a server that is only asked whether it is there
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class MailGateway(Protocol):
    @property
    def sender(self) -> Address: ...

    async def send(self, mail: EmailMessage) -> Attempt:
        """To the one address of its header To. Never raises: what went wrong stands in the answer."""
        ...


class SmtpMail:
    """One connection a mail: simple, and mails are few beside what a server takes."""

    def __init__(self, settings: Settings) -> None:
        """Raises SetupError when the sender is missing or wrong, or a password would cross the net in clear."""
        self.sender = _sender(settings.mail_from)
        if settings.env == "production" and settings.smtp_security == "none" and settings.smtp_username:
            raise SetupError("Set CARE_SMTP_SECURITY to starttls or tls: the password would be sent in clear.")
        self._settings = settings

    async def send(self, mail: EmailMessage) -> Attempt:
        receiver = mail["To"].addresses[0].addr_spec
        try:
            async with asyncio.timeout(_SECONDS), self._server() as server:
                await server.send_message(mail, sender=self.sender.addr_spec, recipients=[receiver])
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _refused("recipient_refused", refused.recipients[0].code)
        except aiosmtplib.SMTPDataError as refused:
            return _refused("mail_refused", refused.code)
        except aiosmtplib.SMTPResponseException as refused:
            # Sign-in, sender, greeting: that is ours to set right, and then the mail can still go.
            return Attempt(delivered=False, code=refused.code, reason="server_refused")
        except TimeoutError:
            return Attempt(delivered=False, reason="timeout")
        except (aiosmtplib.SMTPException, OSError):
            return Attempt(delivered=False, reason="unreachable")
        return Attempt(delivered=True, code=aiosmtplib.SMTPStatus.completed.value)

    async def check(self) -> str | None:
        """Whether the server answers and lets us in; None, or what went wrong, in a word."""
        try:
            async with asyncio.timeout(_PATIENCE), self._server() as server:
                await server.noop()
        except aiosmtplib.SMTPAuthenticationError:
            return "the user name or password is refused"
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return f"cannot be reached ({type(error).__name__})"
        return None

    def _server(self) -> aiosmtplib.SMTP:
        settings = self._settings
        password = settings.smtp_password
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port or _PORTS[settings.smtp_security],
            username=settings.smtp_username or None,
            password=password.get_secret_value() if password else None,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            timeout=_SECONDS / 3,  # of one step: a farewell that hangs must not make a mail that went look lost
        )


def mail_for(settings: Settings) -> SmtpMail | None:
    """None: no server is set, and the shop sends no mail. Raises SetupError as SmtpMail does."""
    return SmtpMail(settings) if settings.smtp_host else None


def _sender(mail_from: str) -> Address:
    name, email = parseaddr(mail_from) if mail_from.isprintable() else ("", "")
    try:
        return address_of(email, name)
    except Invalid:
        raise SetupError(
            'Set CARE_MAIL_FROM to the sender of mails, for example "My Shop <hello@shop.example>".'
        ) from None


def _refused(reason: str, code: int) -> Attempt:
    """A 5xx is the server's last word, a 4xx is not."""
    return Attempt(delivered=False, code=code, reason=reason, final=code >= 500)
