"""Who rules: names as people write them, and what is known of the person behind one. Pure."""

from __future__ import annotations

import unicodedata
from typing import Any

from pydantic import model_validator

from care.models.common import Model
from care.models.customer import Customer, Role
from care.models.money import Money


class Reviewer(Model):
    """Who rules, as far as we know: `role` is None for a name that is no account.

    `ruled_before` is what people have approved already on the same order, in other cases. A case that was ruled on
    before all this was looked up has only `own_case` in its history, as a bare truth value: it is not `looked_up`.
    `apart` is False in histories of the time when whoever escalated a case could be its second approver.
    """

    own_case: bool = False
    role: Role | None = None
    ruled_before: Money | None = None
    looked_up: bool = True
    apart: bool = False

    @model_validator(mode="before")
    @classmethod
    def _of_before(cls, given: Any) -> Any:
        return {"own_case": given, "looked_up": False} if isinstance(given, bool) else given


def folded(name: str) -> str:
    """A name or an address as it is compared: without case, width, stray blanks and what cannot be seen."""
    seen = "".join(each for each in name if unicodedata.category(each) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def same_person(one: str, other: str) -> bool:
    """However they write their name."""
    return folded(one) == folded(other)


def is_own_case(customer: Customer, email: str, customer_id: str | None) -> bool:
    """Whether an account is that of the case's customer, who may work in the shop under the same address."""
    return customer_id == customer.customer_id or same_person(customer.email, email)


def may_be_one(one: str, other: str) -> bool:
    """Also where one signed with an address and the other with the name in it."""
    one, other = folded(one), folded(other)
    return one == other or one == other.partition("@")[0] or other == one.partition("@")[0]
