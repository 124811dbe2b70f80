"""A version that was rolled back reads what the newer one wrote: an unknown field at any depth is left out."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter
from temporalio.api.common.v1 import Payload

from activities.conversation import ConversationActivities
from activities.refund import RefundActivities
from activities.subscription import SubscriptionActivities
from care.models.common import known
from care.payloads import KnownPayloads
from care.stores import Stores
from care.stores.documents import Documents
from tests.workflows.altered import KINDS
from workflows.conversation import ConversationWorkflow

NEWER = {"from_a_newer_version": {"deeper": 1}}


def crossing() -> Iterator[Any]:
    """What workflows, their updates and their activities take and give."""
    for kind in KINDS.values():
        defined = vars(kind)["__temporal_workflow_definition"]
        methods = [defined.run_fn, *(each.fn for each in (*defined.updates.values(), *defined.signals.values()))]
        yield from (hint for method in methods for hint in typing.get_type_hints(method).values())
    for kind in (ConversationActivities, RefundActivities, SubscriptionActivities):
        for _, method in inspect.getmembers(kind, inspect.isfunction):
            if hasattr(method, "__temporal_activity_definition"):
                yield from typing.get_type_hints(method).values()


def models(hint: Any) -> Iterator[type[BaseModel]]:
    """The models in a type, and those in their fields."""
    seen: set[type[BaseModel]] = set()
    waiting = [hint]
    while waiting:
        one = waiting.pop()
        waiting += typing.get_args(one)
        if inspect.isclass(one) and issubclass(one, BaseModel) and one not in seen:
            seen.add(one)
            waiting += [field.annotation for field in one.model_fields.values()]
    yield from seen


CROSSING = sorted({model for hint in crossing() for model in models(hint)}, key=lambda model: model.__name__)


def unknown_everywhere(error: Any) -> list[str]:
    return [each["type"] for each in error.errors() if each["type"] == "extra_forbidden"]


def test_the_models_that_cross_are_found() -> None:
    names = {model.__name__ for model in CROSSING}
    assert {"Subscription", "Refund", "Ruling", "ConversationState", "ChatTurn", "Money", "Item", "Payout"} <= names
    assert ConversationWorkflow in KINDS.values()


@pytest.mark.parametrize("model", CROSSING, ids=lambda model: model.__name__)
def test_an_unknown_field_is_no_fault_in_a_payload(model: type[BaseModel]) -> None:
    faults: list[str] = []
    payload = Payload(metadata={"encoding": b"json/plain"}, data=TypeAdapter(dict[str, Any]).dump_json(NEWER))
    try:
        KnownPayloads().from_payload(payload, model)
    except ValueError as error:
        faults = unknown_everywhere(error)
    assert faults == []
    try:
        known(model, NEWER)
    except ValueError as error:
        faults = unknown_everywhere(error)
    assert faults == []


def test_what_a_caller_sends_stays_strict() -> None:
    strict = [model for model in CROSSING if model.model_config.get("extra") == "forbid"]
    assert strict, "else the tests above would show nothing"
    for model in strict:
        with pytest.raises(ValueError, match="Extra inputs are not permitted"):
            model.model_validate(NEWER)


async def test_documents_are_read_as_far_as_they_are_known(stores: Stores) -> None:
    families = [each for store in vars(stores).values() for each in vars(store).values() if isinstance(each, Documents)]
    assert len(families) > 15
    faults: list[str] = []
    for family in families:
        try:
            family.decode({"_id": "1", **NEWER})
        except ValueError as error:
            faults += unknown_everywhere(error)
    assert faults == []
