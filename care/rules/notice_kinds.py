"""Kinds of notices: which group of preferences each belongs to, its event type for web hooks, its mail's subject."""

from __future__ import annotations

from typing import Literal

from care.models.notification import Notification
from care.models.preferences import Preferences

Group = Literal["reminders", "deliveries", "payments", "refunds", "conversations", "account"]

_SUBJECTS: dict[str, str] = {
    "reminder": "Your next delivery is coming up",
    "skip_offer": "Would you like to skip your next delivery?",
    "out_of_stock": "Your delivery is out of stock",
    "in_stock_again": "Your delivery is on its way",
    "missed": "We missed a delivery",
    "payment_failed": "Your payment was declined",
    "payment_recovered": "Your payment went through",
    "prepaid_payment": "Your deliveries are paid",
    "prepaid_payment_returned": "What you paid ahead goes back to you",
    "prepaid_ended": "Your last prepaid delivery",
    "order_delivered": "Your order was delivered",
    "trace_closed": "About the parcel that we looked for",
    "refund_paid": "Your refund request was granted",
    "refund_rejected": "About your refund request",
    "refund_needs_evidence": "We need a little more for your refund request",
    "conversation_answered": "A colleague has answered you",
    "conversation_handed_back": "You are back with our assistant",
    "welcome": "Welcome",
}
_SUBJECT_OF_GROUP: dict[Group, str] = {
    "reminders": "A reminder about your subscription",
    "deliveries": "About your delivery",
    "payments": "About your payment",
    "refunds": "About your refund request",
    "conversations": "About your conversation with us",
    "account": "News about your account",
}


def group_of(notice: Notification) -> Group:
    """A kind that nobody has listed goes by what it is about."""
    kind = notice.kind
    if kind.startswith("refund"):
        return "refunds"
    if kind in ("reminder", "skip_offer"):
        return "reminders"
    if "payment" in kind or "price" in kind or kind == "past_due":
        return "payments"
    if notice.subscription_id or notice.order_id:
        return "deliveries"
    return "conversations" if notice.conversation_id or kind.startswith("conversation") else "account"


def goes_by_mail(notice: Notification, preferences: Preferences) -> bool:
    wanted: bool = getattr(preferences.mail, group_of(notice))
    return wanted


def subject(notice: Notification) -> str:
    """What the mail is about, in English words that hold nothing of the customer's."""
    return _SUBJECTS.get(notice.kind) or _SUBJECT_OF_GROUP[group_of(notice)]


def event_type(notice: Notification) -> str:
    """The `type` of a web hook, as Standard Webhooks likes it: "subscription.reminder", "refund.paid"."""
    about = _about(notice)
    return f"{about}.{notice.kind.removeprefix(f'{about}_')}"


def _about(notice: Notification) -> str:
    if notice.refund_id:
        return "refund"
    if notice.subscription_id:
        return "subscription"
    if notice.order_id:
        return "order"
    return "conversation" if notice.conversation_id else "account"
