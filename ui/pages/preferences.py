"""Preferences: language, look, name, address and time zone, which notices also come by mail, password and sign-ins."""

from __future__ import annotations

from zoneinfo import available_timezones

from nicegui import ui

from care.errors import Invalid
from care.models.customer import ChangeCustomer, Customer
from care.models.preferences import MailChoice, Preferences
from care.rules.recurrence import is_zone
from ui import theme
from ui.language import _, mark
from ui.parts.address_fields import AddressFields
from ui.parts.elements import banner, box, button, card, draft, heading, link_button, telling, text, thank, tile
from ui.parts.own_password import password_card
from ui.parts.shell import language_choice
from ui.parts.signed_in import signed_in_card
from ui.parts.words import Tone
from ui.visit import Visit

# One row for each field of MailChoice.
_GROUPS: dict[str, tuple[str, Tone, str, str]] = {
    "reminders": (
        "event_repeat",
        "info",
        mark("Reminders"),
        mark("Before each delivery of a subscription, with a link to skip it."),
    ),
    "deliveries": ("local_shipping", "good", mark("Deliveries"), mark("What has arrived, and what could not go out.")),
    "payments": ("credit_card", "warn", mark("Payments"), mark("A payment that did not go through, or a new price.")),
    "refunds": ("currency_exchange", "warn", mark("Refunds"), mark("Answers to your refund requests.")),
    "conversations": ("forum", "info", mark("Conversations"), mark("Answers from a colleague in the chat.")),
    "account": ("person_outline", "plain", mark("Account"), mark("Everything else about your account.")),
}
_LOOKS = {"": mark("As the system"), "0": mark("Light"), "1": mark("Dark")}


async def page(visit: Visit) -> None:
    customer = await visit.services.stores.customers.get(visit.customer_id)
    with heading(_("Preferences"), _("How we write to you, and where we send things.")):
        link_button(_("Notifications"), "/ui/notifications", symbol="notifications_none", look="outline")
    with box("grid two"):
        with box("stack loose"):
            _about_you(visit, customer)
            _seen()
            _your_data(visit)
        with box("stack loose"):
            await _by_mail(visit)
            password_card(visit)
            await signed_in_card(visit)


def _seen() -> None:
    """What counts at once, and for this browser as well."""
    with card(_("Language")):
        language_choice()
    with card(_("Appearance")):
        looks = {value: _(label) for value, label in _LOOKS.items()}
        cookies = ui.context.client.request.cookies
        now = cookies.get(theme.DARK_COOKIE, "")
        look = ui.radio(looks, value=now if now in looks else "")
        look.on_value_change(lambda e: ui.run_javascript(theme.wear(e.value)))
        look.props("inline").props["aria-label"] = _("Appearance")


def _your_data(visit: Visit) -> None:
    with card(_("Your data")):
        text(_("All that we keep about you, with the files that you have sent, as one archive."), "mute small")
        target = f"/customer/export/{visit.customer_id}"
        link_button(_("Download my data"), target, symbol="download", look="outline download")


def _about_you(visit: Visit, customer: Customer) -> None:
    with card(_("About you"), side=customer.email):
        name = ui.input(_("Name"), value=customer.name, validation=_no_name).classes("full-width")
        name.props("outlined dense stack-label hide-bottom-space maxlength=200 autocomplete=name")
        text(_("Your usual address"), "strong small")
        fields = AddressFields(customer.address.model_dump() if customer.address else {})
        text(_("Orders that are placed already keep theirs."), "mute small")
        zone = ui.select(
            _zones(customer.timezone),
            label=_("Time zone"),
            value=customer.timezone,
            with_input=True,
            validation=_no_zone,
        )
        zone.props("outlined dense stack-label options-dense hide-bottom-space").classes("full-width")

        def keep_typed() -> None:
            draft(name, "own name", over=name.value)
            fields.drafts("own address")

        async def save() -> None:
            with telling():
                marked = [each for each in (name, zone) if not each.validate()]
                # Whoever has given no address yet need not give one to change a name.
                address = fields.chosen() if customer.address or not fields.is_empty() else None
                if marked:
                    raise Invalid(_("Please look at the lines that are marked."))
                wish = ChangeCustomer(name=name.value.strip(), timezone=zone.value, address=address)
                await visit.services.stores.customers.change(visit.customer_id, wish)
                keep_typed()
                thank(_("Saved."))

        keep_typed()
        with box("line end"):
            button(_("Save"), save, symbol="check")


def _no_name(value: str | None) -> str | None:
    return None if 0 < len((value or "").strip()) <= 200 else _("Please write your name.")


def _no_zone(value: str | None) -> str | None:
    return None if value else _("Please choose a time zone.")


def _zones(now: str) -> dict[str, str]:
    """By their IANA names, "_" read as a space; the one that is set stands among them."""
    places = {name for name in available_timezones() if "/" in name and not name.startswith("Etc/") and is_zone(name)}
    return {name: name.replace("_", " ") for name in sorted(places | {"UTC", now})}


async def _by_mail(visit: Visit) -> None:
    preferences = visit.services.stores.preferences
    chosen = (await preferences.get(visit.customer_id)).mail
    with card(_("By mail"), side=visit.customer.email if visit.customer else ""):
        if not visit.settings.smtp_host:
            banner("mail_outline", _("This shop does not send mail yet. Your choice counts as soon as it does."))
        switches = {group: _row(group, getattr(chosen, group)) for group in _GROUPS}

        async def save() -> None:
            mail = MailChoice(**{group: switch.value for group, switch in switches.items()})
            with telling():
                await preferences.put(Preferences(customer_id=visit.customer_id, mail=mail))
                thank(_("Your choice is saved."))

        with box("line between wraps"):
            text(_("In the portal you find all notices, whatever you choose here."), "mute small grow")
            button(_("Save the choice"), save, symbol="check")


def _row(group: str, on: bool) -> ui.switch:
    symbol, tone, title, detail = _GROUPS[group]
    with box("line"):
        tile(symbol, tone)
        with box("stack grow"):
            text(_(title), "strong")
            text(_(detail), "mute small")
        switch = ui.switch(value=on)
        switch.props["aria-label"] = _("{group} by mail", group=_(title))
    return switch
