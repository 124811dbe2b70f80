"""Who has read which history lately: the audit record has a line of it once an hour, and not for each payload."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

AGAIN_SECONDS = 3600.0
_MOST = 10_000


class Readings:
    """Of one web process; several write a line each."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._noted: OrderedDict[tuple[str, str], float] = OrderedDict()

    def is_new(self, who: str, workflow_id: str) -> bool:
        """Whether it is to be recorded that they read it; then not again for an hour."""
        at = self._clock()
        before = self._noted.get((who, workflow_id))
        if before is not None and at - before < AGAIN_SECONDS:
            return False
        self._noted[who, workflow_id] = at
        self._noted.move_to_end((who, workflow_id))
        if len(self._noted) > _MOST:
            self._noted.popitem(last=False)
        return True
