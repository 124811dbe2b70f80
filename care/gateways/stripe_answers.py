"""What Stripe's objects and errors mean for a payment. Pure: nothing is sent from here.

Amounts pass as they are: ours are minor units, and so are Stripe's. Of zero-decimal currencies (JPY, KRW, CLP, VND) the
minor unit is the whole one for both. ISK and UGX have lost their decimals but Stripe still counts them in hundredths,
as we do with every currency that care.models.money does not list. Of three-decimal ones (KWD, BHD) Stripe takes amounts
that end in 0; it refuses any other, which a person then sees as a declined payment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import stripe

from care.gateways.payments import PaymentResult
from care.models.common import Model
from care.models.ledger import Movement

# Where our idempotency key stands in what we make at Stripe: it forgets `Idempotency-Key` after a day, but not this.
KEY = "care_key"
# Made, but not through: somebody would have to confirm it, and off-session there is nobody.
UNFINISHED = ("requires_action", "requires_confirmation", "requires_capture")

# The card, or the customer's leave to charge it, is gone for good, or only the customer can bring it through: trying
# again costs fees and standing with the card networks. After Stripe's tables of decline codes.
_FINAL = frozenset(
    {
        *("lost_card", "stolen_card", "pickup_card", "expired_card", "fraudulent", "restricted_card"),
        *("incorrect_number", "invalid_number", "invalid_account", "invalid_expiry_month", "invalid_expiry_year"),
        *("revocation_of_authorization", "revocation_of_all_authorizations", "stop_payment_order"),
        *("card_not_supported", "currency_not_supported", "transaction_not_allowed", "not_permitted"),
        *("authentication_required", "highest_risk_level", "security_violation", "do_not_try_again"),
        # of refunds
        *("lost_or_stolen_card", "expired_or_canceled_card", "charge_for_pending_refund_disputed"),
    }
)
_MISSING = "resource_missing"
# What Stripe refuses today and may do tomorrow, though nothing about the request changes.
_PASSING = frozenset({"balance_insufficient", "insufficient_funds"})


class Refused(Model):
    """Why a try to charge failed: Stripe's coarse code, the bank's own, and the bank's advice."""

    code: str | None = None
    decline_code: str | None = None
    advice_code: str | None = None


class Made(Model):
    """What counts of a PaymentIntent, a charge or a refund."""

    object: Literal["payment_intent", "charge", "refund"]
    id: str
    status: str
    amount: int | None = None
    currency: str | None = None
    metadata: dict[str, str] | None = None
    last_payment_error: Refused | None = None
    failure_code: str | None = None
    failure_reason: str | None = None

    def is_under(self, key: str) -> bool:
        return (self.metadata or {}).get(KEY) == key


def read(answered: stripe.StripeObject) -> Made:
    """Raises ValueError for what is no payment: a page of some proxy, a half answer."""
    return Made.model_validate(answered.to_dict())


def of(made: Made) -> PaymentResult:
    """An intent that is `UNFINISHED` is pending as long as nobody cancels it; so is a refund that waits for a bank."""
    match made.status:
        case "succeeded":
            return PaymentResult(status="succeeded", reference=made.id)
        case "failed" | "canceled":
            return declined(made.id, made.failure_reason, made.failure_code, made.status)
        case "requires_payment_method":
            return declined(made.id, *_reasons(made.last_payment_error or Refused()))
        case _:
            return PaymentResult(status="pending", reference=made.id)


def of_card_error(error: stripe.CardError, reference: str) -> PaymentResult:
    """A declined charge. `reference` serves where the error names no payment of its own."""
    about = _about(error)
    intent = about.get("payment_intent")
    known = intent.get("id") if isinstance(intent, Mapping) else None
    return declined(known or about.get("charge") or reference, *_reasons(Refused.model_validate(about)))


def of_refusal(error: stripe.CardError | stripe.InvalidRequestError, reference: str) -> PaymentResult:
    """Stripe will not do it, as the request stands: the same again would be refused again, save for a few reasons."""
    reason = error.code or (_MISSING if error.http_status == 404 else "refused")
    return PaymentResult(status="declined", reference=reference, decline_reason=reason, final=reason not in _PASSING)


def declined(reference: str, *reasons: str | None) -> PaymentResult:
    """For the first of the reasons that is known, final if any of them is."""
    known = [reason for reason in reasons if reason]
    return PaymentResult(
        status="declined",
        reference=reference,
        decline_reason=known[0] if known else "declined",
        final=not _FINAL.isdisjoint(known),
    )


def declined_for_good(reference: str, reason: str) -> PaymentResult:
    return PaymentResult(status="declined", reference=reference, decline_reason=reason, final=True)


def best(results: list[PaymentResult]) -> PaymentResult | None:
    """Of all that Stripe keeps under one key, what counts: money that moved, then money that may, then a refusal."""
    order = ("succeeded", "pending", "declined")
    return min(results, key=lambda result: order.index(result.status), default=None)


def differs(movement: Movement, made: Made | None) -> str | None:
    """What Stripe says else of a movement that succeeded, in a few words; None if the two agree."""
    if made is None:
        return f"Stripe knows nothing of {movement.reference}"
    if made.status != "succeeded":
        return f"Stripe says that {made.id} is {made.status}"
    theirs = (made.amount, (made.currency or "").upper())
    if theirs != (movement.amount.amount, movement.amount.currency):
        return f"Stripe says that {made.id} moved {theirs[0]} {theirs[1]} and not {movement.amount.amount}"
    return None if made.is_under(movement.key) else f"Stripe keeps {made.id} under another key"


def is_missing(error: stripe.InvalidRequestError) -> bool:
    return error.http_status == 404 or error.code == _MISSING


def is_busy(error: stripe.StripeError) -> bool:
    """Another call under the same key is under way: no conflict, only a moment too early."""
    return _about(error).get("code") == "idempotency_key_in_use"


def _reasons(refused: Refused) -> tuple[str | None, ...]:
    return refused.decline_code, refused.code, refused.advice_code


def _about(error: stripe.StripeError) -> Mapping[str, Any]:
    body = error.json_body
    about = body.get("error") if isinstance(body, Mapping) else None
    return about if isinstance(about, Mapping) else {}
