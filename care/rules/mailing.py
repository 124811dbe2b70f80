"""A notification as a mail in its customer's language: plain text, and the same in small HTML.

Pure: the same notice gives the same mail.
"""

from __future__ import annotations

import hashlib
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from html import escape
from urllib.parse import urlsplit

from care.errors import Invalid
from care.language import language_of
from care.models.customer import Customer
from care.models.notification import Notification
from care.rules.notice_kinds import subject

SKIP = "Skip this delivery"
_FOOT = "You can choose which mails you get"
_PAGE = """\
<!doctype html>
<html lang="{lang}"><body style="margin:0;padding:24px;background:#f4f6f8;font-family:system-ui,sans-serif;\
color:#101828">
<div style="max-width:520px;margin:0 auto;padding:24px;background:#fff;border:1px solid #e4e7ec;border-radius:14px">
<h1 style="margin:0 0 12px;font-size:18px">{title}</h1>
<p style="margin:0 0 18px;line-height:1.5;white-space:pre-line">{message}</p>
{button}<p style="margin:0;color:#667085;font-size:13px">{foot}: \
<a href="{choose}" style="color:#0f766e">{choose}</a></p>
</div></body></html>
"""
_BUTTON = """\
<p style="margin:0 0 18px"><a href="{link}" style="display:inline-block;padding:11px 18px;border-radius:10px;\
background:#0f766e;color:#fff;text-decoration:none;font-weight:600">{label}</a></p>
"""


def mail_about(notice: Notification, customer: Customer, sender: Address, public_url: str) -> EmailMessage:
    """Raises Invalid if the customer's address is none that a mail can go to."""
    language = language_of([customer.locale])
    title, message = language.text(subject(notice)), language.retold(notice.message)
    label, foot, choose = language.text(SKIP), language.text(_FOOT), f"{public_url.rstrip('/')}/ui/preferences"
    link = notice.link if notice.link and urlsplit(notice.link).scheme in ("http", "https") else None
    mail = EmailMessage()
    mail["Subject"] = title
    mail["From"] = sender
    mail["To"] = address_of(customer.email, customer.name)
    mail["Date"] = notice.created_at
    mail["Message-ID"] = message_id(notice, sender)
    mail["Auto-Submitted"] = "auto-generated"  # no out-of-office answers, please
    asked = f"{label}: {link}\n\n" if link else ""
    mail.set_content(f"{message}\n\n{asked}-- \n{foot}: {choose}\n")
    html = _PAGE.format(
        lang=language.code,
        title=escape(title),
        message=escape(message),
        button=_BUTTON.format(link=escape(link), label=escape(label)) if link else "",
        foot=escape(foot),
        choose=escape(choose),
    )
    mail.add_alternative(html, subtype="html")
    return mail


def message_id(notice: Notification, sender: Address) -> str:
    """The same for each try, so that a mail sent twice can be told; nothing in it can be read."""
    digest = hashlib.sha256(notice.notification_id.encode()).hexdigest()[:32]
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
