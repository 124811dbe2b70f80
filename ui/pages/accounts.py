"""Accounts, for administrators: who may sign in as what, who changed that, and the tokens of the shop's systems."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from care.models.audit import AuditEvent
from care.models.customer import Account, Role
from ui import live
from ui.language import _, mark
from ui.parts import words
from ui.parts.account_acts import add_dialog, close_dialog, password_dialog, role_dialog
from ui.parts.elements import box, button, card, chip, heading, icon_button, link, text
from ui.parts.pages import Pages
from ui.parts.shell import ROLE_WORDS
from ui.parts.tokens import service_tokens
from ui.parts.words import Tone
from ui.visit import Visit

_PAGE = 25
_EVENTS = 20
_TONES: dict[Role, Tone] = {Role.ADMIN: "warn", Role.SUPERVISOR: "info", Role.AGENT: "good"}
_DONE: dict[str, str] = {
    "account_added": mark("{by} added {email} as {role}."),
    "role_changed": mark("{by} made {email} {role}; before: {before}."),
    "password_reset": mark("{by} gave {email} a new password."),
    "account_closed": mark("{by} closed the account of {email}."),
    "password_changed": mark("{email} has changed the password."),
    "password_renewed": mark("{email} has set a new password by mail."),
}


async def page(visit: Visit) -> None:
    accounts = Pages(lambda cursor: visit.services.stores.accounts.page(limit=_PAGE, cursor=cursor))

    async def read() -> list[AuditEvent]:
        await accounts.first()
        return (await visit.services.stores.audit.page(acts=list(_DONE), limit=_EVENTS)).items

    @ui.refreshable
    def listed(events: list[AuditEvent]) -> None:
        with box("grid wide-left"):
            with card("", "tight"):
                accounts.draw(lambda items: _rows(visit, items))
            _record(visit, events)

    async def redraw() -> None:
        listed.refresh(await read())  # read first: the page is not empty meanwhile

    with heading(_("Accounts"), _("Who may sign in, the newest first.")):
        button(_("Add an account"), lambda: add_dialog(visit), symbol="person_add")
    async with live.follow(live.DESK, {"accounts"}, redraw):
        with box("stack loose"):
            listed(await read())
            await service_tokens(visit)


def _rows(visit: Visit, accounts: list[Account]) -> None:
    with box("rows apart", tag="ul"):
        for account in accounts:
            with box("line between", tag="li"):
                _row(visit, account)


def _row(visit: Visit, account: Account) -> None:
    with box("stack grow"):
        text(account.email, "strong cut")
        with box("options"):
            chip(_(ROLE_WORDS[account.role]), _TONES.get(account.role, "plain"))
            if account.customer_id:
                with link(f"/ui/customers/{account.customer_id}"):
                    chip(account.customer_id)
            if account.closed_at:
                chip(_("Closed {day}", day=words.day(account.closed_at.date(), today=visit.today())), "bad")
            if account.email == visit.principal.email:
                chip(_("You"))
    if account.closed_at is None:
        _acts(visit, account)


def _acts(visit: Visit, account: Account) -> None:
    name = _("Change the account {email}", email=account.email)
    with icon_button("more_vert", name), ui.menu().props("auto-close role=group") as opened, box("stack menu"):
        opened.props["aria-label"] = name
        _act(_("New password"), "password", lambda: password_dialog(visit, account))
        if account.email == visit.principal.email:
            return
        if account.role is not Role.CUSTOMER:
            _act(_("Change the role"), "badge", lambda: role_dialog(visit, account))
        _act(_("Close the account"), "no_accounts", lambda: close_dialog(visit, account))


def _act(label: str, symbol: str, opens: Callable[[], None]) -> None:
    button(label, opens, symbol=symbol, look="flat align=left")


def _record(visit: Visit, events: list[AuditEvent]) -> None:
    with card(_("What was done"), side=_("the latest {n}", n=_EVENTS) if len(events) == _EVENTS else ""):
        if not events:
            text(_("Nothing yet: what is done to accounts is written down here."), "mute")
            return
        with box("timeline", tag="ol"):
            for event in events:
                with box(tag="li"):
                    text(_told(event), "wrap")
                    text(f"{words.moment(event.at, visit.zone)} UTC", "mute small")


def _told(event: AuditEvent) -> str:
    roles = {
        name: _(ROLE_WORDS[Role(event.detail[name])]) if name in event.detail else "" for name in ("role", "before")
    }
    if event.act == "password_reset" and event.by == event.about:
        return _("{email} has set a new password by mail.", email=event.about)
    return _(_DONE[event.act], by=event.by, email=event.about, **roles)
