"""The foot of a chat: files that go with the next message, the field, and the ways to add and to send.

The field belongs to the browser, see chat.js: no answer of the server, and no restart of it, touches what is typed.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from care.models.evidence import EvidenceReceipt
from ui.language import _
from ui.parts.choosing import Chooser
from ui.parts.elements import box, icon_button, text, warn
from ui.parts.evidence import thumbnail
from ui.parts.talk import MOST_FILES
from ui.visit import Visit


class Composer:
    """`added` is told of each file that was kept."""

    def __init__(self, visit: Visit, added: Callable[[EvidenceReceipt], None]) -> None:
        self.attached: list[EvidenceReceipt] = []
        self._added = added
        self._checking = 0
        self._attached()
        with box("uploading line small").props("hidden role=status"):
            text(_("Adding"), tag="span")
            text("", "file cut", tag="span")
            progress = box("grow", tag="progress", name=_("How much of it has arrived"))
            progress.props("max=1 value=0")
        with box("composer"):
            chooser = Chooser(visit, self._keep, several=True, busy=self._busy)
            for upload in chooser.uploads:
                upload.on("uploading", js_handler="event => window.careChat.uploading(event)")
            self.upload = chooser.files
            camera = icon_button("photo_camera", _("Take a photo")).on("click", js_handler=chooser.camera)
            camera.classes("only-touch")
            icon_button("attach_file", _("Add a photo, PDF or video")).on("click", js_handler=chooser.pick)
            field = box(tag="textarea", name=_("Message")).props("rows=1 maxlength=4000 enterkeyhint=send")
            field.props["placeholder"] = _("Write a message")
            # Under the prefix of drafts.js, which forgets all of it when somebody else signs in.
            field.props["data-kept"] = f"care_draft:chat of {visit.session}"
            field.on("input", js_handler="event => window.careChat.typed(event)")
            field.on("keydown", js_handler="event => window.careChat.key(event)")
            send = ui.button(icon="send").props("unelevated round dense")
            send.props["aria-label"] = _("Send message")
            send.on("click", js_handler="() => window.careChat.send()")

    def attach(self, receipts: list[EvidenceReceipt]) -> None:
        """These instead of what was attached, here and in the browser's memory."""
        self.attached = receipts[:MOST_FILES]
        ui.run_javascript(f"window.careChat.files({json.dumps([r.evidence_id for r in self.attached])})")
        self._attached.refresh()

    @property
    def is_gone(self) -> bool:
        return self.upload.is_deleted

    async def _keep(self, receipt: EvidenceReceipt) -> None:
        if self.is_gone:
            return
        if len(self.attached) >= MOST_FILES:
            warn(_("One message takes at most {n} files. Send these first.", n=MOST_FILES))
            return
        self._added(receipt)
        self.attach([*self.attached, receipt])

    def _busy(self, checking: int) -> None:
        self._checking = checking
        self._attached.refresh()

    @ui.refreshable_method
    def _attached(self) -> None:
        if not self.attached and not self._checking:
            return
        with box("thumbs attached", tag="ul", name=_("Goes with your message")):
            for receipt in self.attached:
                with box("kept", tag="li"):
                    thumbnail(receipt, tiny=True)
                    icon_button("close", _("Remove this file"), partial(self._remove, receipt))
            for _n in range(self._checking):
                with box("thumb tiny checking", tag="li"), box(name=_("We check your file")).props("role=status"):
                    ui.spinner(size="22px").props("aria-hidden=true")

    def _remove(self, receipt: EvidenceReceipt) -> None:
        self.attach([each for each in self.attached if each is not receipt])


Told = Callable[[object], Awaitable[None]]


def heard(event: str, does: Told) -> None:
    """`does` gets what the page's script has sent under this name; what is no JSON of ours is None."""

    async def parsed(raw: object) -> None:
        try:
            await does(json.loads(raw) if isinstance(raw, str) else None)
        except json.JSONDecodeError:
            await does(None)

    ui.on(event, lambda said: parsed(said.args))
