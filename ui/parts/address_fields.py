"""Where deliveries go: an address in four fields; what is missing is told beside each."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from care.models.customer import Address
from ui.language import _, current
from ui.parts.elements import box, draft
from ui.parts.unfinished import Unfinished


class AddressFields:
    def __init__(self, typed: dict[str, str], changed: Callable[[], object] | None = None) -> None:
        """`typed`: the fields of an address, as they are filled in at first."""
        self._changed = changed
        self._street = self._input(_("Street and number"), typed.get("street"), 200, _missing)
        with box("grid pair"):
            self._postcode = self._input(_("Postcode"), typed.get("postcode"), 20, _missing)
            self._city = self._input(_("City"), typed.get("city"), 100, _missing)
        self._country = self._countries(typed.get("country"))

    def typed(self) -> dict[str, str]:
        return {
            "street": (self._street.value or "").strip(),
            "city": (self._city.value or "").strip(),
            "postcode": (self._postcode.value or "").strip(),
            "country": self._country.value or "",
        }

    def chosen(self) -> Address:
        """Raises Unfinished while something is missing, and tells what beside the field."""
        fields = (self._street, self._postcode, self._city, self._country)
        if [each for each in fields if not each.validate()]:  # asks every field, so that each tells
            raise Unfinished(_("Please fill in every line of the address."))
        return Address(**self.typed())

    def drafts(self, key: str) -> None:
        """What is typed over these fields, as they are now, outlives a reload; see `elements.draft`."""
        for field, value in ((self._street, "street"), (self._postcode, "postcode"), (self._city, "city")):
            draft(field, f"{key} {value}", over=field.value or "")

    def is_empty(self) -> bool:
        """Whether nothing of it is given, but perhaps the country."""
        return not any(value for name, value in self.typed().items() if name != "country")

    def _countries(self, code: str | None) -> ui.select:
        """By name, in the reader's language."""
        names = current().countries()
        control = ui.select(
            names,
            label=_("Country"),
            value=code if code in names else None,
            with_input=True,
            on_change=self._changed,
            validation=_no_country,
        )
        return control.props("outlined dense stack-label options-dense hide-bottom-space").classes("full-width")

    def _input(self, label: str, value: str | None, most: int, fault: Callable[[str | None], str | None]) -> ui.input:
        control = ui.input(label, value=value or "", on_change=self._changed, validation=fault)
        return control.props(f"outlined dense stack-label hide-bottom-space maxlength={most}").classes("full-width")


def _missing(value: str | None) -> str | None:
    return None if (value or "").strip() else _("Please fill this in.")


def _no_country(value: str | None) -> str | None:
    return None if value else _("Please choose the country.")
