"""Money that has moved and of which our books have lost the movement: asked for and booked again, never sent."""

from __future__ import annotations

from typing import cast

from care.bookkeeping import Provider
from care.gateways.ledger import LedgerGateway
from care.gateways.payments import PaymentGateway
from care.models.ledger import Movement, MovementKind
from care.stores import Stores


async def rebooked(stores: Stores, payments: PaymentGateway, movement: Movement, *, dry_run: bool) -> str | None:
    """The reference under which it moved; None if the provider knows of nothing under its key.

    What our own ledger moves (all of it without a provider, and store credit always) is booked as it was. Raises
    Unavailable while the provider does not answer, Conflict if the key stands for another movement.
    """
    noted = await stores.ledger.movement(movement.key)
    if noted is not None and noted.status != "pending":
        return noted.reference if noted.status == "succeeded" else None
    if isinstance(payments, LedgerGateway) or movement.kind is MovementKind.WALLET_CREDIT:
        return movement.reference if dry_run else (await stores.ledger.move(movement)).reference
    answer = await cast(Provider, payments).asked(movement)
    if answer is None or answer.status != "succeeded":
        return None
    if not dry_run:
        await stores.ledger.move(movement.model_copy(update={"status": "pending"}))
        await stores.ledger.resolve(movement.key, **answer.model_dump())
    return answer.reference
