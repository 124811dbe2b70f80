"""Service tokens on the accounts page: which there are, a new one, and one that is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from care.errors import Invalid
from care.models.token import SCOPES, ServiceToken, TokenWish
from care.tokens import make_token
from ui.language import _, mark
from ui.parts import words
from ui.parts.account_acts import shown_once
from ui.parts.asking import answers, sheet
from ui.parts.elements import box, button, card, chip, text
from ui.visit import Visit

_MOST = 50  # `care token list` shows all
_WRONG = {
    "name": mark("Please name it with small letters, digits and dashes, like web-shop."),
    "scopes": mark("Please choose what it may do."),
    "days": mark("Please choose between 1 and 3650 days."),
}


async def service_tokens(visit: Visit) -> None:
    @ui.refreshable
    async def listed() -> None:
        tokens = (await visit.services.stores.tokens.page(limit=_MOST)).items
        if not tokens:
            text(_("None yet."), "mute")
        with box("rows apart", tag="ul"):
            for token in tokens:
                with box("line between", tag="li"):
                    _row(visit, token, listed.refresh)

    with card(_("Service tokens")):
        text(_("With these your own systems call the API, each within its scopes."), "mute small")
        await listed()
        with box("line end"):
            button(_("Make a token"), lambda: _make(visit, listed.refresh), symbol="key", look="outline")


def _row(visit: Visit, token: ServiceToken, changed: Callable[[], Any]) -> None:
    today = visit.today()
    with box("stack grow"):
        text(token.name, "strong cut")
        text(", ".join(token.scopes), "mute small wrap")
        with box("options"):
            if token.revoked_at:
                chip(_("Revoked {day}", day=words.day(token.revoked_at.date(), today=today)), "bad")
            else:
                over = token.expires_at <= visit.now()
                until = _("Until {day}", day=words.day(token.expires_at.date(), today=today))
                chip(until, "bad" if over else "plain")
            used = token.used_at and words.day(token.used_at.date(), today=today)
            chip(_("Last used {day}", day=used) if used else _("Never used"))
    if token.revoked_at is None:
        ask = button(_("Revoke"), lambda: _revoke(visit, token.name, changed), look="flat")
        ask.props["aria-label"] = _("Revoke {name}", name=token.name)


def _make(visit: Visit, changed: Callable[[], Any]) -> None:
    with sheet(_("Make a token"), _("For one of your own systems. It is shown once.")) as asked:
        name = ui.input(_("Name")).props("outlined autocomplete=off maxlength=40 autofocus")
        scopes = ui.select(list(SCOPES), multiple=True, label=_("What it may do")).props("outlined use-chips")
        days = ui.number(_("Good for so many days"), value=365, min=1, max=3650, precision=0).props("outlined")

        async def make() -> str:
            typed = {"name": (name.value or "").strip(), "scopes": scopes.value, "days": days.value}
            try:
                wish = TokenWish.model_validate(typed)
            except ValidationError as error:
                raise Invalid(_(_WRONG[str(error.errors()[0]["loc"][0])])) from None
            made = await make_token(visit.services.stores, wish, by=visit.principal.email)
            shown_once(_("The token {name}", name=made.name), _("The token"), _("Copy the token"), made.token)
            changed()
            return _("{name} can call the API now.", name=made.name)

        answers(asked, _("Make it"), make, back=_("Back"))


def _revoke(visit: Visit, name: str, changed: Callable[[], Any]) -> None:
    with sheet(_("Revoke {name}?", name=name), _("What uses it is refused from the next call on.")) as asked:

        async def revoke() -> str:
            await visit.services.stores.tokens.revoke(name, by=visit.principal.email)
            changed()
            return _("{name} opens nothing any more.", name=name)

        answers(asked, _("Revoke"), revoke, back=_("Keep it"), color="negative")
