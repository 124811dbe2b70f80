"""Photos, PDFs and videos: choosing one, and showing those that are kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from nicegui import events, ui

from api.deps import store_evidence
from care.errors import NotFound
from care.models.evidence import Evidence, EvidenceReceipt
from ui.language import _
from ui.parts import words
from ui.parts.elements import box, icon, link, telling, text, warn
from ui.parts.viewer import zooms
from ui.visit import Visit

_KINDS = "image/*,application/pdf,video/mp4,video/webm,video/quicktime"


def chooser(visit: Visit, stored: Callable[[EvidenceReceipt], Awaitable[None]]) -> str:
    """A hidden upload. Returns the script that opens the file chooser, to be put on a button's click.

    The file passes the same checks as one sent to the API; the browser's own limit only saves the way.
    """

    async def received(event: events.UploadEventArguments) -> None:
        with telling():
            await stored(
                await store_evidence(visit.services, visit.principal, await event.file.read(), event.file.name)
            )
        upload.reset()

    most = visit.settings.evidence_max_bytes
    upload = ui.upload(
        on_upload=received,
        on_rejected=lambda: warn(_("Please choose a photo, PDF or video of at most {size}.", size=words.size(most))),
        max_file_size=most,
        auto_upload=True,
    )
    upload.props(f'accept="{_KINDS}" aria-hidden=true tabindex=-1').classes("hidden-upload")
    return f"() => getElement({upload.id}).$refs.qRef.pickFiles()"


def drop(label: str, pick: str) -> None:
    """The large button of a dialog."""
    with ui.element("button").classes("drop").props("type=button").on("click", js_handler=pick):
        icon("add_a_photo", "28px")
        text(label, "strong", tag="span")
        text(_("Photo, PDF or short video"), "mute small", tag="span")


async def look_up(visit: Visit, evidence_ids: Iterable[str]) -> list[Evidence]:
    """What is kept of these ids; one that is gone is left out."""
    found = []
    for evidence_id in evidence_ids:
        try:
            found.append(await visit.services.stores.evidence.get(evidence_id))
        except NotFound:
            continue
    return found


def thumbnail(file: EvidenceReceipt, *, tiny: bool = False) -> None:
    """A small picture that opens large: the photo itself, or the first page or frame of another file."""
    size = f"thumb{' tiny' if tiny else ''}"
    if is_photo(file):
        opens(address(file), size, _("Photo, opens large"), _("Photo of the problem"))
    elif file.previews:
        name = _("{file}, opens large", file=noun(file))
        with opens(address(file, 1), size, name, part(file, 1)).classes("marked"):
            icon(_sign(file), "14px").classes("mark")
    else:
        save_chip(file)


def opens(target: str, classes: str, name: str, alt: str, *, titled: str = "") -> ui.element:
    """A picture that opens large: in the viewer, under that title, on a page that has one; else in a tab of its own."""
    with zooms(link(target, name=name), titled or alt).props("target=_blank rel=noopener") as opened:
        box(classes, tag="img").props(f'src="{target}" loading=lazy').props["alt"] = alt
    return opened


def save_chip(file: EvidenceReceipt) -> None:
    with link(address(file), "filechip").props("target=_blank rel=noopener"):
        icon(_sign(file))
        text(noun(file), tag="span")
        text(words.size(file.bytes), "mute small", tag="span")


def address(file: EvidenceReceipt, preview: int | None = None) -> str:
    return f"/evidence/{file.evidence_id}" + (f"/preview/{preview}" if preview else "")


def is_photo(file: EvidenceReceipt) -> bool:
    return file.media_type.startswith("image/")


def is_video(file: EvidenceReceipt) -> bool:
    return file.media_type.startswith("video/")


def noun(file: EvidenceReceipt) -> str:
    return _("Video") if is_video(file) else _("Document")


def _sign(file: EvidenceReceipt) -> str:
    return "movie" if is_video(file) else "picture_as_pdf"


def part(file: EvidenceReceipt, number: int) -> str:
    return _("Picture {n}", n=number) if is_video(file) else _("Page {n}", n=number)
