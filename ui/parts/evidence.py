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
    if isinstance(file, Evidence) and file.erased:
        was_erased()
        return
    if is_photo(file):
        shown = opens(address(file), size, _("Photo, opens large"), _("Photo of the problem"))
    elif file.previews and is_video(file):
        shown = opens(address(file, 1), size, _("Video, opens large"), _("First picture of the video"))
    elif file.previews:
        shown = opens(address(file, 1), size, _("Document, opens large"), _("First page of the document"))
    else:
        save_chip(file)
        return
    if not is_photo(file):
        with shown.classes("marked"):
            icon(_sign(file), "14px").classes("mark")
    shown.on("click.prevent", lambda: _show(file))


def _show(file: EvidenceReceipt) -> None:
    """Over the page, as large as it fits. Where scripts fail the link still leads to the file itself."""
    title = _("Photo") if is_photo(file) else noun(file)
    with dialog(title) as shown:
        shown.classes("lightbox")
        if is_video(file):
            box("whole", tag="video", name=title).props(f'src="{address(file)}" controls preload=metadata')
        elif is_photo(file):
            _picture(address(file), "whole", _("Photo of the problem"))
        for number in range(1, file.previews + 1 if not is_video(file) else 0):
            _picture(address(file, number), "whole", _("Page {n}", n=number))
        with box("line between wraps"):
            link_button(_("Open the file"), address(file), symbol="open_in_new", look="flat target=_blank rel=noopener")
            button(_("Close"), shown.close, look="outline")
    shown.open()


def _picture(target: str, classes: str, alt: str) -> None:
    picture = box(classes, tag="img").props(f'src="{target}" loading=lazy')
    picture.props["alt"] = alt


def opens(target: str, classes: str, name: str, alt: str) -> ui.element:
    with link(target, name=name).props("target=_blank rel=noopener") as opened:
        _picture(target, classes, alt)
    return opened


def was_erased() -> None:
    text(_("This file was erased with its customer."), "mute small")


def save_chip(file: EvidenceReceipt) -> None:
    with link(address(file), "filechip").props("target=_blank rel=noopener"):
        icon(_sign(file))
        text(noun(file), tag="span")
        text(words.size(file.bytes), "mute small", tag="span")


def address(file: EvidenceReceipt, preview: int | None = None) -> str:
    """Where the page finds it for as long as it is open: each look is led on to a link that ends soon."""
    return f"/evidence/{file.evidence_id}" + (f"/preview/{preview}" if preview else "") + "/link"


def is_photo(file: EvidenceReceipt) -> bool:
    return file.media_type.startswith("image/")


def is_video(file: EvidenceReceipt) -> bool:
    return file.media_type.startswith("video/")


def noun(file: EvidenceReceipt) -> str:
    return _("Video") if is_video(file) else _("Document")


def _sign(file: EvidenceReceipt) -> str:
    return "movie" if is_video(file) else "picture_as_pdf"


def part(file: EvidenceReceipt, number: int) -> str:
    """One of the pictures that were made of it."""
    return _("Picture {n}", n=number) if is_video(file) else _("Page {n}", n=number)
