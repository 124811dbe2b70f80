"""A worker of the yardstick `Due`, with the options of ours: `python -m bench.bare FILE`.

For each activity it adds a line to FILE: when.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from bench.yardsticks import RUNNER, Due
from care.settings import load
from worker import CAPACITY


@activity.defn(name="nothing")
async def noted() -> None:
    with Path(sys.argv[1]).open("a") as file:  # noqa: ASYNC230  a line, into memory
        file.write(f"{time.time()}\n")


async def main() -> None:
    settings = load()
    client = await Client.connect(settings.temporal_address)
    await Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[Due],
        activities=[noted],
        workflow_runner=RUNNER,
        **CAPACITY,
    ).run()


if __name__ == "__main__":
    asyncio.run(main())
