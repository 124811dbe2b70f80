"""A small dialog that asks for what one action needs, and keeps the sentence of a refusal in view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from nicegui import ui

from care.errors import CareError
from ui.language import _, retold
from ui.parts.elements import REFUSALS, box, button, dialog, icon, telling, text, thank, told_of

# Does the thing, and tells in a sentence how it stands afterwards.
Deed = Callable[[], Awaitable[str]]


@contextmanager
def sheet(title: str, detail: str = "") -> Iterator[ui.dialog]:
    """A dialog that rises from the bottom of a phone. Open when the body has drawn it."""
    with dialog(title, detail) as frame:
        frame.classes("sheet")
        yield frame
    frame.open()


def answers(frame: ui.dialog, label: str, deed: Deed, *, back: str = "", color: str = "primary") -> ui.button:
    """The last lines of a dialog: room for a refusal, and the two ways out of it."""
    with box("banner bad").props("role=alert") as refused:
        icon("error_outline")
        sentence = text("", "grow")
    refused.set_visibility(False)

    async def act() -> None:
        if going.done:
            return
        going.done = True
        sending.disable()
        refused.set_visibility(False)
        try:
            said = await deed()
        except REFUSALS as error:
            sentence.text = refusal(error)
            refused.set_visibility(True)
            going.done = False
        except BaseException:
            going.done = False
            raise
        else:  # it stays done: a second click that is on its way finds nothing to do
            frame.close()
            thank(said)
        finally:
            sending.enable()

    going = _Going()
    with box("line end wraps"):
        button(back or _("Go back"), frame.close, look="flat")
        sending = button(label, act, color=color)
    return sending


def doing(label: str, deed: Deed, *, symbol: str | None = None, look: str = "flat dense") -> ui.button:
    """A button that needs no question. Off while its deed is under way."""

    async def act() -> None:
        if going.done:
            return
        going.done = True
        made.disable()
        try:
            with telling():
                thank(await deed())
        finally:
            going.done = False
            if not made.is_deleted:
                made.enable()

    going = _Going()
    made = button(label, act, symbol=symbol, look=look)
    return made


def refusal(error: Exception) -> str:
    """The server's sentence; of bad input, what is wrong with each field."""
    fields = error.fields.values() if isinstance(error, CareError) else ()
    return " ".join(retold(each) for each in dict.fromkeys(fields)) or told_of(error)


class _Going:
    """Whether the deed is under way, or done."""

    done = False
