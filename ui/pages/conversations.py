"""Conversations that were handed to a person, as the customer sees them. To read: answering is not done here."""

from __future__ import annotations

from nicegui import ui

from care.models.conversation import Conversation, ConversationView
from ui import live
from ui.parts import words
from ui.parts.chat import bubble
from ui.parts.elements import box, chip, empty, heading, link, link_button, text
from ui.parts.evidence import look_up
from ui.visit import Visit


async def page(visit: Visit) -> None:
    chosen = visit.path.get("conversation_id")
    with heading("Conversations", "Handed over to a person, the latest first."):
        pass
    with box("grid desk"):
        with box("only-wide" if chosen else ""):
            await _handed_over(visit, chosen)
        with box("stack loose" if chosen else "only-wide"):
            if chosen is None:
                empty("forum", "Choose a conversation", "You read what was said, word for word.")
            else:
                await _transcript(visit, chosen)


async def _handed_over(visit: Visit, chosen: str | None) -> None:
    @ui.refreshable
    async def listed() -> None:
        conversations = (await visit.services.stores.conversations.handed_off()).items
        if not conversations:
            empty("done_all", "Nobody waits", "No conversation is handed over just now.", tone="good")
            return
        with box("card flush"), box("queue", tag="ul", name="Conversations that were handed over"):
            for conversation in conversations:
                with box(tag="li"):
                    _row(visit, conversation, conversation.conversation_id == chosen)

    async with live.follow(live.DESK, {"conversations"}, listed.refresh):
        await listed()


def _row(visit: Visit, conversation: Conversation, chosen: bool) -> None:
    with link(f"/ui/conversations/{conversation.conversation_id}", "on" if chosen else "") as row:
        if chosen:
            row.props["aria-current"] = "true"
        text(conversation.title, "strong cut")
        text(f"{conversation.customer_id} · {words.moment(conversation.updated_at, visit.zone)} UTC", "mute small")


async def _transcript(visit: Visit, conversation_id: str) -> None:
    link_button("All conversations", "/ui/conversations", symbol="arrow_back", look="flat dense").classes(
        "only-narrow self-start"
    )

    @ui.refreshable
    async def shown() -> None:
        await _said(visit, await visit.services.stores.conversations.view(conversation_id))

    async with live.follow(live.DESK, {"conversations"}, shown.refresh):
        await shown()


async def _said(visit: Visit, view: ConversationView) -> None:
    customer = await visit.services.stores.customers.get(view.customer_id)
    files = await look_up(visit, [i for message in view.messages for i in message.evidence_ids])
    with box("card", tag="section", name="Conversation"):
        with box("line between wraps"):
            with box("stack"):
                text(customer.name, tag="h2")
                text(f"{customer.customer_id} · {customer.email} · {view.conversation_id}", "mute small wrap")
            chip(*(("With a person", "warn") if view.handed_off else ("With the assistant", "plain")))
        for message in view.messages:
            bubble(visit, message, {file.evidence_id: file for file in files}, customer=customer.name)
