"""Support: the chat, and the conversations before."""

from __future__ import annotations

from nicegui import ui

from care.models.conversation import Conversation
from ui import live
from ui.language import _
from ui.parts import words
from ui.parts.elements import box, button, chip, dialog, heading, icon_button, link, link_button, text
from ui.parts.talk import Talk, load
from ui.parts.talking import Chat
from ui.visit import Visit

_NEW = "/ui/support?conversation=new"
_FEW, _MOST = 20, 200


async def page(visit: Visit) -> None:
    talk = await load(visit, visit.query.get("conversation"))
    with box("chat-page"):
        with heading(_("Support")):
            icon_button("history", _("Earlier conversations"), lambda: _history_dialog(visit, talk)).classes(
                "only-narrow"
            )
            link_button(_("New conversation"), _NEW, symbol="add_comment", look="outline").classes("only-wide")
            short = icon_button("add_comment", _("New conversation")).classes("only-narrow")
            short.props["href"] = _NEW
        with box("grid chat"):
            with box("card chat-card", tag="section", name=_("Chat")):
                await Chat(visit, talk).draw()
            with box("card only-wide earlier", tag="aside", name=_("Earlier conversations")):
                text(_("Earlier conversations"), tag="h2")
                await _earlier_kept_fresh(visit, talk)


async def _earlier(visit: Visit, talk: Talk, most: int = _FEW) -> None:
    page = await visit.services.stores.conversations.page(visit.customer_id, limit=most)
    if not page.items:
        text(_("None yet."), "mute")
    with box("stack", tag="ul"):
        for conversation in page.items:
            with box(tag="li"):
                _row(visit, conversation, here=conversation.conversation_id == talk.conversation_id)
    if page.next and most < _MOST:
        link_button(_("Show all"), f"/ui/support?conversation={talk.conversation_id or 'new'}&all=1", look="flat")


def _row(visit: Visit, conversation: Conversation, *, here: bool) -> None:
    target = f"/ui/support?conversation={conversation.conversation_id}"
    with link(target, "row-link here" if here else "row-link") as row, box("stack grow"):
        if here:
            row.props["aria-current"] = "page"
        text(conversation.title, "cut strong" if here else "cut")
        with box("line between"):
            text(words.moment(conversation.updated_at, visit.zone), "mute small")
            if conversation.handed_off:
                chip(_("With our team"), "info")


async def _earlier_kept_fresh(visit: Visit, talk: Talk) -> None:
    @ui.refreshable
    async def listed() -> None:
        await _earlier(visit, talk, _MOST if visit.query.get("all") else _FEW)

    async with live.follow(visit.customer_id, {"conversations"}, listed.refresh):
        await listed()


async def _history_dialog(visit: Visit, talk: Talk) -> None:
    with dialog(_("Earlier conversations")) as shown:
        await _earlier(visit, talk, _MOST)
        with box("line end"):
            button(_("Close"), shown.close, look="flat")
    shown.open()
