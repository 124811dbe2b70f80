"""Support: the chat, and the conversations before."""

from __future__ import annotations

from nicegui import ui

from ui import live
from ui.parts import words
from ui.parts.elements import box, button, dialog, heading, icon_button, link, text
from ui.parts.talk import load
from ui.parts.talking import Chat
from ui.visit import Visit


async def page(visit: Visit) -> None:
    talk = await load(visit, visit.query.get("conversation"))
    with heading("Support"):
        icon_button("history", "Earlier conversations", lambda: _history_dialog(visit)).classes("only-narrow")
        button(
            "New conversation",
            lambda: ui.navigate.to("/support?conversation=new"),
            symbol="add_comment",
            look="outline",
        )
    with box("grid chat"):
        with box("card chat-card", tag="section", name="Chat"):
            await Chat(visit, talk).draw()
        with box("card only-wide", tag="aside", name="Earlier conversations"):
            text("Earlier conversations", tag="h2")
            await _earlier_kept_fresh(visit)


async def _earlier(visit: Visit) -> None:
    conversations = (await visit.services.stores.conversations.page(visit.customer_id, limit=20)).items
    if not conversations:
        text("None yet.", "mute")
    for conversation in conversations:
        with link(f"/ui/support?conversation={conversation.conversation_id}", "row-link"), box("stack grow"):
            text(conversation.title, "cut")
            text(words.moment(conversation.updated_at, visit.zone), "mute small")


async def _earlier_kept_fresh(visit: Visit) -> None:
    @ui.refreshable
    async def listed() -> None:
        await _earlier(visit)

    async with live.follow(visit.customer_id, {"conversations"}, listed.refresh):
        await listed()


async def _history_dialog(visit: Visit) -> None:
    with dialog("Earlier conversations") as shown:
        await _earlier(visit)
        with box("line end"):
            button("Close", shown.close, look="flat")
    shown.open()
