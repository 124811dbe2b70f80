"""The note of a ruling: a field, and short neutral sentences that can be put into it and changed."""

from __future__ import annotations

from functools import partial

from nicegui import ui

from ui.parts.elements import box, button, text

REJECTING = [
    "The photo does not show the problem that is described.",
    "The photo shows another item than the one that was ordered.",
    "The time in which this could be asked for has passed.",
]
ASKING = [
    "Please add a photo of the whole item in good light.",
    "Please add a photo of the label, so that we can read it.",
    "Please add a photo of the packaging in which it came.",
    "Please add the invoice, as a photo or a PDF.",
]
AGREEING = ["I have checked it and agree."]
LEAVING_OUT = [
    "The photo shows the problem on the approved items only.",
    "The other items are not part of what is described.",
]


def note_field(label: str, sentences: list[str]) -> ui.textarea:
    note = ui.textarea(label).props("outlined autogrow autofocus maxlength=2000")

    def put(sentence: str) -> None:
        said = (note.value or "").strip()
        note.value = f"{said} {sentence}".strip()

    if sentences:
        text("Put into the note:", "mute small")
        with box("stack sentences", name="Ready sentences").props("role=group"):
            for sentence in sentences:
                button(sentence, partial(put, sentence), look="flat dense align=left")
    return note


def written(note: ui.textarea) -> str:
    return (note.value or "").strip()
