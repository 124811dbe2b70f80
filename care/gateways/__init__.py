"""The outside. Payments go through Stripe where a key is set, and stay in the embedded ledger where not.

Clients are imported where they are made, so that a process which does not use them stays small.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from care.gateways.oidc import Provider
    from care.gateways.payments import PaymentGateway
    from care.settings import Settings
    from care.stores import Stores


@asynccontextmanager
async def payments_for(settings: Settings, stores: Stores) -> AsyncIterator[PaymentGateway]:
    """Its connections are closed at the end. Raises SetupError for a key that cannot be used."""
    if not (settings.stripe_api_key and settings.stripe_api_key.get_secret_value()):
        from care.gateways.ledger import LedgerGateway

        yield LedgerGateway(stores.ledger)
        return
    from care.gateways.stripe import stripe_payments

    async with stripe_payments(settings, stores) as payments:
        yield payments


def provider_for(settings: Settings) -> Provider | None:
    """Through which people may sign in; None without an issuer. Raises SetupError if a part is missing."""
    if not settings.oidc_issuer:
        return None
    from care.gateways.oidc import Provider

    return Provider(settings)
