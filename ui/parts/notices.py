"""Notifications as a list of links to what they are about."""

from __future__ import annotations

from care.models.notification import Notification
from ui.parts import words
from ui.parts.elements import box, text, tile
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
        text(words.moment(notice.created_at, visit.zone, locale=visit.locale), "mute small")


def _look(notice: Notification) -> tuple[str, words.Tone]:
    if notice.refund_id:
        return "currency_exchange", "warn"
    if notice.subscription_id:
        return "event_repeat", "info"
    return ("local_shipping", "good") if notice.order_id else ("info", "plain")
