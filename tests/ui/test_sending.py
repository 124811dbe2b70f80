"""A message on its way into the conversation, when what lies behind does not answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from care.errors import CareError, TooMany, Unanswered, Unavailable
from care.language import language_of
from care.models.conversation import ChatRequest
from care.rules.rates import Family, pause
from ui.language import speaking
from ui.parts.sending import Sending
from ui.parts.talk import Sent
from ui.visit import Visit

SENT = Sent(key="0123456789abcdef", text="Where is my order?")


@dataclass
class Shop:
    """Answers each message with the next of `answers`, and notes under which key it was said."""

    answers: list[CareError | str]
    keys: list[str | None] = field(default_factory=list)

    async def say(self, customer_id: str, request: ChatRequest, *, once: str | None = None) -> Any:
        self.keys.append(once)
        answer = self.answers.pop(0)
        if isinstance(answer, CareError):
            raise answer
        return SimpleNamespace(conversation_id=answer)


def to(shop: Shop) -> Sending:
    return Sending(visit_of("CUST1", shop))


def visit_of(customer_id: str, shop: Shop, taken: list[Family | TooMany] | None = None) -> Visit:
    """Of what it takes, it notes the family, unless there is an error to be raised."""
    taken = [] if taken is None else taken

    async def take(family: Family) -> None:
        if taken and isinstance(taken[0], TooMany):
            raise taken.pop(0)  # type: ignore[misc]
        taken.append(family)

    return cast(Visit, SimpleNamespace(customer_id=customer_id, services=SimpleNamespace(client=shop), take=take))


@pytest.mark.parametrize(
    ("error", "settled"),
    [(Unavailable("Please try again in a moment."), False), (Unanswered("I cannot answer at the moment."), True)],
)
async def test_what_failed_is_kept_and_only_what_was_surely_not_said_gets_a_new_key(
    error: CareError, settled: bool
) -> None:
    sending = to(Shop([error]))
    assert sending.takes(SENT)
    assert await sending.deliver(SENT, None, again=False) is None
    assert sending.failed is not None
    assert (sending.failed.sent, sending.failed.why, sending.failed.settled) == (SENT, error.detail, settled)


async def test_the_same_message_is_said_under_the_same_key_and_once() -> None:
    shop = Shop([Unavailable("Please try again in a moment."), "CNV1"])
    sending = to(shop)
    assert sending.takes(SENT)
    assert not sending.takes(SENT)  # tapped twice
    await sending.deliver(SENT, None, again=False)
    assert sending.takes(SENT)
    assert await sending.deliver(SENT, None, again=False) == "CNV1"
    assert shop.keys[0] == shop.keys[1] is not None
    assert sending.failed is None
    assert not sending.takes(SENT)


async def test_a_key_counts_among_its_customers_messages_alone() -> None:
    shops = [Shop(["CNV1"]), Shop(["CNV2"])]
    for shop, customer_id in zip(shops, ("CUST1", "CUST2"), strict=True):
        sending = Sending(visit_of(customer_id, shop))
        sending.takes(SENT)
        await sending.deliver(SENT, None, again=False)
    assert shops[0].keys != shops[1].keys


async def test_messages_count_in_the_same_family_as_those_to_the_api_and_one_too_many_is_kept() -> None:
    shop = Shop(["CNV1"])
    taken: list[Family | TooMany] = [TooMany(pause(30))]
    sending = Sending(visit_of("CUST1", shop, taken))
    with speaking(language_of(["es"])):
        sending.takes(SENT)
        assert await sending.deliver(SENT, None, again=False) is None
    assert shop.keys == []
    assert sending.failed is not None
    assert not sending.failed.settled
    assert sending.failed.why == "Eso fue demasiado a la vez. Inténtalo de nuevo en 30 segundos."
    sending.takes(SENT)
    assert await sending.deliver(SENT, None, again=False) == "CNV1"
    assert taken == [Family.CHAT]
