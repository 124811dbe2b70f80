"""Photos, PDFs and videos: choosing one, and showing those that are kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from nicegui import events, ui

from api.deps import store_evidence
from care.errors import NotFound
from care.models.evidence import Evidence, EvidenceReceipt
from ui.parts import words
from ui.parts.elements import box, icon, link, telling, text, warn
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
        on_rejected=lambda: warn(f"Please choose a photo, PDF or video of at most {words.size(most)}."),
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
        text("Photo, PDF or short video", "mute small", tag="span")


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
    if _is_photo(file):
        _opens(_address(file), size, "Photo, opens large", "Photo of the problem")
    elif file.previews:
        with _opens(_address(file, 1), size, f"{_noun(file)}, opens large", f"{_part(file)} 1").classes("marked"):
            icon(_sign(file), "14px").classes("mark")
    else:
        _chip(file)


def large(file: Evidence) -> None:
    """As the desk sees it: a photo at full width; a video that plays; pages and frames in a row, each opening large.

    A document's pages are pictures that we drew: the document itself, which may hold anything, is only saved.
    """
    if _is_photo(file):
        _opens(_address(file), "proof", "Evidence, opens at full size", "Evidence sent by the customer")
    if _is_video(file):
        film = box("proof", tag="video", name="Evidence sent by the customer")
        film.props(f'src="{_address(file)}" controls preload=metadata')
    if file.previews:
        with box(f"strip {_part(file).lower()}s", name=f"{_noun(file)}: pictures of it").props("role=group tabindex=0"):
            for number in range(1, file.previews + 1):
                part = f"{_part(file)} {number}"
                _opens(_address(file, number), "", f"{part}, opens at full size", part)
    if not _is_photo(file):
        _chip(file)
    text(" · ".join(_known(file)), "mute small wrap")


def _opens(address: str, classes: str, name: str, alt: str) -> ui.element:
    with link(address, name=name).props("target=_blank rel=noopener") as opened:
        box(classes, tag="img").props(f'src="{address}" alt="{alt}" loading=lazy')
    return opened


def _chip(file: EvidenceReceipt) -> None:
    with link(_address(file), "filechip").props("target=_blank rel=noopener"):
        icon(_sign(file))
        text(_noun(file), tag="span")
        text(words.size(file.bytes), "mute small", tag="span")


def _address(file: EvidenceReceipt, preview: int | None = None) -> str:
    return f"/evidence/{file.evidence_id}" + (f"/preview/{preview}" if preview else "")


def _is_photo(file: EvidenceReceipt) -> bool:
    return file.media_type.startswith("image/")


def _is_video(file: EvidenceReceipt) -> bool:
    return file.media_type.startswith("video/")


def _noun(file: EvidenceReceipt) -> str:
    return "Video" if _is_video(file) else "Document"


def _sign(file: EvidenceReceipt) -> str:
    return "movie" if _is_video(file) else "picture_as_pdf"


def _part(file: EvidenceReceipt) -> str:
    return "Picture" if _is_video(file) else "Page"


def _known(file: Evidence) -> list[str]:
    facts = file.facts
    known = [file.file_name, words.size(file.bytes)]
    if facts.width and facts.height:
        known.append(words.pieces(facts.width, str(facts.height)))
    if facts.duration_ms is not None:
        known.append(f"{facts.duration_ms / 1000:.0f} s")
    if facts.pages:
        known.append(f"{facts.pages} {'page' if facts.pages == 1 else 'pages'}")
    if facts.captured_at:
        known.append(f"taken {words.moment(facts.captured_at, 'UTC')} UTC")
    elif facts.pages is None:
        known.append("no capture date in the file")
    if facts.device:
        known.append(facts.device)
    if facts.screenshot:
        known.append("a screenshot, by its size and form")
    return known
