"""Changes of what a workflow does, each behind `workflow.patched` under one of these names.

A patch ships twice, as a worker that does not know it cannot replay a history that has it. The first release knows it
(False): it follows what a newer one has set, and sets nothing itself. The next release sets it (True), and can be
rolled back to the first. How to change a workflow: docs/upgrading.md.

The first six were set at once: nothing before them knew patches, nor read past fields that it did not know, so no
release was there to roll back to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from temporalio.worker import PatchActivationInput

PATCHES = {
    "expires": True,
    "payout-retries": True,
    "owed-answers-stay-open": True,
    "shorter-runs": True,
    "resumes-within-the-day": True,
    "kept-once-on-record": True,
    "nodes-at-hand": True,
    "delivered-at-hand": True,
}


def is_set(patch: PatchActivationInput) -> bool:
    """Asked for a workflow that comes to the patch for the first time; what a history says goes before it."""
    return PATCHES[patch.patch_id]
