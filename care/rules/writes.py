"""Everything that the assistant may do on a yes: what it was asked for as, and what it is called once it is done."""

from __future__ import annotations

from typing import NamedTuple

from care.models.understanding import Intent


class Write(NamedTuple):
    """`intent` is the wish that it serves, `done` its name among the actions of a reply."""

    intent: Intent
    done: str


WRITES: dict[str, Write] = {
    "open_refund": Write(Intent.REFUND_REQUEST, "refund_opened"),
    "add_evidence": Write(Intent.REFUND_REQUEST, "evidence_added"),
    "withdraw_refund": Write(Intent.REFUND_REQUEST, "refund_withdrawn"),
    "subscribe": Write(Intent.SUBSCRIPTION_REQUEST, "subscription_created"),
    "resubscribe": Write(Intent.SUBSCRIPTION_REQUEST, "subscription_created"),
    "cancel_subscription": Write(Intent.SUBSCRIPTION_MANAGE, "subscription_cancelled"),
    "uncancel_subscription": Write(Intent.SUBSCRIPTION_MANAGE, "subscription_kept"),
    "pause_subscription": Write(Intent.SUBSCRIPTION_MANAGE, "subscription_paused"),
    "resume_subscription": Write(Intent.SUBSCRIPTION_MANAGE, "subscription_resumed"),
    "skip_delivery": Write(Intent.SUBSCRIPTION_MANAGE, "delivery_skipped"),
    "unskip_delivery": Write(Intent.SUBSCRIPTION_MANAGE, "delivery_unskipped"),
    "reschedule_delivery": Write(Intent.SUBSCRIPTION_MANAGE, "delivery_rescheduled"),
    "change_subscription": Write(Intent.SUBSCRIPTION_MANAGE, "subscription_changed"),
    "order_now": Write(Intent.SUBSCRIPTION_MANAGE, "delivery_ordered"),
    "cancel_order": Write(Intent.CANCEL_ORDER, "order_cancelled"),
    "change_address": Write(Intent.CHANGE_ORDER, "address_changed"),
    "change_items": Write(Intent.CHANGE_ORDER, "items_changed"),
    "change_payment_method": Write(Intent.CHANGE_ORDER, "payment_method_changed"),
    "trace_parcel": Write(Intent.DELIVERY_ISSUE, "trace_opened"),
    "confirm_payment": Write(Intent.PAYMENT_ISSUE, "payment_confirmed"),
    "resync_wallet": Write(Intent.WALLET_ISSUE, "wallet_resynced"),
    "change_account": Write(Intent.ACCOUNT, "account_changed"),
}
