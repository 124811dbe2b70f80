"""The note of a ruling: a field, and short neutral sentences that can be put into it and changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from nicegui import ui

from care.language import Language
from care.models.refund import RefundReason
from ui.language import _, current, mark, speaking
from ui.parts.elements import box, button, draft, sent, text

_NOT_SHOWN = mark("The photo does not show the problem that is described.")
_ANOTHER = mark("The photo shows another item than the one that was ordered.")
_TOO_LATE = mark("The time in which this could be asked for has passed.")
# Why a claim of this kind is not approved, for the case file.
REJECTING: dict[RefundReason, list[str]] = {
    RefundReason.DAMAGED: [_NOT_SHOWN, mark("The damage looks like wear, not like transport."), _ANOTHER, _TOO_LATE],
    RefundReason.WRONG_ITEM: [mark("The photo shows the item that was ordered."), _NOT_SHOWN, _TOO_LATE],
    RefundReason.MISSING: [
        mark("The photo shows all of what was ordered."),
        mark("The parcel's weight at the handover fits all of the order."),
        _TOO_LATE,
    ],
    RefundReason.LATE: [mark("The parcel came within the time that was promised."), _TOO_LATE],
    RefundReason.QUALITY: [_NOT_SHOWN, mark("What is shown is usual for this item."), _ANOTHER, _TOO_LATE],
    RefundReason.CHANGED_MIND: [_TOO_LATE, mark("The item has been used and cannot be taken back.")],
    RefundReason.OTHER: [_NOT_SHOWN, _ANOTHER, _TOO_LATE],
}
_WHOLE = mark("Please add a photo of the whole item in good light.")
_LABEL = mark("Please add a photo of the label, so that we can read it.")
_PACKAGING = mark("Please add a photo of the packaging in which it came.")
_INVOICE = mark("Please add the invoice, as a photo or a PDF.")
# What would settle a claim of this kind, as its customer reads it.
ASKING: dict[RefundReason, list[str]] = {
    RefundReason.DAMAGED: [mark("Please add a photo of the damage from close by."), _WHOLE, _PACKAGING, _INVOICE],
    RefundReason.WRONG_ITEM: [mark("Please add a photo of what you received."), _LABEL, _INVOICE],
    RefundReason.MISSING: [mark("Please add a photo of everything that was in the parcel."), _PACKAGING, _INVOICE],
    RefundReason.LATE: [
        mark("Please add a photo of the parcel's label."),
        mark("Please add a picture of the tracking page."),
    ],
    RefundReason.QUALITY: [mark("Please add a photo of the fault from close by."), _LABEL, _WHOLE, _INVOICE],
    RefundReason.CHANGED_MIND: [mark("Please add a photo of the item as it is now."), _PACKAGING],
    RefundReason.OTHER: [_WHOLE, _LABEL, _PACKAGING, _INVOICE],
}
ESCALATING = [
    mark("The amount is unusual for this customer."),
    mark("The files and the order do not fit together."),
    mark("I know the customer."),
]
AGREEING = [mark("I have checked it and agree.")]
LEAVING_OUT = [
    mark("The photo shows the problem on the approved items only."),
    mark("The other items are not part of what is described."),
]


@dataclass(frozen=True)
class Note:
    """A field whose words outlive a redraw and a restart until they were sent."""

    field: ui.textarea
    key: str

    @property
    def written(self) -> str:
        return (self.field.value or "").strip()

    def sent(self) -> None:
        self.field.set_value("")  # else the page keeps it once more as it is left
        sent(self.key)


def note_field(label: str, sentences: Sequence[str], key: str, *, reader: Language | None = None) -> Note:
    """`sentences` are marked; they go into the note in the language of `reader`, where somebody else reads it."""
    field = ui.textarea(label).props("outlined autogrow autofocus maxlength=2000")
    draft(field, key)

    def put(sentence: str) -> None:
        with speaking(reader or current()):
            ready = _(sentence)
        field.value = f"{(field.value or '').strip()} {ready}".strip()

    if sentences:
        text(_("Put into the note:"), "mute small")
        if reader and reader.code != current().code:
            theirs = current().called(reader)
            text(_("The customer reads {language}: they are put in so.", language=theirs), "small")
        with box("stack sentences", name=_("Ready sentences")).props("role=group"):
            for sentence in sentences:
                button(_(sentence), partial(put, sentence), look="flat dense align=left")
    return Note(field, key)
