"""Bubbles of a conversation, and cards for what the assistant did."""

from __future__ import annotations

import re

from care.models.conversation import ChatAction, Message
from care.models.evidence import EvidenceReceipt
from ui.language import _, mark, retold
from ui.parts import words
from ui.parts.elements import box, chip, icon, link, text
from ui.parts.evidence import thumbnail
from ui.parts.things import PAGES, Things
from ui.visit import Visit

_PIECES = 24  # at 40 ms each, see care.css
_WHO = {"assistant": mark("CARE assistant"), "agent": mark("Our team")}
# What an action is called before the customer has agreed to it, and once it is done.
KINDS: dict[str, tuple[str, str]] = {
    "refund_opened": (mark("Open a refund"), mark("Refund opened")),
    "evidence_added": (mark("Add files to the refund"), mark("Files added")),
    "refund_withdrawn": (mark("Withdraw the refund"), mark("Refund withdrawn")),
    "payment_confirmed": (mark("Set the order to paid"), mark("Payment confirmed")),
    "wallet_resynced": (mark("Correct the wallet"), mark("Wallet corrected")),
    "account_changed": (mark("Change the account"), mark("Account changed")),
    "subscription_created": (mark("Start a subscription"), mark("Subscription started")),
    "subscription_cancelled": (mark("Cancel the subscription"), mark("Subscription cancelled")),
    "subscription_kept": (mark("Keep the subscription"), mark("Subscription kept")),
    "subscription_paused": (mark("Pause the subscription"), mark("Subscription paused")),
    "subscription_resumed": (mark("Resume the subscription"), mark("Subscription resumed")),
    "subscription_changed": (mark("Change the subscription"), mark("Subscription changed")),
    "delivery_skipped": (mark("Skip a delivery"), mark("Delivery skipped")),
    "delivery_unskipped": (mark("Take a skip back"), mark("Skip taken back")),
    "delivery_rescheduled": (mark("Move a delivery"), mark("Delivery moved")),
    "delivery_ordered": (mark("Order an extra delivery"), mark("Extra delivery ordered")),
    "order_cancelled": (mark("Cancel the order"), mark("Order cancelled")),
    "address_changed": (mark("Change the address"), mark("Address changed")),
    "items_changed": (mark("Change the items"), mark("Items changed")),
    "payment_method_changed": (mark("Pay with another method"), mark("Payment method changed")),
    "trace_opened": (mark("Trace the parcel"), mark("Parcel search started")),
    "handed_off": (mark("Pass on to a colleague"), mark("Passed on to a colleague")),
}
_STATUS: dict[str, tuple[str, words.Tone]] = {
    "done": (mark("Done"), "good"),
    "proposed": (mark("Asked for a yes"), "plain"),
    "refused": (mark("Not possible"), "bad"),
}


def bubble(
    visit: Visit,
    message: Message,
    evidence: dict[str, EvidenceReceipt],
    *,
    customer: str = "",
    arriving: bool = False,
    things: Things | None = None,
) -> None:
    """`customer` is what the customer is called here; a message that is `arriving` appears word by word."""
    by = message.by if visit.principal.is_staff else None
    if message.role == "system":
        said = retold(message.text)
        text(f"{said} ({by})" if by else said, "said-system")
        return
    mine = "mine" if message.role == "customer" else ""
    who = (customer or _("You")) if mine else by or _(_WHO[message.role])
    text(f"{who} · {words.clock(message.at, visit.zone)}", f"from {mine}")
    files = [evidence[i] for i in message.evidence_ids if i in evidence]
    if files:
        with box(f"thumbs {mine}"):
            for file in files:
                thumbnail(file)
    if arriving:
        _arriving(message.text)
    else:
        text(message.text, f"bubble {mine} {'by-agent' if message.role == 'agent' else ''}")
    for action in message.actions:
        # To the customer a proposal is shown while it can be answered, see ui.parts.proposal.
        if action.status != "proposed" or visit.principal.is_staff:
            _acted(visit, action, things)


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


def thinking() -> None:
    """The assistant is at work; one that takes long says that it still is."""
    with box("bubble thinking", name=_("The assistant is writing")).props("role=status"):
        with box("dots", tag="span"):
            for _n in range(3):
                box(tag="i")
        text(_("This takes a little longer than usual. Your message is safe."), "slow mute small", tag="span")


def called(kind: str, *, done: bool) -> str:
    """An action's name; a kind that is not known here is told as the machine calls it."""
    return _(KINDS[kind][done]) if kind in KINDS else words.sentence(kind)


def _acted(visit: Visit, action: ChatAction, things: Things | None) -> None:
    """A card that leads to the thing, with how it stands now. The id comes from our own tools, never from a message."""
    named = action.id or ""
    symbol, page = PAGES.get(named[:3], ("task_alt", ""))
    if visit.principal.is_staff:
        page = "/ui/desk/" if named.startswith("REF") else ""
    known = things.get(named) if things else None
    with link(f"{page}{named}", "acted") if page else box("acted"):
        icon(symbol, "22px").classes("acted-icon")
        with box("stack grow"):
            text(called(action.kind, done=action.status == "done"), "strong")
            if known:
                text(known.what, "mute small clamp")
            if page or visit.principal.is_staff:
                text(named, "mute small wrap")
        with box("stack ends"):
            said, tone = _STATUS[action.status]
            if action.status != "done" or not known:
                chip(_(said), tone)
            elif things:
                things.state(named)
        if page:
            icon("chevron_right")
