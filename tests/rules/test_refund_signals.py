from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.models.customer import Address
from care.models.evidence import Facts
from care.models.ledger import Movement, MovementKind
from care.models.order import Bought, OrderStatus
from care.models.refund import RefundStatus, Signal
from care.rules.known import Known
from care.rules.signals import RULES, weigh
from tests.stores.make import AT, customer, eur, evidence, order, refund

NOW = AT + timedelta(days=400)
HOME = Address(street="Lindenweg 4", city="Bremen", postcode="28195", country="DE")
AWAY = Address(street="Rue Basse 1", city="Lyon", postcode="69002", country="FR")
THEIRS = "CUST002"
_LATELY: dict[str, Any] = {"created_at": NOW - timedelta(days=9)}
_REJECTED = RefundStatus.REJECTED


def signals(**given: Any) -> list[Signal]:
    """The signals of an innocent claim, but for what is given."""
    facts: dict[str, Any] = {
        "refund": refund(evidence_ids=["EV001"]),
        "order": ordered(),
        "customer": customer(address=HOME),
        "evidence": [evidence()],
        "twins": [],
        "shown": [refund(evidence_ids=["EV001"])],
        "history": [refund(evidence_ids=["EV001"])],
        "orders": [ordered()],
        "bought": bought(9, 90_00, 5_00),
        "payment": payment(),
        "same_payment": [ordered()],
        "now": NOW,
    }
    return weigh(Known(**facts | given))


def names(**given: Any) -> list[str]:
    return [signal.name for signal in signals(**given)]


def only(**given: Any) -> Signal:
    (signal,) = signals(**given)
    return signal


def ordered(order_id: str = "ORD1", **given: Any) -> Any:
    usual: dict[str, Any] = {"status": OrderStatus.DELIVERED, "placed_at": NOW - timedelta(days=5), "address": HOME}
    return order(order_id, **usual | given)


def payment(**given: Any) -> Movement:
    fields = {"key": "order:ORD1", "reference": "pay_1", "kind": MovementKind.CHARGE, "customer_id": "CUST001"}
    return Movement.model_validate(fields | {"amount": eur(400), "status": "succeeded", "at": NOW} | given)


def bought(orders: int, total: int, refunded: int) -> Bought:
    return Bought(orders=orders, total=eur(total), refunded=eur(refunded))


def earlier(count: int, **given: Any) -> list[Any]:
    return [
        refund(f"REF10{n}", **_LATELY | {"order_id": f"ORD10{n}", "status": RefundStatus.PAID} | given)
        for n in range(count)
    ]


def near(evidence_id: str = "EV9", **given: Any) -> Any:
    """A picture that looks the same, and is another file."""
    return evidence(evidence_id, **given)


def same(evidence_id: str = "EV9", **given: Any) -> Any:
    return evidence(evidence_id, original_sha256=evidence().original_sha256, **given)


def test_an_innocent_claim_raises_no_signal() -> None:
    assert names() == []


def test_a_customer_without_any_history_raises_no_signal() -> None:
    assert names(history=[], orders=[], bought=bought(0, 0, 0), shown=[], same_payment=[]) == []
    assert names(evidence=[], history=[], orders=[], bought=None, payment=None) == []


@pytest.mark.parametrize(
    ("twin", "weight", "sentence"),
    [
        (same(customer_id=THEIRS), 80, "Another customer has sent the same file, before this one did."),
        (near(customer_id=THEIRS), 60, "Another customer has sent a file that looks the same, before this one did."),
        (
            same(customer_id=THEIRS, created_at=AT + timedelta(days=1)),
            80,
            "Another customer has sent the same file, after this one did.",
        ),
    ],
)
def test_what_another_customer_has_sent_is_a_signal_and_says_how_alike_it_is(
    twin: Any, weight: int, sentence: str
) -> None:
    found = only(twins=[twin])
    assert (found.name, found.weight, found.sentence) == ("evidence_of_another", weight, sentence)


def test_a_file_of_another_customers_rejected_claim_weighs_more_and_names_nobody() -> None:
    theirs = refund("REF900", customer_id=THEIRS, evidence_ids=["EV9"], status=_REJECTED)
    found = only(twins=[same(customer_id=THEIRS)], shown=[theirs])
    assert found.weight == 90
    assert found.sentence.endswith("in a claim that was rejected.")
    assert not {"REF900", "EV9", THEIRS} & set(found.sentence.replace(",", "").split())


@pytest.mark.parametrize(
    ("twin", "status", "weight", "sentence"),
    [
        (same(), RefundStatus.PAID, 60, "The same file was sent with REF100."),
        (near(), RefundStatus.PAID, 40, "A file that looks the same was sent with REF100."),
        (same(), _REJECTED, 70, "The same file was sent with REF100 (rejected)."),
    ],
)
def test_a_file_that_was_sent_with_another_claim_is_a_signal(
    twin: Any, status: RefundStatus, weight: int, sentence: str
) -> None:
    found = only(twins=[twin], shown=earlier(1, evidence_ids=["EV9"], status=status))
    assert (found.name, found.weight, found.sentence) == ("evidence_reused", weight, sentence)


