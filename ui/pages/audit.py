"""The audit record, for administrators: who did what to whom, and whether anybody has changed it."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from nicegui import ui

from care.auditing import Checked, checked
from care.errors import Unavailable
from care.models.audit import AuditEvent
from ui.language import _, plural, retold
from ui.parts import words
from ui.parts.audit_words import ACT_WORDS, act_word
from ui.parts.elements import banner, box, button, card, chip, empty, heading, telling, text
from ui.parts.pages import Pages
from ui.visit import Visit

_PAGE = 50
_LONGEST = 254  # characters of an address


async def page(visit: Visit) -> None:
    about, by, act = (visit.query.get(name, "").strip()[:_LONGEST] for name in ("about", "by", "act"))
    audit = visit.services.stores.audit
    lines = Pages(
        lambda cursor: audit.page(
            about=about or None, by=by or None, acts=[act] if act else [], limit=_PAGE, cursor=cursor
        )
    )
    await lines.first()
    with suppress(Unavailable):  # a record that is damaged takes no line, and all the more must be read
        await visit.services.looked(visit.principal, "audit_read")
    told = ui.refreshable(_told)

    async def check() -> None:
        walk.disable()
        with telling():
            told.refresh(await checked(visit.services.stores))
        walk.enable()

    with heading(_("Audit record"), _("Who did what, the newest first. Each line is tied to the one before.")):
        # On demand: a long record takes its time.
        walk = button(_("Check the record"), check, symbol="fact_check", look="outline")
    with box("stack loose"):
        with box("stack").props("aria-live=polite"):
            told(None)
        _filters(about, by, act)
        if not lines.items:
            empty("manage_search", _("No such line"), _("Nothing like this has been written down."))
        else:
            with card("", "tight"):
                lines.draw(lambda items: _rows(visit, items))


def _told(found: Checked | None) -> None:
    if found is None:
        return
    if found.fault:
        banner("gpp_bad", retold(found.fault), "bad")
        return
    banner("verified_user", plural("{n} line is as written.", "{n} lines are as written.", found.last.number), "good")
    last = f"{found.last.number}:{found.last.hash}"
    text(_("The last one, to be kept elsewhere: {line}", line=last), "mute small wrap")


def _filters(about: str, by: str, act: str) -> None:
    def show() -> None:
        asked = {"about": concerned.value, "by": who.value, "act": what.value}
        query = urlencode({name: value.strip() for name, value in asked.items() if value and value.strip()})
        ui.navigate.to(f"/audit?{query}".rstrip("?"))

    with box("grid four even", name=_("What to look at")).props("role=search"):
        who = ui.input(_("Who"), value=by)
        concerned = ui.input(_("About"), value=about)
        kinds = {known: _(word) for known, word in ACT_WORDS.items()}
        what = ui.select(kinds, value=act if act in kinds else None, label=_("What was done"), clearable=True)
        for field in (who, concerned):
            field.props(f"outlined dense clearable autocomplete=off maxlength={_LONGEST}")
            field.on("keydown.enter", show)
        what.props("outlined dense options-dense")
        button(_("Show"), show, look="outline")


def _rows(visit: Visit, events: list[AuditEvent]) -> None:
    with box("rows apart", tag="ul"):
        for event in events:
            with box("stack", tag="li"):
                _row(visit, event)


def _row(visit: Visit, event: AuditEvent) -> None:
    with box("line between wraps"):
        text(act_word(event.act), "strong")
        text(f"{event.number} · {words.moment(event.at, visit.zone)} UTC", "mute small")
    text(" → ".join(each for each in (event.by, event.about) if each), "wrap")
    if event.detail:
        with box("options"):
            for name, value in event.detail.items():
                chip(f"{name}: {value}").classes("long")
