"""The mail with a link to a new password. The link is signed when the mail is sent, and stands nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage

from care.language import language_of
from care.links import Links
from care.models.customer import Account, Customer
from care.models.session import ResetRequest
from care.rules.mailing import address_of, mail_to_reset
from care.rules.sessions import link_opens
from care.stores import Stores


@dataclass(frozen=True)
class Reset:
    """Who has asked, and whose account it is; `customer` None for the staff."""

    request: ResetRequest
    account: Account
    customer: Customer | None


async def reset_of(stores: Stores, reset_id: str, at: datetime) -> Reset | None:
    """None once its link would open nothing: it is too late, or the password was changed meanwhile."""
    request = await stores.resets.find(reset_id)
    account = await stores.accounts.find(request.email) if request else None
    if request is None or account is None or not link_opens(request, account, at):
        return None
    customer = await stores.customers.get(account.customer_id) if account.customer_id else None
    return Reset(request, account, customer)


def mail_about_reset(reset: Reset, links: Links, sender: Address, at: datetime) -> EmailMessage:
    """Raises Invalid if the account's address is none that a mail can go to."""
    receiver = address_of(reset.account.email, reset.customer.name if reset.customer else "")
    link = links.reset(reset.request.reset_id, reset.request.expires_at)
    return mail_to_reset(reset.request, link, sender, receiver, language_of([reset.request.language]), at)
