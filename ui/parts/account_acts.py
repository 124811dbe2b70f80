"""What administrators do to accounts, each in a dialog of its own."""

from __future__ import annotations

from nicegui import ui
from pydantic import ValidationError

from care.accounts import add_account, change_role, close_account, new_password, reset_password
from care.errors import Invalid
from care.models.customer import Account, AccountWish, Role
from care.rules.accounts import LONGEST_PASSWORD
from ui.language import _
from ui.parts.asking import answers, sheet
from ui.parts.elements import banner, box, button, icon_button, text
from ui.parts.shell import ROLE_WORDS
from ui.visit import Visit


def add_dialog(visit: Visit) -> None:
    with sheet(_("Add an account")) as asked:
        email = ui.input(_("E-mail")).props("outlined type=email autocomplete=off maxlength=254 autofocus")
        roles = {role: _(word) for role, word in ROLE_WORDS.items()}
        role = ui.select(roles, value=Role.AGENT, label=_("Role")).props("outlined")
        customer = ui.input(_("Number of the customer")).props("outlined maxlength=64")
        customer.set_visibility(False)
        role.on_value_change(lambda e: customer.set_visibility(e.value is Role.CUSTOMER))
        typed = _password_field()

        async def add() -> str:
            named = (customer.value or "").strip() if role.value is Role.CUSTOMER else None
            try:
                wish = AccountWish(email=(email.value or "").strip(), role=role.value, customer_id=named)
            except ValidationError as error:
                raise Invalid(_wrong(str(error.errors()[0]["loc"][0]))) from None
            password = typed.value or new_password()
            account = await add_account(visit.services.stores, wish, password, by=visit.principal.email)
            if not typed.value:
                _password_once(account.email, password)
            return _("{email} can sign in now.", email=account.email)

        answers(asked, _("Add"), add, back=_("Back"))


def role_dialog(visit: Visit, account: Account) -> None:
    with sheet(_("Change the role"), _("{email} is signed out everywhere.", email=account.email)) as asked:
        roles = {role: _(word) for role, word in ROLE_WORDS.items() if role is not Role.CUSTOMER}
        role = ui.select(roles, value=account.role, label=_("Role")).props("outlined")

        async def change() -> str:
            if role.value is account.role:
                raise Invalid(_("Choose another role than the one it has."))
            await change_role(visit.services.stores, account.email, role.value, by=visit.principal.email)
            return _("{email} has the role {role} now.", email=account.email, role=roles[role.value])

        answers(asked, _("Change"), change, back=_("Back"))


def password_dialog(visit: Visit, account: Account) -> None:
    own = account.email == visit.principal.email
    with sheet(_("New password"), _("{email} is signed out everywhere.", email=account.email)) as asked:
        typed = _password_field()

        async def reset() -> str:
            if own and not typed.value:  # who is signed out sees no page that could show one
                raise Invalid(_("Please type your own new password: you sign in again with it."))
            password = typed.value or new_password()
            await reset_password(visit.services.stores, account.email, password, by=visit.principal.email)
            if not typed.value:
                _password_once(account.email, password)
            return _("The old password opens nothing any more.")

        answers(asked, _("Set the password"), reset, back=_("Back"))


def close_dialog(visit: Visit, account: Account) -> None:
    detail = _("{email} is signed out everywhere and cannot sign in again.", email=account.email)
    with sheet(_("Close this account?"), detail) as asked:
        text(_("It stays in this list, and so does its name in the cases it has worked on."), "small")

        async def close() -> str:
            await close_account(visit.services.stores, account.email, by=visit.principal.email)
            return _("The account is closed.")

        answers(asked, _("Close the account"), close, back=_("Keep it"), color="negative")


def _password_field() -> ui.input:
    typed = ui.input(_("Password"), password=True, password_toggle_button=True)
    typed.props(f"outlined autocomplete=new-password maxlength={LONGEST_PASSWORD}")
    text(_("Leave it empty, and a good one is made and shown once."), "mute small")
    return typed


def shown_once(title: str, named: str, copy: str, secret: str) -> None:
    """A secret that nobody can look up later; `named` is what it is, `copy` what the button does."""
    with sheet(title) as shown:
        shown.props("persistent")
        with box("sum"), box("line between"):
            told = text(secret, "secret wrap", tag="code")
            told.props["aria-label"] = named
            icon_button("content_copy", copy, lambda: ui.clipboard.write(secret))
        banner("visibility_off", _("It is shown only now. Pass it on, then close this."), "warn")
        with box("line end"):
            button(_("I have passed it on"), shown.close)


def _password_once(email: str, password: str) -> None:
    shown_once(_("The password of {email}", email=email), _("The password"), _("Copy the password"), password)


def _wrong(field: str) -> str:
    if field == "email":
        return _("Please write an e-mail address.")
    return _("Please name the customer by number, like CUST001.")
