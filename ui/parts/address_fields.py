"""Where deliveries go: an address in four fields; what is missing is told beside each."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from care.models.customer import Address
from ui.language import _
from ui.parts.elements import box
from ui.parts.unfinished import Unfinished


class AddressFields:
    def __init__(self, typed: dict[str, str], changed: Callable[[], object] | None = None) -> None:
        """`typed`: the fields of an address, as they are filled in at first."""
        self._changed = changed
        self._street = self._input(_("Street and number"), typed.get("street"), 200, _missing)
        with box("grid pair"):
            self._postcode = self._input(_("Postcode"), typed.get("postcode"), 20, _missing)
            self._city = self._input(_("City"), typed.get("city"), 100, _missing)
        # Longer than it may be: cut to two letters, "Germany" would be Georgia.
        self._country = self._input(_("Country, in two letters (DE, IN, US)"), typed.get("country"), 60, _no_country)

    def typed(self) -> dict[str, str]:
        return {
            "street": (self._street.value or "").strip(),
            "city": (self._city.value or "").strip(),
            "postcode": (self._postcode.value or "").strip(),
            "country": (self._country.value or "").strip().upper(),
        }

    def chosen(self) -> Address:
        """Raises Unfinished while something is missing, and tells what beside the field."""
        fields = (self._street, self._postcode, self._city, self._country)
        if [each for each in fields if not each.validate()]:  # asks every field, so that each tells
            raise Unfinished(
                _("Please fill in every line; the country has two letters, for example {code}.", code="DE")
            )
        return Address(**self.typed())

    def _input(self, label: str, value: str | None, most: int, fault: Callable[[str | None], str | None]) -> ui.input:
        control = ui.input(label, value=value or "", on_change=self._changed, validation=fault)
        return control.props(f"outlined dense stack-label hide-bottom-space maxlength={most}").classes("full-width")


def _missing(value: str | None) -> str | None:
    return None if (value or "").strip() else _("Please fill this in.")


def _no_country(value: str | None) -> str | None:
    code = (value or "").strip()
    fits = len(code) == 2 and code.isascii() and code.isalpha()
    return None if fits else _("Two letters, for example {code}.", code="DE")
