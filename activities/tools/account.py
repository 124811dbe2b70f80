"""The customer's account in the chat: what is known, and changes of it, each shown first with old and new."""

from __future__ import annotations

from typing import Any

from activities.tools.scene import PERSON, Scene, done
from care.models.customer import ChangeCustomer, Customer
from care.models.dialogue import Outcome
from care.models.order import OrderStatus
from care.models.preferences import Preferences
from care.models.understanding import Intent
from care.rules.account_asks import Detail, Matter, asks_for_change, mail_choice_in, matter_of, name_in, zone_in
from care.rules.account_changes import changes_of
from care.rules.address import address_in
from care.rules.phrases import means_account_address
from care.stores import Stores

_ASK: dict[Detail, str] = {
    "address": "What is your new address? Please write: street and number, postcode city, country.",
    "name": "How shall your name read? Please write it in full, like: my name is Ana Keller.",
    "timezone": "Which time zone are you in? Please write it like Europe/Berlin, or name a large city in it.",
    "mail": (
        "Which mails shall I turn on or off: reminders, deliveries, payments, refunds, conversations, or all? "
        "In the portal you are told everything."
    ),
}
# What the machine cannot change, and a person can once it is clear who asks.
_BY_A_PERSON: dict[Matter, str] = {
    "email": "Your e-mail address is what you sign in with, so a person changes it.",
    "password": "I cannot reset a password or unlock a sign-in here, and there is no page for it yet; a person helps.",
    "closing": "Closing an account is done by a person.",
    "opening": "Accounts are opened by a person.",
    "identity": "Who somebody is can only be checked by a person.",
    "language": "I cannot change the language of an account; a person can.",
}
_NOT_KEPT: dict[Matter, str] = {
    "phone": "We keep no phone number of yours, so there is none to change. Your e-mail address is how we reach you.",
    "card": (
        "Your cards are kept by our payment provider, and I see only what they are called. With which one a "
        "subscription is paid can be changed: tell me which subscription."
    ),
}
_EXAMPLES = ["Change the address in my account", "Change my name", "Change my time zone", PERSON]


class AccountTools:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def serve(self, scene: Scene) -> Outcome:
        matter = self._matter(scene)
        if matter in _NOT_KEPT:
            return scene.reply(_NOT_KEPT[matter], suggestions=[PERSON])
        changes = asks_for_change(scene.text) or scene.state.awaiting == "detail"
        if matter in _BY_A_PERSON and (changes or matter != "email"):
            return scene.hand_over(_BY_A_PERSON[matter])
        customer = await self._stores.customers.get(scene.customer_id)
        match matter:
            case "mail" if mail_choice_in(scene.text) or changes:
                return await self._mail(scene)
            case "address" | "name" | "timezone" if changes or _value(scene, matter, customer) is not None:
                return _propose(scene, matter, customer)
            case _:
                return await self._known(scene, customer, vague=changes and matter is None)

    def _matter(self, scene: Scene) -> Detail | Matter | None:
        """What the message names, else what was asked for last."""
        asked: Any = scene.state.action if scene.state.awaiting == "detail" and scene.state.action in _ASK else None
        return asked or matter_of(scene.text)

    async def _known(self, scene: Scene, customer: Customer, *, vague: bool) -> Outcome:
        if vague:
            ask = "What shall I change: your name, your address, your time zone, or which mails you get?"
            return scene.reply(ask, suggestions=_EXAMPLES)
        wallet = await self._stores.wallets.get(scene.customer_id)
        address = f" Your address is {customer.address}." if customer.address else " I know no address of yours."
        balance = f" Your wallet holds {wallet.balance}." if wallet else ""
        text = (
            f"Your account is {customer.customer_id}, {customer.name}, {customer.email}.{address} "
            f"Your time zone is {customer.timezone}.{balance}"
        )
        return scene.reply(text, suggestions=_EXAMPLES)

    async def _mail(self, scene: Scene) -> Outcome:
        choice = mail_choice_in(scene.text)
        if choice is None:
            return scene.reply(_ASK["mail"], awaiting="detail", action="mail")
        known = (await self._stores.preferences.get(scene.customer_id)).mail.model_dump()
        on = next(iter(choice.values()))
        groups = [group for group in choice if known[group] != on]
        if not groups:
            return scene.reply(f"These mails are {'on' if on else 'off'} already.")
        shown = f"Turn mails about {_and(groups)} {'on' if on else 'off'} (now {'off' if on else 'on'})?"
        payload = {"mail": dict.fromkeys(groups, on)}
        return scene.propose("change_account", payload, shown, target=scene.customer_id)

    async def carry_out(self, scene: Scene) -> Outcome:
        """Safe to repeat: the same values are set again. Raises Invalid for what cannot be."""
        agreed = scene.agreed.payload
        if "mail" in agreed:
            before = await self._stores.preferences.get(scene.customer_id)
            mail = before.mail.model_copy(update=agreed["mail"])
            await self._stores.preferences.put(Preferences(customer_id=scene.customer_id, mail=mail))
            text = (
                f"Mails about {_and(list(agreed['mail']))} are {'on' if any(agreed['mail'].values()) else 'off'} now."
            )
        else:
            wish = ChangeCustomer.model_validate(agreed)
            await self._stores.customers.change(scene.customer_id, wish)
            text = "\n".join(f"Your {_called(name)} is {getattr(wish, name)} now." for name in wish.model_fields_set)
        return scene.reply(text, actions=[done("account_changed", scene.customer_id)])


def _value(scene: Scene, detail: Detail, customer: Customer) -> Any:
    match detail:
        case "address":
            return address_in(scene.text, customer.address.country if customer.address else None)
        case "timezone":
            return zone_in(scene.text)
        case "name":
            bare = scene.text.strip(" .") if scene.state.awaiting == "detail" else None
            return name_in(scene.text, customer.name) or _plain_name(bare)
        case _:
            return None


def _propose(scene: Scene, detail: Detail, customer: Customer) -> Outcome:
    if detail == "address" and _may_mean_an_order(scene):
        return _which_address(scene)
    value = _value(scene, detail, customer)
    if value is None:
        return scene.reply(_ASK[detail], awaiting="detail", action=detail)
    wish = ChangeCustomer.model_validate({detail: value})
    changes_of(wish)  # refuses here what could not be done after the yes
    old, noun = getattr(customer, detail) or "none", _called(detail)
    if old == value:
        return scene.reply(f"Your {noun} is {old} already.")
    note = "Orders that are placed already keep theirs." if detail == "address" else ""
    return scene.propose(
        "change_account",
        wish.model_dump(mode="json", exclude_none=True),
        f"Change the {noun} in your account from {old} to {value}?",
        target=scene.customer_id,
        details=note,
    )


def _may_mean_an_order(scene: Scene) -> bool:
    """An order that is not sent yet could be what the new address is for."""
    pending = any(o.status is OrderStatus.PENDING for o in scene.context.orders)
    return pending and scene.state.awaiting != "detail" and not means_account_address(scene.text)


def _which_address(scene: Scene) -> Outcome:
    return scene.reply(
        "The address in your account, or the one of an order that is not on its way yet?",
        suggestions=["Change the address in my account", "Change the address of my order", PERSON],
        topic=Intent.CHANGE_ORDER,
        awaiting="order",
    )


def _plain_name(said: str | None) -> str | None:
    words = (said or "").split()
    return said if 1 <= len(words) <= 4 and not any(c.isdigit() for c in said or "") else None


def _called(detail: str) -> str:
    return "time zone" if detail == "timezone" else detail


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
