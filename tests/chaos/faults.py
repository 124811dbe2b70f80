"""What goes wrong in a storm: each fault begins, lasts, and ends, and which come when is drawn from a seed."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.chaos.cluster import Cluster, Process
from tests.chaos.links import Link
from tests.fakes.wire import Answer, FakeServer, Seen

_PIECE = bytes(1024 * 1024)
_DISK = "320m"  # MongoDB's journal alone takes some 100 MB
_CLOCK = (-90.0, 90.0)  # seconds; more than a lease lasts, and less than a token


@dataclass(frozen=True)
class Fault:
    """`name` says what and to whom. `begin` and `end` return at once: what was ended may need its time to come back.

    `least`: seconds that it must last to be felt.
    """

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    least: float = 0.5


@dataclass(frozen=True)
class Step:
    """A fault that lasts so many seconds; with `lingers` it ends only when the next one is over."""

    fault: Fault
    seconds: float
    lingers: bool

    def __str__(self) -> str:
        return f"{self.fault.name} for {self.seconds:.1f} s{' and longer' if self.lingers else ''}"


class Disk:
    """A small one of its own for MongoDB: a tmpfs on `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """To the last byte."""
        with suppress(OSError), self._ballast.open("wb") as file:
            while True:
                file.write(_PIECE)
                file.flush()

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk | None]:
    """None where nobody lets us mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "care-storm", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def killed(process: Process) -> Fault:
    """Nobody is told; then it is started again, as a supervisor would."""
    return Fault(f"{process} is killed", process.kill, process.start)


def cut(process: Process, to: str, how: str) -> Fault:
    link: Link = process.links[to]
    return Fault(f"{process} has its link to {to} cut ({how})", getattr(link, how), link.mend)


def slowed(process: Process, to: str, latency: float, rate: float) -> Fault:
    link = process.links[to]
    name = f"{process} has a slow link to {to} ({latency * 1000:.0f} ms, {rate / 1000:.0f} kB/s)"
    return Fault(name, lambda: link.slow(latency, rate), link.mend)


def clock_off(cluster: Cluster, process: Process, seconds: float) -> Fault:
    return Fault(
        f"{process} has its clock {seconds:+.0f} s off",
        lambda: cluster.set_clock(process, seconds),
        lambda: cluster.set_clock(process, 0),
    )


def disk_full(cluster: Cluster, disk: Disk) -> Fault:
    """MongoDB stops, or refuses to write; with space again, its supervisor starts it."""

    def begin() -> None:
        disk.fill()
        # Else it shows after a minute: what was preallocated takes the writes till then.
        with suppress(PyMongoError), MongoClient[dict[str, Any]](cluster.mongodb_uri, timeoutMS=1000) as client:
            client.admin.command("setParameter", 1, syncdelay=1)

    def end() -> None:
        disk.free()
        cluster.mongod.start()

    return Fault("the disk of MongoDB is full", begin, end, least=5.0)


def model_fails(server: FakeServer, name: str, answer: Answer, usual: Callable[[Seen], Answer]) -> Fault:
    """Every answer of the model server is this one; `usual` makes them afterwards."""
    return Fault(
        f"{name} answers {answer.status} {answer.content_type} after {answer.delay:.0f} s",
        lambda: server.will_reply(lambda _: answer),
        lambda: server.will_reply(usual),
    )


def schedule(
    cluster: Cluster,
    *,
    seed: int,
    rounds: int,
    longest: float = 3.0,
    disk: Disk | None = None,
    more: Sequence[Fault] = (),
) -> list[Step]:
    """Every kind and `more` once in each round; the seed chooses the order, the victims and the times (seconds)."""
    dice = random.Random(seed)
    steps = []
    for _ in range(rounds):
        faults = [*_one_of_each(cluster, dice), *more]
        if disk:
            faults.append(disk_full(cluster, disk))
        dice.shuffle(faults)
        steps += [Step(fault, max(fault.least, dice.uniform(0.5, longest)), dice.random() < 0.4) for fault in faults]
    return steps


def _one_of_each(cluster: Cluster, dice: random.Random) -> list[Fault]:
    anyone = [*cluster.workers, *cluster.webs]
    ends = ("mongodb", "temporal")
    return [
        killed(dice.choice(cluster.workers)),
        killed(dice.choice(cluster.webs)),
        killed(cluster.mongod),
        killed(cluster.temporal),
        cut(dice.choice(cluster.workers), dice.choice(ends), dice.choice(("hang", "refuse"))),
        cut(dice.choice(cluster.webs), dice.choice(ends), dice.choice(("hang", "refuse"))),
        slowed(dice.choice(anyone), dice.choice(ends), dice.uniform(0.02, 0.2), dice.uniform(50_000, 500_000)),
        clock_off(cluster, dice.choice(cluster.workers), dice.choice(_CLOCK)),
    ]
