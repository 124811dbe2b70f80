"""Bubbles of a conversation, and cards for what the assistant did."""

from __future__ import annotations

import re

from nicegui import ui

from care.models.conversation import ChatAction, Message
from care.models.evidence import EvidenceReceipt
from ui.parts import words
from ui.parts.elements import box, chip, icon, link, text
from ui.parts.evidence import thumbnail
from ui.visit import Visit

_PIECES = 24  # at 40 ms each, see care.css
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
    "evidence_added": "Add files to the refund",
    "refund_withdrawn": "Withdraw the refund",
    "payment_confirmed": "Set the order to paid",
    "wallet_resynced": "Correct the wallet",
    "account_changed": "Change the account",
    "subscription_created": "Start a subscription",
    "subscription_cancelled": "Cancel the subscription",
    "subscription_kept": "Keep the subscription",
    "subscription_paused": "Pause the subscription",
    "subscription_resumed": "Resume the subscription",
    "subscription_changed": "Change the subscription",
    "delivery_skipped": "Skip a delivery",
    "delivery_unskipped": "Take a skip back",
    "delivery_rescheduled": "Move a delivery",
    "delivery_ordered": "Order an extra delivery",
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


def bubble(
    visit: Visit,
    message: Message,
    evidence: dict[str, EvidenceReceipt],
    *,
    customer: str = "You",
    arriving: bool = False,
) -> None:
    """`customer` is what the customer is called here; a message that is `arriving` appears word by word."""
    by = message.by if visit.principal.is_staff else None
    if message.role == "system":
        text(f"{message.text} ({by})" if by else message.text, "said-system")
        return
    mine = "mine" if message.role == "customer" else ""
    who = customer if mine else by or _WHO.get(message.role, "")
    text(f"{who} · {words.clock(message.at, visit.zone)}", f"from {mine}")
    files = [evidence[i] for i in message.evidence_ids if i in evidence]
    if files:
        with box(f"thumbs {mine}"):
            for file in files:
                thumbnail(file)
    if arriving:
        _arriving(message.text)
    else:
        text(message.text, f"bubble {mine}")
    for action in message.actions:
        _acted(visit, action)


def _arriving(said: str) -> None:
    """All of it is there at once, for whoever reads with the ears; to the eye it comes piece by piece, in a second."""
    with box("bubble arriving"):
        for n, piece in enumerate(pieces(said)):
            text(piece, tag="span").style(f"--piece: {n}")


def pieces(said: str) -> list[str]:
    """The text cut between words, into few enough pieces that all of them have come within a second."""
    found = re.findall(r"\s*\S+\s*$|\s*\S+", said) or [said]
    each = -(-len(found) // _PIECES)
    return ["".join(found[n : n + each]) for n in range(0, len(found), each)]


def thinking() -> ui.element:
    with box("bubble", name="The assistant is writing") as element, box("dots", tag="span"):
        for _ in range(3):
            box(tag="i")
    return element


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
