"""Preferences: which notices a customer also gets by mail."""

from __future__ import annotations

from nicegui import ui

from care.models.preferences import MailChoice, Preferences
from ui.parts.elements import banner, box, button, card, heading, link_button, telling, text, thank, tile
from ui.parts.words import Tone
from ui.visit import Visit

# One row for each field of MailChoice.
_GROUPS: dict[str, tuple[str, Tone, str, str]] = {
    "reminders": (
        "event_repeat",
        "info",
        "Reminders",
        "Before each delivery of a subscription, with a link to skip it.",
    ),
    "deliveries": ("local_shipping", "good", "Deliveries", "What has arrived, and what could not go out."),
    "payments": ("credit_card", "warn", "Payments", "A payment that did not go through, or a new price."),
    "refunds": ("currency_exchange", "warn", "Refunds", "Answers to your refund requests."),
    "conversations": ("forum", "info", "Conversations", "Answers from a colleague in the chat."),
    "account": ("person_outline", "plain", "Account", "Everything else about your account."),
}


async def page(visit: Visit) -> None:
    preferences = visit.services.stores.preferences
    chosen = (await preferences.get(visit.customer_id)).mail
    with heading("Preferences", "Which notices you also get by mail."):
        link_button("Notifications", "/ui/notifications", symbol="notifications_none", look="outline")
    if not visit.settings.smtp_host:
        banner("mail_outline", "This shop does not send mail yet. Your choice counts as soon as it does.")
    with card("By mail", side=visit.customer.email if visit.customer else ""):
        switches = {group: _row(group, getattr(chosen, group)) for group in _GROUPS}

        async def save() -> None:
            mail = MailChoice(**{group: switch.value for group, switch in switches.items()})
            with telling():
                await preferences.put(Preferences(customer_id=visit.customer_id, mail=mail))
                thank("Your choice is saved.")

        with box("line between wraps"):
            text("In the portal you find all notices, whatever you choose here.", "mute small grow")
            button("Save", save, symbol="check")


def _row(group: str, on: bool) -> ui.switch:
    symbol, tone, title, detail = _GROUPS[group]
    with box("line"):
        tile(symbol, tone)
        with box("stack grow"):
            text(title, "strong")
            text(detail, "mute small")
        switch = ui.switch(value=on)
        switch.props["aria-label"] = f"{title} by mail"
    return switch
