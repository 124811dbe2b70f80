"""Notifications as a list of links to what they are about."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from care.links import Links
from care.models.notification import Notification
from ui.language import _, retold
from ui.parts import words
from ui.parts.elements import box, icon_button, link, link_button, telling, text, tile
from ui.visit import Visit


def target(notice: Notification) -> str:
    if notice.refund_id:
        return f"/ui/refunds?case={quote(notice.refund_id)}#{quote(notice.refund_id)}"
    if notice.subscription_id:
        return "/ui/planner"
    if notice.conversation_id:
        return f"/ui/support?conversation={quote(notice.conversation_id)}"
    if notice.order_id:
        return f"/ui/orders?order={quote(notice.order_id)}#{quote(notice.order_id)}"
    return "/ui/notifications"


def notice_row(visit: Visit, notice: Notification) -> None:
    """Leads to what it is about, and is read with that; what it offers stands beneath."""

    async def read() -> None:
        with telling():
            await visit.services.stores.notifications.mark_read(notice.notification_id, visit.customer_id)

    unread = notice.read_at is None
    with box("line top notice unread" if unread else "line top notice", tag="li"):
        with box("stack grow"):
            with link(target(notice), "row-link") as row:
                _line(visit, notice)
            if unread:
                row.on("click", read)
            _offer(visit, notice)
        if unread:
            icon_button("done", _("Mark as read"), read)


def _line(visit: Visit, notice: Notification) -> None:
    unread = notice.read_at is None
    tile(*_look(notice))
    with box("stack grow"):
        text(retold(notice.message), "wrap strong" if unread else "wrap", tag="span")
        with box("line small"):
            if unread:
                text(_("New"), "chip info", tag="span")
            text(words.moment(notice.created_at, visit.zone), "mute", tag="span")


def _offer(visit: Visit, notice: Notification) -> None:
    """What can be done about it with one tap, as long as it can."""
    if not (notice.link and Links(visit.settings).is_live(notice.link)):
        return
    # The page behind the link asks nothing and can take it back. Its path only: we are on its server already.
    with box("line"):
        link_button(_("Skip this delivery"), urlsplit(notice.link).path, symbol="event_busy", look="outline")


def _look(notice: Notification) -> tuple[str, words.Tone]:
    if notice.refund_id:
        return "currency_exchange", "warn"
    if notice.subscription_id:
        return "event_repeat", "info"
    if notice.conversation_id:
        return "forum", "info"
    return ("local_shipping", "good") if notice.order_id else ("info", "plain")
