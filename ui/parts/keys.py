"""The desk's keys: a script that presses the button which names the key, and a dialog that tells of them."""

from __future__ import annotations

from nicegui import ui

from ui.parts.asking import sheet
from ui.parts.elements import box, button, icon_button, text
from ui.theme import static

KEYS = {
    "a": "Approve, or give the second approval",
    "r": "Reject",
    "m": "Ask for more",
    "e": "Escalate",
    "n": "Next case",
    "?": "This list",
}


def listen() -> None:
    """On this page, the keys press the buttons that name them."""
    ui.add_body_html(f'<script defer src="{static("desk.js")}"></script>')


def help_button() -> None:
    made = icon_button("keyboard", "Keys of the desk", _help)
    made.props["aria-keyshortcuts"] = "?"


async def _help() -> None:
    on = await ui.run_javascript("window.careKeys.on()")
    with sheet("Keys of the desk", "They press the buttons, and do nothing while you write.") as shown:
        with box("facts", tag="dl"):
            for key, does in KEYS.items():
                with box(tag="dt"):
                    text(key, tag="kbd")
                text(does, tag="dd")
        switch = ui.switch("Use these keys", value=bool(on))
        switch.on("update:model-value", js_handler="(on) => window.careKeys.set(on)")
        with box("line end"):
            button("Close", shown.close, look="flat")
