"""Pages for somebody who is not signed in: one card, self-contained, in the portal's colours, phone first."""

from __future__ import annotations

import secrets
from html import escape

from fastapi.responses import HTMLResponse

_STYLE = """
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --line: #e4e7ec; --ink: #101828; --mute: #566070;
  --strong: #0f766e; --on: #fff; }
@media (prefers-color-scheme: dark) { :root { --bg: #0e1318; --card: #161c23; --line: #2a343f; --ink: #e8ecf1;
  --mute: #a3aeba; --strong: #2dd4bf; --on: #06201d; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px; background: var(--bg);
  color: var(--ink); font: 16px/1.45 Inter, -apple-system, "Segoe UI", Roboto, system-ui, Arial, sans-serif; }
main { width: 100%; max-width: 440px; background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 22px; display: grid; gap: 14px; }
.brand { font-weight: 750; color: var(--strong); letter-spacing: -.02em; margin: 0; }
h1 { margin: 0; font-size: 1.35rem; line-height: 1.25; letter-spacing: -.02em; overflow-wrap: anywhere; }
p { margin: 0; color: var(--mute); }
button { width: 100%; min-height: 48px; border: 0; border-radius: 10px; font: inherit; font-weight: 650;
  background: var(--strong); color: var(--on); cursor: pointer; }
:focus-visible { outline: 2px solid var(--strong); outline-offset: 2px; }
"""


def page(
    title: str, detail: str = "", *, lang: str, form: str = "", script: str = "", status: int = 200, quote: str = ""
) -> HTMLResponse:
    """`title`, `detail` and `quote`, which is small print, are text in the language `lang`; `form` comes from `button`.

    `script` is our own, and the only one that may run.
    """
    nonce = secrets.token_urlsafe(16)
    told = f"<p>{escape(detail)}</p>" if detail else ""
    small = f"<p><small>{escape(quote)}</small></p>" if quote else ""
    code = f'<script nonce="{nonce}">{script}</script>' if script else ""
    html = f"""<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{escape(title)} · CARE</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<link rel="icon" href="data:,"><style nonce="{nonce}">{_STYLE}</style></head>
<body><main><p class="brand">CARE</p><h1>{escape(title)}</h1>{told}{form}{small}</main>{code}</body></html>"""
    return HTMLResponse(html, status, headers=_headers(nonce))


def button(label: str, action: str) -> str:
    """A form that posts nothing but its address."""
    return f'<form method="post" action="{escape(action)}"><button type="submit">{escape(label)}</button></form>'


def _headers(nonce: str) -> dict[str, str]:
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return {"Content-Security-Policy": policy}
