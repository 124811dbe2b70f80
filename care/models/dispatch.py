"""The outbox: one notification, or the link to a new password, on its way through one channel."""

from __future__ import annotations

from enum import StrEnum

from care.models.common import Model, Utc


class Channel(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"


class DispatchStatus(StrEnum):
    PENDING = "pending"  # waits for `next_at`, or is being sent
    SENT = "sent"
    FAILED = "failed"  # given up
    CANCELLED = "cancelled"  # there is nothing to tell any more


class Dispatch(Model):
    """`attempts` counts tries begun. `last_code` is the answer's: HTTP status or SMTP code; `reason` has no address.

    It names the notification, or the request for a new password, that it tells of.
    """

    dispatch_id: str
    notification_id: str = ""
    reset_id: str | None = None
    channel: Channel
    endpoint_id: str | None = None
    status: DispatchStatus = DispatchStatus.PENDING
    attempts: int = 0
    last_code: int | None = None
    reason: str | None = None
    created_at: Utc
    next_at: Utc
    done_at: Utc | None = None


class Attempt(Model):
    """How one try ended. `final`: trying again cannot help."""

    delivered: bool
    code: int | None = None
    reason: str | None = None
    final: bool = False
