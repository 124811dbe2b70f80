"""What a page looks like before anybody is signed in: one card, a plain form, no script."""

from __future__ import annotations

from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse

from care.language import LANGUAGES
from ui import theme
from ui.language import _, current

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
}
# The address is a key: it goes to nobody else. No form of such a page can then say where it was sent from.
SECRET = {"Referrer-Policy": "no-referrer"}


def card(
    request: Request,
    title: str,
    inside: str,
    told: str = "",
    *,
    action: str = "",
    tone: str = "bad",
    status: int = 200,
    secret: bool = False,
) -> HTMLResponse:
    """A page in the language that is spoken. `inside` is our own HTML; `told` is any text, in a banner above it.

    With an `action`, the card is a form that is sent there. `secret`: its address is a key.
    """
    banner = f'<p class="banner {tone}" role="alert">{escape(told)}</p>' if told else ""
    tag = f'form class="card" method="post" action="{escape(action)}"' if action else 'div class="card"'
    html = f"""<!doctype html>
<html lang="{current().code}"><head><meta charset="utf-8"><title>{escape(title)} · CARE</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/ui/static/logo.svg"><link rel="stylesheet" href="{theme.FONTS}">
<link rel="stylesheet" href="{theme.STYLESHEET}"></head>
<body class="{theme.look(request)}"><main class="page gate"><{tag}>
<div class="brand">{theme.LOGO}<h1>{escape(title)}</h1></div>{banner}{inside}
</{tag.partition(" ")[0]}>{"" if secret else _languages()}</main></body></html>"""
    return HTMLResponse(html, status, headers=_HEADERS | (SECRET if secret else {}))


def field(label: str, name: str, kind: str, fills: str, more: str = "") -> str:
    return f'<label>{escape(label)}<input name="{name}" type="{kind}" autocomplete="{fills}" required {more}></label>'


def hidden(name: str, value: str, fills: str) -> str:
    return f'<input name="{name}" value="{escape(value)}" type="text" autocomplete="{fills}" readonly hidden>'


def submit(label: str) -> str:
    return f'<button type="submit">{escape(label)}</button>'


def way(label: str, address: str) -> str:
    return f'<p class="small"><a href="{address}">{escape(label)}</a></p>'


def _languages() -> str:
    others = "".join(
        f'<button name="code" value="{code}" lang="{code}">{name}</button>'
        for code, name in LANGUAGES.items()
        if code != current().code
    )
    return f'<form class="languages" method="post" action="/ui/language" aria-label="{_("Language")}">{others}</form>'
