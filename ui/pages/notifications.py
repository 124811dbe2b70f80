"""Notifications: newest first, read when opened or all at once."""

from __future__ import annotations

from nicegui import ui

from care.models.notification import Notification
from ui import live
from ui.parts.elements import box, button, card, empty, heading, icon_button, link, link_button, telling
from ui.parts.notices import notice_line, offer, target
from ui.visit import Visit


async def page(visit: Visit) -> None:
    stores = visit.services.stores

    async def read(notice: Notification) -> None:
        with telling():
            await stores.notifications.mark_read(notice.notification_id, visit.customer_id)

    async def read_all() -> None:
        for notice in (await stores.notifications.page(visit.customer_id, limit=200)).items:
            if notice.read_at is None:
                await read(notice)

    with heading("Notifications"):
        link_button("Preferences", "/ui/preferences", symbol="tune", look="flat")
        button("Mark all as read", read_all, symbol="done_all", look="outline")

    @ui.refreshable
    async def listed() -> None:
        notices = (await stores.notifications.page(visit.customer_id, limit=100)).items
        if not notices:
            empty("notifications_none", "Nothing yet", "Reminders of deliveries and answers to refunds appear here.")
            return
        with card():
            for notice in notices:
                _line(notice)

    def _line(notice: Notification) -> None:
        with box("line top"):
            with box("stack grow"):
                with link(target(notice), "row-link"):
                    notice_line(visit, notice)
                offer(visit, notice)
            if notice.read_at is None:
                icon_button("done", "Mark as read", lambda: read(notice))

    async with live.follow(visit.customer_id, {"notifications"}, listed.refresh):
        await listed()