def test_the_very_file_of_another_claim_is_a_signal_without_a_twin() -> None:
    assert names(shown=earlier(1, evidence_ids=["EV001"])) == ["evidence_reused"]


def test_a_sentence_names_three_claims_at_most() -> None:
    found = only(twins=[same()], shown=earlier(9, evidence_ids=["EV9"]))
    assert found.sentence == "The same file was sent with REF100, REF101, REF102 and 6 more."


@pytest.mark.parametrize("shown", [[], earlier(1, evidence_ids=["EV9"], status=RefundStatus.WITHDRAWN)])
def test_a_file_uploaded_twice_for_one_claim_is_no_signal(shown: list[Any]) -> None:
    assert names(twins=[same()], shown=shown) == []


def test_asking_again_with_the_same_file_after_the_case_expired_is_no_signal_unless_it_is_for_another_order() -> None:
    expired = {"evidence_ids": ["EV001"], "status": RefundStatus.EXPIRED}
    assert names(shown=earlier(1, order_id="ORD1", **expired)) == []
    assert names(shown=earlier(1, **expired)) == ["evidence_reused"]


@pytest.mark.parametrize(("days", "found"), [(2, ["captured_before_order"]), (0, [])])
def test_a_picture_older_than_the_order_is_a_signal(days: int, found: list[str]) -> None:
    placed = NOW - timedelta(days=5)
    facts = Facts(captured_at=placed - timedelta(days=days))
    assert names(evidence=[evidence(facts=facts)]) == found


def test_a_screenshot_is_a_light_signal() -> None:
    found = only(evidence=[evidence(), evidence("EV002", facts=Facts(screenshot=True))])
    assert (found.name, found.weight) == ("screenshot", 10)


def test_a_parcel_that_has_not_arrived_is_a_signal() -> None:
    assert names(order=ordered(status=OrderStatus.SHIPPED)) == ["not_delivered"]


@pytest.mark.parametrize(
    ("there", "what"),
    [
        (AWAY, "country"),
        (HOME.model_copy(update={"city": "Bremerhaven", "postcode": "27568"}), "city"),
        (HOME.model_copy(update={"postcode": "28203"}), "postcode"),
    ],
)
def test_an_order_sent_elsewhere_is_a_light_signal(there: Address, what: str) -> None:
    found = only(order=ordered(address=there))
    assert (found.name, found.weight) == ("address_mismatch", 10)
    assert found.sentence == f"The order went to another {what} than the customer's own, as gifts do."


@pytest.mark.parametrize(
    "there",
    [
        None,
        HOME.model_copy(update={"street": "Am Wall 1"}),
        HOME.model_copy(update={"city": " BREMEN ", "postcode": "28 195"}),
    ],
)
def test_the_same_place_written_otherwise_is_no_signal(there: Address | None) -> None:
    assert names(order=ordered(address=there)) == []


def test_a_place_that_earlier_orders_went_to_is_no_signal() -> None:
    before = ordered("ORD0", address=AWAY, placed_at=NOW - timedelta(days=60))
    assert names(order=ordered(address=AWAY), orders=[before]) == []
    assert names(order=ordered(address=AWAY), orders=[ordered("ORD9", address=AWAY, placed_at=NOW)])


def test_a_payment_of_another_customer_is_a_signal() -> None:
    theirs = ordered("ORD9", customer_id=THEIRS)
    assert names(payment=payment(customer_id=THEIRS)) == ["payment_of_another"]
    assert names(same_payment=[ordered(), theirs]) == ["payment_of_another"]
    # One payment for several deliveries of one customer is what a prepaid subscription is.
    assert names(same_payment=[ordered(), ordered("ORD9")]) == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"amount": eur(399)}, ["payment_mismatch"]),
        ({"status": "declined"}, ["payment_mismatch"]),
        ({"status": "pending"}, ["payment_mismatch"]),
        ({"amount": eur(4000)}, []),
    ],
)
def test_a_payment_that_does_not_cover_the_order_is_a_signal(given: Any, found: list[str]) -> None:
    assert names(payment=payment(**given)) == found


def test_many_refunds_lately_are_a_signal() -> None:
    assert names(history=earlier(2)) == []
    assert names(history=earlier(3)) == ["refund_rate"]
    assert names(history=earlier(3, created_at=AT)) == []
    assert names(history=earlier(3, status=_REJECTED)) == []


@pytest.mark.parametrize(
    ("year", "weight"),
    [
        (bought(5, 100_00, 24_99), None),
        (bought(5, 100_00, 25_00), 20),
        (bought(5, 100_00, 49_99), 20),
        (bought(5, 100_00, 50_00), 40),
        (bought(4, 100_00, 100_00), None),
        (bought(5, 0, 0), None),
        (None, None),
    ],
)
def test_a_large_share_of_the_value_refunded_is_a_signal(year: Bought | None, weight: int | None) -> None:
    found = [signal.weight for signal in signals(bought=year) if signal.name == "refunded_share"]
    assert found == ([] if weight is None else [weight])


