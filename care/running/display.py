"""How `care up` and `care status` look: progress and tables in a terminal, plain lines elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table


class TerminalDisplay:
    """Follows care.running.up.Display."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._status: Status | None = None

    def step(self, text: str) -> None:
        """What happens now; "" when nothing does."""
        if not self._console.is_terminal:
            if text:
                self.say(f"{text} ...")
            return
        if self._status:
            self._status.stop()
            self._status = None
        if text:
            self._status = self._console.status(text)
            self._status.start()

    def say(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)

    def ready(self, runtime: dict[str, Any]) -> None:
        self.step("")
        show_addresses(self._console, runtime)
        self.say(f"CARE is ready: {runtime['web']}")


def show_addresses(console: Console, runtime: dict[str, Any]) -> None:
    """One table of where things are and who can sign in; without a terminal, one line each."""
    rows = [
        ("Portal", f"{runtime['web']}/ui/"),
        ("API documentation", f"{runtime['web']}/docs"),
        ("Temporal Web UI", runtime["temporal_ui"]),
        ("Temporal", runtime["temporal_address"]),
        ("MongoDB", runtime["mongodb_uri"]),
    ]
    people = [(f"{a['role']} {a['customer_id'] or ''}".strip(), a["email"], a["password"]) for a in runtime["accounts"]]
    if not console.is_terminal:
        for row in [*rows, *people]:
            console.print("  ".join(row), markup=False, soft_wrap=True)
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, address in rows:
        table.add_row(name, escape(address))
    if people:
        table.add_row()
        table.add_row("[bold]Demo accounts", "[bold]sign in as", "[bold]password")
    for person in people:
        table.add_row(*map(escape, person))
    console.print(table)


def show_status(found: dict[str, Any], data_dir: Path) -> None:
    """One line a part with how it is."""
    console = Console(highlight=False)
    if not found["parts"]:
        console.print(
            f"CARE is starting or stopping on {data_dir}." if found["running"] else f"Nothing runs on {data_dir}."
        )
        return
    places = {"mongod": "mongodb_uri", "temporal": "temporal_address", "web": "web"}
    for name, part in found["parts"].items():
        state = "healthy" if part["healthy"] else "not answering" if part["alive"] else "dead"
        where = found.get(places.get(name, ""), "")
        console.print(f"{name:<9} {state:<14} {part['pid']:>8}  {where}", markup=False, soft_wrap=True)
