"""A notification, or the link to a new password, as a mail in its reader's language: plain text, and the same in small
HTML.

Pure: the same notice gives the same mail.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from html import escape
from urllib.parse import urlsplit

from care.errors import Invalid
from care.language import Language, language_of
from care.models.customer import Customer
from care.models.notification import Notification
from care.models.session import ResetRequest
from care.rules.notice_kinds import subject

SKIP = "Skip this delivery"
_FOOT = "You can choose which mails you get"
_RESET_TITLE = "A new password"
_RESET_LABEL = "Choose a new password"
_RESET_MESSAGE = (
    "Somebody has asked for a new password for this address. The link below works once, and for 30 minutes. "
    "If it was not you, you need not do anything: your password stays as it is."
)
_PAGE = """\
<!doctype html>
<html lang="{lang}"><body style="margin:0;padding:24px;background:#f4f6f8;font-family:system-ui,sans-serif;\
color:#101828">
<div style="max-width:520px;margin:0 auto;padding:24px;background:#fff;border:1px solid #e4e7ec;border-radius:14px">
<h1 style="margin:0 0 12px;font-size:18px">{title}</h1>
<p style="margin:0 0 18px;line-height:1.5;white-space:pre-line">{message}</p>
{button}{foot}</div></body></html>
"""
_CHOOSE = """\
<p style="margin:0;color:#667085;font-size:13px">{foot}: <a href="{choose}" style="color:#0f766e">{choose}</a></p>
"""
_BUTTON = """\
<p style="margin:0 0 18px"><a href="{link}" style="display:inline-block;padding:11px 18px;border-radius:10px;\
background:#0f766e;color:#fff;text-decoration:none;font-weight:600">{label}</a></p>
"""


def mail_about(notice: Notification, customer: Customer, sender: Address, public_url: str) -> EmailMessage:
    """Raises Invalid if the customer's address is none that a mail can go to."""
    language = language_of([customer.locale])
    title, message = language.text(subject(notice)), language.retold(notice.message)
    foot, choose = language.text(_FOOT), f"{public_url.rstrip('/')}/ui/preferences"
    link = notice.link if notice.link and urlsplit(notice.link).scheme in ("http", "https") else None
    mail = _mail(sender, address_of(customer.email, customer.name), notice.notification_id, notice.created_at)
    _write(mail, language, title, message, link, SKIP, (foot, choose))
    return mail


def mail_to_reset(
    request: ResetRequest, link: str, sender: Address, receiver: Address, language: Language, now: datetime
) -> EmailMessage:
    mail = _mail(sender, receiver, request.reset_id, now)
    _write(mail, language, language.text(_RESET_TITLE), language.retold(_RESET_MESSAGE), link, _RESET_LABEL)
    return mail


def _mail(sender: Address, receiver: Address, about: str, date: datetime) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = receiver
    mail["Date"] = date
    mail["Message-ID"] = message_id(about, sender)
    mail["Auto-Submitted"] = "auto-generated"  # no out-of-office answers, please
    return mail


def _write(
    mail: EmailMessage,
    language: Language,
    title: str,
    message: str,
    link: str | None,
    label: str,
    foot: tuple[str, str] | None = None,
) -> None:
    """`foot` is a line and the address that it tells of."""
    mail["Subject"] = title
    label = language.text(label)
    parts = [message, f"{label}: {link}" if link else "", f"-- \n{foot[0]}: {foot[1]}" if foot else ""]
    mail.set_content("\n\n".join(filter(None, parts)) + "\n")
    html = _PAGE.format(
        lang=language.code,
        title=escape(title),
        message=escape(message),
        button=_BUTTON.format(link=escape(link), label=escape(label)) if link else "",
        foot=_CHOOSE.format(foot=escape(foot[0]), choose=escape(foot[1])) if foot else "",
    )
    mail.add_alternative(html, subtype="html")


def message_id(about: str, sender: Address) -> str:
    """The same for each try, so that a mail sent twice can be told; nothing in it can be read."""
    digest = hashlib.sha256(about.encode()).hexdigest()[:32]
    return f"<{digest}@{sender.domain}>"


def address_of(email: str, name: str = "") -> Address:
    """Raises Invalid for anything but one plain address. A name's line breaks and other controls become spaces."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    try:
        address = Address(display_name=shown, addr_spec=email)
    except (ValueError, IndexError, MessageError):
        raise _no_address() from None
    if not address.username or not address.domain or not email.isascii() or not email.isprintable() or " " in email:
        raise _no_address()
    return address


def _no_address() -> Invalid:
    return Invalid("This is no mail address.", fields={"email": "is not an address"})
