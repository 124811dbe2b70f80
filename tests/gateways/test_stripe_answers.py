"""What Stripe's answers mean for a payment: a table, without a server."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from pydantic import ValidationError

from care.gateways import stripe_answers as answers
from care.gateways.payments import PaymentResult


def card_error(**about: Any) -> stripe.CardError:
    error: stripe.CardError = stripe.CardError(  # type: ignore[no-untyped-call]
        "Ada's card was declined.", None, about.get("code"), json_body={"error": about}
    )
    return error


def made(kind: str, status: str, **more: Any) -> answers.Made:
    return answers.Made.model_validate({"object": kind, "id": f"{kind}_1", "status": status} | more)


@pytest.mark.parametrize(
    ("about", "reason", "final"),
    [
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, "insufficient_funds", False),
        ({"code": "card_declined", "decline_code": "do_not_honor"}, "do_not_honor", False),
        ({"code": "card_declined", "decline_code": "generic_decline"}, "generic_decline", False),
        ({"code": "card_declined", "decline_code": "try_again_later"}, "try_again_later", False),
        ({"code": "card_declined", "decline_code": "lost_card"}, "lost_card", True),
        ({"code": "card_declined", "decline_code": "stolen_card"}, "stolen_card", True),
        ({"code": "card_declined", "decline_code": "pickup_card"}, "pickup_card", True),
        ({"code": "card_declined", "decline_code": "fraudulent"}, "fraudulent", True),
        ({"code": "card_declined", "decline_code": "revocation_of_authorization"}, "revocation_of_authorization", True),
        ({"code": "card_declined", "decline_code": "invalid_account"}, "invalid_account", True),
        ({"code": "expired_card"}, "expired_card", True),
        ({"code": "processing_error"}, "processing_error", False),
        (
            {"code": "authentication_required", "decline_code": "authentication_required"},
            "authentication_required",
            True,
        ),
        (
            {"code": "card_declined", "decline_code": "do_not_honor", "advice_code": "do_not_try_again"},
            "do_not_honor",
            True,
        ),
        ({"code": "card_declined", "decline_code": "a_code_of_tomorrow"}, "a_code_of_tomorrow", False),
        ({}, "declined", False),
    ],
)
def test_a_decline_says_why_and_whether_trying_again_is_of_use(about: dict[str, Any], reason: str, final: bool) -> None:
    assert answers.of_card_error(card_error(**about), "ours") == PaymentResult(
        status="declined", reference="ours", decline_reason=reason, final=final
    )
    if about:
        intent = made("payment_intent", "requires_payment_method", last_payment_error=about)
        assert answers.of(intent).final == final


def test_a_decline_names_the_payment_that_stripe_made_of_it() -> None:
    error = card_error(code="card_declined", charge="ch_1", payment_intent={"id": "pi_1", "status": "x"})
    assert answers.of_card_error(error, "ours").reference == "pi_1"
    assert answers.of_card_error(card_error(code="card_declined", charge="ch_1"), "ours").reference == "ch_1"


@pytest.mark.parametrize(
    ("thing", "status"),
    [
        (made("payment_intent", "succeeded"), "succeeded"),
        (made("payment_intent", "processing"), "pending"),
        (made("payment_intent", "requires_action"), "pending"),
        (made("payment_intent", "requires_payment_method"), "declined"),
        (made("payment_intent", "canceled"), "declined"),
        (made("charge", "succeeded"), "succeeded"),
        (made("charge", "pending"), "pending"),
        (made("charge", "failed", failure_code="card_declined"), "declined"),
        (made("refund", "succeeded"), "succeeded"),
        (made("refund", "pending"), "pending"),
        (made("refund", "requires_action"), "pending"),
        (made("refund", "failed", failure_reason="unknown"), "declined"),
        (made("refund", "canceled"), "declined"),
        (made("refund", "a_status_of_tomorrow"), "pending"),
    ],
)
def test_every_status_is_yes_no_or_not_yet(thing: answers.Made, status: str) -> None:
    assert answers.of(thing).status == status


@pytest.mark.parametrize(
    ("reason", "final"), [("lost_or_stolen_card", True), ("expired_or_canceled_card", True), ("unknown", False)]
)
def test_a_refund_that_failed_says_why(reason: str, final: bool) -> None:
    result = answers.of(made("refund", "failed", failure_reason=reason))
    assert (result.decline_reason, result.final) == (reason, final)


@pytest.mark.parametrize("half", [{}, {"object": "page"}, {"object": "refund", "id": "re_1"}, {"object": "list"}])
def test_what_is_no_payment_is_no_answer(half: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        answers.read(stripe.StripeObject.construct_from(half, "key"))


def test_money_that_moved_counts_before_money_that_may_and_that_before_a_refusal() -> None:
    no, perhaps, yes = (answers.of(made("refund", status)) for status in ("failed", "pending", "succeeded"))
    assert answers.best([no, perhaps, yes]) == yes
    assert answers.best([no, perhaps]) == perhaps
    assert answers.best([no]) == no
    assert answers.best([]) is None
