"""The shop's Stripe account: the client, its errors as ours, and who is who there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import stripe
import structlog
from pydantic import ValidationError

from care.errors import Conflict, SetupError, Unavailable
from care.gateways.stripe_answers import is_busy, is_missing
from care.models.customer import StoredMethod
from care.settings import Settings
from care.stores.payers import PayerStore

# For one request. Short beside what Stripe may take: a lost answer is looked up, and the activity around it is patient.
SECONDS = 8.0
_CARDS = 20

log = structlog.get_logger("stripe")


def client_for(settings: Settings) -> tuple[stripe.StripeClient, stripe.HTTPClient]:
    """The client, and what it holds open: to be closed.

    Raises SetupError for a key that cannot pay, or an address to which the key would be sent in clear.
    """
    key = settings.stripe_api_key.get_secret_value() if settings.stripe_api_key else ""
    if not key.startswith(("sk_", "rk_")):
        raise SetupError("Set CARE_STRIPE_API_KEY to a secret key of your Stripe account (sk_... or rk_...).")
    url = settings.stripe_base_url
    if url and settings.env == "production" and urlsplit(url).scheme != "https":
        raise SetupError("Set CARE_STRIPE_BASE_URL to an https address, or leave it out: the key would go in clear.")
    stripe.enable_telemetry = False  # it would tell Stripe about this machine, and keep a file in its home
    http = stripe.HTTPXClient(timeout=SECONDS)
    client = stripe.StripeClient(
        key,
        base_addresses={"api": url.rstrip("/")} if url else {},
        http_client=http,
        max_network_retries=0,  # Temporal tries again, and shows it
    )
    return client, http


async def check_key(settings: Settings) -> str | None:
    """None if Stripe takes the key, or what is wrong, in a few words. Raises SetupError as `client_for` does."""
    client, http = client_for(settings)
    try:
        await client.v1.balance.retrieve_async()
    except stripe.AuthenticationError:
        return "the key is refused"
    except stripe.PermissionError:
        return None  # a restricted key that is known, and need not see the balance
    except stripe.StripeError as error:
        return f"no answer to build on ({type(error).__name__})"
    finally:
        await http.close_async()  # type: ignore[no-untyped-call]
    return None


@contextmanager
def asking() -> Iterator[None]:
    """What the client raises, as ours and in our words: Stripe's may hold personal text and would lie in histories.

    Raises Unavailable where asking again can help, Conflict for a key that stands for another payment.
    """
    try:
        yield
    except stripe.IdempotencyError as error:
        if not is_busy(error):
            raise Conflict("This payment key stands for another payment.") from None
        raise _trouble(error) from None
    except (stripe.StripeError, ValidationError) as error:
        raise _trouble(error) from None


def _trouble(error: stripe.StripeError | ValidationError) -> Unavailable:
    told = {name: getattr(error, name, None) for name in ("http_status", "code", "request_id")}
    log.warning("stripe_trouble", kind=type(error).__name__, **told)
    return Unavailable("The payment provider gives no answer to build on: try again in a moment.")


class Account:
    """Which Stripe customer is ours, and the cards it has."""

    def __init__(self, client: stripe.StripeClient, payers: PayerStore) -> None:
        self._client = client
        self._payers = payers

    async def known(self, customer_id: str) -> str | None:
        """The Stripe customer, from our own list or by the `customer_id` in its metadata; None if there is none."""
        kept = await self._payers.find(customer_id)
        if kept:
            return kept
        found = await self._search(customer_id)
        return await self._payers.keep(customer_id, found) if found else None

    async def customer(self, customer_id: str) -> str:
        """As `known`, or a new one that the shop's own pages can add cards to."""
        if found := await self.known(customer_id):
            return found
        with asking():
            # The search lags behind by a minute. The key bridges it.
            made = await self._client.v1.customers.create_async(
                {"metadata": {"customer_id": customer_id}}, {"idempotency_key": f"customer:{customer_id}"}
            )
        return await self._payers.keep(customer_id, made.id)

    async def cards(self, stripe_customer: str) -> list[StoredMethod]:
        """The customer's default first. A customer that was deleted at Stripe has none."""
        v1 = self._client.v1
        with asking():
            try:
                customer = await v1.customers.retrieve_async(stripe_customer)
                if getattr(customer, "deleted", False):
                    return []
                listed = await v1.payment_methods.list_async(
                    {"customer": stripe_customer, "type": "card", "limit": _CARDS}
                )
            except stripe.InvalidRequestError as error:
                if not is_missing(error):
                    raise
                return []
        settings = customer.invoice_settings
        usual = settings.default_payment_method if settings else None
        usual_id = usual if isinstance(usual, str) or usual is None else usual.id
        return [_stored(card) for card in sorted(listed.data, key=lambda card: card.id != usual_id)]

    async def _search(self, customer_id: str) -> str | None:
        with asking():
            try:
                # A CustomerId has no character that would need escaping.
                found = await self._client.v1.customers.search_async(
                    {"query": f"metadata['customer_id']:'{customer_id}'", "limit": 1}
                )
            except stripe.InvalidRequestError:  # not offered to accounts of every country
                return None
        return found.data[0].id if found.data else None


def _stored(method: stripe.PaymentMethod) -> StoredMethod:
    card = method.card
    label = f"{card.brand.capitalize()} ending in {card.last4}" if card else "Card"
    return StoredMethod(payment_method=method.id, label=label)
