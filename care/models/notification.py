"""What a customer is told."""

from __future__ import annotations

from care.models.common import CustomerId, Model, Utc


class Notification(Model):
    """`notification_id` is derived from what it is about, so telling twice stores once. `occurrence`: see Order."""

    notification_id: str
    customer_id: CustomerId
    kind: str
    message: str
    created_at: Utc
    read_at: Utc | None = None
    subscription_id: str | None = None
    occurrence: str | None = None
    order_id: str | None = None
    refund_id: str | None = None
    conversation_id: str | None = None
    # What it offers to do with one tap: today, to skip the delivery that a reminder speaks of.
    link: str | None = None
