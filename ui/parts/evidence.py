"""Photos, PDFs and videos that are kept, small and large."""

from __future__ import annotations

from collections.abc import Iterable

from nicegui import ui

from care.errors import NotFound
from care.models.evidence import Evidence, EvidenceReceipt
from ui.language import _
from ui.parts import words
from ui.parts.choosing import chooser as chooser
from ui.parts.choosing import drop as drop
from ui.parts.elements import box, button, dialog, icon, link, link_button, text
from ui.visit import Visit


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
        shown = _opens(_address(file), size, _("Photo, opens large"), _("Photo of the problem"))
    elif file.previews and _is_video(file):
        shown = _opens(_address(file, 1), size, _("Video, opens large"), _("First picture of the video"))
    elif file.previews:
        shown = _opens(_address(file, 1), size, _("Document, opens large"), _("First page of the document"))
    else:
        _chip(file)
        return
    if not _is_photo(file):
        with shown.classes("marked"):
            icon(_sign(file), "14px").classes("mark")
    shown.on("click.prevent", lambda: _show(file))


def _show(file: EvidenceReceipt) -> None:
    """Over the page, as large as it fits. Where scripts fail the link still leads to the file itself."""
    title = _("Photo") if _is_photo(file) else _("Video") if _is_video(file) else _("Document")
    with dialog(title) as shown:
        shown.classes("lightbox")
        if _is_video(file):
            box("whole", tag="video", name=title).props(f'src="{_address(file)}" controls preload=metadata')
        elif _is_photo(file):
            _picture(_address(file), "whole", _("Photo of the problem"))
        for number in range(1, file.previews + 1 if not _is_video(file) else 0):
            _picture(_address(file, number), "whole", _("Page {n}", n=number))
        with box("line between wraps"):
            link_button(
                _("Open the file"), _address(file), symbol="open_in_new", look="flat target=_blank rel=noopener"
            )
            button(_("Close"), shown.close, look="outline")
    shown.open()


def _picture(address: str, classes: str, alt: str) -> None:
    picture = box(classes, tag="img").props(f'src="{address}" loading=lazy')
    picture.props["alt"] = alt


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
        _picture(address, classes, alt)
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
