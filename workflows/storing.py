"""How workflows call our own database: briefly, and again until it answers."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig, LocalActivityConfig

_BRIEF = timedelta(seconds=10)
PATIENT = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
# Local activities cost five events fewer, and no way through the server.
STORE_CALL = LocalActivityConfig(start_to_close_timeout=_BRIEF, retry_policy=PATIENT)
# One try within the workflow task, for which ten seconds are given; for what is an activity where it fails.
ONCE_CALL = LocalActivityConfig(
    start_to_close_timeout=timedelta(seconds=5), retry_policy=RetryPolicy(maximum_attempts=1)
)
# Once Temporal has on record what led to it. A local activity runs before that: what it stored would stay told although
# the update, or the hour, that it tells of was lost with a server.
KEEP_CALL = ActivityConfig(start_to_close_timeout=_BRIEF, retry_policy=PATIENT)
