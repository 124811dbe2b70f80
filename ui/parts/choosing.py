"""Adding photos, PDFs and videos: from files, from the camera, dropped or pasted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from nicegui import events, ui

from api.deps import store_evidence
from care.models.evidence import EvidenceReceipt
from care.rules.rates import Family
from ui.language import _
from ui.parts import words
from ui.parts.elements import REFUSALS, icon, text, told_of, warn
from ui.visit import Visit

_KINDS = "image/*,application/pdf,video/mp4,video/webm,video/quicktime"
_LONGEST = 60  # characters of a file's name that are told
Stored = Callable[[EvidenceReceipt], Awaitable[None]]
# The page's own checks save the way; `emit` tells the server what they refused.
_REFUSED = "all => emit(all.map(each => [each.file.name, each.failedPropValidation]))"
_LOST = "({files}) => emit(files.map(file => [file.name, 'lost']))"


class Chooser:
    """Two hidden uploads. `pick` and `camera` are scripts that open them, to be put on a button's click.

    A file passes the same checks as one sent to the API. `busy` is told how many are being checked just now.
    """

    def __init__(
        self, visit: Visit, stored: Stored, *, several: bool = False, busy: Callable[[int], None] | None = None
    ) -> None:
        self._visit = visit
        self._stored = stored
        self._busy = busy
        self._checking = 0
        self.files = self._upload(_KINDS, several)
        self.pick = _opens(self.files)
        photo = self._upload("image/*", several=False)
        photo.props("capture=environment")
        self.camera = _opens(photo)
        self.uploads = (self.files, photo)

    def _upload(self, kinds: str, several: bool) -> ui.upload:
        upload = ui.upload(
            on_upload=self._received,
            max_file_size=self._visit.settings.evidence_max_bytes,
            multiple=several,
            auto_upload=True,
        )
        upload.props(f'accept="{kinds}" aria-hidden=true tabindex=-1').classes("hidden-upload")
        upload.on("rejected", self._not_taken, js_handler=_REFUSED)
        upload.on("failed", self._not_taken, js_handler=_LOST)
        return upload

    async def _received(self, event: events.UploadEventArguments) -> None:
        name = event.file.name
        with self._counted():
            try:
                await self._visit.take(Family.UPLOAD)
                data = await event.file.read()
                await self._stored(await store_evidence(self._visit.services, self._visit.principal, data, name))
            except REFUSALS as error:
                warn(_("{file} was not added. {reason}", file=_short(name), reason=told_of(error)))
        if isinstance(event.sender, ui.upload) and not event.sender.is_deleted:
            event.sender.run_method("removeUploadedFiles")  # those that are still on their way stay

    def _not_taken(self, event: events.GenericEventArguments) -> None:
        for name, why in event.args:
            if why != "duplicate":
                warn(_("{file} was not added. {reason}", file=_short(str(name)), reason=self._reason(str(why))))

    def _reason(self, why: str) -> str:
        if why == "max-file-size":
            return _("It is larger than {size}.", size=words.size(self._visit.settings.evidence_max_bytes))
        if why == "lost":
            return _("It did not reach us. Please try again.")
        return _("Please choose a photo, PDF or video.")

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        self._checking += more
        if self._busy and not self.files.is_deleted:
            self._busy(self._checking)


def chooser(visit: Visit, stored: Stored) -> str:
    """The script that opens the file chooser, to be put on a button's click."""
    return Chooser(visit, stored).pick


def drop(label: str, pick: str) -> None:
    """The large button of a dialog."""
    with ui.element("button").classes("drop").props("type=button").on("click", js_handler=pick):
        icon("add_a_photo", "28px")
        text(label, "strong", tag="span")
        text(_("Photo, PDF or short video"), "mute small", tag="span")


def _opens(upload: ui.upload) -> str:
    return f"() => getElement({upload.id}).$refs.qRef.pickFiles()"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
