"""Notifications: newest first, read when opened or all at once."""

from __future__ import annotations

from itertools import groupby
from zoneinfo import ZoneInfo

from nicegui import ui

from care.models.notification import Notification
from ui import live
from ui.language import _
from ui.parts.elements import box, button, card, empty, heading, link_button, telling
from ui.parts.more import Growing
from ui.parts.notices import notice_row
from ui.visit import Visit

_PAGE = 30


async def page(visit: Visit) -> None:
    stores = visit.services.stores
    notices = Growing(stores.notifications.page, visit.customer_id, _PAGE)

    async def read_all() -> None:
        with telling():
            await stores.notifications.mark_all_read(visit.customer_id)

    with heading(_("Notifications")):
        link_button(_("Preferences"), "/ui/preferences", symbol="tune", look="flat")
        all_read = button(_("Mark all as read"), read_all, symbol="done_all", look="outline")

    @ui.refreshable
    async def listed() -> None:
        shown = await notices.items()
        all_read.set_enabled(await stores.notifications.unread(visit.customer_id) > 0)
        if not shown:
            detail = _("Reminders of deliveries and answers to refunds appear here.")
            empty("notifications_none", _("Nothing yet"), detail)
            return
        for title, part in groupby(shown, lambda notice: _when(visit, notice)):
            with card(title), box("notices", tag="ul"):
                for notice in part:
                    notice_row(visit, notice)
        notices.more(listed.refresh)

    async with live.follow(visit.customer_id, {"notifications"}, listed.refresh):
        with box("stack loose"):
            await listed()


def _when(visit: Visit, notice: Notification) -> str:
    """The heading under which it stands."""
    days = (visit.today() - notice.created_at.astimezone(ZoneInfo(visit.zone)).date()).days
    if days <= 0:
        return _("Today")
    return _("Earlier this week") if days < 7 else _("Earlier")
