"""Updates that are asked for again: Temporal knows their ids within one run alone, and a workflow carries them on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from temporalio import workflow

T = TypeVar("T")


class Answered(Generic[T]):
    """What the last `most` updates were answered, by their ids. `carried` is handed from run to run."""

    def __init__(self, carried: Mapping[str, T], *, most: int) -> None:
        self.carried: dict[str, T] = dict(carried)
        self._most = most

    @property
    def repeats(self) -> bool:
        """Whether the update that is being handled was carried out before."""
        return _update_id() in self.carried

    @property
    def before(self) -> T | None:
        """What it was answered then."""
        return self.carried.get(_update_id())

    def keep(self, answer: T) -> None:
        self.carried = dict([*self.carried.items(), (_update_id(), answer)][-self._most :])


def _update_id() -> str:
    current = workflow.current_update_info()
    return current.id if current else ""
