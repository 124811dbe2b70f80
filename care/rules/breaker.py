"""When to leave a failing provider alone. Times are seconds of one steady clock, given by the caller.

Our own, because a provider may say for how long: none of the libraries stays open for a time that comes with a failure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["closed", "open", "half_open"]

# Failures in a row before a provider is left alone, and for how long.
PATIENCE = 5
REST = 30.0
# Whatever a provider asks for, it is tried again after this.
LONGEST_REST = 300.0


@dataclass
class Breaker:
    """closed: calls pass. open: none does. half_open: one does, and what comes of it closes or opens again."""

    failures: int = 0
    rest_ends: float | None = None  # None while closed
    trial: bool = False

    def state(self, now: float) -> State:
        if self.rest_ends is None:
            return "closed"
        return "open" if now < self.rest_ends else "half_open"

    def rest(self, now: float) -> float:
        """Seconds until the next trial; 0 if calls pass."""
        return max(0.0, (self.rest_ends or now) - now)

    def admits(self, now: float) -> bool:
        """Whether to call now. A trial keeps all others out for a while, so that one that never ends blocks nothing."""
        state = self.state(now)
        if state == "half_open":
            self.rest_ends, self.trial = now + REST, True
        return state != "open"

    def succeeded(self) -> None:
        self.failures, self.rest_ends, self.trial = 0, None, False

    def failed(self, now: float, wait: float | None = None) -> bool:
        """Whether a rest begins with this. `wait`: how long the provider asks to be left alone, if it does."""
        self.failures += 1
        on_its_way = self.state(now) == "open" and not self.trial
        if wait is None and (self.failures < PATIENCE or on_its_way):
            return False
        length = REST if wait is None else min(wait, LONGEST_REST)
        before = self.rest_ends if on_its_way else None
        self.rest_ends, self.trial = max(now + length, before or now), False
        return True
