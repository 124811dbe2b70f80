"""Asking which of several orders is meant."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from activities.tools.scene import Scene
from activities.tools.wording import order_choices
from care.errors import missing
from care.models.dialogue import Outcome

MOST_OFFERED = 5


def ask_which_order(scene: Scene, question: str, ids: Collection[str], **changes: Any) -> Outcome:
    """The newest of them to choose from. Raises NotFound where none is the customer's."""
    briefs = [o for o in scene.context.orders if o.order_id in ids][:MOST_OFFERED]
    if not briefs:
        raise missing("order", next(iter(ids)))
    return scene.ask_which(question, order_choices(briefs, scene.context.timezone), awaiting="order", **changes)
