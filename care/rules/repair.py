"""What is to be done where a subscription's projection and its workflow disagree. Pure."""

from __future__ import annotations

from enum import StrEnum

from care.models.common import Model
from care.models.subscription import Subscription
from care.rules.subscription import is_over


class Mend(StrEnum):
    """`store`: the workflow's state goes into the projection. `start`: a workflow goes on from the projection."""

    NONE = "none"
    STORE = "store"
    START = "start"
    PERSON = "person"


class Finding(Model):
    """One disagreement. `found` says what it is; `done` whether it was mended (in a dry run nothing is)."""

    subscription_id: str
    mend: Mend
    found: str
    done: bool = False


def compared(subscription_id: str, stored: Subscription | None, live: Subscription | None) -> Finding:
    """`stored` is the projection, `live` the last state of the workflow, running or ended; None where there is none.

    Both with times as MongoDB keeps them.
    """
    mend, found = _compared(stored, live)
    return Finding(subscription_id=subscription_id, mend=mend, found=found)


def _compared(stored: Subscription | None, live: Subscription | None) -> tuple[Mend, str]:
    if live is None:
        return _without_workflow(stored)
    if stored is None:
        return Mend.STORE, "it was not in the lists"
    if stored.version < live.version:
        behind = f"the lists showed version {stored.version}, and its workflow is at {live.version}"
        return Mend.STORE, f"it has ended, and {behind}" if is_over(live) else behind
    if stored.version > live.version:
        # Temporal was put back to an older day: its timers will do again what was done, each under its old key.
        ahead = f"the lists show version {stored.version}, and its workflow is only at {live.version}"
        return Mend.PERSON, f"{ahead}: was Temporal restored from a backup?"
    if stored != live:
        return Mend.STORE, f"the lists showed something else than its workflow at version {live.version}"
    return Mend.NONE, ""


def _without_workflow(stored: Subscription | None) -> tuple[Mend, str]:
    if stored is None or is_over(stored):  # Temporal forgets what has ended
        return Mend.NONE, ""
    return Mend.START, "it had no workflow"
