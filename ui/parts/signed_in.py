"""Where one is signed in, to be ended there."""

from __future__ import annotations

from nicegui import ui

from care.models.session import Door, Session
from ui.language import _
from ui.parts import words
from ui.parts.asking import Deed, doing
from ui.parts.elements import box, card, chip, text, tile
from ui.visit import Visit

_SHOWN = 20


async def signed_in_card(visit: Visit) -> None:
    stores, signing_in = visit.services.stores, visit.services.signing_in

    @ui.refreshable
    def listed(sessions: list[Session]) -> None:
        with box("rows apart", tag="ul"):
            for session in sessions:
                with box("line between wraps", tag="li"):
                    _row(visit, session, ending(session))
        if len(sessions) > 1:
            with box("line end"):
                doing(_("Sign out everywhere else"), end_others, symbol="logout", look="outline")

    async def read() -> list[Session]:
        return (await stores.sessions.page(visit.principal.email, limit=_SHOWN)).items

    def ending(session: Session) -> Deed:
        async def end() -> str:
            try:
                await signing_in.end(visit.principal, session.session_id)
            finally:  # it may have ended by itself meanwhile
                listed.refresh(await read())
            return _("Signed out there.")

        return end

    async def end_others() -> str:
        await signing_in.end_others(visit.principal)
        listed.refresh(await read())
        return _("You are signed in here only.")

    with card(_("Where you are signed in")):
        listed(await read())


def _row(visit: Visit, session: Session, end: Deed) -> None:
    program = session.door is Door.API
    tile("terminal" if program else "devices", "info" if program else "good")
    with box("stack grow"):
        with box("options"):
            text(session.device or _("A device that does not say what it is"), "strong")
            if program:
                chip(_("Program"))
        since, last = (words.moment(at, visit.zone) for at in (session.created_at, session.used_at))
        told = _("Since {since}, last used {last}", since=since, last=last)
        text(told if visit.customer else f"{told} UTC", "mute small")
    if session.session_id == visit.principal.session_id:
        chip(_("Here"), "good")
    else:
        doing(_("Sign out there"), end, look="flat dense")
