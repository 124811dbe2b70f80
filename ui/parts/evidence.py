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
    target = f"/evidence/{file.evidence_id}"
    if file.media_type.startswith("image/"):
        with link(target, name="Photo, opens large").props("target=_blank rel=noopener"):
            box(f"thumb{' tiny' if tiny else ''}", tag="img").props(
                f'src="{target}" alt="Photo of the problem" loading=lazy'
            )
        return
    with link(target, "filechip").props("target=_blank rel=noopener"):
        icon("movie" if file.media_type.startswith("video/") else "picture_as_pdf")
        text("Video" if file.media_type.startswith("video/") else "Document", tag="span")
        text(words.size(file.bytes), "mute small", tag="span")


def large(file: Evidence) -> None:
    """As the desk sees it: pictures and videos at full width, anything else as a link."""
    target = f"/evidence/{file.evidence_id}"
    if file.media_type.startswith("image/"):
        with link(target, name="Evidence, opens at full size").props("target=_blank rel=noopener"):
            box("proof", tag="img").props(f'src="{target}" alt="Evidence sent by the customer"')
    elif file.media_type.startswith("video/"):
        box("proof", tag="video", name="Evidence sent by the customer").props(
            f'src="{target}" controls preload=metadata'
        )
    else:
        thumbnail(file)
    text(" · ".join(_known(file)), "mute small wrap")


def _known(file: Evidence) -> list[str]:
    facts = file.facts
    known = [file.file_name, words.size(file.bytes)]
    if facts.width and facts.height:
        known.append(words.pieces(facts.width, str(facts.height)))
    known.append(
        f"taken {words.moment(facts.captured_at, 'UTC')} UTC" if facts.captured_at else "no capture date in the file"
    )
    if facts.device:
        known.append(facts.device)
    return known
