"""What is to be done where MongoDB and Temporal disagree: the one of them was put back, or lost. Pure.

Whichever is ahead is right: a workflow writes each of its steps to MongoDB under a rising version.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from care.models.common import Model
from care.models.subscription import Subscription
from care.rules.subscription import is_over


class Mend(StrEnum):
    """`store`: the workflow's state goes into MongoDB. `start`: a workflow goes on from what MongoDB holds; `restart`:
    another one does in its place. `end`: the workflow ends, as what MongoDB holds is over. `raise`: a counter.
    `made_again`: an order that a subscription has delivered. `give_up`: a workflow that nobody can read ends, and a
    person must see to what it was."""

    NONE = "none"
    STORE = "store"
    START = "start"
    RESTART = "restart"
    END = "end"
    RAISE = "raise"
    ORDER = "made_again"
    GIVE_UP = "give_up"
    PERSON = "person"

    @property
    def needs_a_person(self) -> bool:
        return self in (Mend.PERSON, Mend.GIVE_UP)


class Finding(Model):
    """One disagreement. `subject` is a word of ours and an id, as in "subscription SUB001"; `found` says what it is,
    `done` whether it was mended (in a dry run nothing is)."""

    subject: str
    mend: Mend
    found: str
    done: bool = False


class State(Protocol):
    """What a workflow carries: a subscription, a refund."""

    @property
    def version(self) -> int: ...


AHEAD = "was Temporal put back to an older day?"


def compared(subject: str, stored: Subscription | None, live: Subscription | None) -> Finding:
    """`stored` is the projection, `live` the last state of the workflow, running or ended; None where there is none.

    Both with times as MongoDB keeps them.
    """
    if live is None:
        mend, found = without_workflow(stored, over=stored is None or is_over(stored))
    else:
        mend, found = by_version(stored, live, over=stored is not None and is_over(stored))
        if mend is Mend.STORE and is_over(live):
            found = f"it has ended, and {found}"
        if mend is Mend.NONE and stored != live:
            mend, found = Mend.STORE, f"the lists showed something else than its workflow at version {live.version}"
    return Finding(subject=subject, mend=mend, found=found)


def without_workflow(stored: State | None, *, over: bool) -> tuple[Mend, str]:
    if stored is None or over:  # Temporal forgets what has ended
        return Mend.NONE, ""
    return Mend.START, "it had no workflow"


def by_version(stored: State | None, live: State, *, over: bool) -> tuple[Mend, str]:
    """`over`: what is stored has come to its end."""
    if stored is None:
        return Mend.STORE, "it was not in the lists"
    if stored.version < live.version:
        return Mend.STORE, f"the lists showed version {stored.version}, and its workflow is at {live.version}"
    if stored.version > live.version:
        # Its timers would do again what was done, each under its old key, and what was called off since.
        behind = f"the lists show version {stored.version}, and its workflow was only at {live.version}: {AHEAD}"
        return (Mend.END if over else Mend.RESTART), behind
    return Mend.NONE, ""


def counted(prefix: str, last: int, known: int) -> Finding:
    """`last` is the number that was given last, `known` the highest that stands in Temporal."""
    again = f"Temporal knows {prefix}{known:03d}, and {prefix}{last + 1:03d} would have been given next"
    return Finding(
        subject=f"counter {prefix}",
        mend=Mend.RAISE if known > last else Mend.NONE,
        found=again if known > last else "",
    )
