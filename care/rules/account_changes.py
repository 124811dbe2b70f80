"""Changes that customers make to what is known of them. Pure."""

from __future__ import annotations

from typing import Any

from care.errors import Invalid
from care.language import LANGUAGES, speaks
from care.models.customer import ChangeCustomer
from care.rules.recurrence import is_zone


def changes_of(wish: ChangeCustomer) -> dict[str, Any]:
    """The fields of Customer to set. Raises Invalid (`fields`) for a change of nothing, an unknown zone or language."""
    changes = wish.model_dump(exclude_none=True)
    if not changes:
        raise Invalid("Say what to change: name, timezone, locale or address.")
    if wish.timezone is not None and not is_zone(wish.timezone):
        why = "This is not an IANA time zone; write it like Europe/Berlin."
        raise Invalid(why, fields={"timezone": why})
    if wish.locale is not None and not speaks(wish.locale):
        why = f"We speak {', '.join(LANGUAGES)}: choose one of them, or a locale of it such as es-MX."
        raise Invalid(why, fields={"locale": why})
    return changes
