"""What a customer is told of a prepaid term: that it is paid, that it is over, that its rest went back. Pure."""

from __future__ import annotations

from typing import Literal

from care.models.notification import Notification
from care.models.subscription import Delivery, Prepaid, Step, Subscription
from care.rules.prepaid import cost, is_used_up
from care.rules.prepaid_words import how_many, not_coming
from care.rules.subscription import is_over
from care.rules.subscription_notices import compact, goods


def after_delivery(after: Subscription, step: Step, attempt: Delivery) -> Notification | None:
    """When the delivery of `step` began a term, or was the last of the last one. `after`: the state that it led to."""
    terms, key = after.prepaid, step.occurrence.key
    if terms is None:
        return None
    told = _begun(terms, attempt) or _over(after, terms)
    return told and Notification(
        notification_id=f"{after.subscription_id}-{compact(key)}-{told[0]}",
        customer_id=after.customer_id,
        kind=told[0],
        message=told[1],
        created_at=attempt.at,
        subscription_id=after.subscription_id,
        occurrence=key,
    )


def returned(ended: Subscription, to: Literal["payment", "wallet"]) -> Notification | None:
    """Once what was paid for deliveries that will not come has gone back."""
    paid, at = ended.paid, ended.cancelled_at
    if paid is None or paid.returned is None or at is None:
        return None
    where = "the way you paid" if to == "payment" else "to your wallet, because your payment did not take it"
    return Notification(
        notification_id=f"{ended.subscription_id}-returned",
        customer_id=ended.customer_id,
        kind="prepaid_payment_returned",
        message=f"Your subscription {ended.subscription_id} has ended with {not_coming(paid, paid.returned)} paid "
        f"but not delivered: {paid.returned} went back {where}.",
        created_at=at,
        subscription_id=ended.subscription_id,
    )


def _begun(terms: Prepaid, attempt: Delivery) -> tuple[str, str] | None:
    if attempt.term is None:
        return None
    amount, what = cost(attempt.term.items) * terms.deliveries, goods(attempt.term.items)
    text = f"Your payment of {amount} went through: {how_many(terms.deliveries)} of {what} are paid."
    return "prepaid_payment", text


def _over(after: Subscription, terms: Prepaid) -> tuple[str, str] | None:
    if not is_over(after) or not is_used_up(after) or (after.paid and after.paid.returned):
        return None
    text = (
        f"That was the last of {how_many(terms.deliveries)} of {goods(after.items)} that you paid at once. "
        "Your subscription has ended; you can subscribe again at any time."
    )
    return "prepaid_ended", text
