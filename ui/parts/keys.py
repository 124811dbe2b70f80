"""The desk's keys: a script that presses the button which names the key, and a dialog that tells of them."""

from __future__ import annotations

from nicegui import ui

from ui.language import _, mark
from ui.parts.asking import sheet
from ui.parts.elements import box, button, icon_button, text
from ui.theme import static

KEYS = {
    "a": mark("Approve, or give the second approval"),
    "r": mark("Reject"),
    "m": mark("Ask for more"),
    "e": mark("Escalate"),
    "z": mark("Look at the files large"),
    "n": mark("Next case"),
    "p": mark("Previous case"),
    "?": mark("This list"),
}
VIEWER_KEYS = {
    "+ \N{MINUS SIGN} 0": mark("Larger, smaller, all of it"),
    "\N{LEFTWARDS ARROW} \N{RIGHTWARDS ARROW}": mark("Previous and next file"),
    "Shift \N{RIGHTWARDS ARROW}": mark("Move about in it, with any arrow"),
    "Esc": mark("Close"),
}


def listen() -> None:
    """On this page, the keys press the buttons that name them."""
    ui.add_body_html(f'<script defer src="{static("desk.js")}"></script>')


def help_button() -> None:
    made = icon_button("keyboard", _("Keys of the desk"), _help)
    made.props["aria-keyshortcuts"] = "?"


async def _help() -> None:
    on = await ui.run_javascript("window.careKeys.on()")
    with sheet(_("Keys of the desk"), _("They press the buttons, and do nothing while you write.")) as shown:
        _told(KEYS)
        text(_("Where a file is shown large"), tag="h3")
        _told(VIEWER_KEYS)
        switch = ui.switch(_("Use these keys"), value=bool(on))
        switch.on("update:model-value", js_handler="(on) => window.careKeys.set(on)")
        with box("line end"):
            button(_("Close"), shown.close, look="flat")


def _told(keys: dict[str, str]) -> None:
    with box("facts", tag="dl"):
        for key, does in keys.items():
            with box(tag="dt"):
                text(key, tag="kbd")
            text(_(does), tag="dd")
