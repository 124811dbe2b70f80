"""The bell: how much is unread, kept up to date."""

from __future__ import annotations

from nicegui import ui

from ui import live
from ui.language import _
from ui.parts.elements import icon, link, text
from ui.visit import Visit


async def bell(visit: Visit) -> None:
    @ui.refreshable
    async def drawn() -> None:
        unread = await visit.services.stores.notifications.unread(visit.customer_id)
        name = _("Notifications, {n} unread", n=unread) if unread else _("Notifications")
        with link("/ui/notifications", "bell", name=name):
            icon("notifications_none", "24px")
            if unread:
                text(str(min(unread, 99)), "count", tag="span").props("aria-hidden=true")

    async with live.follow(visit.customer_id, {"notifications"}, drawn.refresh):
        await drawn()
