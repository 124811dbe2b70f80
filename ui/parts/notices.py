"""Notifications as a list of links to what they are about."""

from __future__ import annotations

from urllib.parse import urlsplit

from care.links import Links
from care.models.notification import Notification
from ui.parts import words
from ui.parts.elements import box, link_button, text, tile
from ui.visit import Visit


def target(notice: Notification) -> str:
    if notice.refund_id:
        return f"/ui/refunds#{notice.refund_id}"
    if notice.subscription_id:
        return "/ui/planner"
    if notice.conversation_id:
        return f"/ui/support?conversation={notice.conversation_id}"
    return "/ui/orders" if notice.order_id else "/ui/notifications"


def notice_line(visit: Visit, notice: Notification) -> None:
    tile(*_look(notice))
    with box("stack grow"):
        text(notice.message, "wrap" if notice.read_at else "wrap strong")
        text(words.moment(notice.created_at, visit.zone), "mute small")


def offer(visit: Visit, notice: Notification) -> None:
    """What can be done about it with one tap, as long as it can."""
    if notice.link and Links(visit.settings).is_live(notice.link):
        # The page behind the link asks nothing and can take it back. Its path only: we are on its server already.
        with box("line"):
            link_button("Skip this delivery", urlsplit(notice.link).path, symbol="event_busy", look="outline")


def _look(notice: Notification) -> tuple[str, words.Tone]:
    if notice.refund_id:
        return "currency_exchange", "warn"
    if notice.subscription_id:
        return "event_repeat", "info"
    if notice.conversation_id:
        return "forum", "info"
    return ("local_shipping", "good") if notice.order_id else ("info", "plain")
