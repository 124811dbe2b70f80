"""Bubbles of a conversation, and cards for what the assistant did."""

from __future__ import annotations

from care.models.conversation import ChatAction, Message
from care.models.evidence import EvidenceReceipt
from ui.parts import words
from ui.parts.elements import box, chip, icon, link, text
from ui.parts.evidence import thumbnail
from ui.visit import Visit

_WHO = {"assistant": "CARE assistant", "agent": "Our team"}
# By the beginning of an id: where the thing is shown.
_THINGS = {
    "ORD": ("receipt_long", "/ui/orders#"),
    "SUB": ("event_repeat", "/ui/planner#"),
    "REF": ("currency_exchange", "/ui/refunds#"),
}
# What an action is called before the customer has agreed to it.
_PROPOSED = {
    "refund_opened": "Open a refund",
    "subscription_created": "Start a subscription",
    "subscription_cancelled": "Cancel the subscription",
    "order_cancelled": "Cancel the order",
    "address_changed": "Change the address",
    "items_changed": "Change the items",
    "payment_method_changed": "Pay with another method",
    "trace_opened": "Trace the parcel",
}
_STATUS: dict[str, tuple[str, words.Tone]] = {
    "done": ("Done", "good"),
    "proposed": ("Your yes is needed", "warn"),
    "refused": ("Not possible", "bad"),
}


def bubble(visit: Visit, message: Message, evidence: dict[str, EvidenceReceipt], *, customer: str = "You") -> None:
    """`customer` is what the customer is called here."""
    if message.role == "system":
        text(message.text, "said-system")
        return
    mine = "mine" if message.role == "customer" else ""
    at = words.clock(message.at, visit.zone)
    text(f"{customer} · {at}" if mine else f"{_WHO.get(message.role, '')} · {at}", f"from {mine}")
    files = [evidence[i] for i in message.evidence_ids if i in evidence]
    if files:
        with box(f"thumbs {mine}"):
            for file in files:
                thumbnail(file)
    text(message.text, f"bubble {mine}")
    for action in message.actions:
        _acted(visit, action)


def thinking() -> None:
    with box("bubble", name="The assistant is writing"), box("dots", tag="span"):
        for _ in range(3):
            box(tag="i")


def _acted(visit: Visit, action: ChatAction) -> None:
    """A card that leads to the thing. The id comes from our own tools, never from a message."""
    symbol, page = _THINGS.get((action.id or "")[:3], ("task_alt", ""))
    if visit.principal.is_staff:
        page = "/ui/desk/" if page == "/ui/refunds#" else ""
    with link(f"{page}{action.id}", "acted") if page else box("acted"):
        icon(symbol)
        with box("stack grow"):
            done = words.sentence(action.kind)
            text(done if action.status == "done" else _PROPOSED.get(action.kind, done), "strong")
            if page or visit.principal.is_staff:
                text(action.id or "", "mute small wrap")
        chip(*_STATUS[action.status])
