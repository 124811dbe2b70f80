"""A worker of the yardstick `Due`, with the options of ours: `python -m bench.bare FILE OPTIONS`, as `command` says it.

For each activity it adds a line to FILE: when.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import PollerBehaviorSimpleMaximum, Worker

from bench.yardsticks import RUNNER, Due
from care.settings import load


def command(file: str | Path) -> list[str]:
    """The options go along as JSON: none of our modules is loaded over there, where it would weigh as well."""
    from worker import CAPACITY

    numbers = {name: getattr(option, "maximum", option) for name, option in CAPACITY.items()}
    return ["bench.bare", str(file), json.dumps(numbers)]


def _options(numbers: dict[str, int]) -> dict[str, Any]:
    pollers = {name: PollerBehaviorSimpleMaximum(n) for name, n in numbers.items() if name.endswith("_behavior")}
    return {**numbers, **pollers}


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
        **_options(json.loads(sys.argv[2])),
    ).run()


if __name__ == "__main__":
    asyncio.run(main())
