"""What a change of a workflow's commands does to recorded histories, and that `workflow.patched` is the way.

Without this, a green replay test could also mean that replaying notices nothing.
"""

from __future__ import annotations

import pytest
from temporalio import workflow

from care.stores import Stores
from tests.workflows.altered import KINDS, PATCHED, UNPATCHED
from tests.workflows.recording import names, recorded
from tests.workflows.release import replay

RECORDED = [(kind, name) for kind in KINDS for name in names(kind)]


@pytest.mark.parametrize(("kind", "name"), RECORDED)
async def test_a_recorded_history_replays_on_todays_code(one_database: Stores, kind: str, name: str) -> None:
    await replay(one_database, KINDS[kind], recorded(name))


@pytest.mark.parametrize(("kind", "name"), RECORDED)
async def test_a_new_command_without_a_patch_does_not_replay(one_database: Stores, kind: str, name: str) -> None:
    with pytest.raises(workflow.NondeterminismError):
        await replay(one_database, UNPATCHED[kind], recorded(name))


@pytest.mark.parametrize(("kind", "name"), RECORDED)
async def test_the_same_command_behind_a_patch_replays(one_database: Stores, kind: str, name: str) -> None:
    await replay(one_database, PATCHED[kind], recorded(name))
