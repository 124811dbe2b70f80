"""Signals of the order that a claim is about: where it went, how it was paid, whether it has arrived. Pure."""

from __future__ import annotations

import unicodedata

from care.models.customer import Address
from care.models.order import OrderStatus
from care.models.refund import Signal
from care.rules.known import Known

_ANOTHER = {"country": "another country", "city": "another city", "postcode": "another postcode"}


def _on_its_way(known: Known) -> Signal | None:
    if known.order.status is OrderStatus.DELIVERED:
        return None
    return Signal(name="not_delivered", weight=50, sentence="The parcel has not been delivered yet.")


def _elsewhere(known: Known) -> Signal | None:
    """Sent to another place than the customer's own, for the first time. Light: a gift does the same."""
    home, there = known.customer.address, known.order.address
    if home is None or there is None or _place(home) == _place(there):
        return None
    earlier = [o for o in known.orders if o.order_id != known.order.order_id and o.placed_at < known.order.placed_at]
    if any(o.address and _place(o.address) == _place(there) for o in earlier):
        return None
    place = next(words for part, words in _ANOTHER.items() if _part(home, part) != _part(there, part))
    sentence = f"The order went to {place} than the customer's own, as gifts do."
    return Signal(name="address_mismatch", weight=10, sentence=sentence)


def _place(address: Address) -> tuple[str, ...]:
    """Where it lies, however it is written. Streets are left out: they are spelt in too many ways."""
    return tuple(_part(address, name) for name in ("country", "city", "postcode"))


def _part(address: Address, name: str) -> str:
    text = unicodedata.normalize("NFKC", getattr(address, name)).casefold()
    return "".join(each for each in text if each.isalnum())


def _payment_of_another(known: Known) -> Signal | None:
    strange = known.payment is not None and not known.is_ours(known.payment)
    if not strange and all(known.is_ours(order) for order in known.same_payment):
        return None
    sentence = "The order's payment reference belongs to another customer's payment as well."
    return Signal(name="payment_of_another", weight=60, sentence=sentence)


def _payment_mismatch(known: Known) -> Signal | None:
    """What the ledger has under the order's reference is not what the order says. An unknown payment says nothing."""
    paid, total = known.payment, known.order.total
    if paid is None:
        return None
    if paid.status != "succeeded":
        sentence = f"The payment on record for the order is {paid.status}."
    elif paid.amount.currency != total.currency or paid.amount < total:
        sentence = f"The payment on record is of {paid.amount}, the order of {total}."
    else:
        return None
    return Signal(name="payment_mismatch", weight=40, sentence=sentence)


RULES = (_on_its_way, _elsewhere, _payment_of_another, _payment_mismatch)
