"""A file of a case as the desk sees it: large, with what the check found in it beside, and opening in the viewer."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from care.models.evidence import Evidence
from ui.language import _, plural, retold
from ui.parts import words
from ui.parts.elements import box, text
from ui.parts.evidence import address, is_photo, is_video, noun, opens, part, save_chip, was_erased
from ui.parts.viewer import zooms


def sentences(found: Sequence[str]) -> None:
    with box("findings", tag="ul"):
        for sentence in found:
            text(retold(sentence), tag="li")


def proof(file: Evidence, number: int, found: Sequence[str]) -> list[ui.element]:
    """A photo at full width; a video that plays; pages and frames in a row. Returns the links that open large.

    A document's pages are pictures that we drew: the document itself, which may hold anything, is only saved.
    """
    named = _("File {n}", n=number)
    with box("proof-file", tag="figure", name=named):
        with box("stack loose"):
            links = _shown(file, named)
        with box("stack", tag="figcaption"):
            text(named, "small", tag="h3")
            if found:
                sentences(found)
            if not is_photo(file) and not file.erased:
                save_chip(file)
            text(" · ".join(known(file)), "mute small wrap")
    return links


def _shown(file: Evidence, named: str) -> list[ui.element]:
    links: list[ui.element] = []
    if file.erased:
        was_erased()
        return links
    if is_photo(file):
        name = _("{file}, opens large", file=named)
        shown = opens(address(file), "proof", name, _("Evidence sent by the customer"))
        links.append(zooms(shown, named))
    if is_video(file):
        film = box("proof", tag="video", name=_("Evidence sent by the customer"))
        film.props(f'src="{address(file)}" controls preload=metadata')
    if file.previews:
        kind = "frames" if is_video(file) else "pages"
        with box(f"strip {kind}", name=_("{file}: pictures of it", file=noun(file))).props("role=group tabindex=0"):
            for number in range(1, file.previews + 1):
                one = part(file, number)
                name = _("{file}, opens large", file=one)
                links.append(zooms(opens(address(file, number), "", name, one), f"{named} · {one}"))
    return links


def known(file: Evidence) -> list[str]:
    """What is known of it without looking: name, size, length, when and with what it was taken."""
    facts = file.facts
    told = [file.file_name, words.size(file.bytes)]
    if facts.width and facts.height:
        told.append(words.pieces(facts.width, str(facts.height)))
    if facts.duration_ms is not None:
        told.append(_("{n} s", n=round(facts.duration_ms / 1000)))
    if facts.pages:
        told.append(plural("{n} page", "{n} pages", facts.pages))
    if facts.captured_at:
        told.append(_("taken {moment} UTC", moment=words.moment(facts.captured_at, "UTC")))
    elif facts.pages is None:
        told.append(_("no capture date in the file"))
    if facts.device:
        told.append(facts.device)
    if facts.screenshot:
        told.append(_("a screenshot, by its size and form"))
    return told
