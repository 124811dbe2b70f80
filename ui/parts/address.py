"""The lines of a postal address in a form. What is wrong stands beside its line; what was typed stays."""

from __future__ import annotations

from nicegui import ui

from care.errors import Invalid
from care.models.customer import Address
from ui.language import _, current
from ui.parts.elements import box


def plain_input(label: str, value: str, most: int, *, autocomplete: str = "off") -> ui.input:
    """One line of at most `most` characters. An error beside it goes with the next key."""
    line = ui.input(label, value=value).classes("full-width")
    line.props(f"outlined stack-label maxlength={most} autocomplete={autocomplete}")
    line.on_value_change(lambda: setattr(line, "error", None))
    return line


def needed(line: ui.input, told: str) -> str:
    """What was typed, as far as there is room. Empty where nothing was, which `told` says beside the line."""
    typed = str(line.value or "").strip()[: int(line.props["maxlength"])]
    line.error = None if typed else told
    return typed


class AddressLines:
    def __init__(self, now: Address | None) -> None:
        self._street = plain_input(
            _("Street and number"), now.street if now else "", 200, autocomplete="street-address"
        )
        with box("grid pair"):
            self._postcode = plain_input(_("Postcode"), now.postcode if now else "", 20, autocomplete="postal-code")
            self._city = plain_input(_("City"), now.city if now else "", 100, autocomplete="address-level2")
        countries = current().countries()
        known = now.country if now and now.country in countries else None
        self._country = ui.select(countries, label=_("Country"), value=known, with_input=True).classes("full-width")
        self._country.props("outlined stack-label options-dense")
        self._country.on_value_change(lambda: setattr(self._country, "error", None))

    @property
    def are_empty(self) -> bool:
        return not any((self._street.value, self._postcode.value, self._city.value))

    def address(self) -> Address:
        """Raises Invalid, and says beside each line what is wrong with it."""
        street = needed(self._street, _("Please write the street and number."))
        postcode = needed(self._postcode, _("Please write the postcode."))
        city = needed(self._city, _("Please write the city."))
        self._country.error = None if self._country.value else _("Please choose the country.")
        if not (street and postcode and city and self._country.value):
            raise Invalid(_("Please fill in every line of the address."))
        return Address(street=street, postcode=postcode, city=city, country=self._country.value)