def test_the_share_is_told_with_its_amounts() -> None:
    found = only(bought=bought(8, 300_00, 120_00))
    assert found.sentence == "€120.00 of €300.00 bought in a year was refunded (40 %)."


@pytest.mark.parametrize(("count", "weight"), [(1, None), (2, 20), (4, 40), (9, 40)])
def test_claims_on_several_orders_at_once_are_a_signal(count: int, weight: int | None) -> None:
    many = earlier(count, status=RefundStatus.IN_REVIEW, created_at=AT)
    assert [signal.weight for signal in signals(history=many)] == ([] if weight is None else [weight])


def test_one_order_claimed_item_by_item_is_no_signal() -> None:
    parts = earlier(2, order_id="ORD1", status=RefundStatus.IN_REVIEW)
    assert names(history=parts) == []


def test_a_new_account_is_a_signal() -> None:
    assert names(customer=customer(address=HOME, created_at=NOW - timedelta(days=13))) == ["new_account"]


def test_an_amount_far_above_the_usual_is_a_signal() -> None:
    usual = [ordered(f"ORD{n}", total=eur(60)) for n in range(5, 8)]
    assert names(orders=usual) == ["over_usual"]
    assert names(orders=usual[:2]) == []


def _some(makers: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(makers), max_size=6, unique_by=id)


ANYTHING: dict[str, st.SearchStrategy[Any]] = {
    "order": st.sampled_from([ordered(), ordered(address=AWAY), ordered(status=OrderStatus.SHIPPED, total=eur(1))]),
    "customer": st.sampled_from([customer(address=HOME), customer(created_at=NOW), customer(address=AWAY)]),
    "evidence": _some(
        [evidence(), evidence("EV2", facts=Facts(screenshot=True)), evidence("EV3", facts=Facts(captured_at=AT))]
    ),
    "twins": _some([same(), near("EV8"), same("EV7", customer_id=THEIRS), near("EV6", customer_id=THEIRS)]),
    "shown": _some(
        [*earlier(2, evidence_ids=["EV9"]), refund("REF77", customer_id=THEIRS, evidence_ids=["EV7"], status=_REJECTED)]
    ),
    "history": _some([*earlier(4), *earlier(4, status=RefundStatus.IN_REVIEW, created_at=AT)]),
    "orders": _some([ordered(f"ORD{n}", total=eur(50), address=AWAY if n == 4 else HOME) for n in range(4, 9)]),
    "bought": st.sampled_from([None, bought(9, 100, 30), bought(9, 100, 80)]),
    "payment": st.sampled_from([None, payment(), payment(customer_id=THEIRS), payment(amount=eur(1))]),
    "same_payment": _some([ordered(), ordered("ORD66", customer_id=THEIRS)]),
}
LISTS = [name for name, made in ANYTHING.items() if name not in ("order", "customer", "bought", "payment")]


@settings(max_examples=80)
@given(st.fixed_dictionaries(ANYTHING), st.randoms(use_true_random=False))
def test_signals_only_add_weight_name_nobody_else_and_do_not_depend_on_order(
    facts: dict[str, Any], shuffler: random.Random
) -> None:
    found = signals(**facts)
    assert all(0 < signal.weight <= 100 for signal in found)
    assert len({signal.name for signal in found}) == len(found) <= len(RULES)
    told = " ".join(signal.sentence for signal in found)
    assert not [secret for secret in (THEIRS, "REF77", "EV6", "EV7", "ORD66", "Lyon", "Bremen", "DE") if secret in told]
    shuffled = {name: shuffler.sample(facts[name], len(facts[name])) for name in LISTS}
    assert signals(**facts | shuffled) == found


# What makes a claim look worse, each alone.
WORSE: list[dict[str, Any]] = [
    {"twins": [same(customer_id=THEIRS)]},
    {"shown": earlier(1, evidence_ids=["EV001"])},
    {"history": earlier(5)},
    {"bought": bought(9, 100, 80)},
    {"payment": payment(customer_id=THEIRS)},
    {"customer": customer(created_at=NOW - timedelta(days=1))},
]


@given(st.sets(st.integers(0, len(WORSE) - 1)), st.integers(0, len(WORSE) - 1))
def test_one_more_bad_fact_never_makes_a_claim_look_better(already: set[int], more: int) -> None:
    def weight(which: set[int]) -> int:
        facts: dict[str, Any] = {}
        for n in which:
            facts |= WORSE[n]
        return sum(signal.weight for signal in signals(**facts))

    assert weight(already | {more}) >= weight(already)
    assert weight({more}) > 0


@pytest.mark.parametrize(
    "who",
    [
        {"name": "Łukasz Nwosu", "locale": "hi", "email": "x@y.test", "timezone": "Asia/Kolkata"},
        {"address": AWAY},
    ],
)
def test_name_language_and_country_as_such_are_no_signal(who: dict[str, Any]) -> None:
    there = who.get("address", HOME)
    assert names(customer=customer(**{"address": there} | who), order=ordered(address=there)) == []


def test_a_moment_is_enough_for_the_age_of_an_account() -> None:
    future: datetime = NOW + timedelta(days=1)
    assert only(customer=customer(address=HOME, created_at=future)).sentence == "The account is 0 days old."
