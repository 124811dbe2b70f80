"""What a customer wants to hear, and where. In the portal everything is told; mail is a choice."""

from __future__ import annotations

from pydantic import ConfigDict

from care.models.common import Body, CustomerId, Model


class MailChoice(Model):
    """Which groups of notices also go by mail; one field a group (care/rules/notice_kinds.py)."""

    reminders: bool = True
    deliveries: bool = True
    payments: bool = True
    refunds: bool = True
    conversations: bool = True
    account: bool = True


class Preferences(Model):
    customer_id: CustomerId
    mail: MailChoice = MailChoice()


class NewMailChoice(MailChoice):
    """A group that is not named is on; one that does not exist is an error, and so is 1 or "yes" for true."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ChangePreferences(Body):
    mail: NewMailChoice
