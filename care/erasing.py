"""What `care customer erase` does: ends what runs, drops the keys of the histories, and erases what is kept."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from care.accounts import close_account
from care.errors import Conflict, SetupError
from care.gateways import payments_for
from care.models.audit import COMMAND_LINE
from care.opening import stores_of
from care.policy import load_policy
from care.rules.erasing import Matter, open_matters
from care.settings import Settings
from care.stores import Stores
from care.stores.personal import Belongings, PersonalStore
from care.temporal import connect, conversation_workflow_id, refund_workflow_id, subscription_workflow_id

_ENDED_IN_TURN = ("subscription", "refund", "trace", "order")


class Ending(Protocol):
    """workflows.erasure, which care does not import."""

    async def end(self, matter: Matter) -> None: ...

    async def delete_unkeyed(self, workflow_ids: Iterable[str]) -> None: ...

    async def quiet(self, conversation_ids: Iterable[str], workflow_ids: Iterable[str]) -> None: ...


@dataclass(frozen=True)
class Erased:
    """`payer` is the customer's id at the payment provider, where the rest is to be erased; None where there is none,
    or where this had been done before."""

    customer_id: str
    payer: str | None
    orders: int
    refunds: int
    files: int


async def erase_customer(settings: Settings, customer_id: str, *, end: bool) -> Erased:
    """Raises SetupError if a server cannot be reached, Unavailable if no worker answers, and what `erase` raises."""
    try:
        async with (
            stores_of(settings) as stores,
            payments_for(settings, stores) as payments,
        ):
            ending = importlib.import_module("workflows.erasure").Erasure(  # by name: care imports no workflow
                *(await connect(settings, stores), stores, load_policy(settings.policy_file), payments),
                task_queue=settings.task_queue,
            )
            return await erase(stores, ending, customer_id, end=end)
    except RuntimeError:  # what the SDK raises while nothing listens
        raise SetupError("Temporal cannot be reached: check that it runs and that the address is right.") from None


async def erase(stores: Stores, ending: Ending, customer_id: str, *, end: bool) -> Erased:
    """Safe to repeat, and to be cut off anywhere: done again, it goes on.

    Raises NotFound, and Conflict that names what is not over. Then nothing has changed; with `end`, what could be
    ended has.
    """
    personal = PersonalStore(stores)
    found = await personal.belongings(customer_id)
    if not end:
        _check_over(matters_of(found))
    for account in found.accounts:  # first, so that nothing new begins
        if account.closed_at is None:
            await close_account(stores, account.email, by=COMMAND_LINE)
    if end:
        await _end_all(personal, ending, customer_id)
    workflows = workflows_of(found)
    await ending.quiet([each.conversation_id for each in found.conversations], workflows)
    await stores.data_keys.forget(workflows)
    await ending.delete_unkeyed(workflows)
    # With what the last steps have left.
    await personal.erase(await personal.belongings(customer_id), by=COMMAND_LINE)
    return Erased(customer_id, found.payer, len(found.orders), len(found.refunds), len(found.evidence))


def matters_of(found: Belongings) -> list[Matter]:
    """Of somebody who was erased, store credit is nobody's any more."""
    wallet = None if found.customer.erased_at else found.wallet
    return open_matters(found.subscriptions, found.refunds, found.orders, found.conversations, wallet)


def workflows_of(found: Belongings) -> list[str]:
    return [
        *(subscription_workflow_id(each.subscription_id) for each in found.subscriptions),
        *(refund_workflow_id(each.refund_id) for each in found.refunds),
        *(conversation_workflow_id(each.conversation_id) for each in found.conversations),
    ]


async def _end_all(personal: PersonalStore, ending: Ending, customer_id: str) -> None:
    for kind in _ENDED_IN_TURN:
        for matter in matters_of(await personal.belongings(customer_id)):
            if matter.kind == kind:
                await ending.end(matter)
    left = matters_of(await personal.belongings(customer_id))
    _check_over([matter for matter in left if matter.kind in _ENDED_IN_TURN])


def _check_over(left: list[Matter]) -> None:
    if left:
        what = " ".join(matter.sentence for matter in left)
        raise Conflict(f"{what} Let it come to its end first, or end it with --end.")
